"""What the key of a value says of directions: reverse or not, of which end, measured on packets of one direction alone.

RFC 5103 §4 and §6.  By the published registry where it has the key, else by the words in it.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache
from typing import Final

from ..packet.keys import PACKET_WORDS
from ..registry import published
from ..registry.element import forward_names, reverse_name

COUNTERS: Final = frozenset({"deltaCounter", "totalCounter"})
#: Reverse elements: IANA's, an enterprise's own, CERT's first ones, and those that nobody knows.  RFC 5103 §6.
_REVERSE = re.compile(r"(pen\d+_)?(r|obsoleteR)(everse[A-Z].*)", re.DOTALL)
_UNKNOWN_REVERSE = re.compile(r"pen29305_(ie\d+)")
#: Words of one end, in the spellings of IANA and of the vendors; the other end's word is the next or the one before.
_ENDS = ("source", "destination", "src", "dst", "ingress", "egress")
_OPPOSITE = {
    spelled(word): spelled(other)
    for first, second in zip(_ENDS[::2], _ENDS[1::2], strict=True)
    for word, other in ((first, second), (second, first))
    for spelled in (str.lower, str.capitalize, str.upper)
}
_END = re.compile(
    r"(?<![A-Za-z])(?:{})(?![a-z])|(?:{})(?![a-z])|(?<![A-Z])(?:{})(?![A-Z])".format(
        "|".join(_ENDS), "|".join(map(str.capitalize, _ENDS)), "|".join(map(str.upper, _ENDS))
    )
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
    r"(?:post)?[mM]pls|tcp(?!SourcePort|DestinationPort)|icmp|igmp|fragment|flowLabel|srh|transport(?:Checksum|Octet)"
    r"|.*(?:TTL|NextHop|SumOfSquares|PacketSection|FrameSection|packetSection)|(?:min|max)imum.*(?:TTL|Length)|nextHeader"
    r"|(?:total|payload)Length|ip(?:Header|Payload|Total)Length|ipv4(?:IHL|Options)|ipv6ExtensionHeader|postIp"
    r"|udpMessageLength|ethernet(?:Header|Payload|Total)Length|dataLinkFrameSize|rtpSequenceNumber|forwardingStatus"
)
_COUNTED = re.compile(r"octets?|bytes?|packets?|pkts?", re.IGNORECASE)  # in names of vendors' unexplained numbers


@lru_cache(maxsize=4096)
def forward_keys(key: str) -> tuple[str, ...]:
    """The keys that the forward direction may have for what *key* tells of the reverse one; none for other keys.

    Of an enterprise's element the first is one that no other reverse key leads to.
    """
    match = _UNKNOWN_REVERSE.fullmatch(key)
    if match:
        return (match[1],)
    match = _REVERSE.fullmatch(key)
    if match is None:
        return ()
    enterprise, old, rest = match[1] or "", match[2] != "r", match[3]
    lower, upper = forward_names("r" + rest)
    if old:
        return (f"{enterprise}obsolete{upper}", lower, upper)
    return (enterprise + lower, lower, upper) if enterprise else (lower, upper)


@lru_cache(maxsize=4096)
def is_one_way(key: str) -> bool:
    """Whether what *key* tells was measured on packets of one direction: counters, flags, what headers say."""
    if key in PACKET_WORDS or _ONE_WAY.match(key):
        return True
    identity = published.identities().get(key)
    if identity is None:
        return _COUNTED.search(key) is not None
    element = published.element(*identity)
    if element is None or element.semantics in COUNTERS:
        return True
    unexplained = element.enterprise != 0 and element.semantics == "" and element.type.startswith("unsigned")
    return reverse_name(key) in published.identities() or (unexplained and _COUNTED.search(key) is not None)


@lru_cache(maxsize=4096)
def _opposite(key: str) -> str | None:
    """The key of the other end; *key* itself where it is of no end, None where the other end has no such element."""
    other = _NEIGHBOURS.get(key) or _END.sub(lambda match: _OPPOSITE[match[0]], key)
    registered = is_published(key) and not is_published(other)
    return None if registered else other


def opposite(key: str, keys: Collection[str]) -> str | None:
    """The key under which the reverse direction tells what *key* tells of the forward one, in a flow of these *keys*.

    None where it has no such key.
    """
    if key in MACS and any(behind in keys for behind in _MAC_IN_AND_OUT.values()):
        return MACS[key]
    if key in IN_AND_OUT:
        return IN_AND_OUT[key] if IN_AND_OUT[key] in keys else key
    return _opposite(key)


def is_published(key: str) -> bool:
    """Whether IANA or a vendor has an element with this key."""
    return key in published.identities() or key in published.field_types()
