"""Limits: defaults, checks, and that they cannot change."""

from __future__ import annotations

import dataclasses

import pytest

from netflowparse import Limits, UsageError


def test_defaults_and_overrides() -> None:
    assert Limits(exporters=5).exporters == 5
    assert Limits(exporters=5).values == Limits().values == 500_000


@pytest.mark.parametrize("value", [0, -1, 1.5, True, None, "7"])
def test_bad_values(value: object) -> None:
    with pytest.raises(UsageError, match="exporters="):
        Limits(exporters=value)


def test_deepest() -> None:
    assert Limits(nesting=32).nesting == 32
    with pytest.raises(UsageError, match=r"nesting=33\): expected at most 32"):
        Limits(nesting=33)


def test_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Limits().exporters = 1
