"""The workloads: what one exporter sends of each protocol.

Template datagrams once, then data datagrams of about 1400 octets, filled from the traffic of ``traffic.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from tests.message_builder import (
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

from .sflow_workload import sflow5
from .traffic import COUNTRY, DATAGRAMS, HOST, UPTIME, URL, Traffic, Values, Workload, numbering

SEQUENCE_NUMBERS = {"v5": 16, "v9": 12, "ipfix": 8}  # their offsets in the headers
ROUTER_ID = 260
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
#: IPFIX: one address, one time and three strings of ntop's
STRINGS: tuple[Field, ...] = ((8, 4), (152, 8), (*HOST, VARIABLE), (*URL, VARIABLE), (*COUNTRY, VARIABLE))


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
    records = datagrams * per_datagram
    return Workload("v5", (), made, records, numbering(SEQUENCE_NUMBERS["v5"], per_datagram, records))


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
    renewal = numbering(SEQUENCE_NUMBERS["v9"], 1, datagrams + 1)
    return Workload(name, templates, tuple(made), datagrams * per_datagram, renewal)


def netflow9(datagrams: int = DATAGRAMS, per_datagram: int = 25, fields: tuple[Field, ...] = ROUTER) -> Workload:
    """NetFlow v9, 20 fields of a router; absolute times are added, so 22 keys."""
    return _netflow9("v9", ROUTER_ID, fields, datagrams, per_datagram)


def nsel(datagrams: int = DATAGRAMS * 2, per_datagram: int = 10) -> Workload:
    """NetFlow v9, 34 fields of a firewall."""
    return _netflow9("nsel", 265, NSEL, datagrams, per_datagram)


def _ipfix(
    name: str, shapes: dict[int, tuple[Field, ...]], counts: Callable[[int], Sequence[int]], datagrams: int
) -> Workload:
    """Datagram *number* has a set of each of *shapes* with as many records as *counts* says for it."""
    traffic = Traffic()
    templates = (ipfix_message(set_of(2, b"".join(template(number, fields) for number, fields in shapes.items()))),)
    per_datagram = sum(counts(0))
    made = tuple(
        ipfix_message(
            *(
                set_of(template_id, b"".join(record(fields, traffic.flow()) for _ in range(count)))
                for (template_id, fields), count in zip(shapes.items(), counts(number), strict=True)
                if count
            ),
            sequenceNumber=number * per_datagram,
        )
        for number in range(datagrams)
    )
    records = datagrams * per_datagram
    return Workload(name, templates, made, records, numbering(SEQUENCE_NUMBERS["ipfix"], per_datagram, records))


def ipfix(datagrams: int = DATAGRAMS * 4 // 3, per_datagram: int = 18) -> Workload:
    """IPFIX, 17 fields: two thirds of the records IPv4, one third IPv6, a set of each in every message."""

    def counts(number: int) -> tuple[int, int]:
        ipv6 = (number + 1) * per_datagram // 3 - number * per_datagram // 3
        return per_datagram - ipv6, ipv6

    return _ipfix("ipfix", {256: IPV4, 257: IPV6}, counts, datagrams)


def strings(datagrams: int = DATAGRAMS, per_datagram: int = 28) -> Workload:
    """IPFIX, 5 fields, three of them enterprise strings of variable length."""
    return _ipfix("varlen", {300: STRINGS}, lambda number: (per_datagram,), datagrams)


#: name -> the workload of given numbers of datagrams and of records in each
MAKERS: dict[str, Callable[..., Workload]] = {
    "v5": netflow5,
    "v9": netflow9,
    "ipfix": ipfix,
    "nsel": nsel,
    "varlen": strings,
    "sflow5": sflow5,
}


def workloads() -> list[Workload]:
    """All workloads."""
    return [make() for make in MAKERS.values()]
