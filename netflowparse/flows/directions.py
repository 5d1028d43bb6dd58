"""What the key of a value says of directions: reverse or not, of which end, measured on packets of one direction alone.

RFC 5103 §4 and §6.  By the published registry where it has the key, else by the words in it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import cache, lru_cache, partial
from typing import Final

from ..packet.keys import PACKET_WORDS
from ..registry import published
from ..registry.element import Element, forward_names, reverse_name

COUNTERS: Final = frozenset({"deltaCounter", "totalCounter"})
#: Reverse elements: IANA's, an enterprise's own, CERT's first ones, and those that nobody knows.  RFC 5103 §6.
_REVERSE = re.compile(r"(pen\d+_)?(r|obsoleteR)(everse[A-Z].*)", re.DOTALL)
_UNKNOWN_REVERSE = re.compile(r"pen29305_(ie\d+)")
#: Fraunhofer FOKUS (12325), before RFC 5103.
_FOKUS_REVERSE = {"revOctetDeltaCount": "octetDeltaCount", "revPacketDeltaCount": "packetDeltaCount"}
#: Antrea (56506): who counted.  Whoever is at a flow's source is at the destination of what comes back.
_COUNTED_BY = re.compile(r"(?<=From)(?:Source|Destination)(?=Node\Z)")
#: Words of one end, in the spellings of IANA and of the vendors -> those of the other.
_ENDS = {
    "source": ("destination", "dest"),
    "destination": ("source",),
    "dest": ("source",),
    "src": ("dst",),
    "dst": ("src",),
    "ingress": ("egress",),
    "egress": ("ingress",),
}
_OPPOSITE = {
    spelled(word): tuple(map(spelled, others))
    for word, others in _ENDS.items()
    for spelled in (str.lower, str.capitalize, str.upper)
}
_END = re.compile(
    r"(?<![A-Za-z])(?:{})(?![a-z])|(?:{})(?![a-z])|(?<![A-Z])(?:{})(?![A-Z])".format(
        "|".join(_ENDS), "|".join(map(str.capitalize, _ENDS)), "|".join(map(str.upper, _ENDS))
    )
)
#: What let a connection through, in the direction of its initiator, and Antrea's Egress: true of all its packets.
_OF_CONNECTION = re.compile(
    r"(?:in|e)gressAclId|(?:IN|E)GRESS_ACL_ID|(?:in|e)gressNetworkPolicy\w+|egress(?:IP|Name|UUID|NodeName|NodeUUID)"
)
#: Neighbours on the way: the next one forward is the previous one of what comes back.
_NEIGHBOURS = {
    "bgpNextAdjacentAsNumber": "bgpPrevAdjacentAsNumber",
    "bgpPrevAdjacentAsNumber": "bgpNextAdjacentAsNumber",
}
#: Where packets come in, and where they go out: exchanged where a flow tells both, like its interfaces.
_IN_AND_OUT = {
    "vlanId": "postVlanId",
    "dot1qVlanId": "postDot1qVlanId",
    "dot1qCustomerVlanId": "postDot1qCustomerVlanId",
}
IN_AND_OUT: Final = {**_IN_AND_OUT, **{out: come for come, out in _IN_AND_OUT.items()}}
#: MAC addresses where those behind the device are told too.
_MAC_IN_AND_OUT = {"sourceMacAddress": "postDestinationMacAddress", "destinationMacAddress": "postSourceMacAddress"}
MACS: Final = {**_MAC_IN_AND_OUT, **{out: come for come, out in _MAC_IN_AND_OUT.items()}}
#: What packets of one direction say of themselves, and where they are sent: nothing is known of the other direction's.
_ONE_WAY = re.compile(
    r"(?:post)?[mM]pls|(?:tcp|udp)(?!SourcePort|DestinationPort)|icmp|igmp|fragment|flowLabel|srh|gtpu|IPSecSPI"
    r"|.*(?:TTL|NextHop|SumOfSquares|PacketSection|FrameSection|packetSection)|(?:min|max)imum.*(?:TTL|Length)|nextHeader"
    r"|(?:total|payload)Length|ip(?:Header|Payload|Total)Length|ipv4(?:IHL|Options)|ipv6ExtensionHeader|postIp"
    r"|ethernet(?:Header|Payload|Total)Length|dataLinkFrameSize|section(?:Offset|ExportedOctets)|digestHashValue"
    r"|transport(?:Checksum|Octet)|rtpSequenceNumber|rfc3550Jitter|pseudoWireControlWord|forwardingStatus"
    r"|isMulticast|multicastReplicationFactor"
)
_COUNTED = re.compile(r"octets?|bytes?|packets?|pkts?", re.IGNORECASE)  # in names of vendors' unexplained numbers


@lru_cache(maxsize=4096)
def forward_keys(key: str) -> tuple[str, ...]:
    """The keys that the forward direction may have for what *key* tells of the reverse one; none for other keys.

    Of an enterprise's element the first is one that no other reverse key leads to.
    """
    if key in _FOKUS_REVERSE:
        return (f"pen12325_{_FOKUS_REVERSE[key]}", _FOKUS_REVERSE[key])
    match = _UNKNOWN_REVERSE.fullmatch(key)
    if match:
        return (match[1],)
    match = _REVERSE.fullmatch(key)
    if match is None:
        return ()
    enterprise, old, rest = match[1] or "", match[2] != "r", match[3]
    lower, upper = (_COUNTED_BY.sub(_other_end, name) for name in forward_names("r" + rest))
    if old:
        return (f"{enterprise}obsolete{upper}", lower, upper)
    return (enterprise + lower, lower, upper) if enterprise else (lower, upper)


def _other_end(match: re.Match[str], choice: int = 0) -> str:
    return _OPPOSITE[match[0]][choice]


@lru_cache(maxsize=4096)
def is_one_way(key: str) -> bool:
    """Whether what *key* tells was measured on packets of one direction: counters, flags, what headers say."""
    if key in PACKET_WORDS or _ONE_WAY.match(key):
        return True
    return is_counter(key) or reverse_name(key) in published.identities()


@lru_cache(maxsize=4096)
def is_counter(key: str) -> bool:
    """Whether *key* counts octets, packets or whatever else; of names that nobody explains, whether they say so."""
    element = _element(key)
    if element is None:
        return _COUNTED.search(key) is not None
    unexplained = element.enterprise != 0 and element.semantics == "" and element.type.startswith("unsigned")
    return element.semantics in COUNTERS or (unexplained and _COUNTED.search(key) is not None)


def _element(key: str) -> Element | None:
    identity = published.identities().get(key)
    return None if identity is None else published.element(*identity)


def opposite(key: str, keys: Collection[str]) -> str | None:
    """The key under which the reverse direction tells what *key* tells of the forward one, in a flow of these *keys*.

    None where it has no such key.
    """
    if key in MACS and any(behind in keys for behind in _MAC_IN_AND_OUT.values()):
        return MACS[key]
    if key in IN_AND_OUT:
        return IN_AND_OUT[key] if IN_AND_OUT[key] in keys else key
    return _opposite(key)


@lru_cache(maxsize=4096)
def _opposite(key: str) -> str | None:
    """The key of the other end; *key* itself where it is of no end, None where the other end has no such element."""
    if key in _NEIGHBOURS:
        return _NEIGHBOURS[key]
    if _OF_CONNECTION.fullmatch(key):
        return key
    others = list(_of_other_end(key))
    if not is_published(key):
        return others[0]
    known = (other if is_published(other) else _spellings().get(other.lower()) for other in others)
    return next((other for other in known if other is not None), None)


def _of_other_end(key: str) -> Iterator[str]:
    """*key* with the words of the other end, the usual one first."""
    for choice in (0, -1):
        yield _END.sub(partial(_other_end, choice=choice), key)


@cache
def _spellings() -> dict[str, str]:
    """{key in lower case: key} of what is published: vendors spell the two ends of one thing differently."""
    return {key.lower(): key for key in (*published.field_types(), *published.identities())}


def is_published(key: str) -> bool:
    """Whether IANA or a vendor has an element with this key."""
    return key in published.identities() or key in published.field_types()
