"""What lists that wait for their templates may take: sets, octets, values, the place of an exporter."""

import gc
from unittest import mock

import pytest

from netflowparse import Limits
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
from tests.protocols.lists_that_wait import DATA, NAMED, OUTER, PORTS, PORTS_TEMPLATE, WHOLE, counts, teach
from tests.protocols.messages import codes, learn10


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
