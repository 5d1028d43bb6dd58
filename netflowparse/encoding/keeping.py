"""What ``Decoder(keep_octets=True)`` adds to messages: how the datagram differs from their canonical form."""

from __future__ import annotations

from ..protocols.trace import FixedTrace, Observer, SflowTrace, Trace
from ..registry import Registry
from ..types import Message
from .kept_fixed import keep_fixed
from .kept_sets import keep_sets
from .sflow.kept import keep_sflow5


def keeper(registry: Registry) -> Observer:
    """What adds ``kept`` to the messages of a decoder with this *registry*."""

    def keep(trace: Trace, message: Message) -> None:
        if isinstance(trace, FixedTrace):
            keep_fixed(trace, message)
        elif isinstance(trace, SflowTrace):
            keep_sflow5(trace, message)
        else:
            keep_sets(trace, message, registry)

    return keep
