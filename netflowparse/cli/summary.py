"""Messages to tables: who exports what, with which templates, what is lost, what is wrong."""

from __future__ import annotations

import textwrap
from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from typing import TextIO, TypeAlias

from ..errors import MISSING_TEMPLATE
from ..types import Message, Problem, TemplateEvent
from .lines import with_late
from .report import Report
from .sflow_tables import SflowTables
from .tables import aligned
from .terminal import Paint
from .wording import NOTHING, counted, named, natural_order

PROBLEMS_SHOWN = 20  # codes
FIELDS_WIDTH = 100  # columns for the names of a template's fields, where no terminal says how many there are
IN_FORCE = ("learned", "refreshed", "replaced", "conflict")  # events after which a template is the one that rules

# What a sequence number counts, where that is not flows.  RFC 3954 §5.1, RFC 7011 §3.1; sFlow, section 5.
SEQUENCE_UNITS = {"netflow9": "datagram", "ipfix": "record", "sflow5": "datagram"}

Engine: TypeAlias = tuple[Hashable, str, str]  # exporter, protocol, domain


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

    def __init__(
        self, stream: TextIO, report: Report, paint: Paint | None = None, *, columns: int | None = None
    ) -> None:
        """Write to *stream*; *report* knows how many datagrams were skipped or failed; *columns* are a terminal's."""
        self._stream = stream
        self._paint = paint or Paint()
        self._columns = columns
        self._report = report
        self._exporters: defaultdict[Engine, ExporterRow] = defaultdict(ExporterRow)
        self._templates: defaultdict[tuple[Engine, int], TemplateRow] = defaultdict(TemplateRow)
        self._problems: dict[str, ProblemRow] = {}
        self._sflow = SflowTables()
        self._unknown_samples = 0

    def add(self, message: Message) -> None:
        """Count one message, and the earlier ones that it made readable."""
        for part in with_late(message):
            engine = (part["exporter"], part["protocol"], domain_text(part))
            row = self._exporters[engine]
            row.flows += len(part["flows"])
            row.options += len(part["options"])
            row.counters += len(part["counters"])
            self._unknown_samples += len(part.get("unknown_samples", ()))
            if part["protocol"] == "sflow5":
                self._sflow.add(part["exporter"], engine[2], part)
            for problem in part["problems"]:
                self._add_problem(row, part["exporter"], problem)
            for template in part["templates"]:
                self._add_template(row, engine, template)
            if part is message:  # the late ones had their turn when they came
                row.datagrams += 1
                row.events[part["sequence"]["event"]] += 1
                row.lost += part["sequence"]["missing"] or 0  # None: nobody can tell
                if part["sequence"]["event"] == "reordered":  # what a gap had counted as lost
                    row.lost -= units_of(part)

    def finish(self) -> None:
        """Write the tables."""
        self._write("Exporters", exporter_table(self._exporters))
        self._write("Templates", template_table(self._templates, folded=self._columns is None))
        for title, rows in self._sflow.tables():
            self._write(title, rows)
        self._write("Problems", problem_table(self._problems))
        self._write("Totals", self._totals())

    def _add_problem(self, row: ExporterRow, exporter: Hashable, problem: Problem) -> None:
        code = problem["code"]
        kind = self._problems.get(code)
        if kind is None:
            kind = self._problems[code] = ProblemRow(f"{named(exporter)}: {problem['message']}")
        kind.count += 1
        identifier = problem.get("template_id", problem.get("set_id"))
        if code == MISSING_TEMPLATE and identifier is not None:
            row.missing_templates.add(identifier)

    def _add_template(self, row: ExporterRow, engine: Engine, template: TemplateEvent) -> None:
        event, identifier = template["event"], template["template_id"]
        known = self._templates[engine, identifier]
        known.events[event] += 1
        if event in IN_FORCE:
            known.options = template["scope_count"] is not None
            known.fields = tuple(known_field["name"] for known_field in template["fields"])
            row.missing_templates.discard(identifier)

    def _totals(self) -> list[Sequence[object]]:
        rows = self._exporters.values()
        unknown = [("unknown samples", self._unknown_samples)] if self._unknown_samples else []
        return [
            ("exporters", len({exporter for exporter, _, _ in self._exporters})),
            ("datagrams", sum(row.datagrams for row in rows)),
            ("flows", sum(row.flows for row in rows)),
            ("options", sum(row.options for row in rows)),
            ("counters", sum(row.counters for row in rows)),
            *unknown,
            ("templates", len(self._templates)),
            ("problems", sum(kind.count for kind in self._problems.values())),
            ("failed datagrams", self._report.failures.total()),
            ("skipped datagrams", self._report.skipped),
            ("datagrams to other ports", self._report.other_ports),
        ]

    def _write(self, title: str, rows: list[Sequence[object]]) -> None:
        title = self._paint(title, "bold")
        self._stream.write(f"{title}\n{aligned(rows, self._columns)}\n" if rows else f"{title}\n  none\n\n")


def domain_text(message: Message) -> str:
    """Return what tells an exporter's engines apart: domain, source id, engine, or agent and sub-agent."""
    header = message["header"]
    if "subAgentId" in header:
        return f"{header['agentAddress'] or NOTHING}/{header['subAgentId']}"
    for key in ("observationDomainId", "sourceId"):
        if key in header:
            return str(header[key])
    if "engineId" in header:
        return f"{header['engineType']}/{header['engineId']}"
    return NOTHING


def exporter_table(exporters: dict[Engine, ExporterRow]) -> list[Sequence[object]]:
    """Return title and rows, busiest exporters first."""
    if not exporters:
        return []
    title = ("exporter", "protocol", "domain", "datagrams", "flows", "options", "counters", "no template", "sequence")
    rows: list[Sequence[object]] = [title]
    for (exporter, protocol, domain), row in sorted(exporters.items(), key=lambda item: -item[1].datagrams):
        missing = ", ".join(map(str, sorted(row.missing_templates))) or NOTHING
        numbers = (row.datagrams, row.flows, row.options, row.counters)
        rows.append((named(exporter), protocol, domain, *numbers, missing, sequence_text(protocol, row)))
    return rows


def units_of(message: Message) -> int:
    """Return by how much a message moves the sequence number on: what its protocol counts."""
    if message["protocol"] in ("netflow9", "sflow5"):
        return 1
    if message["protocol"] == "ipfix":
        return len(message["flows"]) + len(message["options"])
    return int(message["header"]["count"])


def sequence_text(protocol: str, row: ExporterRow) -> str:
    """Return what the sequence numbers say, such as ``30 flows lost in 2 gaps, 1 restart``."""
    said = []
    if row.events["gap"]:
        unit = SEQUENCE_UNITS.get(protocol, "flow")
        said.append(f"{counted(max(row.lost, 0), unit)} lost in {counted(row.events['gap'], 'gap')}")
    if row.events["reordered"]:
        said.append(f"{row.events['reordered']} reordered")
    said += [counted(row.events[event], event) for event in ("duplicate", "restart") if row.events[event]]
    if said:
        return ", ".join(said)
    return "in order" if row.events["in_order"] else NOTHING


def template_table(templates: dict[tuple[Engine, int], TemplateRow], *, folded: bool) -> list[Sequence[object]]:
    """Return title and rows in the order of exporters, protocols, domains and ids.

    Many fields take several rows, if *folded*.
    """
    if not templates:
        return []
    rows: list[Sequence[object]] = [("template", "exporter", "protocol", "domain", "kind", "events", "count", "fields")]
    for (engine, identifier), row in sorted(templates.items(), key=lambda item: natural_order(*item[0][0], item[0][1])):
        exporter, protocol, domain = engine
        kind = "options" if row.options else "data"
        events = ", ".join(f"{event} {count}" for event, count in sorted(row.events.items()))
        fields = ", ".join(row.fields)
        first, *more = (textwrap.wrap(fields, FIELDS_WIDTH) if folded else [fields] if fields else []) or [NOTHING]
        rows.append((identifier, named(exporter), protocol, domain, kind, events, len(row.fields), first))
        rows += [("", "", "", "", "", "", "", line) for line in more]
    return rows


def problem_table(problems: dict[str, ProblemRow]) -> list[Sequence[object]]:
    """Return title and rows, the most frequent first."""
    if not problems:
        return []
    rows: list[Sequence[object]] = [("problem", "count", "for example")]
    kinds = sorted(problems.items(), key=lambda item: -item[1].count)
    rows += [(code, kind.count, kind.example) for code, kind in kinds[:PROBLEMS_SHOWN]]
    return rows
