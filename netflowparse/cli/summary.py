"""Messages to tables: who exports what, with which templates, what is lost, what is wrong."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TextIO

from ..errors import MISSING_TEMPLATE
from .lines import Message, with_late
from .progress import printable
from .report import Report

PROBLEMS_SHOWN = 20  # codes
FIELDS_WIDTH = 100  # columns for the names of a template's fields
NOTHING = "-"
IN_FORCE = ("learned", "refreshed", "replaced", "conflict")  # events after which a template is the one that rules

# What a sequence number counts.  RFC 3954 §5.1, RFC 7011 §3.1, sFlow version 5 datagrams; v5 and its kin: flows.
SEQUENCE_UNITS = {"netflow9": "datagrams", "sflow5": "datagrams", "ipfix": "records"}


@dataclass
class ExporterRow:
    """What one exporter sent in one protocol and domain."""

    datagrams: int = 0
    flows: int = 0
    options: int = 0
    counters: int = 0
    missing_templates: set[int] = field(default_factory=set)
    events: Counter[str] = field(default_factory=Counter)  # of the sequence number
    lost: int = 0  # in units of the sequence number


@dataclass
class TemplateRow:
    """One template and what became of it."""

    options: bool = False
    fields: tuple[str, ...] = ()
    events: Counter[str] = field(default_factory=Counter)


@dataclass
class ProblemRow:
    """One kind of problem."""

    example: str
    count: int = 0


class Summary:
    """Collects messages and writes tables at the end."""

    def __init__(self, stream: TextIO, report: Report) -> None:
        """Write to *stream*; *report* knows how many datagrams were skipped or failed."""
        self._stream = stream
        self._report = report
        self._exporters: dict[tuple[Any, str, str], ExporterRow] = {}
        self._templates: dict[tuple[Any, str, int], TemplateRow] = {}
        self._problems: dict[str, ProblemRow] = {}

    def add(self, message: Message) -> None:
        """Count one message, and the earlier ones that it made readable."""
        for part in with_late(message):
            key = (part["exporter"], part["protocol"], domain_text(part))
            row = self._exporters.setdefault(key, ExporterRow())
            row.flows += len(part["flows"])
            row.options += len(part["options"])
            row.counters += len(part["counters"])
            for problem in part["problems"]:
                self._add_problem(row, part["exporter"], problem)
            for template in part["templates"]:
                self._add_template(row, key, template)
            if part is message:  # the late ones had their turn when they came
                row.datagrams += 1
                sequence = part["sequence"] or {}
                row.events[sequence.get("event") or NOTHING] += 1
                if sequence.get("event") == "gap":
                    row.lost += sequence.get("missing") or 0

    def finish(self) -> None:
        """Write the tables."""
        self._write("Exporters", exporter_table(self._exporters))
        self._write("Templates", template_table(self._templates))
        self._write("Problems", problem_table(self._problems))
        self._write("Totals", self._totals())

    def _add_problem(self, row: ExporterRow, exporter: object, problem: dict[str, Any]) -> None:
        code = problem["code"]
        kind = self._problems.setdefault(code, ProblemRow(f"{_name(exporter)}: {problem['message']}"))
        kind.count += 1
        identifier = problem.get("template_id", problem.get("set_id"))
        if code == MISSING_TEMPLATE and identifier is not None:
            row.missing_templates.add(identifier)

    def _add_template(self, row: ExporterRow, key: tuple[Any, str, str], template: dict[str, Any]) -> None:
        event, identifier = template["event"], template["template_id"]
        known = self._templates.setdefault((key[0], key[2], identifier), TemplateRow())
        known.events[event] += 1
        if event in IN_FORCE:
            known.options = template["scope_count"] is not None
            known.fields = tuple(one["name"] for one in template["fields"])
            row.missing_templates.discard(identifier)

    def _totals(self) -> list[Sequence[object]]:
        rows = self._exporters.values()
        return [
            ("exporters", len({key[0] for key in self._exporters})),
            ("datagrams", sum(row.datagrams for row in rows)),
            ("flows", sum(row.flows for row in rows)),
            ("options", sum(row.options for row in rows)),
            ("counters", sum(row.counters for row in rows)),
            ("templates", len(self._templates)),
            ("problems", sum(kind.count for kind in self._problems.values())),
            ("failed datagrams", self._report.failures.total()),
            ("skipped datagrams", self._report.skipped),
        ]

    def _write(self, title: str, rows: list[Sequence[object]]) -> None:
        self._stream.write(f"{title}\n{aligned(rows)}\n" if rows else f"{title}\n  none\n\n")


def domain_text(message: Message) -> str:
    """Return what tells an exporter's engines apart: domain, source id, engine or sub-agent."""
    header = message["header"]
    for key in ("observationDomainId", "sourceId"):
        if key in header:
            return str(header[key])
    if "agentAddress" in header:
        return f"{header['agentAddress']}/{header.get('subAgentId', 0)}"
    if "engineId" in header:
        return f"{header.get('engineType', 0)}/{header['engineId']}"
    return NOTHING


def exporter_table(exporters: dict[tuple[Any, str, str], ExporterRow]) -> list[Sequence[object]]:
    """Return title and rows, busiest exporters first."""
    if not exporters:
        return []
    title = ("exporter", "protocol", "domain", "datagrams", "flows", "options", "counters", "no template", "sequence")
    rows: list[Sequence[object]] = [title]
    for (exporter, protocol, domain), row in sorted(exporters.items(), key=lambda item: -item[1].datagrams):
        missing = ", ".join(map(str, sorted(row.missing_templates))) or NOTHING
        numbers = (row.datagrams, row.flows, row.options, row.counters)
        rows.append((_name(exporter), protocol, domain, *numbers, missing, sequence_text(protocol, row)))
    return rows


def sequence_text(protocol: str, row: ExporterRow) -> str:
    """Return what the sequence numbers say, such as ``30 flows lost in 2 gaps, 1 restart``."""
    said = []
    if row.events["gap"]:
        unit = SEQUENCE_UNITS.get(protocol, "flows")
        said.append(f"{row.lost} {unit} lost in {row.events['gap']} {'gap' if row.events['gap'] == 1 else 'gaps'}")
    said += [f"{row.events[event]} {event}" for event in ("reordered", "duplicate", "restart") if row.events[event]]
    if said:
        return ", ".join(said)
    return "in order" if row.events["in_order"] else NOTHING


def template_table(templates: dict[tuple[Any, str, int], TemplateRow]) -> list[Sequence[object]]:
    """Return title and rows in the order of exporters and ids; many fields take several lines."""
    if not templates:
        return []
    rows: list[Sequence[object]] = [("template", "exporter", "domain", "kind", "events", "count", "fields")]
    for (exporter, domain, identifier), row in sorted(templates.items(), key=lambda item: tuple(map(_order, item[0]))):
        kind = "options" if row.options else "data"
        events = ", ".join(f"{count} {event}" for event, count in sorted(row.events.items()))
        first, *more = textwrap.wrap(", ".join(row.fields), FIELDS_WIDTH) or [NOTHING]
        rows.append((identifier, _name(exporter), domain, kind, events, len(row.fields), first))
        rows += [("", "", "", "", "", "", line) for line in more]
    return rows


def problem_table(problems: dict[str, ProblemRow]) -> list[Sequence[object]]:
    """Return title and rows, the most frequent first."""
    if not problems:
        return []
    rows: list[Sequence[object]] = [("problem", "count", "for example")]
    kinds = sorted(problems.items(), key=lambda item: -item[1].count)
    rows += [(code, kind.count, kind.example) for code, kind in kinds[:PROBLEMS_SHOWN]]
    return rows


def aligned(rows: Sequence[Sequence[object]]) -> str:
    """Return the rows as text in columns, numbers to the right; a column of numbers has its title there too."""
    cells = [[printable(str(cell)) for cell in row] for row in rows]
    widths = [max(len(row[column]) for row in cells) for column in range(len(cells[0]))]
    right = [all(isinstance(cell, int) or cell == "" for cell in column[1:]) for column in zip(*rows, strict=True)]
    lines = []
    for row in cells:
        padded = (cell.rjust(w) if r else cell.ljust(w) for cell, w, r in zip(row, widths, right, strict=True))
        lines.append(("  " + "  ".join(padded)).rstrip() + "\n")
    return "".join(lines)


def _name(exporter: object) -> str:
    return NOTHING if exporter is None else str(exporter)


def _order(part: object) -> tuple[int, int, str]:
    """Return a key that sorts numbers by value and texts after them, mixed as they may be."""
    text = str(part)
    return (0, int(text), "") if text.isascii() and text.isdigit() else (1, 0, text)
