"""The corpus once more, without looking for anything new: for coverage, and to keep it small.

python -m fuzz.replay coverage        percentage of the package that seeds and corpus reach (needs coverage)
python -m fuzz.replay keep [FOLDER]   copy into the corpus what FOLDER (.fuzz) has that reaches more lines
"""

from __future__ import annotations

import argparse
import hashlib
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import netflowparse

from .harness import CORPUS, GROWN, ROOT, SHARES, harness, kept

PACKAGE = str(Path(netflowparse.__file__).parent)
MOST_KEPT = 4_096  # octets of a file in the corpus
LOOKED_AT = 4_000  # files that have grown, of each harness: those whose names, which are hashes, come first
Line = tuple[CodeType, int, int]


class Reach:
    """The steps from line to line in the package that octets cause, generated functions apart."""

    def __init__(self) -> None:
        self.steps: set[Line] = set()

    def adds(self, call: Any, octets: bytes) -> bool:
        """Whether calling reaches what nothing before has."""
        before = len(self.steps)
        sys.settrace(self._enter)
        try:
            call(octets)
        finally:
            sys.settrace(None)
        return len(self.steps) > before

    def _enter(self, frame: FrameType, event: str, argument: Any) -> Any:
        if not frame.f_code.co_filename.startswith(PACKAGE):
            return None
        last = 0

        def step(frame: FrameType, event: str, argument: Any) -> Any:
            nonlocal last
            if event == "line":
                self.steps.add((frame.f_code, last, frame.f_lineno))
                last = frame.f_lineno
            return step

        return step


def keep(grown: Path) -> None:
    """Make the corpus of each harness: of what there is and what has grown the smallest files that reach more."""
    for name in SHARES:
        made, reach = harness(name), Reach()
        for octets in made.seeds():
            reach.adds(made, octets)
        found = {octets for octets in (*kept(name), *kept(name, grown)[:LOOKED_AT]) if len(octets) <= MOST_KEPT}
        worth = [octets for octets in sorted(found, key=lambda each: (len(each), each)) if reach.adds(made, octets)]
        folder = CORPUS / name
        folder.mkdir(parents=True, exist_ok=True)
        for path in folder.iterdir():
            path.unlink()
        for octets in worth:
            (folder / hashlib.sha1(octets, usedforsecurity=False).hexdigest()[:16]).write_bytes(octets)
        print(f"{name}: {len(worth)} of {len(found)} files, {sum(map(len, worth)):,} octets")


def replay(names: Iterable[str]) -> None:
    """Ask each harness about its seeds and its corpus."""
    for name in names:
        made = harness(name)
        for octets in (*made.seeds(), *kept(name)):
            made(octets[: made.longest])


def coverage() -> None:
    """Print the branch coverage of the package by seeds and corpus; the command line is nothing that octets reach."""
    with tempfile.TemporaryDirectory() as folder:
        data = f"--data-file={folder}/coverage"
        run = [sys.executable, "-m", "coverage"]
        source = ["--branch", f"--source={PACKAGE}", "-m", "fuzz.replay", "replay"]
        for name in SHARES:
            subprocess.run([*run, "run", data, "--append", *source, name], check=True, cwd=ROOT)
        omit = f"--omit={PACKAGE}/cli/*,{PACKAGE}/__main__.py"
        subprocess.run([*run, "report", data, omit, "--skip-covered"], check=True, cwd=ROOT)


def main() -> None:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m fuzz.replay", description="Replay the corpus.")
    parser.add_argument("what", choices=("coverage", "keep", "replay"))
    parser.add_argument("names", nargs="*", help="folder of what has grown, or harnesses to replay")
    given = parser.parse_args()
    if given.what == "coverage":
        coverage()
    elif given.what == "keep":
        keep(Path(given.names[0]) if given.names else GROWN)
    else:
        replay(given.names or list(SHARES))


if __name__ == "__main__":
    main()
