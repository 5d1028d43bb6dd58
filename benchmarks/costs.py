"""What a record does not cost: the datagram around it, a template, an exporter."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from random import Random
from time import process_time

from netflowparse import Decoder
from tests.message_builder import Field, netflow9_datagram, set_of, template

from .floors import FLOOR_C
from .peers import contender
from .timing import TURNS, Task, measure, ratio, table
from .traffic import UPTIME, Traffic, Workload, numbered
from .workloads import MAKERS, ROUTER, SEQUENCE_NUMBERS, netflow9, record

DATA_RECORDS = 10  # of a new template: enough that its reader is compiled at once
EXPORTERS = (1, 100, 10_000)
DATAGRAMS_A_TURN = 100
STRIDE = 7919  # from one exporter to the next: no two neighbours


def small_datagrams(rounds: int, workloads: list[Workload]) -> str:
    """A table: what a record costs alone in its datagram, in units of what it costs in a full one."""
    rows = []
    for full in workloads:
        one = MAKERS[full.name](datagrams=600, per_datagram=1)
        tasks = {}
        for key, workload in (("full", full), ("one", one)):
            decode = contender("netflowparse", workload).decode
            tasks[key] = Task(decode, workload.datagrams, workload.records, workload.renew()).slice()
        times = measure(tasks, rounds)
        rows.append([full.name, f"{full.records / len(full.datagrams):.3g}", str(ratio(times["one"], times["full"]))])
    return table(["workload", "records in a full datagram", "one record a datagram / full"], rows)


def _new_templates(count: int) -> Iterator[tuple[bytes, bytes, bytes]]:
    """Datagrams of templates with the router's fields in ever other orders: template, data, data again."""
    random = Random(1)
    traffic = Traffic()
    fields: list[Field] = list(ROUTER)
    for number in range(count):
        random.shuffle(fields)
        template_id = 256 + number
        body = b"".join(record(fields, traffic.flow()) for _ in range(DATA_RECORDS))
        data = set_of(template_id, body + bytes(-len(body) % 4))
        yield (
            netflow9_datagram(set_of(0, template(template_id, fields)), sysUpTime=UPTIME, sequenceNumber=3 * number),
            netflow9_datagram(data, sysUpTime=UPTIME, sequenceNumber=3 * number + 1),
            netflow9_datagram(data, sysUpTime=UPTIME, sequenceNumber=3 * number + 2),
        )


def _template_round(sent: list[tuple[bytes, bytes, bytes]]) -> dict[str, float]:
    decode = Decoder().decode
    spent = {"learned": 0.0, "compiled": 0.0, "refreshed": 0.0}
    for learned, data, again in sent:
        times = [process_time()]
        for datagram in (learned, data, again, learned):
            decode(datagram, "exporter")
            times.append(process_time())
        learn, first, second, refresh = (after - before for before, after in pairwise(times))
        spent["learned"] += learn
        spent["compiled"] += first - second
        spent["refreshed"] += refresh
    return {name: seconds / len(sent) for name, seconds in spent.items()}


def templates(rounds: int) -> str:
    """A table: what one template of 20 fields costs, in units of floor c's cost of one of its records."""
    sent = list(_new_templates(25))
    router = netflow9()
    floor = Task(FLOOR_C["v9"], router.datagrams, router.records).slice()
    found: dict[str, list[float]] = {}
    for _ in range(rounds):
        spent = _template_round(sent)
        spent["learned and compiled"] = spent["learned"] + spent["compiled"]
        record_cost = floor.time()
        for name, seconds in spent.items():
            found.setdefault(name, []).append(seconds / record_cost)
    names = {
        "learned": "learned (a datagram of its own)",
        "compiled": "its reader compiled, at its first data",
        "learned and compiled": "both",
        "refreshed": "refreshed (a datagram of its own)",
    }
    rows = [[text, str(ratio(found[name], [1.0] * rounds))] for name, text in names.items()]
    return table(["template of 20 fields", "records of floor c"], rows)


def exporters(rounds: int) -> str:
    """A table: what a flow costs where many exporters take turns, in units of what it costs with one."""
    workload = netflow9()
    template_datagram, *_ = workload.templates
    decoders = {count: Decoder() for count in EXPORTERS}
    names = {count: [f"10.{i >> 16}.{i >> 8 & 255}.{i & 255}" for i in range(count)] for count in EXPORTERS}
    for count, decoder in decoders.items():
        for name in names[count]:
            decoder.decode(template_datagram, name)
    times: dict[int, list[float]] = {count: [] for count in EXPORTERS}
    numbers: dict[int, dict[str, int]] = {count: {} for count in EXPORTERS}
    for turn in range(rounds * TURNS):
        if turn % TURNS == 0:
            for count in EXPORTERS:
                times[count].append(0.0)
        for count in EXPORTERS if turn % 2 else reversed(EXPORTERS):
            first = turn * DATAGRAMS_A_TURN
            pairs = []
            for i in range(first, first + DATAGRAMS_A_TURN):
                name = names[count][i * STRIDE % count]
                numbers[count][name] = number = numbers[count].get(name, 0) + 1
                datagram = workload.datagrams[i % len(workload.datagrams)]
                pairs.append((numbered(datagram, SEQUENCE_NUMBERS["v9"], number), name))
            times[count][-1] += _spent(decoders[count], pairs)
    rows = [[f"{count:,}", str(ratio(times[count][1:], times[1][1:]))] for count in EXPORTERS]  # the first warms up
    return table(["exporters", "cost of a flow against one exporter's"], rows)


def _spent(decoder: Decoder, pairs: list[tuple[bytes, str]]) -> float:
    decode = decoder.decode
    begin = process_time()
    for datagram, name in pairs:
        message = decode(datagram, name)  # noqa: F841 - kept until the next one is there
    return process_time() - begin
