"""Placeholder until the sFlow keeper stands here."""

from __future__ import annotations

from ..protocols.trace import SflowTrace
from ..types import Message


def keep_sflow5(trace: SflowTrace, message: Message) -> None:
    """To come."""
