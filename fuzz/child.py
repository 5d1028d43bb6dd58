"""One harness in a process of its own, guided by coverage (atheris) or drawn by hypothesis; started by ``command``.

The result is one line of JSON at the end of the standard output.  A find is written to the folder of finds.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import resource
import sys
import time
import traceback
from pathlib import Path

from .harness import Harness, kept

FINDS = "finds"  # folder of what broke an invariant


class Stint:
    """The executions of one harness: counted, timed, and a find written down before it ends them."""

    def __init__(self, harness: Harness, grown: Path) -> None:
        self.harness = harness
        self.executions = 0
        self._finds = grown / FINDS
        self._start = time.process_time()

    def __call__(self, octets: bytes) -> None:
        """Ask the harness about *octets*."""
        self.executions += 1
        try:
            self.harness(octets)
        except BaseException:
            traceback.print_exc()
            self._keep(octets)
            raise

    def _keep(self, octets: bytes) -> None:
        """Write a find, and beside it the log of what led to it."""
        name = hashlib.sha1(octets, usedforsecurity=False).hexdigest()
        log = self._finds / f"log-{name}"
        (log if self.harness.log else self._finds).mkdir(parents=True, exist_ok=True)
        path = self._finds / f"find-{name}"
        path.write_bytes(octets)
        for number, each in enumerate(self.harness.log):
            (log / f"{number:04}").write_bytes(each)
        print(f"{path}: {len(octets)} octets, {octets[:200].hex()}", file=sys.stderr)

    def tell(self) -> None:
        """Print the result."""
        result = {
            "executions": self.executions,
            "seconds": round(time.process_time() - self._start, 1),
            "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
            "counts": dict(self.harness.counts),
        }
        print(json.dumps(result), flush=True)


def arguments(about: str) -> argparse.Namespace:
    """What ``command`` says to a child."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("name")
    parser.add_argument("--runs", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--grown", type=Path, required=True)
    return parser.parse_args()


def beginnings(harness: Harness, name: str) -> list[bytes]:
    """Seeds, and what earlier runs found worth keeping."""
    return [octets[: harness.longest] for octets in (*harness.seeds(), *kept(name))]
