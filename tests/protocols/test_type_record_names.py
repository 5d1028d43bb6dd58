"""Names in type records (RFC 5610): which octets are no part of them, and which become keys of flows."""

import pytest

from netflowparse import Registry
from tests.message_builder import ipfix_message, options_template, set_of, template, variable
from tests.protocols.messages import codes
from tests.protocols.type_records import PEN, elements, flow_of, said, taught


@pytest.mark.conformance("TYPEREC-4-01")
@pytest.mark.fault("ST-19")
def test_nul_in_texts(decoder):
    (problem,) = taught(decoder, said(b"a\0b"))["problems"]
    assert problem["message"].endswith("informationElementName has a NUL in it")
    described = options_template(403, [(346, 4), (303, 2)], [(339, 1), (340, 65535)])
    record = set_of(403, bytes.fromhex("0000270F 0001 03") + variable(b"what\0"))
    (problem,) = decoder.decode(ipfix_message(set_of(3, described), record), "r1")["problems"]
    assert problem["message"].endswith("informationElementDescription has a NUL in it")
    assert elements(decoder) == []


@pytest.mark.conformance("TYPEREC-4-01")
def test_nuls_that_fill_a_fixed_length_are_no_part_of_a_name(decoder):
    fixed = options_template(404, [(346, 4), (303, 2)], [(339, 1), (341, 8)])
    record = set_of(404, bytes.fromhex("0000270F 0001 03") + b"depth\0\0\0")
    assert codes(decoder.decode(ipfix_message(set_of(3, fixed), record), "r1")) == []
    assert elements(decoder) == [("9999:1", "depth", "unsigned32", False)]


@pytest.mark.conformance("TYPEREC-4-02")
@pytest.mark.fault("ST-19")
@pytest.mark.parametrize(
    ("name", "key"),
    [
        (b"queueDepth", "queueDepth"),
        (b"x" * 64, "x" * 64),
        (b"x" * 65, "pen9999_" + "x" * 56),
        (b"__class__", "pen9999___class__"),
        (b"QueueDepth", "pen9999_QueueDepth"),
        (b"queue-depth \n'\"{}", "pen9999_queue_depth______"),
        ("größe".encode(), "pen9999_gr__e"),
        (b"", "pen9999_ie1"),
        (b"n" * 255, "pen9999_" + "n" * 56),
        (b"n" * 256, "pen9999_ie1"),
        (b"x" * 65000, "pen9999_ie1"),
        (b"sourceIPv4Address", "pen9999_sourceIPv4Address"),  # IANA's
        (b"reverseOctetDeltaCount", "pen9999_reverseOctetDeltaCount"),  # its reverse
        (b"initialTCPFlags", "pen9999_initialTCPFlags"),  # another vendor's
        (b"ie7", "pen9999_ie1"),  # the numbers of other elements
        (b"scope6", "pen9999_scope6"),
        *((word, f"pen9999_{word.decode()}") for word in (b"scope", b"resolved", b"tunnel", b"inner", b"truncated")),
        (b"report", "pen9999_report"),
    ],
)
def test_names_become_keys_with_care(decoder, name, key):
    assert codes(taught(decoder, said(name))) == []
    flow = flow_of(decoder)
    assert list(flow.items()) == [("sourceIPv4Address", "192.0.2.1"), (key, 1500)]
    (row,) = decoder.knowledge("r1")
    assert row["name"] == (name.decode() if len(name) <= 255 else "")
    assert row["flow_key"] == key


@pytest.mark.conformance("TYPEREC-4-02")
def test_one_name_for_several_elements(decoder):
    records = [said(b"depth", number=number) for number in (1, 2, 3)] + [said(b"depth", pen=8888)]
    assert codes(taught(decoder, *records)) == []
    assert [flow_key for _, flow_key, _, _ in elements(decoder)] == [
        "depth",
        "pen9999_depth",
        "pen9999_ie3",
        "pen8888_depth",
    ]


@pytest.mark.conformance("TYPEREC-4-02")
def test_a_key_stays_whatever_is_registered_later(make_decoder):
    registry = Registry()
    decoder = make_decoder(registry=registry)
    taught(decoder, said())
    registry.add("pen,element_id,name,data_type\n64999,1,queueDepth,unsigned32\n")
    fields = [(PEN, 1, 4), (64999, 1, 4)]
    sets = set_of(2, template(256, fields)), set_of(256, bytes.fromhex("00000001 00000002"))
    assert decoder.decode(ipfix_message(*sets), "r1")["flows"] == [{"queueDepth": [1, 2]}]
