"""docs/notebook.ipynb: what is committed is what a run gives, and is fit to be committed."""

from __future__ import annotations

import base64
import re
from typing import Any

import pytest

from tests.conftest import ROOT

for needed in ("nbclient", "ipykernel", "pandas", "matplotlib"):
    pytest.importorskip(needed)
# Warnings of Jupyter's own parts are not ours.
pytestmark = pytest.mark.filterwarnings("ignore")

NOTEBOOK = ROOT / "docs" / "notebook.ipynb"
LARGEST = 500_000  # octets
PICTURES = 5


@pytest.fixture(scope="module")
def committed() -> Any:
    import run_notebook

    return run_notebook.read()


def outputs(notebook: Any) -> list[Any]:
    return [output for cell in notebook.cells for output in cell.get("outputs", ())]


def test_a_run_gives_what_is_committed(committed: Any) -> None:
    import run_notebook

    assert run_notebook.told(run_notebook.run(committed)) == run_notebook.told(committed)


def test_every_cell_was_run_once_in_order(committed: Any) -> None:
    numbers = [cell.execution_count for cell in committed.cells if cell.cell_type == "code"]
    assert numbers == list(range(1, len(numbers) + 1))


def test_pictures_are_there(committed: Any) -> None:
    pictures = [output.data["image/png"] for output in outputs(committed) if "image/png" in output.get("data", ())]
    assert len(pictures) == PICTURES
    for picture in pictures:
        assert base64.b64decode(picture).startswith(b"\x89PNG")


def test_it_is_small_and_of_no_machine(committed: Any) -> None:
    assert NOTEBOOK.stat().st_size < LARGEST
    for output in outputs(committed):
        assert output.get("name") != "stderr"
        text = output.get("text", "") + "".join(
            output.get("data", {}).get(kind, "") for kind in ("text/plain", "text/html")
        )
        assert not re.search(r"\b0x[0-9a-f]{6,}\b|/tmp/|/home/|/root/|site-packages", text)
