"""A child guided by coverage: atheris, which also sees into generated functions."""

from __future__ import annotations

import atexit
import importlib
import pkgutil
import random
import sys
import tempfile
from pathlib import Path
from typing import Any

import atheris

TEXTS = 1_000  # generated functions that are looked into; each makes room of its own, and shapes are without end

with atheris.instrument_imports(include=["netflowparse"], enable_loader_override=False):
    import netflowparse

    for module in pkgutil.walk_packages(netflowparse.__path__, "netflowparse."):
        if ".cli" not in module.name and not module.name.endswith("__main__"):
            importlib.import_module(module.name)

from netflowparse.codec import source  # noqa: E402

from .child import FINDS, Stint, arguments, beginnings  # noqa: E402
from .harness import harness  # noqa: E402


def look_into_generated_functions() -> None:
    """Have each text instrumented once, however often it becomes a function."""
    codes: dict[str, Any] = {}

    def define(text: str, name: str, scope: dict[str, Any]) -> Any:
        code = codes.get(text)
        if code is None:
            made = plain(text, name, scope)
            if len(codes) >= TEXTS:
                return made
            codes[text] = atheris.instrument_func(made).__code__
            return made
        function = plain(text, name, scope)
        function.__code__ = code
        return function

    plain, source.define = source.define, define


def main() -> None:
    """Run until so many executions were made, or one found something."""
    given = arguments(__doc__)
    look_into_generated_functions()
    made = harness(given.name)
    stint = Stint(made, given.grown)
    seeds = beginnings(made, given.name)
    atexit.register(stint.tell)

    def mutate(octets: bytes, most: int, seed: int) -> bytes:
        chance = random.Random(seed)
        if chance.randrange(2):
            return bytes(atheris.Mutate(octets, most))
        return made.mutate(octets, seeds, chance)[:most]

    folder = given.grown / given.name
    for each in (folder, given.grown / FINDS):
        each.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as begin:
        for number, octets in enumerate(seeds):
            (Path(begin) / f"seed{number}").write_bytes(octets)
        flags = [f"-atheris_runs={given.runs}", f"-seed={given.seed}", f"-max_len={made.longest}", "-timeout=300"]
        flags += ["-verbosity=0", "-rss_limit_mb=4096", f"-artifact_prefix={given.grown / FINDS}/"]
        atheris.Setup([sys.argv[0], *flags, str(folder), begin], stint, custom_mutator=mutate)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
