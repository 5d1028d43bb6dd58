"""What holds for datagrams of every version: dispatch, the one shape, arguments, and octets spoiled anywhere."""

from random import Random

import pytest

import netflowparse
from netflowparse import DecodeError, Decoder, Limits, TruncatedDatagram, UnknownVersion, UsageError, WrongType
from tests.message_builder import ipfix_message, netflow9_datagram
from tests.plain import assert_plain
from tests.protocols.examples import EXAMPLES, NETFLOW5, NETFLOW9, RFC3954, RFC7011
from tests.protocols.layouts import HEADERS, RECORDS, datagram, size_of
from tests.protocols.messages import codes, malformed

KNOWN = {0, 1, 5, 6, 7, 8, 9, 10}  # 0: sFlow, whose version has four octets
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
FIXED = {f"netflow{version}": datagram(version, [bytes(size_of(RECORDS[version]))]) for version in (1, 5, 6, 7)}
ALL = {**FIXED, "netflow8": datagram(8, [bytes(28)], aggregation=1), "netflow9": NETFLOW9, "ipfix": RFC7011}
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
    assert list(message) == KEYS
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


@pytest.mark.fault("G-03", "G-17")
@pytest.mark.conformance("IPFIX-3.1-01", "NF5-8-01")
def test_every_version_word(decoder):
    for version in range(65536):
        octets = version.to_bytes(2, "big")
        try:
            decoder.decode(octets, "r1")
        except UnknownVersion as error:
            assert error.version == version
            assert version not in KNOWN
        except TruncatedDatagram:
            assert version in KNOWN
        else:
            pytest.fail(f"version {version} of two octets decodes")
    assert decoder.templates() == []


@pytest.mark.fault("G-17")
@pytest.mark.parametrize(("octets", "version"), [("0500", 1280), ("0900", 2304), ("0a00", 2560)])
def test_octets_in_the_wrong_order_are_named(decoder, octets, version):
    with pytest.raises(UnknownVersion, match="wrong order") as caught:
        decoder.decode(bytes.fromhex(octets) + bytes(30), "r1")
    assert caught.value.version == version


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
    problem = message["problems"][0]
    assert problem["offset"] == len(octets)
    assert problem["code"] == ("truncated_set" if version9 else "trailing_octets")
    assert malformed(message) is version9


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
@pytest.mark.parametrize("version", [1, 5, 6, 7, 8, 9, 10])
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
    assert len(message["problems"]) <= 3
    assert records(message) == []


@pytest.mark.fault("G-13")
@pytest.mark.parametrize("octets", [NETFLOW5, RFC3954, RFC7011], ids=["netflow5", "netflow9", "ipfix"])
def test_the_same_datagram_again_and_again(decoder, octets):
    first = decoder.decode(octets, "r1")
    state = decoder.templates()
    for _ in range(50):
        message = decoder.decode(octets, "r1")
        assert (records(message), message["sequence"]["event"]) == (records(first), "duplicate")
    assert decoder.templates() == state


@pytest.mark.fault("G-14")
@example
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
@pytest.mark.parametrize("kind", ["\0\x05", None, 5, [0, 5], (0, 5), 1.5, object()], ids=repr)
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
