"""What a collector does with a datagram: decode it, hand on what it holds, count.

The other half, how datagrams come in, is in ``plain.py``, ``asynchronous.py``, ``sharded.py`` and ``forwarded.py``, and
what these have in common in ``receiving.py``.  Copy the folder and delete what you do not need.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import netflowparse

#: what sequence numbers count; those of NetFlow v5 to v8 count flows
UNITS = {"netflow9": "datagrams", "ipfix": "records", "sflow5": "datagrams"}
Sink = Callable[[str, Any], None]  # takes an exporter's address and a message


def only_count(exporter: str, message: Any) -> None:
    """A sink that keeps nothing: flows are counted anyway."""


def json_lines(turn: AbstractContextManager[Any] | None = None) -> Sink:
    """A sink that prints flows as JSON lines; *turn* is a lock where several processes print."""
    turn = turn or nullcontext()

    def sink(exporter: str, message: Any) -> None:
        lines = [json.dumps({"exporter": exporter, **flow}) + "\n" for flow in message["flows"]]
        with turn:
            sys.stdout.writelines(lines)
            sys.stdout.flush()

    return sink


class Collector:
    """One decoder, and what became of the datagrams it was given."""

    def __init__(self, sink: Sink, decoder: netflowparse.Decoder | None = None) -> None:
        self.decoder = decoder or netflowparse.Decoder()
        self.sink = sink
        self.datagrams = self.refused = self.flows = 0
        self.problems: Counter[str] = Counter()  # by code: few kinds, however much is wrong
        self._begin = time.process_time()

    def take(self, datagram: bytes, exporter: str) -> None:
        """Decode a datagram of *exporter*, and hand on the messages that it gives."""
        self.datagrams += 1
        try:
            message = self.decoder.decode(datagram, exporter)
        except netflowparse.DecodeError:
            self.refused += 1  # none of the protocols, or shorter than its header
            return
        for late in message["late"]:
            self._hand_on(exporter, late)
        self._hand_on(exporter, message)

    def _hand_on(self, exporter: str, message: Any) -> None:
        self.flows += len(message["flows"])
        if message["problems"]:
            self.problems.update(problem["code"] for problem in message["problems"])
        self.sink(exporter, message)

    def end(self, **more: Any) -> None:
        """Hand on what a decoder with ``history`` still holds; the statistics as one line on stderr, with *more*."""
        for late in self.decoder.flush():
            self._hand_on(str(late["exporter"]), late)
        rows = self.decoder.statistics()
        say(
            datagrams=self.datagrams,
            refused=self.refused,
            flows=self.flows,
            lost=[losses(row) for row in rows if row["lost"] and not row["counts_records"]],  # by sequence numbers
            waiting=sum(row["pending_sets"] for row in rows),  # for templates that have not come
            problems=dict(self.problems),
            cpu_seconds=round(time.process_time() - self._begin, 3),
            **more,
        )


def losses(row: Any) -> dict[str, Any]:
    """What one exporter's datagrams did not bring here, in the unit that its protocol counts in."""
    told = {key: row[key] for key in ("exporter", "protocol", "domain", "lost", "gaps")}
    return {**told, "unit": UNITS.get(row["protocol"], "flows")}


def say(**report: Any) -> None:
    """Print a line on stderr, whole even where several processes print."""
    sys.stderr.write(json.dumps(report) + "\n")
    sys.stderr.flush()
