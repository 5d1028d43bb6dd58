"""The floors of every workload by name, and the proof that they make what the package makes.

``iter_unpack_alone`` takes records apart and makes nothing of them; *b*, *c* and the tuned ones are in modules of
their own.
"""

from __future__ import annotations

from collections.abc import Callable
from struct import Struct
from typing import Any

from netflowparse import Decoder
from netflowparse.types import Message

from . import floor_b, floor_c, floor_sflow_b, floor_sflow_c, floor_tuned
from .floor_b import Flows, records_of
from .traffic import Workload

Floor = Callable[[bytes], Flows]

FLOOR_B: dict[str, Floor] = {
    "v5": floor_b.v5_b,
    "v9": floor_b.v9_b,
    "ipfix": floor_b.ipfix_b,
    "nsel": floor_b.nsel_b,
    "varlen": floor_b.strings_b,
    "sflow5": floor_sflow_b.sflow5_b,
}
FLOOR_C: dict[str, Floor] = {
    "v5": floor_c.v5_c,
    "v9": floor_c.v9_c,
    "ipfix": floor_c.ipfix_c,
    "nsel": floor_c.nsel_c,
    "varlen": floor_c.strings_c,
    "sflow5": floor_sflow_c.sflow5_c,
}
#: for sFlow nothing faster than floor c was found: copies of a dict with all keys, all of a frame unpacked at once
FLOOR_TUNED: dict[str, Floor] = {
    "v5": floor_tuned.v5_tuned,
    "v9": floor_tuned.v9_tuned,
    "ipfix": floor_tuned.ipfix_tuned,
    "nsel": floor_tuned.nsel_tuned,
    "varlen": floor_tuned.strings_tuned,
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
    """Raise AssertionError unless the floors make the flows of the package, key for key, in their order.

    Only sFlow's keys may stand in any order: there the package's depends on how records were read.  Its floors remember
    sources, so they read what comes before the data too, and again in every check.
    """
    decoder = Decoder()
    for floor in (floor_sflow_b, floor_sflow_c):
        floor.sources.clear()
        floor.seen_counters.clear()
    sflow = workload.name == "sflow5"
    for datagram in workload.templates:
        message = decoder.decode(datagram, "exporter")
        if sflow:
            _check_message(workload.name, message, datagram)
    found = sum(
        _check_message(workload.name, decoder.decode(datagram, "exporter"), datagram) for datagram in workload.datagrams
    )
    assert found == workload.records, (workload.name, found, workload.records)


def _check_message(name: str, message: Message, datagram: bytes) -> int:
    """Compare what the floors make of *datagram* with *message*; the records of the message."""
    assert not message["problems"], message["problems"]
    expected = [*message["flows"], *message["counters"]]
    for floor in (FLOOR_B[name], FLOOR_C[name], FLOOR_TUNED.get(name)):
        if floor is None:
            continue
        found = floor(datagram)
        assert found == expected, name
        assert name == "sflow5" or list(map(list, found)) == list(map(list, expected)), name
    return len(expected)
