"""Which definition reads lists that waited, where their templates changed or were withdrawn meanwhile."""

import pytest

from netflowparse import Limits
from tests.list_builder import ALL_OF, MULTI, entry, field, multi_list, u16
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


def test_a_template_that_has_outlived_its_lifetime(make_decoder):
    decoder = make_decoder(template_lifetime=100)
    learn10(decoder, PORTS_TEMPLATE)
    decoder.decode(ipfix_message(set_of(2, OUTER), exportTime=EXPORT_TIME + 60), "r1")
    assert decoder.decode(ipfix_message(DATA, exportTime=EXPORT_TIME + 100), "r1")["flows"] == [WHOLE]
    message = decoder.decode(ipfix_message(DATA, exportTime=EXPORT_TIME + 101, sequenceNumber=1), "r1")
    assert message["flows"] == [RAW]
    assert codes(message) == ["missing_template"]


OTHER_PORTS = template(PORTS, [(4, 1), (5, 1), (7, 2)])  # another definition of the same length
BOTH = template(400, [(MULTI, VARIABLE)])
LACKS_NAMED = set_of(400, field(multi_list(ALL_OF, [entry(PORTS, u16(1) + u16(2)), entry(NAMED, b"\x01n")])))
WHOLE_BOTH = [{"template_id": PORTS, "records": RECORDS}, {"template_id": NAMED, "records": [{"interfaceName": "n"}]}]


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


def test_lifetimes_do_not_apply_with_a_history(make_decoder):
    """Also not to templates of lists in sets that are read at once, for there is no room to wait."""
    decoder = make_decoder(template_lifetime=20, history=True, limits=Limits(pending_octets_per_exporter=1))
    learn10(decoder, OUTER + PORTS_TEMPLATE)
    message = decoder.decode(ipfix_message(DATA, exportTime=EXPORT_TIME + 40), "r1")
    assert message["flows"] == [WHOLE]
