"""Messages to tables: who exports what, with which templates, what is lost, what is wrong."""

from __future__ import annotations

import textwrap
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import TextIO, TypeAlias

from ..errors import MISSING_TEMPLATE
from ..types import DomainName, Message, Problem, StatisticsRow, TemplateEvent
from ..types.words import WITH_TEMPLATES
from .known_tables import Knowledge, KnownTables
from .lines import with_late
from .losses import unit_of
from .report import Report
from .sflow_tables import SflowTables
from .tables import aligned
from .terminal import Paint
from .wording import NOTHING, counted, named, natural_order

PROBLEMS_SHOWN = 20  # codes
FIELDS_WIDTH = 100  # columns for the names of a template's fields, where no terminal says how many there are
IN_FORCE = ("learned", "refreshed", "replaced", "conflict")  # events after which a template is the one that rules
WITH_ENGINES = {"netflow5", "netflow8"}

Engine: TypeAlias = tuple[Hashable, str, DomainName]  # exporter, protocol, domain
Statistics: TypeAlias = "Callable[[], list[StatisticsRow]]"  # of the decoder, when all is decoded


@dataclass
class ExporterRow:
    """What one exporter sent in one protocol and domain."""

    datagrams: int = 0
    flows: int = 0
    options: int = 0
    counters: int = 0
    missing_templates: set[int] = field(default_factory=set)


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
        self,
        stream: TextIO,
        report: Report,
        statistics: Statistics,
        knowledge: Knowledge,
        paint: Paint | None = None,
        *,
        columns: int | None = None,
    ) -> None:
        """Write to *stream*; *report* knows how many datagrams were skipped or failed; *columns* are a terminal's."""
        self._stream = stream
        self._statistics = statistics
        self._paint = paint or Paint()
        self._columns = columns
        self._report = report
        self._exporters: defaultdict[Engine, ExporterRow] = defaultdict(ExporterRow)
        self._templates: defaultdict[tuple[Engine, int], TemplateRow] = defaultdict(TemplateRow)
        self._problems: dict[str, ProblemRow] = {}
        self._sflow = SflowTables()
        self._known = KnownTables(knowledge)
        self._unknown_samples = 0

    def add(self, message: Message) -> None:
        """Count one message, and the earlier ones that it made readable."""
        for part in with_late(message):
            engine = (part["exporter"], part["protocol"], domain_of(part))
            row = self._exporters[engine]
            row.flows += len(part["flows"])
            row.options += len(part["options"])
            row.counters += len(part["counters"])
            self._unknown_samples += len(part.get("unknown_samples", ()))
            if part["protocol"] == "sflow5":
                self._sflow.add(part["exporter"], domain_text(*engine[1:]), part)
            else:
                self._known.add(part["exporter"], part["protocol"], domain_text(*engine[1:]), part["header"])
            for problem in part["problems"]:
                self._add_problem(row, part["exporter"], problem)
            for template in part["templates"]:
                self._add_template(row, engine, template)
            if part is message:  # the late ones had their turn when they came
                row.datagrams += 1

    def finish(self) -> None:
        """Write the tables; where nothing was decoded, none that has nothing to say."""
        tables = [
            ("Exporters", exporter_table(self._exporters, self._statistics())),
            ("Templates", template_table(self._templates, folded=self._columns is None)),
            *self._sflow.tables(),
            *self._known.tables(dict.fromkeys(exporter for exporter, _, _ in self._exporters)),
            ("Problems", problem_table(self._problems)),
        ]
        for title, rows in tables:
            if rows or self._exporters:
                self._write(title, rows)
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
        others = self._report.other_exporters.total()
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
            *([("datagrams of other exporters", others)] if others else []),
        ]

    def _write(self, title: str, rows: list[Sequence[object]]) -> None:
        title = self._paint(title, "bold")
        self._stream.write(f"{title}\n{aligned(rows, self._columns)}\n" if rows else f"{title}\n  none\n\n")


def domain_of(message: Message) -> DomainName:
    """Return what tells an exporter's engines apart, as the decoder's statistics have it."""
    header = message["header"]
    if "subAgentId" in header:
        return header["agentAddress"], header["subAgentId"]
    for key in ("observationDomainId", "sourceId"):
        if key in header:
            return int(header[key])
    return header["engineType"] << 8 | header["engineId"] if "engineId" in header else 0


def domain_text(protocol: str, domain: DomainName) -> str:
    """Return a domain in words: ``7``, an engine's type and id, or agent and sub-agent."""
    if isinstance(domain, tuple):
        return f"{domain[0] or NOTHING}/{domain[1]}"
    if protocol in WITH_TEMPLATES:
        return str(domain)
    return f"{domain >> 8}/{domain & 0xFF}" if protocol in WITH_ENGINES else NOTHING


def exporter_table(exporters: dict[Engine, ExporterRow], statistics: list[StatisticsRow]) -> list[Sequence[object]]:
    """Return title and rows, busiest exporters first."""
    if not exporters:
        return []
    title = ("exporter", "protocol", "domain", "datagrams", "flows", "options", "counters", "no template", "sequence")
    rows: list[Sequence[object]] = [title]
    numbered = {(row["exporter"], row["protocol"], row["domain"]): row for row in statistics}
    for engine, row in sorted(exporters.items(), key=lambda item: -item[1].datagrams):
        exporter, protocol, domain = engine
        missing = ", ".join(map(str, sorted(row.missing_templates))) or NOTHING
        numbers = (row.datagrams, row.flows, row.options, row.counters)
        said = sequence_text(numbered[engine]) if engine in numbered else NOTHING  # of too many, some are forgotten
        rows.append((named(exporter), protocol, domain_text(protocol, domain), *numbers, missing, said))
    return rows


def sequence_text(row: StatisticsRow) -> str:
    """Return what the sequence numbers say, such as ``30 flows lost in 2 gaps, 1 restart``."""
    if row["counts_records"]:
        return "numbers seem to count records: losses are not known"
    said = []
    if row["gaps"]:
        said.append(f"{counted(row['lost'], unit_of(row))} lost in {counted(row['gaps'], 'gap')}")
    if row["reordered"]:
        said.append(f"{row['reordered']} reordered")
    said += [counted(row[key], key[:-1]) for key in ("duplicates", "restarts") if row[key]]
    if said:
        return ", ".join(said)
    return "in order" if row["datagrams"] > 1 and row["protocol"] != "netflow1" else NOTHING


def template_table(templates: dict[tuple[Engine, int], TemplateRow], *, folded: bool) -> list[Sequence[object]]:
    """Return title and rows in the order of exporters, protocols, domains and ids.

    Many fields take several rows, if *folded*.
    """
    if not templates:
        return []
    rows: list[Sequence[object]] = [("template", "exporter", "protocol", "domain", "kind", "events", "count", "fields")]
    named_rows = [
        ((*engine[:2], domain_text(*engine[1:]), identifier), row) for (engine, identifier), row in templates.items()
    ]
    for (exporter, protocol, domain, identifier), row in sorted(named_rows, key=lambda item: natural_order(*item[0])):
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
