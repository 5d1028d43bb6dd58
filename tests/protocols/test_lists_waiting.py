"""Lists whose templates come later: hex and a problem at once, the whole record when all are known."""

import gc
import pickle
from unittest import mock

import pytest

from netflowparse import Decoder, Limits
from netflowparse.protocols.assembly import Assembly
from netflowparse.state.pending import OVERHEAD, PINNED
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
from tests.protocols.messages import codes, learn10

PORTS, NAMED = 300, 301
OUTER = template(400, [(1, 4), (SUB_TEMPLATE, VARIABLE)])
PORTS_TEMPLATE = template(PORTS, [(7, 2), (11, 2)])
NAMED_TEMPLATE = template(NAMED, [(82, VARIABLE)])
DATA = set_of(400, u32(7) + field(sub_template_list(ALL_OF, PORTS, u16(1) + u16(2))))
RAW = {"octetDeltaCount": 7, "subTemplateList": {"semantic": "allOf", "template_id": PORTS, "octets": "00010002"}}
RECORDS = [{"sourceTransportPort": 1, "destinationTransportPort": 2}]
WHOLE = {"octetDeltaCount": 7, "subTemplateList": {"semantic": "allOf", "template_id": PORTS, "records": RECORDS}}


def counts(decoder):
    """(flows, held, replayed, expired, evicted, failed, waiting) of the one domain."""
    (row,) = decoder.statistics()
    return tuple(row[name] for name in ("flows", "held", "replayed", "expired", "evicted", "failed", "pending_sets"))


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


@pytest.mark.fault("SD-27")
@pytest.mark.conformance("SD-6-02")
def test_a_template_that_was_withdrawn(decoder):
    learn = ipfix_message(set_of(2, OUTER + PORTS_TEMPLATE))
    decoder.decode(learn, "r1", transport="tcp")
    assert decoder.decode(ipfix_message(DATA), "r1", transport="tcp")["flows"] == [WHOLE]
    withdrawal = ipfix_message(set_of(2, u16(PORTS) + u16(0)), sequenceNumber=1)
    decoder.decode(withdrawal, "r1", transport="tcp")
    message = decoder.decode(ipfix_message(DATA, sequenceNumber=1), "r1", transport="tcp")
    assert message["flows"] == [RAW]
    (problem,) = message["problems"]
    assert (problem["code"], problem["offset"]) == ("missing_template", 16 + 4 + 4 + 3 + 3)
    assert (problem["template_id"], problem["path"]) == (PORTS, ["subTemplateList"])
    # a withdrawal of what it waits for ends the waiting: what comes after may mean something else
    decoder.decode(ipfix_message(set_of(2, u16(PORTS) + u16(0)), sequenceNumber=2), "r1", transport="tcp")
    message = decoder.decode(ipfix_message(set_of(2, PORTS_TEMPLATE), sequenceNumber=2), "r1", transport="tcp")
    assert message["late"] == []
    assert codes(message) == ["pending_lost"]
    assert counts(decoder)[1:] == (1, 0, 0, 0, 1, 0)


def test_too_old(make_decoder):
    decoder = make_decoder(limits=Limits(pending_seconds=60))
    learn10(decoder, OUTER)
    decoder.decode(ipfix_message(DATA), "r1")
    message = decoder.decode(ipfix_message(exportTime=EXPORT_TIME + 61, sequenceNumber=1), "r1")
    assert [(each["code"], each["template_id"]) for each in message["problems"]] == [("pending_lost", PORTS)]
    assert counts(decoder)[1:] == (1, 0, 1, 0, 0, 0)


def test_no_room(make_decoder):
    decoder = make_decoder(limits=Limits(pending_sets_per_exporter=1))
    learn10(decoder, OUTER)
    decoder.decode(ipfix_message(DATA), "r1")
    message = decoder.decode(ipfix_message(DATA, sequenceNumber=1), "r1")
    assert codes(message) == ["missing_template", "limit"]
    assert counts(decoder)[1:] == (2, 0, 0, 1, 0, 1)
    (late,) = decoder.decode(ipfix_message(set_of(2, PORTS_TEMPLATE), sequenceNumber=2), "r1")["late"]
    assert (late["completed"]["flows"], late["header"]["sequenceNumber"]) == ([WHOLE], 1)


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


def test_a_template_that_has_outlived_its_lifetime(make_decoder):
    decoder = make_decoder(template_lifetime=100)
    learn10(decoder, PORTS_TEMPLATE)
    decoder.decode(ipfix_message(set_of(2, OUTER), exportTime=EXPORT_TIME + 60), "r1")
    assert decoder.decode(ipfix_message(DATA, exportTime=EXPORT_TIME + 100), "r1")["flows"] == [WHOLE]
    message = decoder.decode(ipfix_message(DATA, exportTime=EXPORT_TIME + 101, sequenceNumber=1), "r1")
    assert message["flows"] == [RAW]
    assert codes(message) == ["missing_template"]


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


OTHER_PORTS = template(PORTS, [(4, 1), (5, 1), (7, 2)])  # another definition of the same length
BOTH = template(400, [(MULTI, VARIABLE)])
LACKS_NAMED = set_of(400, field(multi_list(ALL_OF, [entry(PORTS, u16(1) + u16(2)), entry(NAMED, b"\x01n")])))
WHOLE_BOTH = [{"template_id": PORTS, "records": RECORDS}, {"template_id": NAMED, "records": [{"interfaceName": "n"}]}]


def teach(decoder, *sets, number=1, transport="tcp"):
    """The message of templates that come later."""
    return decoder.decode(ipfix_message(*sets, sequenceNumber=number), "r1", transport=transport)


def completed(message):
    """The entries of the one list that is completed."""
    (late,) = message["late"]
    (flow,) = late["completed"]["flows"]
    return flow["subTemplateMultiList"]["entries"]


@pytest.mark.parametrize(
    "change", [set_of(2, OTHER_PORTS), set_of(2, u16(PORTS) + u16(0))], ids=["another", "withdrawn"]
)
def test_what_was_read_once_is_read_alike_again(decoder, change):
    """The definition in force where the record stood reads its lists, whatever has become of it."""
    teach(decoder, set_of(2, BOTH + PORTS_TEMPLATE), LACKS_NAMED, number=0)
    teach(decoder, change)
    assert completed(teach(decoder, set_of(2, NAMED_TEMPLATE))) == WHOLE_BOTH


def test_the_first_definition_after_the_record_reads_its_lists(decoder):
    """As it reads a set that waits: not the one in force when the last of them comes."""
    teach(decoder, set_of(2, BOTH), LACKS_NAMED, number=0)
    teach(decoder, set_of(2, PORTS_TEMPLATE))
    teach(decoder, set_of(2, u16(PORTS) + u16(0)), set_of(2, OTHER_PORTS))
    assert completed(teach(decoder, set_of(2, NAMED_TEMPLATE))) == WHOLE_BOTH


def test_the_first_definition_in_the_same_message_reads_its_lists(decoder):
    """Templates of other ids before it decide nothing."""
    learn10(decoder, OUTER)
    templates = (set_of(2, each) for each in (NAMED_TEMPLATE, PORTS_TEMPLATE, OTHER_PORTS))
    message = decoder.decode(ipfix_message(DATA, *templates), "r1")
    assert message["flows"] == [WHOLE]


def test_a_withdrawal_in_the_same_message_ends_the_waiting(decoder):
    teach(decoder, set_of(2, OUTER), number=0)
    sets = DATA, set_of(2, u16(PORTS) + u16(0)), set_of(2, PORTS_TEMPLATE)
    message = decoder.decode(ipfix_message(*sets), "r1", transport="tcp")
    assert message["flows"] == [RAW]
    assert [each["waiting"] for each in message["problems"]] == [False]


def test_a_withdrawal_concerns_its_own_template(decoder):
    """One of NAMED, learned as an options template then, is no withdrawal of PORTS."""
    teach(decoder, set_of(2, BOTH), LACKS_NAMED, number=0)
    teach(decoder, set_of(2, u16(NAMED) + u16(0)))
    options = options_template(NAMED, [(82, VARIABLE)], [])
    assert teach(decoder, set_of(3, options))["problems"] == []
    assert completed(teach(decoder, set_of(2, PORTS_TEMPLATE))) == [
        WHOLE_BOTH[0],
        {"template_id": NAMED, "records": [{"scope": {"interfaceName": "n"}}]},
    ]


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


def test_lists_in_lists_that_find_no_room_to_wait_on(make_decoder):
    """Template 310 is kept for two sets, and counts: the first comes out as far as it can, the second waits on."""
    outer, nested = template(400, [(SUB_TEMPLATE, VARIABLE)]), template(310, [(SUB_TEMPLATE, VARIABLE)])
    inner = field(sub_template_list(ALL_OF, PORTS, u16(1) + u16(2)))
    data = set_of(400, field(sub_template_list(ALL_OF, 310, inner)))
    room = 2 * (len(data) - 4 + OVERHEAD) + PINNED  # for both and one definition of one field
    decoder = make_decoder(limits=Limits(pending_octets_per_exporter=room))
    learn10(decoder, outer)
    for number in range(2):
        assert codes(decoder.decode(ipfix_message(data, sequenceNumber=number), "r1")) == ["missing_template"]
    message = decoder.decode(ipfix_message(set_of(2, nested), sequenceNumber=2), "r1")
    raw = {"semantic": "allOf", "template_id": PORTS, "octets": "00010002"}
    (late,) = message["late"]
    assert late["completed"]["flows"][0]["subTemplateList"]["records"] == [{"subTemplateList": raw}]
    assert [(each["code"], each["template_id"], each["waiting"]) for each in late["problems"]] == [
        ("missing_template", PORTS, False)
    ]
    assert counts(decoder) == (2, 2, 1, 0, 0, 0, 1)


def test_late_sets_that_hold_more_than_they_seem_to_wait_for_the_next_datagram(make_decoder):
    """Values in lists are only counted when they are read: nothing that is ready is lost for that."""
    decoder = make_decoder(limits=Limits(values=100))
    body = basic_list(ALL_OF, 4, 1, bytes(90))  # of fixed length: one field, and 90 values inside
    for number in range(5):
        decoder.decode(ipfix_message(set_of(400, body), sequenceNumber=number), "r1")
    came = [decoder.decode(ipfix_message(set_of(2, template(400, [(BASIC, 95)])), sequenceNumber=5), "r1")]
    came += [decoder.decode(ipfix_message(sequenceNumber=5), "r1") for _ in range(3)]
    late = [each for message in came for each in message["late"]]
    assert [len(message["late"]) for message in came] == [2, 2, 1, 0]
    assert [each["flows"][0]["basicList"]["values"] for each in late] == [[0] * 90] * 5
    assert not any(each["problems"] for each in late)


def test_what_is_pushed_out_by_lists_counts_together(make_decoder):
    """Sets that lack templates push out sets that are ready: those have the values of one datagram together."""
    limits = Limits(values=60, pending_sets_per_exporter=50)
    decoder = make_decoder(limits=limits)
    for number in range(40):
        decoder.decode(ipfix_message(set_of(300, bytes(4)), sequenceNumber=number), "r1")
    learn10(decoder, OUTER, sequenceNumber=40)
    fields = template(300, [(1, 4), *[(210, 0)] * 9])
    decoder.decode(ipfix_message(set_of(2, fields), sequenceNumber=40), "r1")
    message = decoder.decode(
        ipfix_message(*[set_of(400, u32(7) + field(sub_template_list(ALL_OF, 999, b"a")))] * 30), "r1"
    )
    values = sum(len(flow) for late in message["late"] for flow in late["flows"])
    assert values <= 2 * 60 + 10
    row = decoder.statistics()[0]
    assert row["held"] == row["replayed"] + row["evicted"] + row["pending_sets"]


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


def test_each_record_has_the_first_definition_behind_it(decoder):
    """[data, A, withdrawal, data, B] in one message: the first is read by A, the second not at all."""
    teach(decoder, set_of(2, OUTER), number=0)
    withdrawal = set_of(2, u16(PORTS) + u16(0))
    message = decoder.decode(
        ipfix_message(DATA, set_of(2, PORTS_TEMPLATE), withdrawal, DATA, withdrawal, set_of(2, OTHER_PORTS)),
        "r1",
        transport="tcp",
    )
    assert message["flows"] == [WHOLE, RAW]
    assert [(each["code"], each["waiting"]) for each in message["problems"]] == [("missing_template", False)]


def test_many_withdrawals_behind_many_lacks_cost_nothing(decoder):
    teach(decoder, set_of(2, template(400, [(MULTI, VARIABLE)])), number=0)
    lacking = set_of(400, field(multi_list(ALL_OF, [entry(999, b"x")] * 1_000)))
    message = ipfix_message(lacking, set_of(2, (u16(2) + u16(0)) * 8_000))
    with mock.patch.object(Assembly, "decide", autospec=True, side_effect=Assembly.decide) as decided:
        decoder.decode(message, "r1", transport="tcp")
    assert decided.call_count == 1


def test_nothing_of_a_datagram_is_kept_but_what_waits(decoder):
    """Not even until the garbage collector comes."""
    learn10(decoder, OUTER)
    gc.collect()
    gc.disable()
    try:
        decoder.decode(ipfix_message(DATA), "r1")
        decoder.decode(ipfix_message(set_of(2, PORTS_TEMPLATE), sequenceNumber=1), "r1")
        assert [each for each in gc.get_objects() if isinstance(each, Assembly)] == []
    finally:
        gc.enable()


def test_lifetimes_do_not_apply_with_a_history(make_decoder):
    """Also not to templates of lists in sets that are read at once, for there is no room to wait."""
    decoder = make_decoder(template_lifetime=20, history=True, limits=Limits(pending_octets_per_exporter=1))
    learn10(decoder, OUTER + PORTS_TEMPLATE)
    message = decoder.decode(ipfix_message(DATA, exportTime=EXPORT_TIME + 40), "r1")
    assert message["flows"] == [WHOLE]


def test_an_exporter_is_not_forgotten_while_its_sets_are_read(make_decoder):
    """What its options tell is too much for all exporters together: others make room, or nobody."""
    decoder = make_decoder(limits=Limits(facts=6, values=8))
    names = options_template(321, [(10, 4)], [(82, 4)])
    for number in range(6):
        rows = b"".join(u32(4 * number + row) + b"eth0" for row in range(4))
        decoder.decode(ipfix_message(set_of(321, rows), sequenceNumber=4 * number), "a")
    decoder.decode(ipfix_message(set_of(3, names), sequenceNumber=24), "a")
    decoder.decode(ipfix_message(set_of(3, names)), "b")
    options = [record for message in decoder.flush() for record in message["options"]]
    assert len(options) == 20  # those of five sets; the first came out at once
    assert {row["exporter"] for row in decoder.statistics()} >= {"a"}


@pytest.mark.parametrize("flushed", [True, False], ids=["flushed", "pushed out"])
def test_exporters_that_were_forgotten_for_what_others_said_say_nothing_more(make_decoder, flushed):
    """Exporters b and c have said 4 names each, and as many are ready: those of b cost c its place."""
    decoder = make_decoder(limits=Limits(facts=8, values=17, pending_sets=3))
    for exporter in "bc":
        for first in (0, 4):
            names = b"".join(u32(index) + b"eth0" for index in range(first, first + 4))
            decoder.decode(ipfix_message(set_of(321, names), sequenceNumber=first), exporter)
        teaching = set_of(3, options_template(321, [(10, 4)], [(82, 4)]))
        (late,) = decoder.decode(ipfix_message(teaching, sequenceNumber=8), exporter)["late"]
        assert len(late["options"]) == 4
    if flushed:
        decoder.decode(ipfix_message(), "a")
        came = decoder.flush()
    else:
        came = decoder.decode(ipfix_message(*[set_of(300, b"a")] * 3), "a")["late"]
    (message,) = came
    assert message["exporter"] == "b"
    assert [record["scope"]["ingressInterface"] for record in message["options"]] == [4, 5, 6, 7]
    assert [row["exporter"] for row in decoder.statistics()] == ["b", "a"]


def test_definitions_that_sets_keep_count_once(make_decoder):
    """1,500 sets of one template of 60 fields wait for two templates: they fit into the limit."""
    decoder = make_decoder()
    wide = template(PORTS, [(7, 2)] * 60)
    learn10(decoder, template(400, [(MULTI, VARIABLE)]))
    octets = multi_list(ALL_OF, [entry(PORTS, bytes(120)), entry(NAMED, b"\x01n")])
    for number in range(1_500):
        decoder.decode(ipfix_message(set_of(400, field(octets)), sequenceNumber=number), "r1")
    decoder.decode(ipfix_message(set_of(2, wide), sequenceNumber=1_500), "r1")
    decoder.decode(ipfix_message(set_of(400, field(octets)), sequenceNumber=1_500), "r1")
    assert counts(decoder)[1:] == (1_501, 0, 0, 0, 0, 1_501)
