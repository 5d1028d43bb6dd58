"""Run docs/notebook.ipynb and keep what comes out in it; needs the extra `notebook`.

python docs/run_notebook.py            write the outputs
python docs/run_notebook.py --check    write nothing; exit 1 if other texts or kinds of output would be written
"""

from __future__ import annotations

import argparse
import copy
import os
import sys
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOK = ROOT / "docs" / "notebook.ipynb"
SECONDS = 120  # for one cell


def read() -> Any:
    """The notebook as it is."""
    return nbformat.read(NOTEBOOK, as_version=4)


def run(notebook: Any) -> Any:
    """A copy of the notebook with the outputs of a run in docs/; CellExecutionError if a cell raises."""
    notebook = copy.deepcopy(notebook)
    place = {"metadata": {"path": str(NOTEBOOK.parent)}}
    client = NotebookClient(notebook, timeout=SECONDS, kernel_name="python3", record_timing=False, resources=place)
    client.execute(env={**os.environ, "PYTHONPATH": str(ROOT)})  # the package beside it, not an installed one
    notebook.metadata.pop("language_info", None)  # the version of the Python that ran it
    return notebook


def told(notebook: Any) -> list[tuple[str, list[Any]]]:
    """(source, outputs) of each code cell; of an output the text, and the kinds that there are, such as image/png.

    Pictures and HTML are not in it: their octets depend on the versions of what draws them.
    """
    return [(cell.source, [_said(output) for output in cell.outputs]) for cell in notebook.cells if "outputs" in cell]


def _said(output: Any) -> Any:
    if output.output_type == "stream":
        return output.name, output.text
    return output.data.get("text/plain"), sorted(output.data)


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description="Run the notebook.")
    parser.add_argument("--check", action="store_true", help="write nothing, compare")
    check = parser.parse_args().check
    before = read()
    after = run(before)
    if not check:
        nbformat.write(after, NOTEBOOK)
        return 0
    differs = [source for (source, was), (_, now) in zip(told(before), told(after), strict=True) if was != now]
    for source in differs:
        print(f"another output than that in {NOTEBOOK.name}:\n{source}\n", file=sys.stderr)
    return 1 if differs else 0


if __name__ == "__main__":
    sys.exit(main())
