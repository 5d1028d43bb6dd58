"""What the decoder adds to a flow of what its structures say: it has to be what they say, because it is not written."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from ...errors import EncodeError
from ...protocols.sflow.elements import DERIVED, ELEMENTS, LONGEST_PREFIX, add_router
from ...types import Flow
from ..checked import Path, shown
from .packets import FRAME, NAME, is_incomplete

ROUTER = "extended_router"
VERSIONS = tuple(LONGEST_PREFIX)  # looked for in one by one: the value may be anything


def check_derived(flow: Mapping[str, Any], added: Collection[str], path: Path) -> None:
    """Refuse derived values that the structures, which are sound, do not say; *added* are not of this datagram."""
    said = _derived(flow)
    for key in flow.keys() & DERIVED - set(added):
        if key not in said:
            raise EncodeError("no structure says so", (*path, key))
        if said[key] != flow[key]:
            raise EncodeError(f"{shown(flow[key])}, though its structure says {said[key]!r}", (*path, key))
    length = _frame_length(flow)
    if length is not None and flow.get(FRAME, length) != length:
        raise EncodeError(f"{shown(flow[FRAME])}, though {NAME} says {length!r}", (*path, FRAME))


def _derived(flow: Mapping[str, Any]) -> Flow:
    said: Flow = {}
    for name, add in ELEMENTS.items():
        if name in flow:
            add(_first(flow[name]), said)
    if ROUTER in flow:
        router = {ROUTER: flow[ROUTER]}
        if flow.get("ipVersion") in VERSIONS:
            router["ipVersion"] = flow["ipVersion"]
        add_router(router)
        said |= router
    return said


def _first(fields: Any) -> Any:
    """The structure that counts; an empty list has none."""
    return (fields[0] if fields else {}) if isinstance(fields, list | tuple) else fields


def _frame_length(flow: Mapping[str, Any]) -> Any:
    """What the first whole sampled_header says."""
    headers = flow.get(NAME, ())
    for header in headers if isinstance(headers, list | tuple) else (headers,):
        if not is_incomplete(header) and "frame_length" in header:
            return header["frame_length"]
    return None
