"""The traffic that is measured: seeded, so that every run and every decoder reads the same octets.

A workload is what one exporter sends: template datagrams once, then data datagrams of about 1400 octets.  Addresses
come from pools of a few thousand with few favourites, as on an edge router; counters are log-normal; sysUpTimes have 31
bits, as on a router that was booted three weeks ago.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from random import Random
from typing import TypeAlias

from tests.message_builder import (
    EXPORT_TIME,
    VARIABLE,
    Field,
    ipfix_message,
    netflow5_datagram,
    netflow5_record,
    netflow9_datagram,
    set_of,
    template,
    variable,
)

SEED = 7011
DATAGRAMS = 160
UPTIME = 1_855_234_000  # ms: 21 days

Values: TypeAlias = "dict[int | tuple[int, int], int | bytes]"  # by element id, or (enterprise, id)

#: v9: the usual record of a router, 20 fields, 55 octets
ROUTER: tuple[Field, ...] = (
    (8, 4), (12, 4), (15, 4), (10, 4), (14, 4), (2, 4), (1, 4), (22, 4), (21, 4), (7, 2),
    (11, 2), (6, 1), (4, 1), (5, 1), (16, 4), (17, 4), (9, 1), (13, 1), (61, 1), (89, 1),
)  # fmt: skip
#: IPFIX: 64-bit counters, absolute times; IPv4 (66 octets) and IPv6 (90) alike but for the addresses
_REST: tuple[Field, ...] = (
    (7, 2), (11, 2), (4, 1), (5, 1), (6, 2), (10, 4), (14, 4), (1, 8), (2, 8), (152, 8), (153, 8), (16, 4), (17, 4),
    (136, 1), (61, 1),
)  # fmt: skip
IPV4: tuple[Field, ...] = ((8, 4), (12, 4), *_REST)
IPV6: tuple[Field, ...] = ((27, 16), (28, 16), *_REST)
#: v9: the 23 fields of an ASA's longest NSEL record and 11 more that newer firewalls add; 137 octets
NSEL: tuple[Field, ...] = (
    (148, 4), (8, 4), (7, 2), (10, 2), (12, 4), (11, 2), (14, 2), (4, 1), (176, 1), (177, 1), (225, 4), (226, 4),
    (227, 2), (228, 2), (233, 1), (33002, 2), (323, 8), (231, 4), (232, 4), (152, 8), (33000, 12), (33001, 12),
    (40000, 20), (298, 4), (299, 4), (85, 4), (5, 1), (6, 1), (61, 1), (9, 1), (13, 1), (58, 2), (56, 6), (80, 6),
)  # fmt: skip
HOST, URL, COUNTRY = (35632, 187), (35632, 180), (35632, 101)  # HTTP_HOST, HTTP_URL, SRC_IP_COUNTRY
#: IPFIX: one address, one time and three strings of ntop's
STRINGS: tuple[Field, ...] = ((8, 4), (152, 8), (*HOST, VARIABLE), (*URL, VARIABLE), (*COUNTRY, VARIABLE))


@dataclass(frozen=True)
class Workload:
    """What one exporter sends; ``records`` counts those of all data datagrams together."""

    name: str
    templates: tuple[bytes, ...]
    datagrams: tuple[bytes, ...]
    records: int


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


def record(fields: Iterable[Field], values: Values) -> bytes:
    """The octets of a data record of *fields*."""
    parts = []
    for *key, length in fields:
        value = values[key[0] if len(key) == 1 else (key[0], key[1])]
        if isinstance(value, bytes):
            parts.append(variable(value) if length == VARIABLE else value)
        else:
            parts.append(value.to_bytes(length, "big"))
    return b"".join(parts)


def _v5_record(values: Values) -> bytes:
    octets = {name: _dotted(values[field]) for name, field in _V5_ADDRESSES.items()}
    numbers = {name: int(values[field]) & mask for name, (field, mask) in _V5_NUMBERS.items()}
    return netflow5_record(**octets, **numbers)


_V5_ADDRESSES = {"sourceIPv4Address": 8, "destinationIPv4Address": 12, "ipNextHopIPv4Address": 15}
_V5_NUMBERS = {
    "ingressInterface": (10, 0xFFFF),
    "egressInterface": (14, 0xFFFF),
    "packetDeltaCount": (2, 0xFFFFFFFF),
    "octetDeltaCount": (1, 0xFFFFFFFF),
    "flowStartSysUpTime": (22, 0xFFFFFFFF),
    "flowEndSysUpTime": (21, 0xFFFFFFFF),
    "sourceTransportPort": (7, 0xFFFF),
    "destinationTransportPort": (11, 0xFFFF),
    "tcpControlBits": (6, 0xFF),
    "protocolIdentifier": (4, 0xFF),
    "ipClassOfService": (5, 0xFF),
    "bgpSourceAsNumber": (16, 0xFFFF),
    "bgpDestinationAsNumber": (17, 0xFFFF),
    "sourceIPv4PrefixLength": (9, 0xFF),
    "destinationIPv4PrefixLength": (13, 0xFF),
}


def _dotted(address: int | bytes) -> str:
    octets = address if isinstance(address, bytes) else address.to_bytes(4, "big")
    return ".".join(map(str, octets))


def netflow5(datagrams: int = DATAGRAMS, per_datagram: int = 30) -> Workload:
    """NetFlow v5, 30 records of 48 octets."""
    traffic = Traffic()
    made = tuple(
        netflow5_datagram(
            [_v5_record(traffic.flow()) for _ in range(per_datagram)],
            sysUpTime=UPTIME,
            sequenceNumber=number * per_datagram,
        )
        for number in range(datagrams)
    )
    return Workload("v5", (), made, datagrams * per_datagram)


def _netflow9(name: str, template_id: int, fields: tuple[Field, ...], datagrams: int, per_datagram: int) -> Workload:
    traffic = Traffic()
    templates = (netflow9_datagram(set_of(0, template(template_id, fields)), sysUpTime=UPTIME, sequenceNumber=0),)
    made = []
    for number in range(1, datagrams + 1):
        body = b"".join(record(fields, traffic.flow()) for _ in range(per_datagram))
        body += bytes(-len(body) % 4)  # RFC 3954 §5.3
        made.append(
            netflow9_datagram(set_of(template_id, body), count=per_datagram, sysUpTime=UPTIME, sequenceNumber=number)
        )
    return Workload(name, templates, tuple(made), datagrams * per_datagram)


def netflow9(datagrams: int = DATAGRAMS, per_datagram: int = 25) -> Workload:
    """NetFlow v9, 20 fields of a router; absolute times are added, so 22 keys."""
    return _netflow9("v9", 260, ROUTER, datagrams, per_datagram)


def nsel(datagrams: int = DATAGRAMS * 2, per_datagram: int = 10) -> Workload:
    """NetFlow v9, 34 fields of a firewall."""
    return _netflow9("nsel", 265, NSEL, datagrams, per_datagram)


def _ipfix(name: str, sets: Sequence[tuple[int, tuple[Field, ...], int]], datagrams: int) -> Workload:
    traffic = Traffic()
    templates = (ipfix_message(set_of(2, b"".join(template(number, fields) for number, fields, _ in sets))),)
    per_datagram = sum(count for *_, count in sets)
    made = tuple(
        ipfix_message(
            *(
                set_of(template_id, b"".join(record(fields, traffic.flow()) for _ in range(count)))
                for template_id, fields, count in sets
                if count
            ),
            sequenceNumber=number * per_datagram,
        )
        for number in range(datagrams)
    )
    return Workload(name, templates, made, datagrams * per_datagram)


def ipfix(datagrams: int = DATAGRAMS * 4 // 3, per_datagram: int = 18) -> Workload:
    """IPFIX, 17 fields: two thirds of the records IPv4, one third IPv6, a set of each in every message."""
    ipv6 = per_datagram // 3
    return _ipfix("ipfix", ((256, IPV4, per_datagram - ipv6), (257, IPV6, ipv6)), datagrams)


def strings(datagrams: int = DATAGRAMS, per_datagram: int = 28) -> Workload:
    """IPFIX, 5 fields, three of them enterprise strings of variable length."""
    return _ipfix("varlen", ((300, STRINGS, per_datagram),), datagrams)


#: name -> the workload of given numbers of datagrams and of records in each
MAKERS: dict[str, Callable[..., Workload]] = {
    "v5": netflow5,
    "v9": netflow9,
    "ipfix": ipfix,
    "nsel": nsel,
    "varlen": strings,
}


def workloads() -> list[Workload]:
    """All workloads."""
    return [make() for make in MAKERS.values()]
