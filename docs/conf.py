"""The docs site: ``python -m pip install '.[docs]' && python -m sphinx -W -b html docs OUTPUT``.

The pages are written for a code host as well, so their links are plain paths.  Links between pages become links of the
site.  What lies elsewhere in the repository is no page: a file that is linked is copied into the site, a folder has no
place there and its link becomes plain text.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.addnodes import download_reference, pending_xref
from sphinx.application import Sphinx
from sphinx.pycode import ModuleAnalyzer
from sphinx.transforms import SphinxTransform

import netflowparse

project = "netflowparse"
author = "the netflowparse authors"
release = version = netflowparse.__version__
extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx_copybutton"]
exclude_patterns = ["collectors", "**/.ipynb_checkpoints"]
nitpicky = False  # annotations name classes of the standard library, which have no page here

nb_execution_mode = "off"  # the notebook is kept with what it shows; its own test runs it
myst_heading_anchors = 3  # the anchors that code hosts make: problems.md#strict-mode
myst_links_external_new_tab = False

autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
maximum_signature_line_length = 90
add_module_names = False

# What is copied can be pasted into Python or a shell: no prompts, no output.
copybutton_prompt_text = r">>> |\.\.\. ?|\$ "
copybutton_prompt_is_regexp = True

html_theme = "furo"
html_title = f"netflowparse {release}"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sphinx = html_show_copyright = False
pygments_style = "friendly"
pygments_dark_style = "native"


class ExamplesWithoutLastLine(SphinxTransform):
    """Examples end with an empty line, so that ``doctest`` can read the pages; nobody needs to see it."""

    default_priority = 5

    def apply(self, **kwargs: Any) -> None:
        """Shorten the examples of one page."""
        for block in self.document.findall(nodes.literal_block):
            block.rawsource = block.astext().rstrip()
            block.children = [nodes.Text(block.rawsource)]


class IdsInOnePiece(SphinxTransform):
    """Ids such as IPFIX-3.1-01 that begin a row of a table are marked: browsers would break them at their hyphens."""

    default_priority = 5

    def apply(self, **kwargs: Any) -> None:
        """Mark the ids of one page."""
        for row in self.document.findall(nodes.row):
            if re.fullmatch(r"[A-Z\d]+(-[\w.]+)+", row[0].astext()):
                row[0]["classes"].append("id")


class LinksOutOfTheSite(SphinxTransform):
    """Links to files of the repository that are no pages become copies, links to folders their text."""

    default_priority = 5  # before what is to be copied is gathered

    def apply(self, **kwargs: Any) -> None:
        """Replace the links of one page."""
        page = Path(self.env.doc2path(self.env.docname))
        for link in list(self.document.findall(pending_xref)):
            target = page.parent / link["reftarget"]
            if target.is_dir():
                link.replace_self(link.children)
            elif not target.is_relative_to(self.env.srcdir) and target.with_suffix(".md").is_file():
                link.replace_self(_copy(target.with_suffix(".md"), link, self.env.srcdir))


def _copy(target: Path, link: nodes.Element, srcdir: Path) -> nodes.Element:
    """A link to a copy of the file *target*, its path as Sphinx has it: from the folder of pages."""
    path = target.resolve().relative_to(Path(srcdir).parent)
    return download_reference("", "", *link.children, reftarget=f"/../{path.as_posix()}", refdoc=link.get("refdoc"))


#: modules with classes of which it is comments that say what the fields hold
COMMENTED = ("types.kept", "types.message", "types.rows", "registry.element", "explanation.node", "stream")


def read_comments(app: Sphinx) -> None:
    """Let comments behind the fields of dicts and tuples stand for docstrings, which fields cannot have."""
    for name in COMMENTED:
        analyzer = ModuleAnalyzer.for_module(f"netflowparse.{name}")
        analyzer.analyze()
        lines = analyzer.code.splitlines()
        for part in ast.parse(analyzer.code).body:
            for field in part.body if isinstance(part, ast.ClassDef) else []:
                if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
                    comment = lines[field.lineno - 1].partition("  # ")[2]
                    if comment:
                        analyzer.attr_docs.setdefault((part.name, field.target.id), [comment, ""])


def leave_out_numbers(app: Sphinx, what: str, name: str, value: Any, options: Any, lines: list[str]) -> None:
    """Of a named tuple's field that has no comment Python says which number it has, which nobody wants to know."""
    if lines and lines[0].startswith("Alias for field number"):
        lines.clear()


def setup(app: Sphinx) -> None:
    """Called by Sphinx."""
    app.add_transform(ExamplesWithoutLastLine)
    app.add_transform(IdsInOnePiece)
    app.add_transform(LinksOutOfTheSite)
    app.connect("builder-inited", read_comments)
    app.connect("autodoc-process-docstring", leave_out_numbers)
