"""Who may import whom: imports go one way; Construct is known to wire and codec, as a type to packet and protocols."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import netflowparse
from netflowparse.protocols.formats import FORMATS
from tests.conftest import ROOT

PACKAGE = Path(netflowparse.__file__).parent

#: layer -> what it may import: layers, or one module of a layer; a layer is a folder or a module of the package.
#: docs/architecture.md has the same table.
ALLOWED = {
    "errors": set(),
    "template": set(),
    "types": set(),
    "interpret": {"errors"},
    "names": {"errors", "types", "registry.vocabularies"},
    "arguments": {"errors", "types"},
    "stream": {"arguments", "errors", "types"},
    "files": {"arguments", "types"},
    "limits": {"errors"},
    "quirks": {"errors"},
    "settings": {"errors", "quirks"},
    "configuration": {"errors", "limits", "quirks", "registry", "settings"},
    "wire": {"template"},
    "registry": {"errors"},
    "codec": {"limits", "quirks", "template", "wire", "registry"},
    "packet": {"errors", "limits", "wire", "codec"},
    "state": {"errors", "limits", "quirks", "settings", "template", "types"},
    "protocols": {
        *("errors", "limits", "quirks", "settings", "configuration", "template", "types", "interpret"),
        *("wire", "registry", "codec", "packet", "state"),
    },
    "flows": {"errors", "types", "registry", "packet.keys"},
    "encoding": {
        *("arguments", "errors", "limits", "quirks", "template", "types"),
        *("wire", "registry", "codec", "packet", "state.templates", "protocols"),
    },
    "explanation": {
        *("arguments", "errors", "limits", "quirks", "template", "types"),
        *("wire", "registry", "codec", "packet", "state", "protocols"),
    },
    "exporter": {"arguments", "encoding", "errors", "registry", "types"},
    "decoder": {
        *("arguments", "encoding.keeping", "explanation"),
        *("errors", "limits", "quirks", "settings", "configuration", "types", "registry", "state", "protocols"),
    },
    "cli": {
        "__init__",
        "_version",
        "decoder",
        "errors",
        "files",
        "interpret",
        "names",
        "packet",
        "quirks",
        "stream",
        "types",
    },
    "_version": set(),
    "__init__": {
        *("_version", "decoder", "encoding.message", "exporter", "limits", "settings"),
        *("configuration", "errors", "explanation", "files", "flows", "interpret"),
        *("names", "quirks", "registry", "stream", "types"),
    },
    "__main__": {"cli"},
}
THIRD_PARTY = {
    "wire": {"construct"},
    "codec": {"construct"},
    "packet": {"construct"},
    "protocols": {"construct"},
    "encoding": {"construct"},
    "explanation": {"construct"},
    "cli": {"scapy"},
}
#: modules of ``protocols`` that are protocols; they never import each other
PROTOCOLS = {make.__module__.rpartition(".")[2] for make in FORMATS.values()}


def modules() -> Iterator[tuple[str, Path]]:
    """(layer, file) of every module."""
    for path in sorted(PACKAGE.rglob("*.py")):
        relative = path.relative_to(PACKAGE)
        yield relative.parts[0].removesuffix(".py"), path


def imports(path: Path) -> Iterator[str]:
    """The modules that a module imports; of our own without the package's name, that itself as "__init__"."""
    package = ("netflowparse", *path.relative_to(PACKAGE).parts[:-1])
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (_spelled(alias.name.split(".")) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) + 1 - node.level] if node.level else ()
            module = (*base, *(node.module or "").split(".")) if node.module else base
            yield from {_spelled(_module_of((*module, alias.name))) for alias in node.names}


def _module_of(name: tuple[str, ...]) -> tuple[str, ...]:
    """The module that *name* is, or is in."""
    file = PACKAGE.joinpath(*name[1:])
    is_module = name[0] == "netflowparse" and (file.is_dir() or file.with_suffix(".py").exists())
    return name if is_module else name[:-1]


def _spelled(name: Sequence[str]) -> str:
    return ".".join(name[1:] or ["__init__"] if name[0] == "netflowparse" else ["", *name])


def is_of(name: str, place: str) -> bool:
    """Whether a module is *place*, or in it."""
    return f"{name}.".startswith(f"{place}.")


@pytest.mark.parametrize(("layer", "path"), list(modules()), ids=lambda each: str(getattr(each, "name", each)))
def test_imports_go_one_way(layer: str, path: Path) -> None:
    for name in imports(path):
        if not name.startswith("."):
            assert any(is_of(name, place) for place in {layer} | ALLOWED[layer]), f"{path.name} imports {name}"
        elif name.split(".")[1] in ("construct", "scapy"):
            assert name.split(".")[1] in THIRD_PARTY.get(layer, set()), f"{path.name} imports {name[1:]}"


def test_every_layer_has_its_row_and_uses_it() -> None:
    used = {layer: set[str]() for layer, _ in modules()}
    for layer, path in modules():
        used[layer] |= {name for name in imports(path) if not name.startswith(".")}
    assert used.keys() == ALLOWED.keys()
    for layer, places in ALLOWED.items():
        assert [each for each in sorted(places) if not any(is_of(name, each) for name in used[layer])] == [], layer
    TopologicalSorter({layer: {each.split(".")[0] for each in ALLOWED[layer]} for layer in ALLOWED}).prepare()


def test_the_map_says_what_may_be_imported() -> None:
    """A row of docs/architecture.md is of one layer or several, and lists what these may import of others."""
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`[^|]+) \| [^|]+ \| ([^|]+) \|$", page, re.MULTILINE)
    named = re.compile(r"`([a-z_.]+?)(?:/|\.py)?`")
    told = {}
    for layers, places in rows:
        names = named.findall(layers)
        told |= dict.fromkeys(names, (set(names), set(named.findall(places))))
    assert told.keys() == {layer for layer in ALLOWED if not layer.startswith("_")}
    for layer, (row, places) in told.items():
        assert places == set().union(*(ALLOWED[each] for each in row)) - row - {"__init__", "_version"}, layer


def test_protocols_do_not_import_each_other() -> None:
    assert {"fixed", "netflow9", "ipfix", "sflow5"} <= PROTOCOLS
    for protocol in PROTOCOLS:
        others = {f"protocols.{other}" for other in PROTOCOLS - {protocol}}
        assert others.isdisjoint(imports(PACKAGE / "protocols" / f"{protocol}.py"))


def test_sizes() -> None:
    """Modules of at most 300 lines, functions of at most 60, generated tables apart."""
    for _, path in modules():
        if path.parent.name == "registry" and path.name.startswith("_") and path.name != "__init__.py":
            continue
        lines = path.read_text().splitlines()
        assert len(lines) <= 300, path.name
        for node in ast.walk(ast.parse("\n".join(lines))):
            if isinstance(node, ast.FunctionDef):
                assert (node.end_lineno or 0) - node.lineno < 60, f"{path.name}: {node.name}"


@pytest.mark.parametrize(
    "folder", sorted(path.parent for path in PACKAGE.rglob("__init__.py")), ids=lambda path: path.name
)
def test_every_module_is_on_a_map(folder: Path) -> None:
    """The package's docstring names it, or the map of all."""
    own = ast.get_docstring(ast.parse((folder / "__init__.py").read_text())) or ""
    said = own + (PACKAGE.parent / "docs" / "architecture.md").read_text()
    names = {path.stem for path in folder.glob("*.py") if not path.stem.startswith("_")}
    assert names - set(re.findall(r"[a-z_0-9]+", said)) == set()
    begun = re.findall(r"^ *([a-z_0-9/]+(?:, [a-z_0-9/]+)*) {2,}", own, re.MULTILINE)  # before what a line says of them
    there = names | {f"{path.name}/" for path in folder.iterdir() if path.is_dir()}
    assert {name for names in begun for name in names.split(", ")} - there == set()
