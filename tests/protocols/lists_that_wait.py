"""Records with lists whose templates come later, and what becomes of them."""

from tests.list_builder import ALL_OF, SUB_TEMPLATE, field, sub_template_list, u16, u32
from tests.message_builder import VARIABLE, ipfix_message, set_of, template

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


def teach(decoder, *sets, number=1, transport="tcp"):
    """The message of templates that come later."""
    return decoder.decode(ipfix_message(*sets, sequenceNumber=number), "r1", transport=transport)
