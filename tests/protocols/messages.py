"""Short views of messages, and the datagrams that many tests here send."""

from typing import Any

from tests.message_builder import Field, ipfix_message, netflow9_datagram, set_of, template

FIELDS: list[Field] = [(8, 4), (12, 4), (2, 4)]  # the template 256 of the catalogue: addresses and packets
RECORD_LENGTH = 12


def record(last_octet: int, packets: int = 10) -> bytes:
    """A record of ``FIELDS``: 192.0.2.n to 198.51.100.1."""
    return bytes([192, 0, 2, last_octet, 198, 51, 100, 1]) + packets.to_bytes(4, "big")


def flow(last_octet: int, packets: int = 10) -> dict[str, Any]:
    """What ``record`` decodes to."""
    return {
        "sourceIPv4Address": f"192.0.2.{last_octet}",
        "destinationIPv4Address": "198.51.100.1",
        "packetDeltaCount": packets,
    }


def learn9(decoder: Any, *records: bytes, set_id: int = 0, **header: Any) -> None:
    """Teach *decoder* version 9 templates of exporter "r1"; by default template 256 with ``FIELDS``."""
    message = decoder.decode(
        netflow9_datagram(set_of(set_id, b"".join(records) or template(256, FIELDS)), **header), "r1"
    )
    assert message["problems"] == []


def learn10(decoder: Any, *records: bytes, set_id: int = 2, **header: Any) -> None:
    """Teach *decoder* IPFIX templates of exporter "r1"; by default template 256 with ``FIELDS``."""
    message = decoder.decode(ipfix_message(set_of(set_id, b"".join(records) or template(256, FIELDS)), **header), "r1")
    assert message["problems"] == []


def codes(message: Any) -> list[str]:
    """The codes of a message's problems, in their order."""
    return [problem["code"] for problem in message["problems"]]


def malformed(message: Any) -> bool:
    """Whether any problem is structural damage."""
    return any(problem.get("malformed") for problem in message["problems"])


def events(message: Any) -> list[tuple[str, int]]:
    """(event, template id) of a message's template records, in their order."""
    return [(template["event"], template["template_id"]) for template in message["templates"]]


def known(decoder: Any) -> dict[int, list[tuple[int, int, Any]]]:
    """Template id -> (enterprise, id, length) of each field, of all templates in force."""
    return {
        row["template_id"]: [(field["enterprise"], field["id"], field["length"]) for field in row["fields"]]
        for row in decoder.templates()
    }
