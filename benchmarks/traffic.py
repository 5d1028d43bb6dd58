"""The source of all traffic that is measured: seeded, so that every run and every decoder reads the same octets.

Addresses come from pools of a few thousand with few favourites, as on an edge router; counters are log-normal;
sysUpTimes have 31 bits, as on a router that was booted three weeks ago.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import TypeAlias

from tests.message_builder import EXPORT_TIME

SEED = 7011
DATAGRAMS = 160
UPTIME = 1_855_234_000  # ms: 21 days

Renew: TypeAlias = Callable[["Sequence[bytes]"], "Sequence[bytes]"]
Values: TypeAlias = "dict[int | tuple[int, int], int | bytes]"  # by element id, or (enterprise, id)

#: Elements of ntop's
HOST, URL, COUNTRY = (35632, 187), (35632, 180), (35632, 101)  # HTTP_HOST, HTTP_URL, SRC_IP_COUNTRY


@dataclass(frozen=True)
class Workload:
    """What one exporter sends; ``records`` counts those of all data datagrams together."""

    name: str
    templates: tuple[bytes, ...]
    datagrams: tuple[bytes, ...]
    records: int
    #: makes what gives datagrams of this workload the numbers that follow, where every record has one
    renewal: Callable[[], Renew] | None = None

    def renew(self) -> Renew | None:
        """What makes datagrams that go on where this workload ends, each time anew; None: they serve again."""
        return None if self.renewal is None else self.renewal()


def numbered(datagram: bytes, offset: int, number: int) -> bytes:
    """*datagram* with another sequence number, which stands at *offset*."""
    return datagram[:offset] + (number % (1 << 32)).to_bytes(4, "big") + datagram[offset + 4 :]


def numbering(offset: int, units: int, first: int) -> Callable[[], Renew]:
    """For ``Workload.renewal``: datagrams of *units* each are numbered on from *first*, or they would be repeats."""

    def renewal() -> Renew:
        number = first

        def renew(datagrams: Sequence[bytes]) -> Sequence[bytes]:
            nonlocal number
            start, number = number, number + units * len(datagrams)
            return [numbered(each, offset, start + units * index) for index, each in enumerate(datagrams)]

        return renew

    return renewal


class Traffic:
    """An endless seeded source of flows."""

    def __init__(self, seed: int = SEED) -> None:
        self._random = random = Random(seed)
        self._inside = [10 << 24 | random.getrandbits(20) for _ in range(1500)]
        self._outside = [random.randrange(1 << 24, 223 << 24) for _ in range(3000)]
        self._inside6 = [_ipv6(0x20010DB8, random.getrandbits(48)) for _ in range(1000)]
        self._outside6 = [_ipv6(0x2A000000 | random.getrandbits(20), random.getrandbits(64)) for _ in range(2000)]
        self._hops = [192 << 24 | 168 << 16 | number for number in range(1, 9)]
        self._systems = [random.choice((random.randrange(65_000), random.randrange(400_000))) for _ in range(300)]
        self._macs = [0x001122000000 | random.getrandbits(24) for _ in range(400)]
        self._users = [b"user%03d@example" % number for number in range(200)]
        self._rules = [random.getrandbits(96) for _ in range(60)]
        self._hosts = [b"www%d.site%d.example" % (number % 3, number) for number in range(600)]
        self._urls = [b"/item/%d" % random.getrandbits(20) for _ in range(3000)]
        self._countries = [b"DE", b"US", b"NL", b"FR", b"", b"JP", b"BR"]

    def _favourite(self, pool: Sequence[int]) -> int:
        return pool[int(len(pool) * self._random.random() ** 3)]

    def flow(self) -> Values:
        """The values of one flow: every field of every template here."""
        random = self._random
        packets = int(random.lognormvariate(1.5, 1.6)) + 1
        octets = packets * random.choice((40, 64, 120, 576, 1400))
        end = UPTIME - random.randrange(60_000)
        start = end - (0 if packets == 1 else random.randrange(120_000))
        boot = EXPORT_TIME * 1000 - UPTIME
        ends = [
            (self._favourite(self._inside), self._favourite(self._inside6), random.randrange(1024, 65536)),
            (self._favourite(self._outside), self._favourite(self._outside6), random.choice((443, 443, 80, 53))),
        ]
        random.shuffle(ends)
        (source, source6, source_port), (destination, destination6, destination_port) = ends
        interfaces = dict(zip((10, 14), random.choices(range(1, 49), k=2), strict=True))
        systems = dict(zip((16, 17), random.choices(self._systems, k=2), strict=True))
        tcp = random.random() < 0.75
        # fmt: off
        return {
            8: source, 12: destination, 27: source6, 28: destination6, 225: source, 226: destination,
            7: source_port, 11: destination_port, 227: source_port, 228: destination_port,
            4: 6 if tcp else 17, 5: random.choice((0, 0, 0, 8, 184)), 6: 0x1B if tcp else 0,
            1: octets, 2: packets, 85: octets, 231: octets, 232: octets // 2, 298: packets, 299: packets // 2,
            21: end, 22: start, 152: boot + start, 153: boot + end, 323: boot + end,
            15: random.choice(self._hops), 9: random.choice((0, 16, 24)), 13: random.choice((0, 16, 24)),
            61: random.getrandbits(1), 89: 64, 136: random.randrange(1, 5), 148: random.getrandbits(31), 233: 2,
            176: 0, 177: 0, 33002: 2030, 33000: random.choice(self._rules), 33001: random.choice(self._rules),
            40000: random.choice(self._users).ljust(20, b"\0"), 58: random.choice((10, 20, 30)),
            56: self._favourite(self._macs), 80: self._favourite(self._macs), **interfaces, **systems,
            HOST: random.choice(self._hosts),
            URL: random.choice(self._urls),
            COUNTRY: random.choice(self._countries),
        }
        # fmt: on


def _ipv6(prefix: int, rest: int) -> int:
    return prefix << 96 | rest
