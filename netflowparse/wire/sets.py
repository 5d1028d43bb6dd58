"""What NetFlow v9 and IPFIX share on the wire: the head of a set, and of a template record.

RFC 3954 says FlowSet for set.  All lengths in octets.
"""

from __future__ import annotations

from construct import Int16ub

from .specifications import specified

SetHeader = specified(
    "RFC 7011 §3.3.2; RFC 3954 §5.2",
    "set_id" / Int16ub,  # v9: 0 template, 1 options template; IPFIX: 2 and 3; both: 256 and up data
    "length" / Int16ub,  # of the whole set, this head and padding included
)

TemplateHeader = specified(
    "RFC 7011 §3.4.1; RFC 3954 §5.2",
    "template_id" / Int16ub,  # 256 and up
    "field_count" / Int16ub,  # IPFIX: 0 withdraws the template, and nothing follows
)

FIRST_DATA_SET = 256  # smaller set ids are templates or reserved
