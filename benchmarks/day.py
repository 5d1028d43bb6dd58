"""A day of a collector in a minute: ``python -m benchmarks.day`` from the repository's root.

Forty exporters that stay and sixty an hour that come for some hours, each from its own address: v5, v9, NSEL, IPFIX,
IPFIX with strings, sFlow.  They repeat their templates and the names of their interfaces, restart, define templates
anew, and change addresses; datagrams are lost, doubled, cut and spoiled; the templates of some never come.  Nearly
every address in a flow is new.  For each hour stands the most that the process had; the last hours must have no more
than those before.
"""

from __future__ import annotations

import argparse
import os
import sys
import tracemalloc
from collections import Counter
from collections.abc import Iterable, Iterator
from random import Random
from struct import Struct
from time import process_time

from netflowparse import DecodeError, Decoder, Limits
from tests.message_builder import EXPORT_TIME, Field, options_template, set_of, template

from .sflow_workload import Numbering, sflow5
from .traffic import SEED, UPTIME, Traffic, Values
from .workloads import IPV4, NSEL, ROUTER, STRINGS, _v5_record, record

HOURS, HOUR = 24, 3600
STAYING = 40
COMING = 60  # an hour
LONGEST_VISIT = 3  # hours
LIMITS = Limits(exporters=256)  # more than are heard in an hour, far fewer than are heard in a day
STEP, QUICK_STEP = 60, 900  # s between two datagrams of an exporter
REFRESH = 600  # s between repetitions of templates, at least
POOL = 100  # records of each layout, made anew every hour
FRESH = 8  # octets that begin most records, two addresses: random in each record
VARIANTS = 4  # of each template but that of strings: fields that are left out at its end
FLAT, LAST = 0.05, 8  # how much more the last hours may have than as many before
LOST, TWICE, SPOILED, CUT = 0.004, 0.002, 0.002, 0.002  # of all datagrams
RESTART, MOVE, MUTE = 0.02, 0.01, 0.05  # an hour; an hour; of those that come
FIXED_TIMES = ("nsel", "ipfix", "varlen")  # without sysUpTime in their records, so that it may begin anew
VERSIONS = {"v5": 5, "v9": 9, "nsel": 9, "ipfix": 10, "varlen": 10, "sflow5": None}
LAYOUTS: dict[str, tuple[Field, ...]] = {"v9": ROUTER, "nsel": NSEL, "ipfix": IPV4, "varlen": STRINGS}
PER_DATAGRAM = {"v5": 30, "v9": 25, "nsel": 10, "ipfix": 20, "varlen": 28}  # records
KINDS = tuple(VERSIONS)
TEMPLATE_ID, OPTIONS_ID = 256, 400
FACTS = 24  # options records of IPFIX exporters: names of interfaces
HEADER5, HEADER9, HEADER10 = Struct(">HHLLLLBBH").pack, Struct(">HHLLLL").pack, Struct(">HHLLL").pack
SET = Struct(">HH").pack
HEADS = ("hour", "flows", "exporters", "templates", "facts", "waiting", "RSS, MiB", "traced, MiB")
WIDTH = 11


class World:
    """What exporters send of: records of every layout, with the times of this hour."""

    def __init__(self, random: Random) -> None:
        self.random = random
        traffic = Traffic()
        self._flows = [traffic.flow() for _ in range(POOL)]
        self._records: dict[tuple[str, int], list[bytes]] = {}
        self._templates: dict[tuple[str, int], bytes] = {}
        self.samples = sflow5().datagrams
        self.passed = 0

    def begin_hour(self, passed: int) -> None:
        """The times in the records are those of *passed* s after the beginning."""
        self.passed = passed
        self._records.clear()

    def templates(self, kind: str, variant: int) -> bytes:
        """The sets that say what the data is; of IPFIX exporters also names of interfaces."""
        sets = self._templates.get((kind, variant))
        if sets is None:
            ipfix = VERSIONS[kind] == 10
            sets = set_of(2 if ipfix else 0, template(TEMPLATE_ID, _fields(kind, variant)))
            if ipfix:
                names = b"".join(number.to_bytes(4, "big") + b"port %-11d" % number for number in range(FACTS))
                sets += set_of(3, options_template(OPTIONS_ID, [(10, 4)], [(82, 16)])) + set_of(OPTIONS_ID, names)
            self._templates[kind, variant] = sets
        return sets

    def body(self, kind: str, variant: int, count: int) -> bytes:
        """So many records, most with addresses that no record had before."""
        pool = self._records.get((kind, variant)) or self._make(kind, variant)
        fresh = self.random.randbytes
        return b"".join([fresh(FRESH) + rest for rest in self.random.choices(pool, k=count)])

    def _make(self, kind: str, variant: int) -> list[bytes]:
        passed = self.passed * 1000
        moved: list[Values] = [
            {**flow, **{field: int(flow[field]) + passed for field in (21, 22, 152, 153, 323)}} for flow in self._flows
        ]
        if kind == "v5":
            made = [_v5_record(values)[FRESH:] for values in moved]
        else:
            fields = _fields(kind, variant)
            made = [record(fields, values)[FRESH:] for values in moved]
        self._records[kind, variant] = made
        return made


def _fields(kind: str, variant: int) -> tuple[Field, ...]:
    fields = LAYOUTS[kind]
    return fields if kind == "varlen" else fields[: len(fields) - variant]


class Router:
    """One exporter: ``datagrams`` are what it sends at a time."""

    def __init__(self, world: World, kind: str, address: str, end: int) -> None:
        self.world, self.kind, self.address, self.end = world, kind, address, end
        random = world.random
        self.variant = random.randrange(VARIANTS)
        self.sequence = random.getrandbits(16)
        self.boot = -UPTIME // 1000
        self.mute = False  # no template of it ever comes
        self.next_refresh = random.randrange(REFRESH)
        self._numbering = Numbering(random)

    def restart(self, now: int) -> None:
        """Begin anew: numbers, and other templates under the same ids."""
        self.sequence, self.next_refresh = 0, now
        self.variant = self.world.random.randrange(VARIANTS)
        if self.kind in FIXED_TIMES:
            self.boot = now

    def datagrams(self, now: int) -> Iterator[bytes]:
        """What is sent *now*, s after the beginning."""
        world, version = self.world, VERSIONS[self.kind]
        if version is None:
            yield self._sample(now)
            return
        if version != 5 and now >= self.next_refresh:
            self.next_refresh = now + REFRESH
            if not self.mute:
                yield self._message(now, world.templates(self.kind, self.variant), FACTS if version == 10 else 1)
        count = PER_DATAGRAM[self.kind]
        body = world.body(self.kind, self.variant, count)
        if version != 5:
            body = SET(TEMPLATE_ID, 4 + len(body)) + body
        yield self._message(now, body, count)

    def _message(self, now: int, body: bytes, records: int) -> bytes:
        """*body* behind a header; the number that follows is by *records*, or by one in v9."""
        version, time, number = VERSIONS[self.kind], EXPORT_TIME + now, self.sequence
        self.sequence = (number + (1 if version == 9 else records)) % (1 << 32)
        if version == 5:
            return HEADER5(5, records, self._uptime(now), time, 0, number, 0, 0, 0) + body
        if version == 9:
            return HEADER9(9, records, self._uptime(now), time, number, 0) + body
        return HEADER10(10, 16 + len(body), time, number, 0) + body

    def _uptime(self, now: int) -> int:
        return (now - self.boot) * 1000  # ms

    def _sample(self, now: int) -> bytes:
        (octets,) = self._numbering([self.world.random.choice(self.world.samples)])
        return octets[:20] + self._uptime(now).to_bytes(4, "big") + octets[24:]


class Site:
    """All exporters, and what happens to them and to their datagrams."""

    def __init__(self, seed: int) -> None:
        self.random = random = Random(seed)
        self.world = World(random)
        self._addresses = 0
        self.routers = [
            Router(self.world, KINDS[number % len(KINDS)], self._address(), 1 << 62) for number in range(STAYING)
        ]

    def _address(self) -> str:
        self._addresses += 1
        return f"10.{self._addresses >> 16}.{self._addresses >> 8 & 255}.{self._addresses & 255}"

    def begin_hour(self, now: int) -> None:
        """Exporters come and go, restart and move."""
        self.world.begin_hour(now)
        random = self.random
        self.routers = [router for router in self.routers if router.end > now]
        for router in self.routers:
            if random.random() < RESTART:
                router.restart(now)
            if random.random() < MOVE:
                router.address = self._address()
        for number in range(COMING):
            end = now + random.randrange(HOUR // 2, LONGEST_VISIT * HOUR)
            router = Router(self.world, KINDS[number % len(KINDS)], self._address(), end)
            router.mute = random.random() < MUTE
            router.next_refresh += now
            self.routers.append(router)

    def sent(self, now: int) -> Iterator[tuple[bytes, str]]:
        """(datagram, exporter) that come at this time."""
        chance = self.random.random
        for router in self.routers:
            for datagram in router.datagrams(now):
                fate = chance()
                if fate > LOST + TWICE + SPOILED + CUT:
                    yield datagram, router.address
                elif fate > LOST + TWICE + SPOILED:
                    yield datagram[: int(len(datagram) * chance())], router.address
                elif fate > LOST + TWICE:
                    at = int(len(datagram) * chance())
                    yield datagram[:at] + self.random.randbytes(3) + datagram[at + 3 :], router.address
                elif fate > LOST:
                    yield datagram, router.address
                    yield datagram, router.address


class Day:
    """A decoder's day, and what the process had at the end of each hour."""

    def __init__(self, seed: int, step: int, trace: bool) -> None:
        self.site, self.step, self.trace = Site(seed), step, trace
        self.decoder = Decoder(limits=LIMITS, resolve=True)
        self.flows = self.refused = 0
        self.seen: Counter[str] = Counter()
        self.sizes: list[tuple[float, float]] = []  # MiB: resident, traced by tracemalloc

    def run(self) -> Iterator[list[str]]:
        """A row for each hour."""
        for hour in range(HOURS):
            begin = hour * HOUR
            self.site.begin_hour(begin)
            if self.trace:
                tracemalloc.reset_peak()
            resident = 0.0
            for now in range(begin, begin + HOUR, self.step):
                resident = max(resident, resident_now())
                for datagram, exporter in self.site.sent(now):
                    self._take(datagram, exporter)
            yield self._row(hour + 1, resident)

    def _take(self, datagram: bytes, exporter: str) -> None:
        try:
            message = self.decoder.decode(datagram, exporter)
        except DecodeError:
            self.refused += 1
            return
        self.flows += len(message["flows"]) + sum(len(late["flows"]) for late in message["late"])
        self.seen.update(problem["code"] for problem in message["problems"])
        self.seen.update(each["event"] for each in message["templates"])
        if message["sequence"]["event"] != "in_order":
            self.seen[message["sequence"]["event"]] += 1

    def _row(self, hour: int, resident: float) -> list[str]:
        traced = tracemalloc.get_traced_memory()[1] / 2**20 if self.trace else 0.0
        self.sizes.append((resident, traced))
        rows = self.decoder.statistics()
        figures = (
            len({row["exporter"] for row in rows}),
            sum(row["templates"] for row in rows),
            sum(row["facts"] for row in rows),
            sum(row["pending_sets"] for row in rows),
        )
        sizes = [f"{size:.1f}" if size else "–" for size in self.sizes[-1]]
        return [str(hour), f"{self.flows:,}", *(f"{figure:,}" for figure in figures), *sizes]


def resident_now() -> float:
    """MiB of memory that the process has."""
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cell.rjust(WIDTH) for cell in cells)} |"


def main(arguments: list[str] | None = None) -> int:
    """Print the day; 1 if the last hours are not flat."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.day", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer datagrams, as many exporters")
    parser.add_argument("--trace", action="store_true", help="tracemalloc too, which makes it some times as slow")
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args(arguments)
    if options.trace:
        tracemalloc.start()
    day = Day(options.seed, QUICK_STEP if options.quick else STEP, options.trace)
    begin = process_time()
    print(_line(HEADS), _line(["-" * WIDTH] * len(HEADS)), sep="\n")
    for row in day.run():
        print(_line(row), flush=True)
    print(f"\n{day.flows:,} flows in {process_time() - begin:.0f} s of CPU, {day.refused} datagrams refused.  Met:")
    print(", ".join(f"{name} {count:,}" for name, count in sorted(day.seen.items())))
    flat = True
    for name, sizes in zip(("RSS", "traced"), zip(*day.sizes, strict=True), strict=True):
        before, last = max(sizes[-2 * LAST : -LAST]), max(sizes[-LAST:])
        if last:
            flat &= last <= before * (1 + FLAT)
            print(f"{name}: at most {last:.1f} MiB in the last {LAST} hours, {before:.1f} in the {LAST} before")
    return 0 if flat else 1


if __name__ == "__main__":
    sys.exit(main())
