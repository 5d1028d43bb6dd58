"""Strict decoding: a datagram that is damaged gives no message, and leaves no trace.  RFC 7011 §9.1.

Whether it is damaged shows only when all of it is read.  So it is read on trial first, by the same code but out of
memory that nothing stays in; then once more, for good, if it is whole.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import replace
from typing import Protocol

from ..errors import MalformedMessage
from ..state.trial import TrialStore
from ..types import Message
from .context import Context

#: protocol -> the section that structural damage breaks; no document describes the others
SPECIFICATIONS = {"ipfix": "RFC 7011 §9.1", "netflow9": "RFC 3954 §5", "sflow5": "sFlow version 5, section 5"}


class Format(Protocol):
    """Decodes the datagrams of one protocol."""

    def decode(self, octets: bytes, exporter: Hashable, now: int | None, transport: str) -> Message:
        """The message of a datagram; DecodeError, and nothing changed, where it has none."""


class Strict:
    """Decodes the datagrams of one protocol that are whole."""

    def __init__(self, make: Callable[[Context], Format], context: Context) -> None:
        self._for_good = make(context)
        # What flows gain by the options below comes after the damage is known.
        self._on_trial = make(
            replace(context, store=TrialStore(context.store), resolves=False, packet_sections=None, observe=None)
        )

    def decode(self, octets: bytes, exporter: Hashable, now: int | None, transport: str) -> Message:
        """The message of a datagram; MalformedMessage, and nothing changed, where any problem is structural damage."""
        self._try(octets, exporter, now, transport)
        return self._for_good.decode(octets, exporter, now, transport)

    def _try(self, octets: bytes, exporter: Hashable, now: int | None, transport: str) -> None:
        """Raise what is to be raised; the message of the trial is gone before the one that is to stay is made."""
        tried = self._on_trial.decode(octets, exporter, now, transport)
        for problem in tried["problems"]:
            if problem.get("malformed"):
                protocol = tried["protocol"]
                raise MalformedMessage(
                    problem["message"],
                    offset=problem["offset"],
                    protocol=protocol,
                    spec=SPECIFICATIONS.get(protocol),
                )
