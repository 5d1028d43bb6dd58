"""Records in sets, sets in datagrams: padding, and where one ends."""

from __future__ import annotations

import pytest

from netflowparse import Decoder, EncodeError, encode
from netflowparse.encoding.datagrams import OpenSet


def padding_of(protocol: str, lengths: list[int], flows: int) -> tuple[str, int]:
    """What stands behind *flows* records of a template of octetArrays, and what the set says of its length."""
    fields = [{"name": "paddingOctets", "length": each} for each in lengths]
    value = ["ff" * each for each in lengths] if len(lengths) > 1 else "ff" * lengths[0]
    given = [{"template_id": 256, "scope_count": None, "fields": fields}]
    (octets,) = encode({"protocol": protocol, "flows": [{"paddingOctets": value}] * flows}, templates=given)
    content = octets[{"netflow9": 20, "ipfix": 16}[protocol] :]
    assert Decoder().decode(octets, "exporter")["problems"][:1][0]["code"] == "missing_template"
    return content[4 + sum(lengths) * flows :].hex(), int.from_bytes(content[2:4], "big")


@pytest.mark.conformance("IPFIX-3.3.1-03", "IPFIX-3.3.1-04", "NF9-5.3-02")
@pytest.mark.parametrize("protocol", ["netflow9", "ipfix"])
@pytest.mark.parametrize(
    ("lengths", "flows", "zeros"),
    [
        ([4], 1, 0),
        ([5], 1, 3),
        ([5], 2, 2),
        ([3], 1, 1),
        ([3], 2, 2),
        ([3], 3, 0),  # three zeros would be another record
        ([2], 1, 0),  # so would two
        ([1], 3, 0),
        ([1], 1, 0),
        ([2, 5], 1, 1),
    ],
)
def test_padding(protocol: str, lengths: list[int], flows: int, zeros: int) -> None:
    """To four octets, if that is shorter than any record; the set's length counts it."""
    assert padding_of(protocol, lengths, flows) == ("00" * zeros, 4 + sum(lengths) * flows + zeros)


@pytest.mark.conformance("IPFIX-3.3.1-03", "IPFIX-3.3.1-04")
def test_padding_before_variable_lengths() -> None:
    """The shortest record of a template of two variable lengths has two octets: at most one zero."""
    for text, zeros in (("a", 0), ("ab", 0), ("abc", 1), ("abcd", 0)):
        (octets,) = encode({"protocol": "ipfix", "flows": [{"interfaceName": text, "interfaceDescription": "yz"}]})
        record = bytes([len(text)]) + text.encode() + b"\2yz"
        assert octets[octets.index(record) + len(record) :] == bytes(zeros)


def test_open_set() -> None:
    made = OpenSet(256, 5, None)
    made.body += b"\1\2\3\4\5"
    assert made.octets.hex() == "0100000c0102030405000000"


def test_sets_of_the_same_template_are_one() -> None:
    flows = [{"octetDeltaCount": 1}, {"octetDeltaCount": 2}, {"packetDeltaCount": 3}, {"octetDeltaCount": 4}]
    (octets,) = encode({"protocol": "ipfix", "flows": flows})
    ids, at = [], 16
    while at < len(octets):
        ids.append((int.from_bytes(octets[at : at + 2], "big"), int.from_bytes(octets[at + 2 : at + 4], "big")))
        at += ids[-1][1]
    assert ids == [(2, 12), (256, 20), (2, 12), (257, 12), (256, 12)]


def test_several_datagrams_hand_counted() -> None:
    """Header 16, set head 4, records of 8 octets: five to 60 octets; the template takes 12 of the first."""
    flows = [{"octetDeltaCount": number} for number in range(20)]
    made = encode({"protocol": "ipfix", "header": {"sequenceNumber": 2**32 - 3}, "flows": flows}, max_length=64)
    assert [len(each) for each in made] == [64, 60, 60, 60, 20 + 8]
    assert [int.from_bytes(each[8:12], "big") for each in made] == [2**32 - 3, 1, 6, 11, 16]
    assert [int.from_bytes(each[2:4], "big") for each in made] == [64, 60, 60, 60, 28]
    decoder = Decoder()
    assert [flow for each in made for flow in decoder.decode(each, "exporter")["flows"]] == flows


def test_numbers_of_netflow9() -> None:
    """Datagrams, not records, whose count in the header is that of templates and records."""
    flows = [{"octetDeltaCount": number} for number in range(12)]
    made = encode({"protocol": "netflow9", "header": {"sequenceNumber": 2**32 - 1}, "flows": flows}, max_length=64)
    assert [int.from_bytes(each[12:16], "big") for each in made] == [2**32 - 1, 0, 1]
    assert [int.from_bytes(each[2:4], "big") for each in made] == [4, 5, 4]


def test_a_record_that_fits_no_datagram() -> None:
    with pytest.raises(EncodeError) as caught:
        encode({"protocol": "ipfix", "flows": [{"interfaceName": "x" * 45}]}, max_length=64)
    assert caught.value.path == ("flows", 0)
    assert caught.value.why == "a record of 46 octets, which no datagram has room for"
    assert len(encode({"protocol": "ipfix", "flows": [{"interfaceName": "x" * 43}]}, max_length=64)) == 2


def test_a_template_that_fits_no_datagram() -> None:
    with pytest.raises(EncodeError) as caught:
        encode({"protocol": "ipfix", "flows": [{"octetDeltaCount": list(range(11))}]}, max_length=64)
    assert (caught.value.path, caught.value.why) == (
        ("flows", 0),
        "a record of 48 octets, which no datagram has room for",
    )
