"""What a type checker tells users: the modules of ``user/`` are clean, and every mistake in ``mistakes.py`` is found.

The checker runs in another folder, as a user's does, with nothing of this repository's settings.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import netflowparse

USER = Path(__file__).parent / "user"
PACKAGE = Path(netflowparse.__file__).parent
OWN = ("collector.py", "notebook.py", "alerts.py", "feeder.py")


def check(folder: Path, cache: Path) -> subprocess.CompletedProcess[str]:
    """Run ``mypy --strict`` on *folder*, which sees the package that is imported here."""
    pytest.importorskip("mypy")
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file=", f"--cache-dir={cache}", "."]
    if not {"site-packages", "dist-packages"}.intersection(PACKAGE.parts):  # or it is found as users find it
        command += ["--follow-imports=silent"]  # what it imports is Construct's business
    path = {} if "--follow-imports=silent" not in command else {"MYPYPATH": str(PACKAGE.parent)}
    return subprocess.run(command, cwd=folder, env=path, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture
def cache(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What mypy remembers between runs, where pytest keeps anything: seconds less."""
    kept = getattr(request.config, "cache", None)
    return tmp_path_factory.mktemp("cache") if kept is None else kept.mkdir("user-side-types")


def test_the_package_says_that_it_has_types() -> None:
    assert (PACKAGE / "py.typed").read_bytes() == b""


def test_programs_of_users_are_clean_and_mistakes_are_found(tmp_path: Path, cache: Path) -> None:
    """A mistake that is not found is a comment that is not used, which ``--strict`` tells."""
    for path in USER.glob("*.py"):
        shutil.copy(path, tmp_path)
    done = check(tmp_path, cache)
    assert (done.stdout, done.returncode) == (f"Success: no issues found in {len(OWN) + 1} source files\n", 0)


def test_the_comments_are_what_keeps_it_quiet(tmp_path: Path, cache: Path) -> None:
    """Without them each line of a mistake is told, and no other."""
    text = (USER / "mistakes.py").read_text()
    expected = [at for at, line in enumerate(text.splitlines(), 1) if "type: ignore" in line]
    (tmp_path / "mistakes.py").write_text(re.sub(r"  # type: ignore.*", "", text))
    done = check(tmp_path, cache)
    found = {int(line) for line in re.findall(r"^mistakes\.py:(\d+): error", done.stdout, re.MULTILINE)}
    assert sorted(found) == expected


@pytest.mark.parametrize("name", OWN)
def test_no_program_asks_for_silence(name: str) -> None:
    assert not re.search(r"type: ignore|cast\(", (USER / name).read_text())
