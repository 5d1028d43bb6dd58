"""Files of IPFIX messages and sessions over streams: what RFC 5655 says of them, and one that another program wrote."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

import pytest

from netflowparse import MessageStream, WrongType
from netflowparse.files import checksum_holds, compression
from tests.capture_reader import read_datagrams
from tests.conftest import RECORDINGS
from tests.message_builder import (
    VARIABLE,
    ipfix_message,
    netflow9_datagram,
    netflow9_options_template,
    options_template,
    set_of,
    template,
    variable,
)
from tests.protocols.messages import FIELDS, codes, events, flow, record

FILE = (RECORDINGS / "python-ipfix.ipfix").read_bytes()
TEACH = set_of(2, template(256, FIELDS))
OTHER = set_of(2, template(256, [(12, 4), (8, 4), (2, 4)]))
WITHDRAW = set_of(2, b"\1\0\0\0")  # 256, of no fields
DATA = set_of(256, record(1))
SWAPPED = {  # the same record, read by OTHER
    "destinationIPv4Address": "192.0.2.1",
    "sourceIPv4Address": "198.51.100.1",
    "packetDeltaCount": 10,
}


def decoded(decoder: Any, octets: bytes, exporter: Any = "file", size: int = 1 << 16) -> list[Any]:
    """The messages of a file that is read in pieces of *size*."""
    stream = MessageStream()
    whole = [each for at in range(0, len(octets), size) for each in stream.feed(octets[at : at + size])]
    return [decoder.decode(each.octets, exporter, transport="file") for each in whole + stream.close()]


def flows(messages: Iterable[Any]) -> list[dict[str, Any]]:
    """Those of all messages."""
    return [each for message in messages for each in message["flows"]]


@pytest.mark.conformance("FILE-7-01", "IPFIX-10.4.3-01")
@pytest.mark.parametrize("size", [1, 7, 1 << 16])
def test_a_file_of_another_program_reads_whole(decoder: Any, size: int) -> None:
    """python-ipfix: 210 messages, 420 records; what it was told to write is in the JSON file."""
    wanted = json.loads((RECORDINGS / "python-ipfix.json").read_text(encoding="utf-8"))
    messages = decoded(decoder, FILE, size=size)
    assert len(messages) == len(wanted["messages"]) == 210
    for message, want in zip(messages, wanted["messages"], strict=True):
        assert message["header"] == {
            "version": 10,
            "length": want["length"],
            "exportTime": want["time"],
            "sequenceNumber": want["sequence"],
            "observationDomainId": 7,
        }
        assert [each["template_id"] for each in message["templates"]] == want["templates"]
        assert {each["event"] for each in message["templates"]} <= {"learned", "refreshed"}
        assert message["sequence"]["event"] == ("first" if want["sequence"] == 0 else "in_order")
        assert message["problems"] == []
        records: dict[bool, list[Any]] = {False: [], True: []}
        for template_id, *values in want["records"]:
            names, is_options = wanted["templates"][str(template_id)], template_id >= 259
            plain = dict(zip(names, values, strict=True))
            if is_options:  # its first field is scope
                plain = {"scope": {names[0]: plain.pop(names[0])}, **plain}
            records[is_options].append(plain)
        assert (message["flows"], message["options"]) == (records[False], records[True])


@pytest.mark.conformance("FILE-7-01")
@pytest.mark.parametrize("name", ["openvswitch-ipfix", "pmacctd-ipfix", "softflowd-ipfix"])
def test_any_stream_of_messages_is_a_file(make_decoder: Any, name: str) -> None:
    sent = read_datagrams(RECORDINGS / f"{name}.pcap")
    one_by_one = make_decoder()
    assert decoded(make_decoder(), b"".join(sent)) == [
        one_by_one.decode(each, "file", transport="file") for each in sent
    ]


@pytest.mark.conformance("FILE-7.1-01")
def test_files_have_the_templates_of_every_transport(decoder: Any) -> None:
    octets = [ipfix_message(each, DATA, sequenceNumber=number) for number, each in enumerate([TEACH, TEACH, OTHER])]
    octets += [ipfix_message(WITHDRAW, sequenceNumber=3), ipfix_message(TEACH, DATA, sequenceNumber=3)]
    messages = decoded(decoder, b"".join(octets))
    assert [events(each) for each in messages] == [
        [(event, 256)] for event in ("learned", "refreshed", "replaced", "withdrawn", "learned")
    ]
    assert flows(messages) == [flow(1), flow(1), SWAPPED, flow(1)]
    assert [each["problems"] for each in messages] == [[]] * 5


@pytest.mark.conformance("FILE-7.1-01")
def test_files_out_of_order_may_redefine_as_well(make_decoder: Any) -> None:
    decoder = make_decoder(history=True)
    octets = [ipfix_message(each, exportTime=1000 + at) for at, each in enumerate([TEACH, DATA, OTHER, DATA])]
    for at in (0, 2):
        message = decoder.decode(octets[at], "file", transport="file")
    assert (events(message), message["problems"]) == ([("replaced", 256)], [])
    for at in (3, 1):
        decoder.decode(octets[at], "file", transport="file")
    late = {each["header"]["exportTime"]: each["flows"] for each in decoder.flush()}
    assert late == {1001: [flow(1)], 1003: [SWAPPED]}


@pytest.mark.conformance("FILE-7.1-02", "FILE-7.1-03")
def test_a_key_for_each_session(decoder: Any) -> None:
    first, second = ipfix_message(TEACH), ipfix_message(DATA)
    assert flows(decoded(decoder, first, "one")) == []
    (message,) = decoded(decoder, second, "another")
    assert (message["flows"], codes(message)) == ([], ["missing_template"])
    assert flows(decoded(decoder, second, "one")) == [flow(1)]  # a session in two files


@pytest.mark.conformance("IPFIX-8-02")
@pytest.mark.parametrize("transport", ["tcp", "sctp", "file"])
def test_a_session_that_ended_teaches_the_next_one_nothing(decoder: Any, transport: str) -> None:
    decoder.decode(ipfix_message(TEACH, DATA), "r1", transport=transport)
    assert decoder.forget("r1") is True
    message = decoder.decode(ipfix_message(DATA), "r1", transport=transport)
    assert (message["flows"], codes(message), message["sequence"]["event"]) == ([], ["missing_template"], "first")
    message = decoder.decode(ipfix_message(OTHER, DATA), "r1", transport=transport)
    assert (events(message), message["problems"]) == ([("learned", 256)], [])
    assert message["flows"] == [SWAPPED]


@pytest.mark.conformance("IPFIX-8.3-01")
def test_streams_of_an_sctp_association_share_their_templates(decoder: Any) -> None:
    """Stream 0 brings the templates, stream 1 the data: for a decoder they are one session, one key."""
    templates, data = MessageStream(), MessageStream()
    octets = ipfix_message(DATA)
    assert data.feed(octets[:20]) == []
    (taught,) = templates.feed(ipfix_message(TEACH))
    (told,) = data.feed(octets[20:])
    decoder.decode(taught.octets, "association 1", transport="sctp")
    assert decoder.decode(told.octets, "association 1", transport="sctp")["flows"] == [flow(1)]


@pytest.mark.conformance("IPFIX-9.3-03")
def test_sessions_that_are_idle_can_be_found_and_ended(decoder: Any) -> None:
    for exporter, time in (("quiet", 1000), ("busy", 1000), ("busy", 4600)):
        decoder.decode(ipfix_message(TEACH, exportTime=time), exporter, transport="tcp")
    heard = {row["exporter"]: row["last_heard"] for row in decoder.statistics()}
    assert heard == {"quiet": 1000, "busy": 4600}
    assert [decoder.forget(each) for each, time in heard.items() if time < 4600 - 1800] == [True]
    assert [row["exporter"] for row in decoder.templates()] == ["busy"]


SCOPES = {263: "messageScope", 267: "sessionScope"}


@pytest.mark.conformance("FILE-8.2-01")
@pytest.mark.parametrize("element", SCOPES)
def test_the_value_of_message_and_session_scope_means_nothing(decoder: Any, element: int) -> None:
    """0, as it should be, or 7: kept, and nothing depends on it."""
    teach = set_of(3, options_template(300, [(element, 1)], [(258, 4)]))  # 258: collectionTimeMilliseconds, too short
    told = [
        decoder.decode(ipfix_message(teach, TEACH, DATA, set_of(300, bytes([value, 0, 0, 3, 0xE8]))), value)
        for value in (0, 7)
    ]
    assert [each["options"][0]["scope"] for each in told] == [{SCOPES[element]: 0}, {SCOPES[element]: 7}]
    for message in told:
        del message["exporter"], message["options"][0]["scope"]
    assert told[0] == told[1]
    assert told[0]["flows"] == [flow(1)]


@pytest.mark.conformance("FILE-8.2-02")
@pytest.mark.parametrize("content", [b"text", ipfix_message(TEACH), b"\x45\0\0\x14" + bytes(16), b""])
def test_opaque_octets_are_not_interpreted(make_decoder: Any, content: bytes) -> None:
    """Not as text, a message or a packet."""
    teach = set_of(3, options_template(300, [(263, 1)], [(266, VARIABLE)]))
    octets = ipfix_message(teach, set_of(300, b"\0" + variable(content)))
    for settings, want in (({}, content.hex()), ({"octet_values": "bytes"}, content)):
        message = make_decoder(packet_sections=True, **settings).decode(octets, "file", transport="file")
        assert message["options"] == [{"scope": {"messageScope": 0}, "opaqueOctets": want}]
        assert (message["problems"], events(message)) == ([], [("learned", 300)])


def with_checksum() -> bytes:
    """A message with its checksum: RFC 5655 §8.1.1, MD5 with the 16 octets of the checksum zero."""
    sets = set_of(3, options_template(300, [(263, 1)], [(262, 16)])), TEACH, DATA, set_of(300, bytes(1 + 16))
    at, whole = len(ipfix_message(*sets)) - 16, ipfix_message(*sets, DATA)
    return whole[:at] + hashlib.md5(whole).digest() + whole[at + 16 :]


@pytest.mark.conformance("FILE-8.1.1-01")
@pytest.mark.parametrize("octet_values", ["hex", "bytes"])
def test_checksums_of_messages(make_decoder: Any, octet_values: str) -> None:
    decoder = make_decoder(octet_values=octet_values)
    octets = with_checksum()
    message = decoder.decode(octets, "file", transport="file")
    assert message["flows"] == [flow(1), flow(1)]
    assert checksum_holds(octets, message) is True
    assert checksum_holds(memoryview(octets), message) is True
    for at in (7, len(octets) - 1, len(octets) - 20):  # export time, the last record, the checksum itself
        spoiled = octets[:at] + bytes([octets[at] ^ 1]) + octets[at + 1 :]
        assert checksum_holds(spoiled, decoder.decode(spoiled, "file", transport="file")) is False
    plain = ipfix_message(TEACH, DATA)
    assert checksum_holds(plain, decoder.decode(plain, "file", transport="file")) is None


@pytest.mark.conformance("FILE-8.1.1-01")
@pytest.mark.parametrize("value", ["00", "", None, "ff" * 16, ["00", "01"]])
def test_a_checksum_that_is_none_does_not_hold(decoder: Any, value: Any) -> None:
    octets = ipfix_message(TEACH, DATA)
    message = decoder.decode(octets, "file", transport="file")
    message["options"].append({"scope": {"messageScope": 0}, "messageMD5Checksum": value})
    assert checksum_holds(octets, message) is False


def test_checksums_cost_no_more_than_a_few_sums(decoder: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    summed: list[int] = []
    real = hashlib.md5

    def md5(octets: bytes, *, usedforsecurity: bool) -> Any:
        summed.append(len(octets))
        return real(octets, usedforsecurity=usedforsecurity)

    teach = set_of(3, options_template(300, [(263, 1)], [(262, 16)]))
    octets = ipfix_message(teach, set_of(300, bytes(17 * 3000)))  # 3000 checksums of zero
    message = decoder.decode(octets, "file", transport="file")
    assert len(message["options"]) == 3000
    monkeypatch.setattr("netflowparse.files.hashlib.md5", md5)
    assert checksum_holds(octets, message) is False
    assert len(summed) == 16


@pytest.mark.conformance("FILE-10.2-01")
def test_compression_is_told_by_the_first_octets() -> None:
    assert compression(FILE[:2]) == "ipfix"
    assert compression(b"\x1f\x8b\x08\0") == "gzip"
    assert compression(bytearray(b"BZh91AY")) == "bzip2"
    assert [compression(each) for each in (b"", b"\0", b"\x1f", b"BZ", b"\0\x09", b"PK\3\4")] == [None] * 6
    with pytest.raises(WrongType, match="octets is str"):
        compression("BZh")  # type: ignore[arg-type]
    with pytest.raises(WrongType, match="message=None: expected a dict"):
        checksum_holds(b"", None)  # type: ignore[arg-type]


@pytest.mark.conformance("FILE-B-01")
def test_version_9_and_ipfix_share_their_names(decoder: Any) -> None:
    """The same record, with elements 1 to 127 that are neither of them alone, has the same keys and values in both."""
    fields = [(8, 4), (12, 4), (7, 2), (11, 2), (4, 1), (6, 1), (10, 2), (14, 2), (2, 4), (1, 4), (16, 4), (27, 16)]
    content = bytes.fromhex(
        "C0000201 C6336401 0400 0035 11 00 0001 0002 0000000A 000003E8 0000FDE8" + "20010DB8" + "00" * 11 + "01"
    )
    nine = decoder.decode(netflow9_datagram(set_of(0, template(256, fields)), set_of(256, content)), "r1")
    ten = decoder.decode(ipfix_message(set_of(2, template(256, fields)), set_of(256, content)), "r1")
    assert nine["flows"] == ten["flows"]
    assert ten["flows"] == [
        {
            "sourceIPv4Address": "192.0.2.1",
            "destinationIPv4Address": "198.51.100.1",
            "sourceTransportPort": 1024,
            "destinationTransportPort": 53,
            "protocolIdentifier": 17,
            "tcpControlBits": 0,
            "ingressInterface": 1,
            "egressInterface": 2,
            "packetDeltaCount": 10,
            "octetDeltaCount": 1000,
            "bgpSourceAsNumber": 65000,
            "sourceIPv6Address": "2001:db8::1",
        }
    ]
    names = [[field["name"] for field in each["templates"][0]["fields"]] for each in (nine, ten)]
    assert names[0] == names[1] == list(ten["flows"][0])


@pytest.mark.conformance("FILE-B-01")
def test_version_9_and_ipfix_options_share_their_names(decoder: Any) -> None:
    """Scopes have numbers of their own in version 9; what is said of them has the same names."""
    content = bytes.fromhex("00000003 0000000A 02")
    nine = set_of(1, netflow9_options_template(300, [(2, 4)], [(34, 4), (35, 1)]))  # scope 2: interface
    ten = set_of(3, options_template(300, [(10, 4)], [(34, 4), (35, 1)]))
    (old,) = decoder.decode(netflow9_datagram(nine, set_of(300, content)), "r1")["options"]
    (new,) = decoder.decode(ipfix_message(ten, set_of(300, content)), "r1")["options"]
    assert (old.pop("scope"), new.pop("scope")) == ({"interface": 3}, {"ingressInterface": 3})
    assert old == new == {"samplingInterval": 10, "samplingAlgorithm": 2}
