"""Placeholder until the sFlow encoder stands here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def encode_sflow5(message: Mapping[str, Any], most: int) -> list[bytes]:
    """To come."""
    raise NotImplementedError
