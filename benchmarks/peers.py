"""The decoders that are compared, each as a callable that reads one datagram and keeps its templates.

* ``netflowparse``: a ``Decoder`` as users get it; ``interpreted`` is its reference engine, Construct as it is.
* ``construct``, ``construct compiled``: the v5 declarations through Construct's own ``parse`` and through its
  ``compile()``: containers, no absolute times.  Only v5: templates make structures that it cannot compile safely.
* ``netflow`` and ``netflume``: the packages of those names on PyPI, called as their documentation says.  They name
  fields otherwise, add no absolute times, and report less.
* ``pysflow``: the sFlow decoder on PyPI; the sampled packet stays hex text, and interfaces and sources are words.
* ``scapy``: its layers for NetFlow, by the session that keeps templates.  It takes some fields for as long as they are
  in v9 whatever their template says, and gives some elements one name: where that makes other values than ours, or
  none, it fails.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from warnings import catch_warnings, simplefilter

from construct import Array, Struct, this

from netflowparse import Decoder
from netflowparse.wire import netflow5

from .floors import FLOOR_B, FLOOR_C, FLOOR_TUNED, ITER_UNPACK_ALONE
from .traffic import Workload

EXPORTER = "192.0.2.1"
NOT_INSTALLED, FAILS, NOT_APPLICABLE = "not installed", "fails", "–"


class Absent(Exception):
    """A decoder cannot take part in a workload; the text says why, for the table."""


@dataclass(frozen=True)
class Contender:
    """A decoder that has read a workload's templates and is ready for its data."""

    name: str
    decode: Callable[[bytes], Any]
    count: Callable[[Any], int] = len  # records in what ``decode`` returned


def _flows_of_message(message: Any) -> int:
    return len(message["flows"]) + len(message["counters"])


def _flows_of_object(message: Any) -> int:
    return len(message.flows)


def _samples_of_dict(message: Any) -> int:
    return len(message["samples"])


def _netflowparse(workload: Workload) -> Contender:
    decoder = Decoder()
    return Contender("netflowparse", lambda datagram: decoder.decode(datagram, EXPORTER), _flows_of_message)


def _interpreted(workload: Workload) -> Contender:
    decoder = Decoder(compiled=False)
    return Contender("interpreted", lambda datagram: decoder.decode(datagram, EXPORTER), _flows_of_message)


def _declaration5(workload: Workload) -> Any:
    if workload.name != "v5":
        raise Absent(NOT_APPLICABLE)
    return Struct("header" / netflow5.Header5, "flows" / Array(this.header.count, netflow5.Record5))


def _construct(workload: Workload) -> Contender:
    return Contender("construct", _declaration5(workload).parse, _flows_of_object)


def _construct_compiled(workload: Workload) -> Contender:
    return Contender("construct compiled", _declaration5(workload).compile().parse, _flows_of_object)


def _netflow(workload: Workload) -> Contender:
    if workload.name == "sflow5":
        raise Absent(NOT_APPLICABLE)
    try:
        from netflow import parse_packet
    except ImportError:
        raise Absent(NOT_INSTALLED) from None
    templates: dict[str, Any] = {"netflow": {}, "ipfix": {}}
    return Contender("netflow", lambda datagram: parse_packet(datagram, templates), _flows_of_object)


def _netflume(workload: Workload) -> Contender:
    if workload.name == "sflow5":
        raise Absent(NOT_APPLICABLE)
    try:
        import netflume
    except ImportError:
        raise Absent(NOT_INSTALLED) from None
    decoder = netflume.Decoder()
    return Contender("netflume", lambda datagram: decoder.decode(datagram, EXPORTER), _flows_of_object)


def _pysflow(workload: Workload) -> Contender:
    if workload.name != "sflow5":
        raise Absent(NOT_APPLICABLE)
    try:
        with catch_warnings():
            simplefilter("ignore")  # it reads by xdrlib, which Python 3.13 no longer has
            from sflow import decode
    except ImportError:
        raise Absent(NOT_INSTALLED) from None
    return Contender("pysflow", decode, _samples_of_dict)


def _scapy(workload: Workload) -> Contender:
    if workload.name == "sflow5":
        raise Absent(NOT_APPLICABLE)
    try:
        from scapy.layers import netflow
    except ImportError:
        raise Absent(NOT_INSTALLED) from None
    process = netflow.NetflowSession().process

    def count(packet: Any) -> int:
        """The records of *packet*; AssertionError if a number near their end is not what we read."""
        layers = [packet]
        while layers[-1].payload:
            layers.append(layers[-1].payload)
        if workload.name == "v5":
            return sum(isinstance(layer, netflow.NetflowRecordV5) for layer in layers)
        sets = [layer for layer in layers if isinstance(layer, netflow.NetflowDataflowsetV9)]
        records = [each for layer in sets for each in layer.records]
        flows = decoder.decode(packet.original, EXPORTER)["flows"]
        wrong = [each.DST_AS for each in records] != [each["bgpDestinationAsNumber"] for each in flows]
        assert not wrong, "other values than ours"
        return len(records)

    decoder = Decoder()
    for datagram in workload.templates:
        decoder.decode(datagram, EXPORTER)
    return Contender("scapy", lambda datagram: process(netflow.NetflowHeader(datagram)), count)


def _floor_b(workload: Workload) -> Contender:
    return Contender("floor b", FLOOR_B[workload.name])


def _floor_c(workload: Workload) -> Contender:
    return Contender("floor c", FLOOR_C[workload.name])


def _floor_tuned(workload: Workload) -> Contender:
    if workload.name not in FLOOR_TUNED:
        raise Absent(NOT_APPLICABLE)
    return Contender("floor tuned", FLOOR_TUNED[workload.name])


def _iter_unpack_alone(workload: Workload) -> Contender:
    if workload.name not in ITER_UNPACK_ALONE:
        raise Absent(NOT_APPLICABLE)
    return Contender("iter_unpack alone", ITER_UNPACK_ALONE[workload.name])


MAKERS: dict[str, Callable[[Workload], Contender]] = {
    "netflowparse": _netflowparse,
    "floor b": _floor_b,
    "floor c": _floor_c,
    "floor tuned": _floor_tuned,
    "iter_unpack alone": _iter_unpack_alone,
    "netflume": _netflume,
    "netflow": _netflow,
    "pysflow": _pysflow,
    "scapy": _scapy,
    "construct compiled": _construct_compiled,
    "construct": _construct,
    "interpreted": _interpreted,
}
TEMPLATE_READERS = frozenset({"netflowparse", "interpreted", "netflume", "netflow", "scapy"})


def contender(name: str, workload: Workload) -> Contender:
    """The decoder called *name*, templates read and data read once; ``Absent`` if it cannot decode *workload*."""
    made = MAKERS[name](workload)
    with catch_warnings():
        simplefilter("ignore")  # scapy's, of elements to which it gives one name
        _prepare(made, name, workload)
    return made


def _prepare(made: Contender, name: str, workload: Workload) -> None:
    try:
        if name in TEMPLATE_READERS:
            for datagram in workload.templates:
                made.decode(datagram)
        found = sum(made.count(made.decode(datagram)) for datagram in workload.datagrams)
    except Exception as error:
        raise Absent(FAILS) from error
    if found != workload.records:
        raise Absent(f"{FAILS}: {found} of {workload.records} records")
