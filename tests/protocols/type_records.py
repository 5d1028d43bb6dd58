"""Type records (RFC 5610) of elements of enterprise 9999, data that has them, and what a decoder then knows."""

from tests.message_builder import ipfix_message, options_template, set_of, template, variable
from tests.protocols.messages import codes

PEN = 9999
#: privateEnterpriseNumber and informationElementId as scope, then type, semantics, units and name
TYPES = options_template(400, [(346, 4), (303, 2)], [(339, 1), (344, 1), (345, 2), (341, 65535)])
FIELDS = [(8, 4), (PEN, 1, 4)]  # sourceIPv4Address and the element that is described
DATA = set_of(256, bytes([192, 0, 2, 1]) + (1500).to_bytes(4, "big"))
HEX = {"sourceIPv4Address": "192.0.2.1", "pen9999_ie1": "000005dc"}
UNSIGNED32, SIGNED32, FLOAT32, STRING, BASIC_LIST = 3, 7, 9, 13, 20


def said(name=b"queueDepth", data_type=UNSIGNED32, semantics=1, units=3, *, pen=PEN, number=1):
    """A type record of template 400."""
    numbers = ((pen, 4), (number, 2), (data_type, 1), (semantics, 1), (units, 2))
    return b"".join(value.to_bytes(length, "big") for value, length in numbers) + variable(name)


def types(*records):
    """A set of type records."""
    return set_of(400, b"".join(records))


def taught(decoder, *records, exporter="r1", **header):
    """The message of an options template and these type records."""
    return decoder.decode(ipfix_message(set_of(3, TYPES), types(*records), **header), exporter)


def flow_of(decoder, exporter="r1"):
    """What template 256 and one record decode to."""
    message = decoder.decode(ipfix_message(set_of(2, template(256, FIELDS)), DATA), exporter)
    assert codes(message) == []
    (flow,) = message["flows"]
    return flow


def elements(decoder, exporter="r1"):
    """(key, flow key, type, conflicting) of what is known of elements."""
    return [
        (row["key"], row["flow_key"], row["type"], row["conflicting"])
        for row in decoder.knowledge(exporter)
        if row["kind"] == "element"
    ]
