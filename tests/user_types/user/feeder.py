"""Rows of what a decoder knows, fed to tables with columns of known types."""

from __future__ import annotations

from collections.abc import Hashable, Iterator

from netflowparse import Decoder
from netflowparse.types import DomainName, KnowledgeRow, ProtocolName


def sampling_rates(decoder: Decoder, exporter: Hashable) -> dict[int | None, float]:
    rates: dict[int | None, float] = {}
    for row in decoder.knowledge(exporter):
        if "samplingInterval" in row and row["samplingInterval"] is not None:
            rates[row["key"]] = float(row["samplingInterval"])
    return rates


def interface_names(rows: list[KnowledgeRow]) -> dict[int, str]:
    return {row["key"]: row["interfaceName"] for row in rows if row["kind"] == "interface" and "interfaceName" in row}


def described(rows: list[KnowledgeRow]) -> Iterator[tuple[str, str]]:
    for row in rows:
        if row["kind"] == "element" and not row["conflicting"]:
            yield row["flow_key"], row["type"]


def template_columns(decoder: Decoder) -> Iterator[tuple[ProtocolName, DomainName, int, str, int | None]]:
    for row in decoder.templates():
        for field in row["fields"]:
            length = field["length"]
            yield (
                row["protocol"],
                row["domain"],
                row["template_id"],
                field["name"],
                (None if length == "variable" else length),
            )


def oldest_waiting(decoder: Decoder) -> int | None:
    return min((row["oldest"] for row in decoder.pending()), default=None)


def agents(decoder: Decoder) -> set[str | None]:
    """The addresses of sFlow agents: their domains are pairs."""
    return {row["domain"][0] for row in decoder.statistics() if not isinstance(row["domain"], int)}
