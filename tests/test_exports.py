"""The public surface: what is exported, documented and typed."""

from __future__ import annotations

import inspect
import re
from dataclasses import asdict

import pytest

import netflowparse
from netflowparse import errors
from tests.conftest import ROOT

SURFACE = [
    *(
        "DecodeError",
        "Decoder",
        "Element",
        "EncodeError",
        "Exporter",
        "ExporterSettings",
        "Limits",
        "MalformedMessage",
        "MessageStream",
        "NetflowParseError",
        "Registry",
    ),
    *(
        "RegistryError",
        "SnapshotError",
        "TruncatedDatagram",
        "UnknownVersion",
        "UsageError",
        "WrongType",
        "__version__",
        "decode",
        "encode",
        "explain",
        "reset",
    ),
]
CODES = sorted(value for name, value in vars(errors).items() if name.isupper())
PROBLEMS, SECURITY = ((ROOT / "docs" / name).read_text() for name in ("problems.md", "security.md"))


def test_surface() -> None:
    assert netflowparse.__all__ == SURFACE
    assert all(hasattr(netflowparse, name) for name in SURFACE)


@pytest.mark.parametrize("name", [name for name in SURFACE if name != "__version__"])
def test_every_public_name_is_documented(name: str) -> None:
    exported = getattr(netflowparse, name)
    assert inspect.getdoc(exported)
    for member, function in inspect.getmembers(exported, inspect.isfunction):
        if not member.startswith("_"):
            assert inspect.getdoc(function), f"{name}.{member}"


def test_error_tree() -> None:
    assert issubclass(netflowparse.DecodeError, ValueError)
    for error in (netflowparse.TruncatedDatagram, netflowparse.UnknownVersion, netflowparse.MalformedMessage):
        assert issubclass(error, netflowparse.DecodeError)
    assert issubclass(netflowparse.RegistryError, netflowparse.UsageError)
    assert issubclass(netflowparse.SnapshotError, netflowparse.UsageError)
    assert issubclass(netflowparse.WrongType, TypeError)
    assert issubclass(netflowparse.WrongType, netflowparse.UsageError)


def test_every_problem_code_is_explained() -> None:
    rows = re.findall(r"^\| `([a-z_]+)` \| [^|]+ \| [^|]+ \|$", PROBLEMS, re.MULTILINE)
    assert sorted(rows) == CODES


def test_every_limit_is_explained() -> None:
    documentation = netflowparse.Limits.__doc__ or ""
    for field in netflowparse.Limits.__dataclass_fields__:
        assert f"``{field}``" in documentation
    rows = re.findall(r"^\| `([a-z_]+)` \| ([0-9]+) \| [^|]+ \| [^|]+ \|$", SECURITY, re.MULTILINE)
    assert {name: int(default) for name, default in rows} == asdict(netflowparse.Limits())
