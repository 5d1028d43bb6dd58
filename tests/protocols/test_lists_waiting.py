"""Lists whose templates come later: hex and a problem at once, the whole record when all are known."""

import pickle

import pytest

from netflowparse import Decoder
from tests.list_builder import (
    ALL_OF,
    BASIC,
    MULTI,
    SUB_TEMPLATE,
    basic_list,
    entry,
    field,
    multi_list,
    sub_template_list,
    u16,
    u32,
)
from tests.message_builder import EXPORT_TIME, VARIABLE, ipfix_message, options_template, set_of, template
from tests.protocols.lists_that_wait import (
    DATA,
    NAMED,
    NAMED_TEMPLATE,
    OUTER,
    PORTS,
    PORTS_TEMPLATE,
    RAW,
    RECORDS,
    WHOLE,
    counts,
    teach,
)
from tests.protocols.messages import codes, learn10


def test_a_template_that_comes_later(decoder):
    learn10(decoder, OUTER)
    first = decoder.decode(ipfix_message(DATA, exportTime=EXPORT_TIME + 1), "r1")
    assert first["flows"] == [RAW]
    (problem,) = first["problems"]
    assert (problem["code"], problem["template_id"], problem["waiting"]) == ("missing_template", PORTS, True)
    assert decoder.pending()[0]["template_id"] == PORTS
    message = decoder.decode(
        ipfix_message(set_of(2, PORTS_TEMPLATE), exportTime=EXPORT_TIME + 2, sequenceNumber=1), "r1"
    )
    assert message["problems"] == []
    (late,) = message["late"]
    assert late["completed"] == {"flows": [WHOLE], "options": []}
    assert (late["flows"], late["options"]) == ([], [])  # who adds up flows must not add this one twice
    assert late["header"]["exportTime"] == EXPORT_TIME + 1
    assert late["sequence"] == first["sequence"]
    assert late["problems"] == []
    assert counts(decoder) == (1, 1, 1, 0, 0, 0, 0)  # the flow counts once
    assert decoder.pending() == []


@pytest.mark.fault("SD-28")
@pytest.mark.conformance("SD-4.5.2-01")
def test_a_template_that_comes_in_the_same_message(decoder):
    """Behind the data: nothing waits.  One that is redefined behind it was in force as it was."""
    learn10(decoder, OUTER)
    message = decoder.decode(ipfix_message(DATA, set_of(2, PORTS_TEMPLATE)), "r1")
    assert message["flows"] == [WHOLE]
    assert message["problems"] == []
    assert message["late"] == []
    other = template(PORTS, [(7, 4)])
    message = decoder.decode(ipfix_message(DATA, set_of(2, other), DATA, sequenceNumber=1), "r1")
    assert [flow["subTemplateList"]["records"] for flow in message["flows"]] == [
        RECORDS,
        [{"sourceTransportPort": 65538}],
    ]
    assert message["problems"] == []


def test_several_templates_are_all_awaited(decoder):
    learn10(decoder, template(400, [(MULTI, VARIABLE)]))
    octets = multi_list(ALL_OF, [entry(PORTS, u16(1) + u16(2)), entry(NAMED, b"\x01a"), entry(PORTS, b"bcde")])
    message = decoder.decode(ipfix_message(set_of(400, field(octets))), "r1")
    assert codes(message) == ["missing_template"] * 3
    assert [each.keys() for each in message["flows"][0]["subTemplateMultiList"]["entries"]] == [
        {"template_id", "octets"}
    ] * 3
    message = decoder.decode(ipfix_message(set_of(2, NAMED_TEMPLATE), sequenceNumber=1), "r1")
    assert message["late"] == []
    assert [row["template_id"] for row in decoder.pending()] == [PORTS]
    message = decoder.decode(ipfix_message(set_of(2, PORTS_TEMPLATE), sequenceNumber=1), "r1")
    (late,) = message["late"]
    assert late["completed"]["flows"][0]["subTemplateMultiList"]["entries"] == [
        {"template_id": PORTS, "records": RECORDS},
        {"template_id": NAMED, "records": [{"interfaceName": "a"}]},
        {"template_id": PORTS, "records": [{"sourceTransportPort": 0x6263, "destinationTransportPort": 0x6465}]},
    ]


def test_data_and_list_both_before_their_templates(decoder):
    """The set waits for its own template first, then comes out, and waits for what its list lacks."""
    message = decoder.decode(ipfix_message(DATA), "r1")
    assert (message["flows"], codes(message)) == ([], ["missing_template"])
    message = decoder.decode(ipfix_message(set_of(2, OUTER), sequenceNumber=1), "r1")
    (late,) = message["late"]
    assert late["flows"] == [RAW]
    assert "completed" not in late
    (problem,) = late["problems"]
    assert (problem["code"], problem["waiting"]) == ("missing_template", True)
    message = decoder.decode(ipfix_message(set_of(2, PORTS_TEMPLATE), sequenceNumber=1), "r1")
    (late,) = message["late"]
    assert late["completed"]["flows"] == [WHOLE]
    assert counts(decoder) == (1, 2, 2, 0, 0, 0, 0)


def test_lists_in_lists_that_lack_theirs(decoder):
    """A list that is there with its template's coming may lack another one."""
    learn10(decoder, template(400, [(SUB_TEMPLATE, VARIABLE)]))
    inner = field(sub_template_list(ALL_OF, PORTS, u16(1) + u16(2)))
    data = set_of(400, field(sub_template_list(ALL_OF, 310, inner)))
    nesting = template(310, [(SUB_TEMPLATE, VARIABLE)])
    message = decoder.decode(ipfix_message(data, set_of(2, nesting)), "r1")
    raw = {"semantic": "allOf", "template_id": PORTS, "octets": "00010002"}
    assert message["flows"][0]["subTemplateList"]["records"] == [{"subTemplateList": raw}]
    (problem,) = message["problems"]
    assert problem["path"] == ["subTemplateList", "records", 0, "subTemplateList"]
    (late,) = decoder.decode(ipfix_message(set_of(2, PORTS_TEMPLATE), sequenceNumber=1), "r1")["late"]
    whole = {"semantic": "allOf", "template_id": PORTS, "records": RECORDS}
    assert late["completed"]["flows"][0]["subTemplateList"]["records"] == [{"subTemplateList": whole}]


def test_with_a_history(make_decoder):
    """Templates in lists are those in force where the record stands in time."""
    decoder = make_decoder(history=True)
    other = template(PORTS, [(7, 4)])
    for number, (octets, late) in enumerate([(other, 10), (OUTER, 0), (PORTS_TEMPLATE, 0)]):
        decoder.decode(ipfix_message(set_of(2, octets), exportTime=EXPORT_TIME + late), f"r{number * 0}")
    decoder.decode(ipfix_message(DATA, exportTime=EXPORT_TIME + 5), "r0")
    decoder.decode(ipfix_message(DATA, exportTime=EXPORT_TIME + 15, sequenceNumber=1), "r0")
    flows = [flow for message in decoder.flush() for flow in message["flows"]]
    assert [flow["subTemplateList"]["records"] for flow in flows] == [RECORDS, [{"sourceTransportPort": 65538}]]


def test_pickles_and_snapshots(make_decoder, compiled):
    decoder = make_decoder()
    learn10(decoder, OUTER)
    decoder.decode(ipfix_message(DATA), "r1")
    copy = pickle.loads(pickle.dumps(decoder))
    (late,) = copy.decode(ipfix_message(set_of(2, PORTS_TEMPLATE), sequenceNumber=1), "r1")["late"]
    assert late["completed"]["flows"] == [WHOLE]
    # its record has come out: a snapshot leaves the completion out, and counts it as evicted
    restored = Decoder.restore(decoder.snapshot(pending=True), compiled=compiled)
    assert restored.pending() == []
    assert counts(restored)[1:] == (1, 0, 0, 1, 0, 0)
    assert restored.decode(ipfix_message(set_of(2, PORTS_TEMPLATE), sequenceNumber=1), "r1")["late"] == []


def test_an_empty_basic_list_lacks_nothing(decoder):
    learn10(decoder, template(400, [(BASIC, VARIABLE)]))
    octets = basic_list(ALL_OF, SUB_TEMPLATE, VARIABLE, field(sub_template_list(ALL_OF, 999)))
    message = decoder.decode(ipfix_message(set_of(400, field(octets))), "r1")
    assert message["flows"][0]["basicList"]["values"] == [{"semantic": "allOf", "template_id": 999, "records": []}]
    assert message["problems"] == []


def test_options_with_lists(decoder):
    learn10(decoder, options_template(321, [(10, 4)], [(SUB_TEMPLATE, VARIABLE)]), set_id=3)
    body = u32(3) + field(sub_template_list(ALL_OF, PORTS, u16(1) + u16(2)))
    message = decoder.decode(ipfix_message(set_of(321, body)), "r1")
    raw = {"semantic": "allOf", "template_id": PORTS, "octets": "00010002"}
    assert message["options"] == [{"scope": {"ingressInterface": 3}, "subTemplateList": raw}]
    (late,) = decoder.decode(ipfix_message(set_of(2, PORTS_TEMPLATE), sequenceNumber=1), "r1")["late"]
    whole = {"semantic": "allOf", "template_id": PORTS, "records": RECORDS}
    options = [{"scope": {"ingressInterface": 3}, "subTemplateList": whole}]
    assert late["completed"] == {"flows": [], "options": options}


def test_what_was_said_once_is_not_said_again(decoder):
    """A sampler's interval in a record whose list lacks a template: what was said since then stands."""
    fields = [(50, 4), (SUB_TEMPLATE, VARIABLE)]  # samplerRandomInterval
    learn10(decoder, options_template(321, [(48, 1)], fields), options_template(322, [(48, 1)], fields[:1]), set_id=3)
    body = b"\x07" + u32(100) + field(sub_template_list(ALL_OF, PORTS, u16(1) + u16(2)))
    decoder.decode(ipfix_message(set_of(321, body), exportTime=EXPORT_TIME + 1), "r1")
    decoder.decode(ipfix_message(set_of(322, b"\x07" + u32(200)), exportTime=EXPORT_TIME + 2, sequenceNumber=1), "r1")
    message = decoder.decode(
        ipfix_message(set_of(2, PORTS_TEMPLATE), exportTime=EXPORT_TIME + 3, sequenceNumber=2), "r1"
    )
    assert message["late"][0]["completed"]["options"][0]["samplerRandomInterval"] == 100
    (row,) = decoder.knowledge("r1")
    assert (row["samplingInterval"], row["time"]) == (200, EXPORT_TIME + 2)


def test_problems_of_the_record_are_not_told_again(decoder):
    learn10(decoder, template(400, [(276, 1), (29305, 1, 4), (SUB_TEMPLATE, VARIABLE)]))
    body = b"\x07" + u32(5) + field(sub_template_list(ALL_OF, PORTS, u16(1) + u16(2)))
    first = decoder.decode(ipfix_message(set_of(400, body)), "r1")
    assert sorted(codes(first)) == ["bad_value", "illegal_biflow", "missing_template"]
    (late,) = decoder.decode(ipfix_message(set_of(2, PORTS_TEMPLATE), sequenceNumber=1), "r1")["late"]
    assert late["problems"] == []
    assert decoder.statistics()[0]["problems"] == 3


def test_lists_in_lists_are_completed_too(decoder):
    """A set whose completion shows another lack waits on, and comes out once, whole."""
    learn10(decoder, template(400, [(SUB_TEMPLATE, VARIABLE)]))
    inner = field(sub_template_list(ALL_OF, PORTS, u16(1) + u16(2)))
    decoder.decode(ipfix_message(set_of(400, field(sub_template_list(ALL_OF, 310, inner)))), "r1")
    message = teach(decoder, set_of(2, template(310, [(SUB_TEMPLATE, VARIABLE)])), transport="udp")
    assert (message["late"], message["problems"]) == ([], [])
    assert [row["template_id"] for row in decoder.pending()] == [PORTS]
    (late,) = teach(decoder, set_of(2, PORTS_TEMPLATE), transport="udp")["late"]
    (flow,) = late["completed"]["flows"]
    whole = {"semantic": "allOf", "template_id": PORTS, "records": RECORDS}
    assert flow["subTemplateList"]["records"] == [{"subTemplateList": whole}]
    assert counts(decoder) == (1, 1, 1, 0, 0, 0, 0)


@pytest.mark.parametrize("name", ["values", "records", "entries", "scope"])
def test_elements_called_like_parts_of_lists(decoder, name):
    """An exporter may call an element of list type so; problems of its lists are problems all the same."""
    types = options_template(402, [(346, 4), (303, 2)], [(339, 1), (341, VARIABLE)])
    said = u32(9999) + u16(1) + b"\x14" + bytes([len(name)]) + name.encode()
    learn10(decoder, types, set_id=3)
    learn10(decoder, template(400, [(9999, 1, VARIABLE)]))
    message = decoder.decode(ipfix_message(set_of(402, said), set_of(400, b"\x01\x03")), "r1")
    assert list(message["flows"][0].values()) == ["03"]
    (problem,) = message["problems"]
    assert (problem["code"], problem["element"]) == ("bad_value", problem["path"][0])
