"""Whether an sdist and a wheel hold what they should: ``python .ci/contents.py dist/*``, in a checkout."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile
from email.parser import Parser
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NEEDED = ("netflowparse/", "tests/", "fuzz/", "benchmarks/", "docs/", "iana/", ".ci/")  # to run the tests, and .ci/run
FILES = ("pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md")


def tracked() -> set[str]:
    """The files that belong to the project, by git."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return {name for name in listed.split("\0") if name}


def check_wheel(path: Path) -> list[str]:
    """What is wrong with a wheel: it holds the package and what describes it, and nothing else."""
    with zipfile.ZipFile(path) as wheel:
        names = set(wheel.namelist())
        described = {name.partition("/")[2]: wheel.read(name).decode() for name in names if ".dist-info/" in name}
    package = {name for name in names if ".dist-info/" not in name}
    metadata, tags = Parser().parsestr(described["METADATA"]), described["WHEEL"].splitlines()
    own = [each for each in metadata.get_all("Requires-Dist", []) if "extra ==" not in each]
    checks = {
        "is for one platform": "Tag: py3-none-any" in tags and "Root-Is-Purelib: true" in tags,
        "has no py.typed": "netflowparse/py.typed" in package,
        "has no licence": "licenses/LICENSE" in described and metadata["License-Expression"] == "MIT",
        "has no command": "netflowparse = netflowparse.cli:main" in described.get("entry_points.txt", ""),
        f"depends on {own}": [each.split("<")[0].split(">")[0] for each in own] == ["construct"],
        "has no description": metadata["Description-Content-Type"] == "text/markdown" and bool(metadata["Summary"]),
    }
    wanted = {name for name in tracked() if name.startswith("netflowparse/")}
    wrong = [why for why, holds in checks.items() if not holds]
    return wrong + _differences(package, wanted)


def check_sdist(path: Path) -> list[str]:
    """What is wrong with an sdist: it holds all that is tracked, so that tests and ``.ci/run`` run there."""
    with tarfile.open(path) as sdist:
        names = {member.name.partition("/")[2] for member in sdist if member.isfile()}
    wanted = {name for name in tracked() if name.startswith(NEEDED) or name in FILES}
    return _differences(names - {"PKG-INFO", ".gitignore"}, wanted)


def _differences(found: set[str], wanted: set[str]) -> list[str]:
    return [f"lacks {name}" for name in sorted(wanted - found)] + [f"has {name}" for name in sorted(found - wanted)]


def main(paths: list[str]) -> int:
    """Check each; both kinds have to be there."""
    kinds = {".whl": check_wheel, ".gz": check_sdist}
    wrong = [f"{path}: {why}" for path in paths for why in kinds[Path(path).suffix](Path(path))]
    wrong += [f"no {kind}" for kind in kinds.keys() - {Path(path).suffix for path in paths}]
    print("\n".join(wrong[:20]) or f"as they should be: {', '.join(Path(path).name for path in paths)}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
