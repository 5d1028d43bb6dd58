"""Messages to datagrams: the public ``encode``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..arguments import expect
from ..errors import EncodeError, UsageError, WrongType
from ..registry import Registry
from ..types.words import PROTOCOLS
from .checked import LISTS, refuse_kinds, shown
from .fixed import FORMATS, encode_fixed
from .kept_fixed import copy_fixed
from .kept_form import KEPT, WRONG
from .kept_sets import copy_sets
from .sets import encode_sets
from .sflow.message import encode_sflow5

LARGEST = 65_535  # octets of a datagram
SHORTEST = 64  # octets in which some record fits, whatever the protocol


def encode(
    message: Mapping[str, Any],
    *,
    templates: Iterable[Mapping[str, Any]] = (),
    registry: Registry | None = None,
    max_length: int = LARGEST,
    long_lengths: bool = False,
) -> list[bytes]:
    """The datagrams of one *message*, such as ``decode`` gives, or as much of one as there is to say.

    ``protocol`` must be there; ``header``, ``templates``, ``options``, ``flows`` and ``counters`` may be, each as in
    ``types.Message``.  Header fields that are not there are 0; version, length and counts are always those of what is
    written.  What follows from other keys (absolute times beside sysUpTimes, ``resolved`` and what it names, …) is not
    written; nor are ``late``, ``sequence`` and ``problems``.

    Usually that is one datagram.  What is longer than *max_length* octets becomes several, numbered on as the protocol
    counts.  A message that ``Decoder(keep_octets=True)`` gave becomes the very octets that it was, but for values that
    were changed since; such a copy is never divided.

    * NetFlow v9, IPFIX: the template definitions of the message are written first, as events say; then options and
      flows in their order.  *templates* are others that whoever reads this knows already, such as rows of
      ``Decoder.templates``.  A record is written by the template that has just its keys; where none has, by one that is
      made for it and written before it.  *long_lengths* writes all lengths before values in three octets, as RFC 6313
      §5.1 recommends beside lists, whose own always are.
    * NetFlow v1 to v8: fields that a flow does not have are 0.  Absolute times stand for sysUpTimes that are not there.
    * sFlow: docs/encoding.md.

    ``EncodeError`` for what the protocol cannot say: it tells the record, the field, and why.
    """
    registry = Registry() if registry is None else expect(registry, Registry, "registry")
    if not isinstance(message, Mapping):
        raise WrongType(f"message is {type(message).__name__}: expected a dict")
    check_length(max_length)
    long_lengths = expect(long_lengths, bool, "long_lengths")
    if not isinstance(templates, Iterable):
        raise WrongType(f"templates is {type(templates).__name__}: expected templates, such as a list")
    for key in (*LISTS, "quirks"):
        if not isinstance(message.get(key, []), list | tuple):
            raise EncodeError(f"{shown(message[key])}, expected a list", (key,))
    for index, quirk in enumerate(message.get("quirks", ())):
        if not isinstance(quirk, str):
            raise EncodeError(f"{shown(quirk)}, expected the name of a rule", ("quirks", index))
    protocol, kept = message.get("protocol"), message.get("kept")
    if protocol not in PROTOCOLS:  # compared one by one: it may be anything
        raise EncodeError(f"{shown(protocol)}, expected one of {', '.join(PROTOCOLS)}", ("protocol",))
    refuse_kinds(protocol, message)
    if protocol == "sflow5":
        made = encode_sflow5(message, max_length)
        return made if kept is None else [_copied(made[0], max_length)]
    if protocol in FORMATS:
        return encode_fixed(message, max_length) if kept is None else [_copied(copy_fixed(message), max_length)]
    if kept is not None:
        return [_copied(copy_sets(message, registry), max_length)]
    return encode_sets(message, templates, registry, max_length, long_lengths=long_lengths)


def check_length(max_length: Any) -> None:
    """UsageError kin for what cannot be the octets of a datagram."""
    if isinstance(max_length, bool) or not isinstance(max_length, int):
        raise WrongType(f"max_length={max_length!r}: expected an int")
    if not SHORTEST <= max_length <= LARGEST:
        raise UsageError(f"max_length={shown(max_length)}: expected {SHORTEST} to {LARGEST} octets")


def _copied(octets: bytes, most: int) -> bytes:
    """A copy, if it is no longer than somebody has asked for."""
    if most < LARGEST and len(octets) > most:
        why = f"a datagram of {len(octets)} octets, expected at most {most}: {WRONG}"
        raise EncodeError(why, KEPT)
    return octets
