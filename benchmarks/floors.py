"""The floors of every workload by name, and the proof that they make what the package makes.

``iter_unpack_alone`` takes records apart and makes nothing of them; *b* and *c* are in modules of their own.
"""

from __future__ import annotations

from collections.abc import Callable
from struct import Struct
from typing import Any

from netflowparse import Decoder

from . import floor_b, floor_c
from .floor_b import Flows, records_of
from .workloads import Workload

Floor = Callable[[bytes], Flows]

FLOOR_B: dict[str, Floor] = {
    "v5": floor_b.v5_b,
    "v9": floor_b.v9_b,
    "ipfix": floor_b.ipfix_b,
    "nsel": floor_b.nsel_b,
    "varlen": floor_b.strings_b,
}
FLOOR_C: dict[str, Floor] = {
    "v5": floor_c.v5_c,
    "v9": floor_c.v9_c,
    "ipfix": floor_c.ipfix_c,
    "nsel": floor_c.nsel_c,
    "varlen": floor_c.strings_c,
}


def _alone(packing: Struct, start: int) -> Callable[[bytes], Any]:
    return lambda datagram: list(packing.iter_unpack(records_of(datagram, start, packing.size)))


def _ipfix_alone(datagram: bytes) -> Any:
    ipv4 = records_of(datagram, 20, floor_c.IPV4_C.size)
    ipv6 = records_of(datagram, 24 + len(ipv4), floor_b.IPV6.size)
    return [*floor_c.IPV4_C.iter_unpack(ipv4), *floor_b.IPV6.iter_unpack(ipv6)]


#: Records of variable length cannot be taken apart by ``iter_unpack``.
ITER_UNPACK_ALONE: dict[str, Callable[[bytes], Any]] = {
    "v5": lambda datagram: list(floor_c.V5_C.iter_unpack(datagram[24:])),
    "v9": _alone(floor_c.V9_C, 24),
    "ipfix": _ipfix_alone,
    "nsel": _alone(floor_c.NSEL_C, 24),
}


def check(workload: Workload) -> None:
    """Raise AssertionError unless the floors make the flows of the package, key for key, in their order."""
    decoder = Decoder()
    for datagram in workload.templates:
        decoder.decode(datagram, "exporter")
    found = 0
    for datagram in workload.datagrams:
        message = decoder.decode(datagram, "exporter")
        assert not message["problems"], message["problems"]
        expected = [list(flow.items()) for flow in message["flows"]]
        for floors in (FLOOR_B, FLOOR_C):
            assert [list(flow.items()) for flow in floors[workload.name](datagram)] == expected, workload.name
        found += len(expected)
    assert found == workload.records, (workload.name, found, workload.records)
