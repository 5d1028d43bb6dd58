"""Chosen fields: the values of each record that has one of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Final

from ..types import Message
from .flow_times import with_times
from .lines import records_of, with_late
from .renaming import names_of, renamed_keys, renamed_records

ABSENT: Final = object()  # the value of what a record does not have; None is a value
OF_MESSAGES = ("exporter", "protocol", "kind")  # and what begins with HEADER
HEADER = "header."
FLOW = "flow"  # the kind of records that the usual columns are for

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
        self.chosen = bool(fields)
        self.vocabulary = vocabulary
        self.met: set[str] = set()  # keys of records
        self.met_headers: set[str] = set()  # fields of messages' headers, as they are written here
        self.headers_tell_sampling = False
        self.passed_over: Counter[str] = Counter()  # records without any of the fields, by kind
        taken = names_of(vocabulary) if vocabulary else set()
        self.of_messages = [word for word in OF_MESSAGES if word not in taken]  # a record's own name goes first
        self._own = [
            (place, field)
            for place, field in enumerate(self.fields)
            if field not in self.of_messages and not field.startswith(HEADER)
        ]
        self.unmet = {field for field in self.fields if field not in self.of_messages}
        self._matched = False  # whether there was a row

    @property
    def is_in_vain(self) -> bool:
        """Whether there were records, and none had any of the fields that were chosen."""
        return self.chosen and bool(self.met) and not self._matched

    def rows(self, message: Message) -> Iterator[list[Any]]:
        """Yield the values of the fields of each record that has some of its own, ABSENT for those it does not have."""
        for part in with_late(message):
            vocabulary = self.vocabulary
            if not self.chosen:
                part = with_times(part)
            kinds = renamed_records(part, vocabulary, dotted=True) if vocabulary else records_of(part)
            for kind, records in kinds:
                if self.chosen or kind == FLOW:
                    yield from self._rows_of(records, self._empty_row(part, kind))
                else:
                    self.passed_over[kind] += len(records)

    def _rows_of(self, records: list[Any], empty: list[Any]) -> Iterator[list[Any]]:
        own, met = self._own, self.met
        always = not own or not self.chosen
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
                    if field in self.unmet:
                        self.unmet.remove(field)
            if found:
                self._matched = True
                yield row

    def _empty_row(self, message: Message, kind: str) -> list[Any]:
        """Return a row with the values that are the message's."""
        known: dict[str, Any] = {"exporter": message["exporter"], "protocol": message["protocol"], "kind": kind}
        values = {word: known[word] for word in self.of_messages}
        self.met_headers.update(HEADER + key for key in message["header"])
        self.headers_tell_sampling |= bool(message["header"].get("samplingInterval"))
        row = []
        for field in self.fields:
            value = values.get(field, ABSENT)
            if field.startswith(HEADER):
                value = value_inside(message["header"], field[len(HEADER) :])
                if value is not ABSENT:
                    self.unmet.discard(field)
            row.append(value)
        return row


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
