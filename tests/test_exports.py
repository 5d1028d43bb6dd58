"""The public surface: what is exported, documented and typed."""

from __future__ import annotations

import importlib
import inspect
import re
import subprocess
import sys
from dataclasses import asdict

import pytest

import netflowparse
from netflowparse import errors
from netflowparse.protocols.fixed import DECLARATIONS
from netflowparse.protocols.formats import FORMATS
from netflowparse.types.words import FIXED, PROTOCOLS, WITH_TEMPLATES
from tests.conftest import ROOT
from tests.surface import PATH, PUBLIC, surface

SURFACE = [name for name in netflowparse.__all__ if name != "__version__"]
CODES = sorted(value for name, value in vars(errors).items() if name.isupper())
PROBLEMS, SECURITY = ((ROOT / "docs" / name).read_text() for name in ("problems.md", "security.md"))


@pytest.mark.skipif(sys.version_info[:2] != (3, 11), reason="other versions spell types otherwise")
def test_surface() -> None:
    """Names, signatures, defaults, keys, codes: what differs is an accident, or stands in CHANGELOG.md."""
    told = surface().splitlines()
    assert told == PATH.read_text().splitlines(), "python -m tests.surface, and say so in CHANGELOG.md"


@pytest.mark.parametrize("module", PUBLIC)
def test_every_public_module_says_what_it_has(module: str) -> None:
    imported = importlib.import_module(module)
    assert len(set(imported.__all__)) == len(imported.__all__)
    assert all(hasattr(imported, name) for name in imported.__all__)


def test_public_modules_are_there_without_being_imported() -> None:
    modules = {name.removeprefix("netflowparse.") for name in PUBLIC[1:]}
    program = f"import netflowparse\nfor name in {sorted(modules)}: getattr(netflowparse, name).__all__"
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True, timeout=60)
    assert {*dir(netflowparse)} == {*netflowparse.__all__} | modules
    assert "netflowparse.files" not in _imported_with_the_package()
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = netflowparse.nothing


def _imported_with_the_package() -> list[str]:
    program = "import netflowparse, sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True, timeout=60, capture_output=True)
    return done.stdout.decode().split()


def test_programs_of_users_need_no_other_module() -> None:
    for folder in (ROOT / "tests" / "user_types" / "user", ROOT / "docs" / "collectors"):
        programs = [path.read_text() for path in folder.glob("*.py")]
        assert len(programs) > 1, folder
        assert set(re.findall(r"(?:from|import) (netflowparse[.a-z_]*)", "\n".join(programs))) <= {*PUBLIC}


@pytest.mark.parametrize("name", SURFACE)
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


def test_every_problem_code_is_exported() -> None:
    assert {name for name in vars(errors) if name.isupper()} == {name for name in errors.__all__ if name.isupper()}


def test_every_protocol_has_its_word() -> None:
    """What is decoded by its version is in the one list of protocols."""
    assert {f"netflow{version}" for version in DECLARATIONS} == {*FIXED}
    assert {f"netflow{version}" for version in FORMATS.keys() - {0, 10}} | {"ipfix", "sflow5"} == {*PROTOCOLS}
    assert {*FIXED, *WITH_TEMPLATES, "sflow5"} == {*PROTOCOLS}


def test_every_problem_code_is_explained() -> None:
    rows = re.findall(r"^\| `([a-z_]+)` \| [^|]+ \| [^|]+ \|$", PROBLEMS, re.MULTILINE)
    assert sorted(rows) == CODES


def test_every_limit_is_explained() -> None:
    documentation = netflowparse.Limits.__doc__ or ""
    for field in netflowparse.Limits.__dataclass_fields__:
        assert f"``{field}``" in documentation
    rows = re.findall(r"^\| `([a-z_]+)` \| ([0-9]+) \| [^|]+ \| [^|]+ \|$", SECURITY, re.MULTILINE)
    assert {name: int(default) for name, default in rows} == asdict(netflowparse.Limits())
