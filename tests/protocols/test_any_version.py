"""What holds for datagrams of every version: dispatch, the one shape, arguments, and octets spoiled anywhere."""

import pickle
from random import Random

import pytest

import netflowparse
from netflowparse import (
    DecodeError,
    Decoder,
    Limits,
    MalformedMessage,
    TruncatedDatagram,
    UnknownVersion,
    UsageError,
    WrongType,
)
from tests.message_builder import ipfix_message, netflow9_datagram
from tests.plain import assert_plain
from tests.protocols.examples import EXAMPLES, NETFLOW5, NETFLOW9, RFC3954, RFC7011
from tests.protocols.layouts import HEADERS, RECORDS, datagram, size_of
from tests.protocols.messages import codes, malformed
from tests.sflow_builder import one_flow, sampled_header

KNOWN = {version: f"netflow{version}" for version in (*HEADERS, 9)} | {10: "ipfix", 0: "sflow5"}
HEADER_LENGTHS = {0: 28, 9: 20, 10: 16}  # octets, by version; 0: sFlow, of IPv4
HEADER_LENGTHS |= {version: size_of(layout) for version, layout in HEADERS.items()}
#: what the longest datagram of nothing but one octet is, behind the headers that count nothing
MONOTONY = {
    (8, b"\0"): ["unknown_layout"],
    (8, b"\xff"): ["unknown_layout"],
    (9, b"\0"): [],  # fill
    (9, b"\xff"): ["truncated_set", "missing_template"],
    (10, b"\0"): ["bad_length"],
    (10, b"\xff"): ["truncated_set", "missing_template"],
}
KEYS = [
    "protocol",
    "exporter",
    "header",
    "flows",
    "options",
    "counters",
    "templates",
    "sequence",
    "problems",
    "quirks",
    "late",
]
SFLOW = one_flow(sampled_header(bytes(14)))
FIXED = {f"netflow{version}": datagram(version, [bytes(size_of(layout))]) for version, layout in RECORDS.items()}
ALL = {**FIXED, "netflow8": datagram(8, [bytes(28)], aggregation=1), "netflow9": NETFLOW9, "ipfix": RFC7011}
ALL["sflow5"] = SFLOW
example = pytest.mark.parametrize("octets", EXAMPLES.values(), ids=EXAMPLES)


def records(message):
    return [*message["flows"], *message["options"]]


def survives(decoder, octets, exporter="r1"):
    """The message of octets that may be anything, or None where there is none; what comes out is plain and bounded."""
    try:
        message = decoder.decode(octets, exporter)
    except DecodeError as error:
        assert 0 <= error.offset <= len(octets)
        return None
    assert_plain(message)
    assert [key for key in message if key != "unknown_samples"] == KEYS
    assert len(message["problems"]) <= Limits().problems + 1
    assert all(0 <= problem["offset"] <= len(octets) for problem in message["problems"])
    return message


@pytest.mark.conformance("NF5-4-01")
@pytest.mark.parametrize("protocol", ALL)
def test_the_version_word_chooses(decoder, protocol):
    message = decoder.decode(ALL[protocol], "r1")
    assert (message["protocol"], list(message), message["problems"]) == (protocol, KEYS, [])
    assert message["exporter"] == "r1"
    assert_plain(message)


@pytest.mark.fault("G-01", "G-02")
@pytest.mark.parametrize("octets", [b"", b"\x00", b"\x05", b"\x09", b"\x0a"])
def test_not_even_a_version(decoder, octets):
    with pytest.raises(TruncatedDatagram) as caught:
        decoder.decode(octets, "r1")
    assert (caught.value.offset, caught.value.protocol) == (len(octets), None)
    assert decoder.statistics() == []


@pytest.mark.fault("G-03", "G-17")
@pytest.mark.conformance("IPFIX-3.1-01", "NF5-8-01")
def test_every_version_word(decoder):
    for version in range(65536):
        octets = version.to_bytes(2, "big")
        try:
            decoder.decode(octets, "r1")
        except UnknownVersion as error:
            assert (error.version, error.offset) == (version, 0)
            assert version not in KNOWN
        except TruncatedDatagram as error:
            assert (error.protocol, error.offset) == (KNOWN[version], 2)
        else:
            pytest.fail(f"version {version} of two octets decodes")
    assert (decoder.templates(), decoder.statistics()) == ([], [])


@pytest.mark.fault("G-17")
@pytest.mark.parametrize(("octets", "version"), [("0500", 1280), ("0900", 2304), ("0a00", 2560)])
def test_octets_in_the_wrong_order_are_named(decoder, octets, version):
    with pytest.raises(UnknownVersion) as caught:
        decoder.decode(bytes.fromhex(octets) + bytes(30), "r1")
    number = version >> 8
    assert (caught.value.version, caught.value.offset) == (version, 0)
    assert caught.value.hint == f"octets in the wrong order? {number} is 00 {number:02x} on the wire"
    assert decoder.statistics() == []


#: of pcap in either order, with microseconds and nanoseconds, and of pcapng
MAGICS = ("a1b2c3d4", "d4c3b2a1", "a1b23c4d", "4d3cb2a1", "0a0d0d0a")
CAPTURE = "a capture file? datagrams are in its frames: the command line takes them out"


@pytest.mark.fault("G-18")
@pytest.mark.parametrize(
    ("octets", "version", "hint"),
    [
        (b"\0\0" + FIXED["netflow1"], 1, "a NetFlow version in four octets? 1 is 00 01 on the wire"),
        (b"\0\0" + FIXED["netflow7"], 7, "a NetFlow version in four octets? 7 is 00 07 on the wire"),
        (b"\0\0" + NETFLOW9, 9, "a NetFlow version in four octets? 9 is 00 09 on the wire"),
        (b"\0\0" + RFC7011, 10, "a NetFlow version in four octets? 10 is 00 0a on the wire"),
        (b"\0\0\0\2" + SFLOW[4:], 2, "an sFlow version 2 datagram"),
        (b"\0\0\0\4" + SFLOW[4:], 4, "an sFlow version 4 datagram"),
        (b"\0\0\0\3" + SFLOW[4:], 3, ""),
        (b"\0\0" + b"\0\xff", 255, ""),
        (b"\0\4" + NETFLOW9[2:], 4, ""),
        *((bytes.fromhex(magic) + bytes(20), int(magic[:4], 16), CAPTURE) for magic in MAGICS),
    ],
    ids=lambda value: value if isinstance(value, int) else "",
)
def test_what_looks_like_another_protocol_is_named(decoder, octets, version, hint):
    """Two octets tell NetFlow from sFlow; what has the version of one where the other's stands is told apart."""
    with pytest.raises(UnknownVersion) as caught:
        decoder.decode(octets, "r1")
    assert (caught.value.version, caught.value.hint, caught.value.offset) == (version, hint, 0)
    assert str(caught.value).endswith(f" ({hint})") is bool(hint)
    assert decoder.statistics() == []


@pytest.mark.fault("G-18")
def test_no_protocol_is_taken_for_another(decoder):
    """One entry point for all: sFlow and NetFlow of one exporter do not meet, whatever their versions look like."""
    for octets, protocol in ((SFLOW, "sflow5"), (NETFLOW5, "netflow5"), (NETFLOW9, "netflow9"), (SFLOW, "sflow5")):
        message = decoder.decode(octets, "r1")
        assert (message["protocol"], message["problems"], len(message["flows"])) == (protocol, [], 1)
    with pytest.raises(MalformedMessage, match="agent address of type 65537, expected 0, 1 or 2") as caught:
        decoder.decode(b"\0\0" + NETFLOW5[:2] + b"\0\1" + NETFLOW5[2:], "r1")  # 00000005, then no kind of agent
    assert (caught.value.protocol, caught.value.offset) == ("sflow5", 4)
    assert {row["protocol"]: row["datagrams"] for row in decoder.statistics()} == {
        "netflow5": 1,
        "netflow9": 1,
        "sflow5": 2,
    }


@pytest.mark.fault("G-04")
@pytest.mark.conformance("IPFIX-11.7-01")
@example
def test_every_prefix(decoder, octets):
    whole = records(decoder.decode(octets, "whole"))
    for length in range(len(octets)):
        message = survives(decoder, octets[:length], length)
        if message is not None:
            found = records(message)
            assert found == whole[: len(found)]
    assert records(decoder.decode(octets, "whole")) == whole


@pytest.mark.fault("G-05", "G-06")
@example
@pytest.mark.parametrize(
    "tail", [b"\0", b"\0" * 3, b"\0" * 4, b"\0" * 100, b"\xff" * 100], ids=["1", "3", "4", "100", "ff"]
)
def test_octets_behind_a_whole_datagram(decoder, octets, tail):
    whole = records(decoder.decode(octets, "whole"))
    message = decoder.decode(octets + tail, "r1")
    assert records(message) == whole
    version9 = octets[1] == 9
    if tail[:1] == b"\0" and version9:
        assert message["problems"] == []
        assert message["quirks"] == (["zero_filled_tail"] if len(tail) > 3 else [])
        return
    problem, *others = message["problems"]
    assert problem["offset"] == len(octets)
    assert problem["code"] == ("truncated_set" if version9 else "trailing_octets")
    assert malformed(message) is version9
    if version9:  # FlowSet 65535, of 65535 octets
        assert (problem["set_id"], problem["missing"]) == (65535, 65535 - 100)
        assert [each["code"] for each in others] == ["missing_template"]
    else:
        assert (problem["length"], problem["octets"], others) == (len(tail), tail[:64].hex(), [])


@pytest.mark.fault("G-12")
@example
def test_two_datagrams_in_one(decoder, octets):
    whole = records(decoder.decode(octets, "whole"))
    message = decoder.decode(octets + octets, "r1")
    assert records(message) == whole
    first = min(message["problems"], key=lambda problem: problem["offset"])
    expected = "bad_length" if octets[1] == 9 else "trailing_octets"  # 0009 0002 is no FlowSet
    if octets == RFC3954:
        expected = "unknown_set"  # 0009 0007: a reserved id of 7 octets
    assert (first["code"], first["offset"]) == (expected, len(octets))
    assert first["length"] == (7 - 4 if octets == RFC3954 else len(octets))


@pytest.mark.fault("G-07")
@example
def test_every_octet_spoiled(decoder, compiled, octets):
    clean = records(decoder.decode(octets, "clean"))
    for at in range(len(octets)):
        for value in b"\x00\x7f\x80\xff" if compiled else b"\x00\xff":
            survives(decoder, octets[:at] + bytes([value]) + octets[at + 1 :], at)
    assert records(decoder.decode(octets, "clean")) == clean


@pytest.mark.fault("G-08")
@example
def test_every_word_spoiled(decoder, compiled, octets):
    for at in range(0, len(octets), 2):
        for value in (0, 1, 3, 4, 5, 0x7FFF, 0x8000, 0xFFFF) if compiled else (1, 3, 5, 0x7FFF):
            survives(decoder, octets[:at] + value.to_bytes(2, "big") + octets[at + 2 :], at)


@pytest.mark.fault("G-10")
@pytest.mark.parametrize("octets", ALL.values(), ids=ALL)
def test_as_many_octets_of_noise_as_fit(decoder, octets):
    header = octets[: HEADER_LENGTHS[octets[1]]]
    for seed in range(3):
        message = survives(decoder, header + Random(seed).randbytes(65535 - len(header)), "noise")
        assert len(records(message)) == (octets[1] in HEADERS)  # as many as these headers count
        assert message["templates"] == message["counters"] == []


@pytest.mark.fault("G-10")
@example
def test_anything_behind_a_header(decoder, octets):
    header = octets[: size_of(HEADERS[5]) if octets[1] == 5 else 16 if octets[1] == 10 else 20]
    for seed in range(25):
        noise = Random(seed)
        body = noise.randbytes(noise.randrange(1400))
        survives(decoder, header + body, seed % 3)
        survives(decoder, octets[: len(octets) // 2] + body, seed % 3)


@pytest.mark.fault("G-11")
@pytest.mark.parametrize("octet", [b"\0", b"\xff"])
@pytest.mark.parametrize("version", [*HEADERS, 9, 10])
def test_the_longest_monotony(decoder, version, octet):
    if version == 9:
        header = netflow9_datagram()
    elif version == 10:
        header = ipfix_message(length=65535)
    else:
        header = datagram(version, [])
        assert len(header) == size_of(HEADERS[version])
    message = survives(decoder, header + octet * (65535 - len(header)))
    assert message is not None
    assert codes(message) == MONOTONY.get((version, octet), ["trailing_octets"])
    assert all(len(header) <= problem["offset"] + problem["length"] <= 65535 for problem in message["problems"])
    assert records(message) == []


@pytest.mark.fault("G-11")
@pytest.mark.parametrize("octet", [b"\0", b"\xff"])
def test_the_longest_monotony_that_is_counted(decoder, octet):
    """Records of nothing but one octet are records: as many as there are, not as many as are counted."""
    message = survives(decoder, datagram(5, [], count=65535) + octet * (65535 - 24))
    assert len(message["flows"]) == (65535 - 24) // 48 == 1364
    assert {flow["sourceIPv4Address"] for flow in message["flows"]} == {".".join([str(octet[0])] * 4)}
    assert codes(message) == ["count_mismatch", "truncated_record"]


@pytest.mark.fault("G-13")
@pytest.mark.parametrize("octets", [NETFLOW5, RFC3954, RFC7011, SFLOW], ids=["netflow5", "netflow9", "ipfix", "sflow5"])
def test_the_same_datagram_again_and_again(decoder, compiled, octets):
    first, again = decoder.decode(octets, "r1"), decoder.decode(octets, "r1")
    if octets == SFLOW:  # whose samples are numbered as well
        continuity = [each["flows"][0].pop("continuity")["event"] for each in (first, again)]
        assert continuity == ["first", "duplicate"]
    assert records(again) == records(first) != []
    state, size = decoder.templates(), len(pickle.dumps(decoder))
    for _ in range(998 if compiled else 98):
        message = decoder.decode(octets, "r1")
        if octets == SFLOW:
            assert message["flows"][0].pop("continuity")["event"] == "duplicate"
        assert (records(message), message["sequence"]["event"]) == (records(first), "duplicate")
        assert message["problems"] == []
    assert (decoder.templates(), decoder.pending()) == (state, [])
    assert len(pickle.dumps(decoder)) <= size + 16  # of the counts alone, which have more digits


@pytest.mark.fault("G-14")
@pytest.mark.parametrize("octets", ALL.values(), ids=ALL)
def test_octets_of_any_kind(decoder, octets):
    def decode(kind):
        decoder.reset()
        return decoder.decode(kind, "r1")

    expected = decode(octets)
    spread = bytearray(2 * len(octets))
    spread[::2] = octets
    kinds = [bytearray(octets), memoryview(octets), memoryview(bytearray(octets)), memoryview(spread)[::2]]
    kinds.append(type("Octets", (bytes,), {})(octets))
    for kind in kinds:
        assert decode(kind) == expected
        assert bytes(kind) == octets
    mutable = bytearray(octets)
    message = decode(mutable)
    mutable[:] = bytes(len(octets))
    assert message == expected  # nothing in it holds on to the datagram


@pytest.mark.fault("G-15")
@pytest.mark.parametrize("kind", ["\0\x05", None, 5, [0, 5], (0, 5), 1.5, object], ids=repr)
def test_what_is_no_octets(decoder, kind):
    with pytest.raises(WrongType, match="expected bytes") as caught:
        decoder.decode(kind, "r1")
    assert isinstance(caught.value, UsageError)
    assert isinstance(caught.value, TypeError)


@pytest.mark.fault("G-16")
def test_exporters_are_any_hashable(decoder):
    exporters = [None, "", "r" * 10_000, ("192.0.2.1", 50001), ("192.0.2.1", 50002), 7, frozenset({1}), b"r1"]
    for exporter in exporters:
        assert decoder.decode(RFC7011, exporter)["exporter"] == exporter
    assert len({row["exporter"] for row in decoder.templates()}) == len(exporters)


@pytest.mark.fault("G-16")
@pytest.mark.parametrize("octets", ALL.values(), ids=ALL)
def test_exporters_that_cannot_be_hashed(decoder, octets):
    for exporter in (["r1"], {"r1": 1}, ("r1", [])):
        with pytest.raises(WrongType, match="hashable"):
            decoder.decode(octets, exporter)
    assert decoder.templates() == []


@pytest.mark.parametrize("transport", ["quic", "", "UDP"])
def test_transports_that_there_are_not(decoder, transport):
    with pytest.raises(UsageError, match="expected one of file, sctp, tcp, udp"):
        decoder.decode(RFC7011, "r1", transport=transport)


@pytest.mark.parametrize("transport", [None, 17, ["udp"]], ids=repr)
def test_transports_of_the_wrong_kind(decoder, transport):
    with pytest.raises(UsageError) as caught:
        decoder.decode(RFC7011, "r1", transport=transport)
    assert isinstance(caught.value, TypeError)


@pytest.mark.parametrize("now", ["1709240320", 1.5, (1,)], ids=repr)
def test_times_of_the_wrong_kind(decoder, now):
    with pytest.raises(WrongType, match="now"):
        decoder.decode(RFC7011, "r1", now=now)


@pytest.mark.parametrize("setting", [{"registry": {}}, {"limits": 5}, {"limits": {"exporters": 1}}], ids=repr)
def test_settings_of_the_wrong_kind(setting):
    with pytest.raises(WrongType):
        Decoder(**setting)


def test_the_decoder_of_the_process():
    netflowparse.reset()
    assert netflowparse.decode(RFC7011, exporter="r1")["templates"][0]["event"] == "learned"
    again = netflowparse.decode(RFC7011, "r1", now=5, transport="tcp")
    assert again["templates"][0]["event"] == "refreshed"
    netflowparse.reset()
    assert netflowparse.decode(RFC7011, "r1")["templates"][0]["event"] == "learned"
    netflowparse.reset()


def test_reset_forgets_everything(decoder):
    for exporter in ("r1", "r2"):
        decoder.decode(RFC7011, exporter)
    decoder.reset()
    assert decoder.templates() == []
    assert decoder.decode(RFC7011, "r1")["sequence"]["event"] == "first"
    assert codes(decoder.decode(RFC7011, "r1")) == []
