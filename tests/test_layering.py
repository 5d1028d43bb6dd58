"""Who may import whom: imports go one way; Construct is known to wire and codec, as a type to packet and protocols."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import netflowparse

PACKAGE = Path(netflowparse.__file__).parent

#: layer -> layers that it may import; a layer is a folder or a module of the package
ALLOWED = {
    "_version": set(),
    "errors": set(),
    "types": set(),
    "limits": {"errors"},
    "quirks": {"errors"},
    "settings": {"errors", "quirks"},
    "configuration": {"errors", "limits", "quirks", "registry", "settings"},
    "template": set(),
    "wire": {"template"},
    "registry": {"errors"},
    "codec": {"errors", "limits", "quirks", "template", "wire", "registry"},
    "packet": {"errors", "limits", "wire", "codec"},
    "state": {"errors", "limits", "quirks", "settings", "template", "types"},
    "protocols": {
        *("errors", "limits", "quirks", "settings", "configuration", "template", "types", "interpret"),
        *("wire", "registry", "codec", "packet", "state"),
    },
    "arguments": {"errors", "state"},
    "encoding": {
        *("arguments", "errors", "limits", "quirks", "template", "types"),
        *("wire", "registry", "codec", "packet", "state", "protocols"),
    },
    "exporter": {"arguments", "encoding", "errors", "registry", "types"},
    "explanation": {
        *("arguments", "errors", "limits", "quirks", "template", "types"),
        *("wire", "registry", "codec", "packet", "state", "protocols"),
    },
    "decoder": {
        *("arguments", "encoding", "explanation"),
        *("errors", "limits", "quirks", "settings", "configuration", "types", "registry", "state", "protocols"),
    },
    "files": {"arguments", "types"},
    "stream": {"arguments", "errors", "types"},
    "interpret": {"errors"},
    "names": {"errors", "registry"},
    "flows": {"errors", "types", "registry", "packet"},
    "__init__": {
        *("_version", "decoder", "encoding", "exporter", "limits", "settings"),
        *("configuration", "errors", "explanation", "files", "flows", "interpret"),
        *("names", "quirks", "registry", "stream", "types"),
    },
    "cli": {"__init__", "_version", "decoder", "errors", "files", "interpret", "names", "stream", "types", "packet"},
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
#: protocol modules that are protocols; they never import each other
PROTOCOLS = {"fixed", "netflow9", "ipfix", "sflow5"}


def modules() -> Iterator[tuple[str, Path]]:
    """(layer, file) of every module."""
    for path in sorted(PACKAGE.rglob("*.py")):
        relative = path.relative_to(PACKAGE)
        yield relative.parts[0].removesuffix(".py"), path


def imports(path: Path) -> Iterator[tuple[str, ...]]:
    """What a module imports: absolute module names as their parts, our own with "netflowparse" first."""
    package = ("netflowparse", *path.relative_to(PACKAGE).parts[:-1])
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (tuple(alias.name.split(".")) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) + 1 - node.level] if node.level else ()
            module = tuple(node.module.split(".")) if node.module else ()
            if module:
                yield (*base, *module)
            else:
                yield from ((*base, alias.name) for alias in node.names)


def layer_of(name: tuple[str, ...]) -> str:
    """The layer of one of our own modules."""
    if len(name) == 1:
        return "__init__"
    known = name[1] in ALLOWED
    return name[1] if known else "__init__"


@pytest.mark.parametrize(("layer", "path"), list(modules()), ids=lambda each: str(getattr(each, "name", each)))
def test_imports_go_one_way(layer: str, path: Path) -> None:
    for name in imports(path):
        if name[0] == "netflowparse":
            target = layer_of(name)
            assert target == layer or target in ALLOWED[layer], f"{path.name} imports {'.'.join(name)}"
        elif name[0] in ("construct", "scapy"):
            assert name[0] in THIRD_PARTY.get(layer, set()), f"{path.name} imports {name[0]}"


def test_protocols_do_not_import_each_other() -> None:
    for protocol in PROTOCOLS:
        imported = {name[-1] for name in imports(PACKAGE / "protocols" / f"{protocol}.py")}
        wire = {name[-1] for name in imports(PACKAGE / "protocols" / f"{protocol}.py") if "wire" in name}
        assert not (imported - wire) & (PROTOCOLS - {protocol})


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
    said = ast.get_docstring(ast.parse((folder / "__init__.py").read_text())) or ""
    said += (PACKAGE.parent / "docs" / "architecture.md").read_text()
    names = {path.stem for path in folder.glob("*.py") if not path.stem.startswith("_")}
    assert names - set(re.findall(r"[a-z_0-9]+", said)) == set()
