"""The package is sans-I/O: importing and decoding open nothing, load nothing that could, and read no clock."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

import netflowparse

PACKAGE = Path(netflowparse.__file__).parent
CORE = [path for path in sorted(PACKAGE.rglob("*.py")) if "cli" not in path.parts and path.name != "__main__.py"]

IMPORT_AND_DECODE = """
import sys, json
events = []
sys.addaudithook(lambda event, args: events.append(event))
import construct
before = set(sys.modules)
import netflowparse
loaded = sorted(set(sys.modules) - before)
events.clear()
netflowparse.decode(bytes.fromhex("000a001065e0f0000000000000000001"), "x")
print(json.dumps([loaded, events]))
"""


@pytest.fixture(scope="module")
def fresh_interpreter() -> tuple[list[str], list[str]]:
    """Modules that importing netflowparse loads beside construct's, and audit events of the first decoding."""
    result = subprocess.run([sys.executable, "-c", IMPORT_AND_DECODE], capture_output=True, check=True, text=True)
    loaded, events = json.loads(result.stdout)
    return loaded, events


def test_import_loads_nothing_that_does_io(fresh_interpreter: tuple[list[str], list[str]]) -> None:
    loaded, _ = fresh_interpreter
    forbidden = {"scapy", "asyncio", "ssl", "subprocess", "threading", "logging", "multiprocessing", "selectors"}
    assert {name.split(".")[0] for name in loaded} & forbidden <= {"selectors"}  # socket brings that one
    assert not [name for name in loaded if name.startswith("netflowparse.cli")]


@pytest.mark.conformance("LIB-06", "INFO-7.3-01")
def test_decoding_opens_nothing(fresh_interpreter: tuple[list[str], list[str]]) -> None:
    _, events = fresh_interpreter
    assert {event.split(".")[0] for event in events} <= {
        "compile",
        "exec",
        "object",
        "sys",
        "code",
        "import",
        "marshal",
    }
    assert "open" not in events


@pytest.mark.fault("A-088")
@pytest.mark.parametrize("path", CORE, ids=lambda path: path.name)
def test_core_never_names_io(path: Path) -> None:
    tree = ast.parse(path.read_text())
    called = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert not called & {"open", "print", "input"}
    modules = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    modules |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
    assert not modules & {"time", "datetime", "os", "random", "logging", "pathlib", "threading", "importlib"}
    from_socket = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "socket"
        for alias in node.names
    }
    assert from_socket <= {"AF_INET6", "inet_ntoa", "inet_ntop"}
    assert "socket" not in {
        alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names
    }
