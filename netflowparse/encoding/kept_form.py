"""The form of ``kept``, looked at before it is used: a message may have been anywhere since it was decoded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..errors import EncodeError
from ..types import FieldPatch, KeptSet, Patch
from ..types.words import WITH_TEMPLATES
from .checked import Path, expect_dict, expect_list, shown

KEPT: Path = ("kept",)
WRONG = "drop it for the canonical form"
WORD = 0xFFFF  # the most that two octets say
MARK = 0xFFFFFFFF  # and a CRC-32


def listed(holder: Mapping[str, Any], key: str, path: Path) -> Sequence[Any]:
    """The list under *key*."""
    return expect_list(holder.get(key), (*path, key))


def whole(holder: Mapping[str, Any], key: str, most: int | None, path: Path) -> int:
    """The int from 0 to *most* under *key*."""
    value = holder.get(key)
    if type(value) is not int or value < 0 or (most is not None and value > most):
        expected = "a number" if most is None else f"0 to {most}"
        raise EncodeError(f"{shown(value)}, expected {expected}", (*path, key))
    return value


def hexed(holder: Mapping[str, Any], key: str, path: Path) -> bytes:
    """The octets whose hex text stands under *key*."""
    value = holder.get(key)
    if isinstance(value, str):
        try:
            return bytes.fromhex(value)
        except ValueError:
            pass
    raise EncodeError(f"{shown(value)}, expected the hex text of octets", (*path, key))


def check_patch(value: Any, path: Path) -> Patch:
    """*value*, a patch."""
    found = expect_dict(value, path)
    hexed(found, "octets", path)
    if found.get("instead_of") is not None or "instead_of" not in found:
        whole(found, "instead_of", MARK, path)
    return found  # type: ignore[return-value]


def check_patches(holder: Mapping[str, Any], key: str, path: Path, records: int | None = None) -> list[FieldPatch]:
    """The patches of fields under *key*: of a header, or of so many *records*."""
    for index, each in enumerate(listed(holder, key, path)):
        here = (*path, key, index)
        check_patch(each, here)
        whole(each, "field", None, here)
        if records is not None:
            whole(each, "record", records - 1, here)
    return list(holder[key])


def check_count(kept: int, message: Mapping[str, Any], key: str) -> None:
    """EncodeError where a message has not as many entries under *key* as it had when so many were *kept*."""
    there = len(message.get(key, ()))
    if kept != there:
        raise EncodeError(f"of {kept} {key}, {there} are there: {WRONG}", KEPT)


def check_fixed(kept: Any) -> Mapping[str, Any]:
    """*kept* of a fixed version.  EncodeError for what ``keep_fixed`` cannot have made."""
    found = expect_dict(kept, KEPT)
    check_patches(found, "header", KEPT)
    check_patches(found, "patches", KEPT, whole(found, "records", None, KEPT))
    hexed(found, "tail", KEPT)
    return found


def check_sets(kept: Any) -> Mapping[str, Any]:
    """*kept* of NetFlow v9 or IPFIX.  EncodeError for what ``keep_sets`` cannot have made."""
    found = expect_dict(kept, KEPT)
    check_patches(found, "header", KEPT)
    templates = listed(found, "templates", KEPT)
    for index, each in enumerate(templates):
        _check_template(each, (*KEPT, "templates", index))
    for index, each in enumerate(listed(found, "sets", KEPT)):
        check_set(each, len(templates), (*KEPT, "sets", index))
    hexed(found, "tail", KEPT)
    return found


def _check_template(value: Any, path: Path) -> None:
    template = expect_dict(value, path)
    if template.get("scope_count") is not None:
        whole(template, "scope_count", WORD, path)
    if template.get("protocol", "ipfix") not in WITH_TEMPLATES:
        raise EncodeError(f"{shown(template['protocol'])}, expected {' or '.join(WITH_TEMPLATES)}", (*path, "protocol"))


def check_set(value: Any, templates: int, path: Path) -> KeptSet:
    """*value*, what is kept of a set, where so many *templates* are kept."""
    part = expect_dict(value, path)
    whole(part, "set_id", WORD, path)
    if "length" in part:
        whole(part, "length", WORD, path)
    if "octets" in part:
        hexed(part, "octets", path)
    elif "template" in part:
        whole(part, "template", templates - 1, path)
        records = whole(part, "records", None, path)
        if "inner" in part:
            for index, each in enumerate(listed(part, "inner", path)):
                if type(each) is not int or not 0 <= each < templates:
                    raise EncodeError(f"{shown(each)}, expected 0 to {templates - 1}", (*path, "inner", index))
        if "patches" in part:
            check_patches(part, "patches", path, records)
        if "rest" in part:
            hexed(part, "rest", path)
    else:
        whole(part, "templates", None, path)
        if "content" in part:
            check_patch(part["content"], (*path, "content"))
    return part  # type: ignore[return-value]
