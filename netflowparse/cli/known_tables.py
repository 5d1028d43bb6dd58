"""Tables of what exporters of NetFlow and IPFIX say of themselves: how they sample, and what numbers are called.

They say it in options records, which the decoder remembers, and in version 5 in the header.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any, TypeAlias

from .. import Registry
from ..types import KnowledgeRow
from .sflow_tables import Rows
from .wording import NOTHING, named, natural_order

ROWS_SHOWN = 50  # of one table
LONGEST_TEXT = 80  # characters of a name that a table shows
MOST_HEADERS = 1000  # that say something else, of all exporters
ALL_FLOWS = "all flows"
SUBJECTS = {
    "sampler": "sampler",
    "selector": "selector",
    "interface_sampling": "interface",
    "line_card_sampling": "line card",
    "template_sampling": "template",
    "domain_sampling": ALL_FLOWS,
}  # kind of what is known -> what it says that something is sampled
ALGORITHMS = ("samplingAlgorithm", "selectorAlgorithm", "samplerMode", "samplingMode")
SAMPLING = ("said of", "sampling rate", "name", "algorithm")
OWNER = ("exporter", "protocol", "domain")

Knowledge: TypeAlias = "Callable[[Hashable], list[KnowledgeRow]]"  # of the decoder, when all is decoded


class KnownTables:
    """Asks the decoder at the end; only what headers say is collected before."""

    def __init__(self, knowledge: Knowledge) -> None:
        """Take what exporters say from *knowledge*."""
        self._knowledge = knowledge
        self._registry = Registry()
        self._of_headers: set[tuple[object, ...]] = set()  # rows

    def add(self, exporter: Hashable, protocol: str, domain: str, header: Mapping[str, Any]) -> None:
        """Take what a header says of sampling."""
        if header.get("samplingInterval"):
            row = (named(exporter), protocol, domain, ALL_FLOWS, *self._sampling(header))
            if len(self._of_headers) < MOST_HEADERS:
                self._of_headers.add(row)

    def tables(self, exporters: Iterable[Hashable]) -> list[tuple[str, Rows]]:
        """Titles and rows of what is known of *exporters*; no table of what none has said."""
        samplers: Rows = list(self._of_headers)
        interfaces: Rows = []
        names: Rows = []
        for exporter in exporters:
            for row in self._knowledge(exporter):
                kind, fact = row["kind"], dict(row)
                owner = (named(exporter), row["protocol"], str(row["domain"]))
                if kind in SUBJECTS:
                    subject = SUBJECTS[kind] if row["key"] is None else f"{SUBJECTS[kind]} {row['key']}"
                    samplers.append((*owner, subject, *self._sampling(fact)))
                elif kind == "interface":
                    texts = (_text(fact, "interfaceName"), _text(fact, "interfaceDescription"))
                    interfaces.append((*owner, row["key"], *texts))
                elif kind in ("vrf", "application"):
                    texts = (_text(fact, "VRFname", "applicationName"), _text(fact, "applicationDescription"))
                    names.append((*owner, kind, str(row["key"]), *texts))
        return [
            *_table("Samplers of NetFlow and IPFIX", SAMPLING, samplers),
            *_table("Interfaces of NetFlow and IPFIX", ("interface", "name", "description"), interfaces),
            *_table("VRFs and applications", ("kind", "number", "name", "description"), names),
        ]

    def _sampling(self, said: Mapping[str, Any]) -> tuple[object, ...]:
        """Rate, name and algorithm."""
        interval = said.get("samplingInterval")
        rate = NOTHING if interval is None else f"1 in {interval if isinstance(interval, int) else f'{interval:g}'}"
        labels = (self._registry.label(key, said[key]) or f"{said[key]}" for key in ALGORITHMS if said.get(key))
        return rate, _text(said, "samplerName", "selectorName"), next(labels, NOTHING)


def _table(title: str, columns: tuple[str, ...], rows: Rows) -> list[tuple[str, Rows]]:
    if not rows:
        return []
    shown = sorted(rows, key=lambda row: natural_order(*_words(row[: len(OWNER) + 2])))[:ROWS_SHOWN]
    cut = f" (the first {ROWS_SHOWN} of {len(rows)})" if len(rows) > ROWS_SHOWN else ""
    return [(title + cut, [(*OWNER, *columns), *shown])]


def _text(said: Mapping[str, Any], *keys: str) -> str:
    """The first text that is there, cut where it is long."""
    text = next((said[key] for key in keys if said.get(key)), NOTHING)
    return text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]}..."


def _words(cells: Iterable[object]) -> list[str]:
    """What stands in some cells, word by word, so that numbers in them sort as such."""
    return [word for cell in cells for word in str(cell).replace(":", " ").split()]
