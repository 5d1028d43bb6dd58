"""Decoders here compile as late as anywhere else: what a shape costs before that is counted as well."""

from __future__ import annotations

import pytest

from .measures import PATIENCE


@pytest.fixture(autouse=True)
def compile_late(monkeypatch: pytest.MonkeyPatch) -> None:
    """Undo what other tests have done to see generated code at once."""
    for module, (name, value) in PATIENCE.items():
        monkeypatch.setattr(module, name, value)
