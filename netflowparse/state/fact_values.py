"""The values of facts: copied, measured, and as the JSON of snapshots."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

DEEPEST = 256  # levels of lists and dicts in a value of a snapshot: at most 7 for each of the lists inside lists
CHARACTERS = 64  # of text, or octets, that count as one value more where flows gain them
ENTRY, DICT, LIST, ITEM, NUMBER = 100, 232, 64, 8, 32  # octets of memory that each takes, about
WIDE = 4  # octets of a character, where one of a text is not ASCII
OCTETS = ""  # the one key of a dict that stands for octets in a snapshot; no element has it


def copied(value: Any) -> Any:
    """*value* with dicts and lists of its own: what is handed out may be changed by who gets it."""
    if type(value) is dict:
        return {key: copied(each) for key, each in value.items()}
    return [copied(each) for each in value] if type(value) is list else value


def size_of_entries(values: Mapping[str, Any]) -> int:
    """About how many octets of memory the entries of a dict take, without what each string has beside its text."""
    return sum(ENTRY + len(key) + _size_of(each) for key, each in values.items())


def _size_of(value: Any) -> int:
    if isinstance(value, str | bytes):
        return len(value) if value.isascii() or isinstance(value, bytes) else WIDE * len(value)
    if isinstance(value, dict):
        return DICT + size_of_entries(value)
    return LIST + sum(ITEM + _size_of(each) for each in value) if isinstance(value, list) else NUMBER


def cost_of(value: Any) -> int:
    """What *value* counts in ``Limits.values``: lists and dicts and all in them 1 each, long texts more."""
    if isinstance(value, dict):
        return 1 + sum(map(cost_of, value.values()))
    if isinstance(value, list):
        return 1 + sum(map(cost_of, value))
    return 1 + len(value) // CHARACTERS if isinstance(value, str | bytes) else 1


def to_json(value: Any) -> Any:
    """*value* in JSON's types alone, for ``from_json``."""
    if isinstance(value, dict):
        return {key: to_json(each) for key, each in value.items()}
    if isinstance(value, list):
        return [to_json(each) for each in value]
    return {OCTETS: value.hex()} if isinstance(value, bytes) else value


def from_json(value: Any, octet_values: str = "bytes", levels: int = DEEPEST) -> Any:
    """The value that ``to_json`` has made *value* from; ValueError for what it does not make.

    Octets become what *octet_values* says, "bytes" or "hex" text.
    """
    if isinstance(value, dict | list) and not levels:
        raise ValueError(f"more than {DEEPEST} levels")
    if isinstance(value, list):
        return [from_json(each, octet_values, levels - 1) for each in value]
    if not isinstance(value, dict):
        if value is None or type(value) in (str, int, float, bool):
            return value
        raise ValueError(f"a {type(value).__name__}")
    if value.keys() == {OCTETS} and isinstance(value[OCTETS], str):
        octets = bytes.fromhex(value[OCTETS])
        return octets if octet_values == "bytes" else octets.hex()
    if not all(isinstance(key, str) for key in value):
        raise ValueError("a key that is no str")
    return {key: from_json(each, octet_values, levels - 1) for key, each in value.items()}
