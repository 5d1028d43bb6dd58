"""What a record does not cost: the datagram around it, an exporter among many."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import count
from random import Random
from typing import Any

from netflowparse import Decoder
from tests.message_builder import Field

from .peers import contender
from .timing import Task, measure, ratio, table
from .traffic import Workload, numbered
from .workloads import MAKERS, ROUTER, SEQUENCE_NUMBERS, netflow9

SMALL = 600  # datagrams of one record
EXPORTERS = ((1, 1), (100, 1), (10_000, 1), (10_000, 20))  # exporters, shapes of their templates
DATAGRAMS_A_TURN = 100
STRIDE = 7919  # from one exporter to the next: no two neighbours


def small_datagrams(rounds: int, workloads: Sequence[Workload]) -> str:
    """A table: what a record costs alone in its datagram, in units of what it costs in a full one."""
    rows = []
    for full in workloads:
        one = MAKERS[full.name](datagrams=SMALL, per_datagram=1)
        tasks = {}
        for key, workload in (("full", full), ("one", one)):
            decode = contender("netflowparse", workload).decode
            tasks[key] = Task(decode, workload.datagrams, workload.records, workload.renew()).slice()
        times = measure(tasks, rounds)
        rows.append([full.name, f"{full.records / len(full.datagrams):.3g}", str(ratio(times["one"], times["full"]))])
    return table(["workload", "records in a full datagram", "one record a datagram / full"], rows)


def _routers(shapes: int) -> list[Workload]:
    """Workloads of the router's fields, in an order of its own in each but the first."""
    random = Random(1)
    fields: list[Field] = list(ROUTER)
    made = []
    for _ in range(shapes):
        made.append(netflow9(datagrams=DATAGRAMS_A_TURN // shapes, fields=tuple(fields)))
        random.shuffle(fields)
    return made


def _name(number: int) -> str:
    """The exporter's address, a new text each time, as it comes from a socket."""
    return f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"


def _visits(exporters: int, routers: Sequence[Workload]) -> Callable[[Sequence[Any]], Sequence[Any]]:
    """What gives the next (datagram, exporter) pairs: each exporter numbers its own."""
    turns = count()
    numbers = [1] * exporters  # 0 was the template, 1 its first data

    def renew(places: Sequence[Any]) -> list[tuple[bytes, str]]:
        pairs = []
        for turn, _ in zip(turns, places, strict=False):
            exporter = turn * STRIDE % exporters
            numbers[exporter] += 1
            sent = routers[exporter % len(routers)].datagrams
            datagram = numbered(sent[turn % len(sent)], SEQUENCE_NUMBERS["v9"], numbers[exporter])
            pairs.append((datagram, _name(exporter)))
        return pairs

    return renew


def _first_record(datagram: bytes) -> bytes:
    """A datagram of the first record of *datagram*, which has v9's header of 20 octets and one set."""
    size = sum(length for *_, length in ROUTER)
    return datagram[:2] + b"\0\1" + datagram[4:22] + (4 + size).to_bytes(2, "big") + datagram[24 : 24 + size]


def _heard(exporters: int, routers: Sequence[Workload]) -> Decoder:
    """A decoder that knows so many exporters: it has read the template of each, and a datagram of little data."""
    decoder = Decoder()
    little = _first_record(routers[0].datagrams[0])
    for exporter in range(exporters):
        router = routers[exporter % len(routers)]
        for number, datagram in enumerate((*router.templates, little)):
            decoder.decode(numbered(datagram, SEQUENCE_NUMBERS["v9"], number), _name(exporter))
    return decoder


def exporters(rounds: int, workloads: Sequence[Workload]) -> str:
    """A table: what a flow costs where many exporters take turns, in units of what it costs with one."""
    tasks = {}
    for exporters, shapes in EXPORTERS:
        routers = _routers(shapes)
        decode = _heard(exporters, routers).decode
        tasks[f"{exporters:,}", str(shapes)] = Task(
            lambda pair, decode=decode: decode(*pair),  # type: ignore[misc]
            range(DATAGRAMS_A_TURN),
            DATAGRAMS_A_TURN,
            _visits(exporters, routers),
        )
    times = measure(tasks, rounds)
    one = times["1", "1"]
    rows = [[*names, str(ratio(spent, one))] for names, spent in times.items()]
    return table(["exporters", "shapes of their templates", "cost of a flow against one exporter's"], rows)
