"""What templates cost: each one, a stream of them among data, and data that must wait for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import count, cycle, pairwise
from random import Random
from time import process_time
from typing import Any

from netflowparse import Decoder
from netflowparse.types import Message
from tests.message_builder import Field, netflow9_datagram, set_of, template

from .floors import FLOOR_C
from .timing import Task, interval, measure, ratio, table
from .traffic import UPTIME, Traffic, Workload, numbered
from .workloads import ROUTER, ROUTER_ID, SEQUENCE_NUMBERS, netflow9, record

TEMPLATES = 25
DATA_RECORDS = 10  # of a new template: enough that its reader is compiled at once
EVERY = (1, 10, 100)  # datagrams
CHURNED = 100  # datagrams, cut down to what a turn takes
COUNT = slice(2, 4)  # where a v9 header says how many records and templates there are
SETS = 20  # where its sets begin
WAITING = 20  # datagrams that wait
SEQUENCES = 4


def _new_templates(count: int) -> Iterator[tuple[bytes, ...]]:
    """Datagrams of templates with the router's fields in ever other orders: template, data, data again, template."""
    random = Random(1)
    traffic = Traffic()
    fields: list[Field] = list(ROUTER)
    for number in range(count):
        random.shuffle(fields)
        template_id = 256 + number
        body = b"".join(record(fields, traffic.flow()) for _ in range(DATA_RECORDS))
        data = set_of(template_id, body + bytes(-len(body) % 4))
        definition = set_of(0, template(template_id, fields))
        yield tuple(
            netflow9_datagram(each, sysUpTime=UPTIME, sequenceNumber=index * count + number)
            for index, each in enumerate((definition, data, data, definition))
        )


def _template_round(sent: Sequence[tuple[bytes, ...]]) -> dict[str, float]:
    """CPU s for one template, of the datagrams of all templates: definitions, data, data again, definitions."""
    decode = Decoder().decode
    times = [process_time()]
    for datagrams in zip(*sent, strict=True):
        for datagram in datagrams:
            decode(datagram, "exporter")
        times.append(process_time())
    learn, first, second, refresh = ((after - before) / len(sent) for before, after in pairwise(times))
    return {"learned": learn, "compiled": first - second, "refreshed": refresh}


def templates(rounds: int, workloads: Sequence[Workload]) -> str:
    """A table: what one template of 20 fields costs, in units of floor c's cost of one of its records."""
    sent = list(_new_templates(TEMPLATES))
    router = netflow9()
    floor = Task(FLOOR_C["v9"], router.datagrams, router.records)
    floor.time()
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
    rows = [[text, str(interval(found[name]))] for name, text in names.items()]
    return table(["template of 20 fields", "records of floor c"], rows)


def _orders() -> Iterator[tuple[Field, ...]]:
    """The router's fields in orders that were not there before, each with the octets of a record where they are.

    Numbers of 4 octets change places, and those of 1.
    """
    random = Random(1)
    wide = [field for field in ROUTER if field[0] in (10, 14, 2, 1, 16, 17)]
    narrow = [field for field in ROUTER if field[-1] == 1]
    while True:
        moved: dict[Field, Field] = {}
        for group in (wide, narrow):
            moved.update(zip(group, random.sample(group, len(group)), strict=True))
        yield tuple(moved.get(field, field) for field in ROUTER)


def _churn(every: int, definitions: Iterator[tuple[Field, ...]]) -> Callable[[Sequence[bytes]], list[bytes]]:
    """For ``Task``: the next datagrams, of which one in *every* begins with the next template."""
    numbers = count(1)

    def renew(datagrams: Sequence[bytes]) -> list[bytes]:
        made = []
        for datagram, number in zip(datagrams, numbers, strict=False):
            if every and number % every == 0:
                records = int.from_bytes(datagram[COUNT], "big") + 1
                head = datagram[: COUNT.start] + records.to_bytes(2, "big") + datagram[COUNT.stop : SETS]
                datagram = head + set_of(0, template(ROUTER_ID, next(definitions))) + datagram[SETS:]
            made.append(numbered(datagram, SEQUENCE_NUMBERS["v9"], number))
        return made

    return renew


def churn(rounds: int, workloads: Sequence[Workload]) -> str:
    """A table: what a flow costs where templates come among the data, in units of what it costs where none does."""
    router = netflow9(datagrams=CHURNED)
    other = next(_orders())
    kinds: dict[str, Callable[[], Iterator[tuple[Field, ...]]]] = {
        "the same again": lambda: cycle([ROUTER]),
        "one of two in turn": lambda: cycle([other, ROUTER]),
        "none like it before": _orders,
    }

    def task(every: int, definitions: Iterator[tuple[Field, ...]]) -> Task:
        decode = Decoder().decode
        renew = _churn(every, definitions)
        for datagram in (*router.templates, *renew(router.datagrams)):
            decode(datagram, "exporter")
        return Task(lambda datagram: decode(datagram, "exporter"), router.datagrams, router.records, renew).slice()

    tasks = {("", 0): task(0, iter(()))}
    tasks |= {(kind, every): task(every, make()) for kind, make in kinds.items() for every in EVERY}
    times = measure(tasks, rounds)
    rows = [[kind, *(str(ratio(times[kind, every], times["", 0])) for every in EVERY)] for kind in kinds]
    return table(["template", *(f"every {every} datagrams of 25 flows" for every in EVERY)], rows)


def _sequences(datagrams: Sequence[bytes]) -> Callable[[Sequence[Any]], list[tuple[Sequence[bytes], str]]]:
    """For ``Task``: *datagrams* of an exporter that nobody has heard before, for each place."""
    numbers = count()
    return lambda places: [(datagrams, f"exporter {next(numbers)}") for _ in places]


def pending(rounds: int, workloads: Sequence[Workload]) -> str:
    """A table: what a flow costs that had to wait for its template, in units of what it costs behind it."""
    rows = []
    for workload in workloads:
        if not workload.templates or workload.name == "sflow5":
            continue
        data = workload.datagrams[:WAITING]
        flows = workload.records * len(data) // len(workload.datagrams)
        tasks = {}
        for key, datagrams in (("behind", (*workload.templates, *data)), ("before", (*data, *workload.templates))):
            decoder = Decoder()

            def read(sequence: tuple[Sequence[bytes], str], decoder: Decoder = decoder) -> list[Message]:
                datagrams, exporter = sequence
                return [decoder.decode(datagram, exporter) for datagram in datagrams]

            messages = read((datagrams, "first"))
            found = sum(len(each["flows"]) for message in messages for each in (message, *message["late"]))
            assert found == flows, (workload.name, found, flows)
            tasks[key] = Task(read, range(SEQUENCES), SEQUENCES * flows, _sequences(datagrams))
        times = measure(tasks, rounds)
        rows.append([workload.name, str(ratio(times["before"], times["behind"]))])
    return table(["workload", f"{WAITING} datagrams, then their template / template first"], rows)
