"""What callers give to be written, looked at before it is: kinds of values, and where they stand."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from struct import error as StructError  # noqa: N812
from typing import Any, TypeAlias

from construct import Bytes, Construct, ConstructError, FormatField, Subconstruct

from ..errors import EncodeError
from ..types.words import WITH_TEMPLATES
from ..wire.values import octets_of

Path: TypeAlias = "tuple[str | int, ...]"  # keys and indices that lead to what is written

#: what building raises for a value that does not fit
REFUSALS = (ConstructError, ValueError, TypeError, OverflowError, StructError, KeyError, AttributeError)
UTF8 = "a text that UTF-8 can say"
LISTS = ("flows", "options", "counters", "templates", "unknown_samples")  # of a message
#: what of them each protocol has; the fixed versions have flows alone
FLOWS_ALONE = ("flows",)
KINDS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(WITH_TEMPLATES, ("flows", "options", "templates")),
    "sflow5": ("flows", "counters", "unknown_samples"),
}


def shown(value: Any) -> str:
    """*value* as the text of an error has it: its beginning.

    Python spells no integers of more than 4300 digits, and nothing that is too deep.
    """
    try:
        return f"{value!r:.80}"
    except (ValueError, RecursionError):
        return f"{type(value).__name__} that is too long to show"


def expect_dict(value: Any, path: Path) -> Mapping[str, Any]:
    """*value*, if that is a dict; EncodeError otherwise."""
    if not isinstance(value, Mapping):
        raise EncodeError(f"{shown(value)}, expected a dict", path)
    return value


def expect_list(value: Any, path: Path) -> Sequence[Any]:
    """*value*, if that is a list or tuple; EncodeError otherwise."""
    if not isinstance(value, list | tuple):
        raise EncodeError(f"{shown(value)}, expected a list", path)
    return value


def refuse_kinds(protocol: str, message: Mapping[str, Any]) -> None:
    """Refuse lists of what *protocol* does not have: they would be lost."""
    for key in LISTS:
        if message.get(key) and key not in KINDS.get(protocol, FLOWS_ALONE):
            raise EncodeError(f"{protocol} has none", (key,))


def refuse_others(fields: Mapping[str, Any], known: Collection[str], path: Path) -> None:
    """Refuse keys that nothing is known to say: a misspelled one would be lost in silence."""
    for name in fields:
        if name not in known:
            raise EncodeError(f"{shown(name)}, expected one of {', '.join(sorted(known)):.400}", path)


def write_octets(value: Any, path: Path) -> bytes:
    """The octets that hex text, or octets as they are, stand for."""
    try:
        return octets_of(value)
    except ValueError as error:
        raise EncodeError(str(error), path) from error


def number_octets(value: Any, length: int, path: Path) -> bytes:
    """*value*, which is not negative, in *length* octets."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 0 or value >> length * 8:
        raise EncodeError(f"{shown(value)}, expected an int that fits {length} octet{'s' * (length != 1)}", path)
    return value.to_bytes(length, "big")


def expected(node: Construct) -> str:
    """What a value must be that *node* writes."""
    while isinstance(node, Subconstruct):
        node = node.subcon
    if isinstance(node, FormatField):
        kind = "a number" if node.fmtstr[-1] in "fd" else "an int"
        return f"{kind} that fits {node.length} octet{'s' * (node.length != 1)}"
    return f"{node.length} octets" if isinstance(node, Bytes) else "a text, or octets"
