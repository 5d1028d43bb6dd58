"""Chosen fields: the values of each record that has one of them; and what was left out or asked for in vain."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Final

from ..types import Message
from .lines import records_of, with_late
from .renaming import names_of, renamed_keys, renamed_records
from .wording import counted, printable

ABSENT: Final = object()  # the value of what a record does not have; None is a value
OF_MESSAGES = ("exporter", "protocol", "kind")  # and what begins with HEADER
HEADER = "header."
FLOW = "flow"  # the kind of records that the usual columns are for
NAMED = 8  # keys that a note tells by name

USUAL = (
    *("exporter", "protocol", "header.exportTime", "flowStartMilliseconds", "flowEndMilliseconds"),
    *("sourceIPv4Address", "sourceIPv6Address", "sourceTransportPort"),
    *("destinationIPv4Address", "destinationIPv6Address", "destinationTransportPort"),
    *("protocolIdentifier", "tcpControlBits", "ingressInterface", "egressInterface"),
    *("octetDeltaCount", "packetDeltaCount", "samplingInterval"),
)


class Selection:
    """Which fields of records are wanted, under whose names; counts what it leaves out."""

    def __init__(self, fields: Sequence[str], vocabulary: str | None) -> None:
        """Without *fields* the usual ones of every flow, and of flows alone."""
        self.fields: tuple[str, ...] = tuple(fields) or (renamed_keys(USUAL, vocabulary) if vocabulary else USUAL)
        self._chosen = bool(fields)
        self._vocabulary = vocabulary
        taken = names_of(vocabulary) if vocabulary else set()
        self._of_messages = [word for word in OF_MESSAGES if word not in taken]  # a record's own name goes first
        self._own = [
            (place, field)
            for place, field in enumerate(self.fields)
            if field not in self._of_messages and not field.startswith(HEADER)
        ]
        self._unmet = {field for _, field in self._own}
        self._met: set[str] = set()  # keys of records
        self._passed_over: Counter[str] = Counter()  # records without any of the fields, by kind

    def rows(self, message: Message) -> Iterator[list[Any]]:
        """Yield the values of the fields of each record that has some of its own, ABSENT for those it does not have."""
        for part in with_late(message):
            vocabulary = self._vocabulary
            kinds = renamed_records(part, vocabulary, dotted=True) if vocabulary else records_of(part)
            for kind, records in kinds:
                if self._chosen or kind == FLOW:
                    yield from self._rows_of(records, self._empty_row(part, kind))
                else:
                    self._passed_over[kind] += len(records)

    def _rows_of(self, records: list[Any], empty: list[Any]) -> Iterator[list[Any]]:
        own, met = self._own, self._met
        always = not own or not self._chosen
        for record in records:
            met.update(record)
            row = empty.copy()
            found = always
            for place, field in own:
                value = record.get(field, ABSENT)
                if value is ABSENT and "." in field:
                    value = value_inside(record, field)
                if value is not ABSENT:
                    row[place] = value
                    found = True
                    if field in self._unmet:
                        self._unmet.remove(field)
            if found:
                yield row

    def _empty_row(self, message: Message, kind: str) -> list[Any]:
        """Return a row with the values that are the message's."""
        known: dict[str, Any] = {"exporter": message["exporter"], "protocol": message["protocol"], "kind": kind}
        values = {word: known[word] for word in self._of_messages}
        return [
            value_inside(message["header"], field[len(HEADER) :])
            if field.startswith(HEADER)
            else values.get(field, ABSENT)
            for field in self.fields
        ]

    def notes(self) -> Iterator[str]:
        """Yield at the end what the user should know: fields that no record had, or what has no column."""
        if not self._met:
            return
        if self._chosen:
            for field in sorted(self._unmet):
                near = difflib.get_close_matches(field, self._met - set(self.fields), 1)
                idea = f"; did you mean {printable(near[0])}?" if near else ""
                yield f"--fields: no record has {field}{idea}"
            return
        left = sorted(self._met.difference(self.fields))
        if left:
            shown = ", ".join(left[:NAMED]) + (", ..." if len(left) > NAMED else "")
            yield f"without a column: {counted(len(left), 'key')} of flows ({shown}); --fields chooses"
        if self._passed_over:
            counts = ", ".join(f"{kind} {count}" for kind, count in self._passed_over.items())
            yield f"without a row: {counts}; --fields chooses"


def value_inside(record: Any, path: str) -> Any:
    """Return what stands under ``a.b.c``, any of whose dots may be part of a key; ABSENT where nothing does."""
    if not isinstance(record, dict):
        return ABSENT
    if path in record:
        return record[path]
    end = path.find(".")
    while end >= 0:
        if path[:end] in record:
            value = value_inside(record[path[:end]], path[end + 1 :])
            if value is not ABSENT:
                return value
        end = path.find(".", end + 1)
    return ABSENT
