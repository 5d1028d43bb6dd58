"""Tables of sFlow: what each data source samples and loses, what interfaces count and which samples name them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..types import Flow, Message
from .wording import NOTHING, grouped, named, natural_order

CLASSES = {0: "ifIndex", 1: "smonVlan", 2: "entPhysical", 3: "logical"}  # of data sources
RATES_SHOWN = 4  # of one sampler
UPTIME = 1 << 32  # ms after which sysUpTime begins again
BITS = {"octets": 64, "packets": 32, "errors": 32, "discards": 32}  # of the counters that a column adds up
WAYS = ("in", "out")
COUNTERS = {
    (way, column): tuple(f"if_{way}_{name}" for name in names)
    for column, names in {
        "octets": ("octets",),
        "packets": ("ucast_pkts", "multicast_pkts", "broadcast_pkts"),
        "errors": ("errors",),
        "discards": ("discards",),
    }.items()
    for way in WAYS
}
PER_SECOND = ("octets", "packets")  # columns that are rates; the others are sums
INTERFACES = {"in": "ingressInterface", "out": "egressInterface"}  # of flow samples
SPEED_UNITS = ("bit/s", "kbit/s", "Mbit/s", "Gbit/s", "Tbit/s")

Rows = list[Sequence[object]]


@dataclass
class SamplerRow:
    """What the flow samples of one data source tell; None where no sample has told it.

    The packets estimated are those that all samples stand for; packets seen and drops are counted from one sample to
    the next, so that those before the first are not among them.
    """

    rates: Counter[int] = field(default_factory=Counter)  # samples by sampling rate
    samples: int = 0
    lost: int = 0
    seen: int | None = None  # packets since the first sample
    drops: int | None = None  # since then as well
    effective_rate: float | None = None
    _before: Flow | None = None  # numbers of the sample before

    def add(self, flow: Flow) -> bool:
        """Count one sample, unless it is the one before again, as when two interfaces were captured; say if it did."""
        if flow["sampler"] == self._before:
            return False
        self._before = flow["sampler"]
        continuity = flow["continuity"]
        self.samples += 1
        self.lost += continuity["missing"] or 0
        if continuity["event"] == "reordered" and self.lost:  # what a gap had counted as lost, if there was one
            self.lost -= 1
        if "samplingInterval" in flow:
            self.rates[flow["samplingInterval"]] += 1
        if continuity.get("sample_pool_delta") is not None:
            self.seen = (self.seen or 0) + continuity["sample_pool_delta"]
            self.drops = (self.drops or 0) + continuity["drops_delta"]
            self.effective_rate = continuity["effective_rate"]
        return True

    def cells(self) -> list[object]:
        """Its columns in the table."""
        rates = [f"1 in {rate}" for rate in self.rates]
        if len(rates) > RATES_SHOWN:
            rates[RATES_SHOWN:] = [f"{len(rates) - RATES_SHOWN} more"]
        estimated = sum(rate * samples for rate, samples in self.rates.items()) if self.rates else None
        effective = NOTHING if self.effective_rate is None else grouped(self.effective_rate)
        numbers = (self.samples, self.lost, self.seen, self.drops, estimated)
        return [", ".join(rates) or NOTHING, effective, *map(_number, numbers)]


@dataclass
class InterfaceRow:
    """One interface: the changes of its counters from one counter sample to the next, flow samples that name it."""

    speed: int = 0
    milliseconds: int = 0  # that the changes took
    changes: Counter[tuple[str, str]] = field(default_factory=Counter)  # only of counters that the agent keeps
    samples: Counter[str] = field(default_factory=Counter)  # by the way that the packet took
    _before: tuple[int, dict[str, int]] | None = None  # sysUpTime and counters of the sample before

    def add(self, uptime: int, counters: dict[str, int], event: str) -> None:
        """Take one ``if_counters``; *event* is what the number of its sample says."""
        if self._before is not None and event == "reordered":
            return
        self.speed = counters.get("if_speed", 0)
        before, self._before = self._before, (uptime, counters)
        if before is None or event == "restart":
            return
        elapsed = (uptime - before[0]) % UPTIME
        changes = {key: _change(before[1], counters, names, BITS[key[1]]) for key, names in COUNTERS.items()}
        # Counters of 64 bits never go round: where they go back they were cleared, and the others with them.
        cleared = any((changes[way, "octets"] or 0) >> BITS["octets"] - 1 for way in WAYS)
        if elapsed < UPTIME // 2 and not cleared:
            self.milliseconds += elapsed
            self.changes.update({key: change for key, change in changes.items() if change is not None})

    def cells(self) -> list[object]:
        """Its columns in the table."""
        cells: list[object] = []
        for key in COUNTERS:
            if key not in self.changes:
                cells.append(NOTHING)
            elif key[1] not in PER_SECOND:
                cells.append(grouped(self.changes[key]))
            else:
                cells.append(grouped(self.changes[key] * 1000 / self.milliseconds) if self.milliseconds else NOTHING)
        return [speed_text(self.speed), *cells, *(grouped(self.samples[way]) for way in WAYS)]


class SflowTables:
    """Collects what the tables show."""

    def __init__(self) -> None:
        self._seen = False
        self._samplers: defaultdict[tuple[Hashable, str, int, int, bool], SamplerRow] = defaultdict(SamplerRow)
        self._interfaces: defaultdict[tuple[Hashable, str, int], InterfaceRow] = defaultdict(InterfaceRow)
        self._names: dict[tuple[Hashable, str, int], str] = {}

    def add(self, exporter: Hashable, agent: str, message: Message) -> None:
        """Count the samples of one message of *agent*, which *exporter* sent."""
        self._seen = True
        for flow in message["flows"]:
            if "sampler" in flow:
                self._add_flow(exporter, agent, flow)
        for sample in message["counters"]:
            self._add_counters(exporter, agent, message["header"]["sysUpTime"], sample)

    def _add_flow(self, exporter: Hashable, agent: str, flow: Flow) -> None:
        source_class, index = flow["sampler"]["source_class"], flow["sampler"]["source_index"]
        discards = "discarded_packet" in flow
        row = self._samplers[exporter, agent, source_class, index, discards]
        if row.add(flow) and not discards:  # which are told apart from the samples
            for way, name in INTERFACES.items():
                if name in flow:
                    self._interfaces[exporter, agent, flow[name]].samples[way] += 1

    def _add_counters(self, exporter: Hashable, agent: str, uptime: int, sample: Flow) -> None:
        index = sample["source_index"] if sample.get("source_class") == 0 else None
        for counters in _records(sample, "if_counters"):
            index = counters.get("if_index", index)
            if index is not None:
                self._interfaces[exporter, agent, index].add(uptime, counters, sample["continuity"]["event"])
        for port in _records(sample, "port_name"):
            if index is not None and "name" in port:
                self._names[exporter, agent, index] = port["name"]

    def tables(self) -> list[tuple[str, Rows]]:
        """Titles and rows, nothing without sFlow."""
        if not self._seen:
            return []
        return [("Samplers", self._sampler_rows()), ("Interfaces", self._interface_rows())]

    def _sampler_rows(self) -> Rows:
        if not self._samplers:
            return []
        numbers = ("flow samples", "samples lost", "packets seen since the first", "drops", "estimated packets")
        rows: Rows = [("exporter", "domain", "source", "sampling rate", "effective rate", *numbers)]
        for key, row in sorted(self._samplers.items(), key=lambda item: natural_order(*item[0])):
            exporter, agent, source_class, index, discards = key
            rows.append((named(exporter), agent, source_text(source_class, index, discards), *row.cells()))
        return rows

    def _interface_rows(self) -> Rows:
        if not self._interfaces:
            return []
        columns = [f"{way} {column}{'/s' * (column in PER_SECOND)}" for way, column in COUNTERS]
        columns += [f"samples {way}" for way in WAYS]
        rows: Rows = [("exporter", "domain", "ifIndex", "name", "speed", *columns)]
        for key, row in sorted(self._interfaces.items(), key=lambda item: natural_order(*item[0])):
            exporter, agent, index = key
            rows.append((named(exporter), agent, index, self._names.get(key) or NOTHING, *row.cells()))
        return rows


def source_text(source_class: int, index: int, discards: bool) -> str:
    """A data source, such as ``ifIndex 3``, or ``7 12``; the packets that it discards are numbered apart."""
    kind = CLASSES.get(source_class, str(source_class))
    return f"{kind} {index} discards" if discards else f"{kind} {index}"


def speed_text(bits: int) -> str:
    """``10 Gbit/s``; nothing for the values that mean that nobody knows."""
    if bits in (0, (1 << 64) - 1):
        return NOTHING
    scaled, unit = float(bits), 0
    while scaled >= 1000 and unit < len(SPEED_UNITS) - 1:
        scaled, unit = scaled / 1000, unit + 1
    return f"{scaled:.4g} {SPEED_UNITS[unit]}"


def _change(before: dict[str, int], now: dict[str, int], names: Iterable[str], bits: int) -> int | None:
    """By how much those of the counters together have grown that the agent keeps; None where it keeps none."""
    modulus = 1 << bits
    pairs = [(before.get(name, -1) % modulus, now.get(name, -1) % modulus) for name in names]
    kept = [pair for pair in pairs if modulus - 1 not in pair]  # all ones: not kept
    return sum((new - old) % modulus for old, new in kept) if kept else None


def _number(number: int | None) -> object:
    return NOTHING if number is None else grouped(number)


def _records(sample: Flow, name: str) -> list[dict[str, Any]]:
    """The structures *name* in a sample: none, one, or a list of them."""
    found = sample.get(name, [])
    return found if isinstance(found, list) else [found]
