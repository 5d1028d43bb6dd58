"""What generated functions call: bounded text caches, and the readings of values that are odd or of free width.

``ipv4`` looks an address up, ``learn_ipv4`` makes the text that this does not find, ``ipv4_cache`` is where; so for
everything that is remembered.

Each decoder has one namespace, so that a flood sent to one never slows another.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import repeat
from socket import AF_INET6, inet_ntoa, inet_ntop
from struct import Struct
from struct import error as StructError  # noqa: N812
from typing import Any, TypeAlias

from ..limits import Limits
from ..wire.leaves import EXACT, INTEGERS, WIDEST_INTEGER, fits, fixed_leaf, octet_value
from ..wire.texts import decode_application_id, decode_padded_text, decode_text
from ..wire.times import ntp_microseconds, ntp_nanoseconds
from ..wire.values import Odd, Site
from .plan import field_of
from .reader import Faults
from .source import INDENT, function
from .text_cache import TextCache

LONGEST_CACHED_TEXT = 64  # octets; longer texts are too many and too large to keep

Reading: TypeAlias = Callable[[Any, int, int, Faults], Any]  # value, record's offset, field index, faults


def _ipv6_text(address: bytes) -> str:
    return inet_ntop(AF_INET6, address)


def _mac_text(address: bytes) -> str:
    return address.hex(":")


def _access_list_text(octets: bytes) -> str:
    return octets.hex("-", 4)


def _learner(cache: dict[bytes, str], decode: Callable[[bytes], Any], most: int) -> Reading:
    """The function that decodes what *cache* lacks, keeps what is well-formed and short, and reports what is not."""

    def learn(octets: bytes, where: int, field: int, faults: Faults) -> Any:
        text = decode(octets)
        if type(text) is Odd:
            faults.append((where, field))
            return text.value
        if len(octets) <= LONGEST_CACHED_TEXT:
            if len(cache) >= most:
                cache.clear()
            cache[octets] = text
        return text

    return learn


def _nothing(value: Any, where: int, field: int, faults: Faults) -> None:
    faults.append((where, field))


def namespace(limits: Limits, octet_values: str = "hex") -> dict[str, Any]:
    """The names that generated functions may use, with caches of their own."""
    addresses, texts = limits.cached_addresses, limits.cached_texts
    names: dict[str, Any] = {
        "repeat": repeat,
        "Unreadable": (StructError, IndexError),
        "from_bytes": int.from_bytes,
        "nothing": _nothing,
        "ntp_microseconds": ntp_microseconds,
        "ntp_nanoseconds": ntp_nanoseconds,
        "untyped": bytes.hex if octet_values == "hex" else bytes,
    }
    for name, spell in (
        ("ipv4", inet_ntoa),
        ("ipv6", _ipv6_text),
        ("mac", _mac_text),
        ("access_list", _access_list_text),
    ):
        remembered = TextCache(spell, addresses)
        names |= {name: remembered.find, f"learn_{name}": remembered.learn, f"{name}_cache": remembered}
    for name, decode in (
        ("text", decode_text),
        ("padded_text", decode_padded_text),
        ("application_id", decode_application_id),
    ):
        cache: dict[bytes, str] = {}
        names |= {name: cache.get, f"learn_{name}": _learner(cache, decode, texts), f"{name}_cache": cache}
    names["flexible"] = {each: _flexible(each, octet_values, names) for each in (*EXACT, *INTEGERS)}
    return names


def _flexible(abstract_type: str, octet_values: str, names: dict[str, Any]) -> Reading:
    """The reading of one type's values whatever their width; the leaf of each width is compiled when first met."""
    leaves: list[Reading | None] = [None] * (WIDEST_INTEGER + 1)

    def read(octets: bytes, where: int, field: int, faults: Faults) -> Any:
        length = len(octets)
        if not fits(abstract_type, length):
            faults.append((where, field))
            return octet_value(octets, octet_values)
        leaf = leaves[length]
        if leaf is None:
            leaf = leaves[length] = _leaf_reading(abstract_type, length, names)
        return leaf(octets, where, field, faults)

    return read


def _leaf_reading(abstract_type: str, length: int, names: dict[str, Any]) -> Reading:
    leaf = field_of("value", fixed_leaf(abstract_type, length))
    targets = "".join(f"{name}, " for name in leaf.variables(0))
    unpack = f"{targets}= unpack(octets)" if targets else "pass"
    value = leaf.expression(0, Site("where", "field"))
    lines = ["def read(octets, where, field, faults):", INDENT + unpack, f"{INDENT}return {value}"]
    scope = {**names, "unpack": Struct(">" + leaf.letters).unpack}
    reading: Reading = function(lines, scope, f"{abstract_type} of {length} octets")
    return reading
