"""The tuned floor, by hand: as floor *c*, and by all that CPython 3.11 is known to do fast.

A record's dict is a copy of one that has its keys, already of the right size; most numbers are unpacked right into it,
for dict displays of more than 15 keys are slow.  Spellings are remembered in plain dicts, which are faster than those
with ``__missing__``; what they lack is spelled by floor c, and the datagram read again.  Strings are cut out by a
``struct`` for each length that one can have.  Few would write this: it shows where the limit of the language is.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import repeat
from struct import Struct

from . import floor_c
from .floor_b import IPV6, LENGTH, Flows, boot_time, records_of
from .floor_c import IPV4_C, NSEL_C, V5_C, V9_C

_FLOW = (
    "sourceIPv4Address", "destinationIPv4Address", "ipNextHopIPv4Address", "ingressInterface", "egressInterface",
    "packetDeltaCount", "octetDeltaCount", "flowStartSysUpTime", "flowEndSysUpTime", "sourceTransportPort",
    "destinationTransportPort", "tcpControlBits", "protocolIdentifier", "ipClassOfService", "bgpSourceAsNumber",
    "bgpDestinationAsNumber", "sourceIPv4PrefixLength", "destinationIPv4PrefixLength",
)  # fmt: skip
_TIMES = ("flowStartMilliseconds", "flowEndMilliseconds")
_REST = (
    "sourceTransportPort", "destinationTransportPort", "protocolIdentifier", "ipClassOfService", "tcpControlBits",
    "ingressInterface", "egressInterface", "octetDeltaCount", "packetDeltaCount", *_TIMES, "bgpSourceAsNumber",
    "bgpDestinationAsNumber", "flowEndReason", "flowDirection",
)  # fmt: skip
_NSEL = (
    "flowId", "sourceIPv4Address", "sourceTransportPort", "ingressInterface", "destinationIPv4Address",
    "destinationTransportPort", "egressInterface", "protocolIdentifier", "icmpTypeIPv4", "icmpCodeIPv4",
    "postNATSourceIPv4Address", "postNATDestinationIPv4Address", "postNAPTSourceTransportPort",
    "postNAPTDestinationTransportPort", "firewallEvent", "FW_EXT_EVENT", "observationTimeMilliseconds",
    "initiatorOctets", "responderOctets", "flowStartMilliseconds", "INGRESS_ACL_ID", "EGRESS_ACL_ID", "AAA_USERNAME",
    "initiatorPackets", "responderPackets", "octetTotalCount", "ipClassOfService", "tcpControlBits", "flowDirection",
    "sourceIPv4PrefixLength", "destinationIPv4PrefixLength", "vlanId", "sourceMacAddress", "destinationMacAddress",
    "flowEndMilliseconds",
)  # fmt: skip

copy = dict.copy
_BLANK_V5 = repeat(dict.fromkeys((*_FLOW, *_TIMES)))
_BLANK_V9 = repeat(dict.fromkeys((*_FLOW, "flowDirection", "forwardingStatus", *_TIMES)))
_BLANK_IPV4 = repeat(dict.fromkeys(("sourceIPv4Address", "destinationIPv4Address", *_REST)))
_BLANK_IPV6 = repeat(dict.fromkeys(("sourceIPv6Address", "destinationIPv6Address", *_REST)))
_BLANK_NSEL = repeat(dict.fromkeys(_NSEL))
_FIRST_STRING = [Struct(f">IQx{length}sB").unpack_from for length in range(256)]
_STRING = [Struct(f">{length}sB").unpack_from for length in range(256)]

ipv4: dict[int, str] = {}
ipv6: dict[bytes, str] = {}
mac: dict[bytes, str] = {}
text: dict[bytes, str] = {}
padded: dict[bytes, str] = {}
access_list: dict[bytes, str] = {}


def _tuned(read: Callable[[bytes], Flows], spell: Callable[[bytes], Flows]) -> Callable[[bytes], Flows]:
    """*read*, whose dicts of spellings are filled by *spell* where they lack one."""

    def floor(datagram: bytes) -> Flows:
        try:
            return read(datagram)
        except KeyError:
            spell(datagram)
            for name in ("ipv4", "ipv6", "mac", "text", "padded", "access_list"):
                globals()[name].update(getattr(floor_c, name))
            return read(datagram)

    return floor


# fmt: off
def _v5(datagram: bytes) -> Flows:
    boot = boot_time(datagram)
    flows: Flows = []
    append = flows.append
    for flow, (
        source, destination, hop, flow["ingressInterface"], flow["egressInterface"], flow["packetDeltaCount"],
        flow["octetDeltaCount"], first, last, flow["sourceTransportPort"], flow["destinationTransportPort"],
        flow["tcpControlBits"], flow["protocolIdentifier"], flow["ipClassOfService"], flow["bgpSourceAsNumber"],
        flow["bgpDestinationAsNumber"], flow["sourceIPv4PrefixLength"], flow["destinationIPv4PrefixLength"],
    ) in zip(map(copy, _BLANK_V5), V5_C.iter_unpack(datagram[24:]), strict=False):
        flow["sourceIPv4Address"] = ipv4[source]
        flow["destinationIPv4Address"] = ipv4[destination]
        flow["ipNextHopIPv4Address"] = ipv4[hop]
        flow["flowStartSysUpTime"] = first
        flow["flowEndSysUpTime"] = last
        flow["flowStartMilliseconds"] = boot + first
        flow["flowEndMilliseconds"] = boot + last
        append(flow)
    return flows


def _v9(datagram: bytes) -> Flows:
    boot = boot_time(datagram)
    flows: Flows = []
    append = flows.append
    for flow, (
        source, destination, hop, flow["ingressInterface"], flow["egressInterface"], flow["packetDeltaCount"],
        flow["octetDeltaCount"], first, last, flow["sourceTransportPort"], flow["destinationTransportPort"],
        flow["tcpControlBits"], flow["protocolIdentifier"], flow["ipClassOfService"], flow["bgpSourceAsNumber"],
        flow["bgpDestinationAsNumber"], flow["sourceIPv4PrefixLength"], flow["destinationIPv4PrefixLength"],
        flow["flowDirection"], flow["forwardingStatus"],
    ) in zip(map(copy, _BLANK_V9), V9_C.iter_unpack(records_of(datagram, 24, 55)), strict=False):
        flow["sourceIPv4Address"] = ipv4[source]
        flow["destinationIPv4Address"] = ipv4[destination]
        flow["ipNextHopIPv4Address"] = ipv4[hop]
        flow["flowStartSysUpTime"] = first
        flow["flowEndSysUpTime"] = last
        flow["flowStartMilliseconds"] = boot + first
        flow["flowEndMilliseconds"] = boot + last
        append(flow)
    return flows


def _ipfix(datagram: bytes) -> Flows:
    first_set = records_of(datagram, 20, 66)
    flows: Flows = []
    append = flows.append
    for flow, (
        source, destination, flow["sourceTransportPort"], flow["destinationTransportPort"], flow["protocolIdentifier"],
        flow["ipClassOfService"], flow["tcpControlBits"], flow["ingressInterface"], flow["egressInterface"],
        flow["octetDeltaCount"], flow["packetDeltaCount"], flow["flowStartMilliseconds"], flow["flowEndMilliseconds"],
        flow["bgpSourceAsNumber"], flow["bgpDestinationAsNumber"], flow["flowEndReason"], flow["flowDirection"],
    ) in zip(map(copy, _BLANK_IPV4), IPV4_C.iter_unpack(first_set), strict=False):
        flow["sourceIPv4Address"] = ipv4[source]
        flow["destinationIPv4Address"] = ipv4[destination]
        append(flow)
    for flow, (
        from_, to, flow["sourceTransportPort"], flow["destinationTransportPort"], flow["protocolIdentifier"],
        flow["ipClassOfService"], flow["tcpControlBits"], flow["ingressInterface"], flow["egressInterface"],
        flow["octetDeltaCount"], flow["packetDeltaCount"], flow["flowStartMilliseconds"], flow["flowEndMilliseconds"],
        flow["bgpSourceAsNumber"], flow["bgpDestinationAsNumber"], flow["flowEndReason"], flow["flowDirection"],
    ) in zip(map(copy, _BLANK_IPV6), IPV6.iter_unpack(records_of(datagram, 24 + len(first_set), 90)), strict=False):
        flow["sourceIPv6Address"] = ipv6[from_]
        flow["destinationIPv6Address"] = ipv6[to]
        append(flow)
    return flows


def _nsel(datagram: bytes) -> Flows:
    flows: Flows = []
    append = flows.append
    for flow, (
        flow["flowId"], source, flow["sourceTransportPort"], flow["ingressInterface"], destination,
        flow["destinationTransportPort"], flow["egressInterface"], flow["protocolIdentifier"], flow["icmpTypeIPv4"],
        flow["icmpCodeIPv4"], nat_source, nat_destination, flow["postNAPTSourceTransportPort"],
        flow["postNAPTDestinationTransportPort"], flow["firewallEvent"], flow["FW_EXT_EVENT"], observed,
        flow["initiatorOctets"], flow["responderOctets"], flow["flowStartMilliseconds"], ingress_acl, egress_acl, user,
        flow["initiatorPackets"], flow["responderPackets"], flow["octetTotalCount"], flow["ipClassOfService"],
        flow["tcpControlBits"], flow["flowDirection"], flow["sourceIPv4PrefixLength"],
        flow["destinationIPv4PrefixLength"], flow["vlanId"], source_mac, destination_mac,
    ) in zip(map(copy, _BLANK_NSEL), NSEL_C.iter_unpack(records_of(datagram, 24, 137)), strict=False):
        flow["sourceIPv4Address"] = ipv4[source]
        flow["destinationIPv4Address"] = ipv4[destination]
        flow["postNATSourceIPv4Address"] = ipv4[nat_source]
        flow["postNATDestinationIPv4Address"] = ipv4[nat_destination]
        flow["observationTimeMilliseconds"] = flow["flowEndMilliseconds"] = observed
        flow["INGRESS_ACL_ID"] = access_list[ingress_acl]
        flow["EGRESS_ACL_ID"] = access_list[egress_acl]
        flow["AAA_USERNAME"] = padded[user]
        flow["sourceMacAddress"] = mac[source_mac]
        flow["destinationMacAddress"] = mac[destination_mac]
        append(flow)
    return flows


def _strings(datagram: bytes) -> Flows:
    (length,) = LENGTH(datagram, 18)
    position, end = 20, 16 + length
    flows: Flows = []
    append = flows.append
    while position < end:
        length = datagram[position + 12]
        source, start, host, next_length = _FIRST_STRING[length](datagram, position)
        position += 14 + length
        url, length = _STRING[next_length](datagram, position)
        position += 1 + next_length
        country = datagram[position : (position := position + length)]
        append({
            "sourceIPv4Address": ipv4[source], "flowStartMilliseconds": start, "HTTP_HOST": text[host],
            "HTTP_URL": text[url], "SRC_IP_COUNTRY": text[country],
        })
    return flows
# fmt: on


v5_tuned = _tuned(_v5, floor_c.v5_c)
v9_tuned = _tuned(_v9, floor_c.v9_c)
ipfix_tuned = _tuned(_ipfix, floor_c.ipfix_c)
nsel_tuned = _tuned(_nsel, floor_c.nsel_c)
strings_tuned = _tuned(_strings, floor_c.strings_c)
