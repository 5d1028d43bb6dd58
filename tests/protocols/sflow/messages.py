"""Short views of sFlow messages: what one record says; behind it stands another, to show that its end was found."""

from typing import Any

from tests.plain import assert_plain
from tests.protocols.sflow.structures import COUNTER, FLOW
from tests.sflow_builder import one_counters, one_flow, record, sampled_header

NEXT = record(0, 999, b"next")  # known to nobody in both contexts
NEXT_SHOWN = {"format": "0:999", "octets": b"next".hex()}
OF_THE_SAMPLE = {"sampler", "samplingInterval", "packetDeltaCount", "ingressInterface", "egressInterface", "continuity"}
FLOW_BODY, COUNTER_BODY = 28 + 8 + 32 + 8, 28 + 8 + 12 + 8  # where the only sample's first record has its body
FLATTENED = ("sampled_ethernet", "sampled_ipv4", "sampled_ipv6")  # nested only where there is a sampled_header


def flow_of(decoder: Any, *records: bytes) -> tuple[dict[str, Any], Any]:
    """What the records of a flow sample say, without what the sample says; and the message."""
    message = decoder.decode(one_flow(*records, NEXT), "r1")
    assert_plain(message)
    (flow,) = message["flows"]
    assert flow["unknown_records"] == [NEXT_SHOWN]
    left_out = OF_THE_SAMPLE | {"unknown_records"}
    return {name: value for name, value in flow.items() if name not in left_out}, message


def flow_structure(decoder: Any, name: str, octets: bytes) -> tuple[dict[str, Any], Any]:
    """A structure's own dict, of a flow record with this body; and the message."""
    row = FLOW[name]
    before = [sampled_header(b"", protocol=0)] if name in FLATTENED else []
    shown, message = flow_of(decoder, *before, record(row.enterprise, row.number, octets))
    return shown[name], message


def counter_structure(decoder: Any, name: str, octets: bytes) -> tuple[dict[str, Any], Any]:
    """As ``flow_structure``, of a counter record."""
    row = COUNTER[name]
    message = decoder.decode(one_counters(record(row.enterprise, row.number, octets), NEXT), "r1")
    assert_plain(message)
    (counters,) = message["counters"]
    assert counters["unknown_records"] == [NEXT_SHOWN]
    return counters[name], message


def body_of(name: str) -> int:
    """Where ``flow_structure`` puts the body of a structure."""
    return FLOW_BODY + (len(sampled_header(b"")) if name in FLATTENED else 0)


def told(message: Any) -> list[tuple[str, int, bool]]:
    """(code, offset, whether that is structural damage) of a message's problems."""
    return [(each["code"], each["offset"], each.get("malformed", False)) for each in message["problems"]]


def assert_truncated(message: Any, at: int, structure: str | None = None, element: str | None = None) -> None:
    """One record was shorter than it should be, from octet *at* on, and nothing else is wrong."""
    assert told(message) == [("truncated_record", at, True)]
    (problem,) = message["problems"]
    assert (problem.get("structure"), problem.get("element")) == (structure, element)
