"""Hostile datagrams: what an octet of them costs, in units of what one of good, full datagrams costs.

Seeded.  Random octets, real datagrams cut or spoiled, floods of problems, odd values in every record.  They come again
and again, with numbers that they have had: that is dear as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import Any, NamedTuple

from netflowparse import DecodeError, Decoder
from tests import sflow_builder as sflow
from tests.message_builder import VARIABLE, Field, ipfix_message, netflow9_datagram, set_of, template, variable

from .timing import Task, measure, ratio, table
from .traffic import SEED, Traffic, Workload, numbered
from .workloads import NSEL, SEQUENCE_NUMBERS, STRINGS, record

LENGTH = 1400  # octets of a datagram, about
DATAGRAMS = 64  # of each kind
HEADERS = {"v5": 24, "v9": 20, "ipfix": 16, "sflow5": 28}
ODD_ID = 300
#: a boolean, a float, a time of NTP: none can hold what is sent
ODD: tuple[Field, ...] = ((276, 1), (311, 8), (154, 8))


class Attack(NamedTuple):
    """What is sent, after *before*, and the workload whose octets it is compared with."""

    name: str
    against: str
    datagrams: Sequence[bytes]
    before: Sequence[bytes] = ()


def _ipfix_length(datagram: bytes) -> bytes:
    return datagram[:2] + len(datagram).to_bytes(2, "big") + datagram[4:]


def _random(workloads: dict[str, Workload]) -> Iterator[Attack]:
    random = Random(SEED)
    yield Attack("random octets", "v9", [random.randbytes(LENGTH) for _ in range(DATAGRAMS)])
    for name, workload in workloads.items():
        head = HEADERS.get(name)
        if head is None:
            continue
        made = [each[:head] + random.randbytes(len(each) - head) for each in workload.datagrams[:DATAGRAMS]]
        yield Attack(f"{name}: random octets behind a header", name, made, workload.templates)
    frames = [
        sflow.datagram([sflow.sample(0, 1, sflow.flow_sample([sflow.sampled_header(random.randbytes(128))]))] * 7)
        for _ in range(DATAGRAMS)
    ]
    yield Attack("sflow5: frames of random octets", "sflow5", frames)


def _damaged(workloads: dict[str, Workload]) -> Iterator[Attack]:
    random = Random(SEED)
    for name, workload in workloads.items():
        cut, spoiled = [], []
        for datagram in workload.datagrams[:DATAGRAMS]:
            cut.append(datagram[: random.randrange(len(datagram))])
            octets = bytearray(datagram)
            for _ in range(4):
                octets[random.randrange(4, len(octets))] = random.getrandbits(8)
            spoiled.append(bytes(octets))
        yield Attack(f"{name}: cut anywhere", name, cut, workload.templates)
        if name == "ipfix":
            whole = [_ipfix_length(each) for each in cut if len(each) >= HEADERS[name]]
            yield Attack(f"{name}: cut anywhere, its length set right", name, whole, workload.templates)
        yield Attack(f"{name}: 4 octets of each changed", name, spoiled, workload.templates)


def _sets(make: Callable[..., bytes], *sets: bytes) -> list[bytes]:
    offset = SEQUENCE_NUMBERS["v9" if make is netflow9_datagram else "ipfix"]
    datagram = make(*sets)
    return [numbered(datagram, offset, number) for number in range(DATAGRAMS)]


def _floods() -> Iterator[Attack]:
    unknown = [set_of(400 + number, b"abcd") for number in range(LENGTH // 8)]
    yield Attack("v9: sets of 8 octets without templates", "v9", _sets(netflow9_datagram, *unknown))
    waiting = set_of(400, bytes(LENGTH - 24))
    yield Attack("v9: data whose template never comes", "v9", _sets(netflow9_datagram, waiting))
    yield Attack("ipfix: sets without content", "ipfix", _sets(ipfix_message, *[set_of(400, b"")] * (LENGTH // 4)))
    yield Attack("ipfix: reserved sets", "ipfix", _sets(ipfix_message, *[set_of(4, b"")] * (LENGTH // 4)))
    refused = b"".join(template(400 + number, [(8, VARIABLE)] * 2, count=0) for number in range(LENGTH // 12))
    yield Attack("ipfix: templates whose counts are wrong", "ipfix", _sets(ipfix_message, set_of(2, refused)))
    lying = sflow.sample(0, 1, sflow.flow_sample([sflow.record(0, 1, b"", length=1 << 31)]))
    yield Attack("sflow5: records of impossible lengths", "sflow5", [sflow.datagram([lying] * 25)] * DATAGRAMS)
    strange = sflow.sample(0, 1, sflow.flow_sample([sflow.record(4413, 99, b"abcd")] * 9))
    yield Attack("sflow5: records that nobody knows", "sflow5", [sflow.datagram([strange] * 9)] * DATAGRAMS)


def _odd_values(workloads: dict[str, Workload]) -> Iterator[Attack]:
    """Whole records, of values that do not suit their types: a problem in each."""
    body = (b"\3" + bytes.fromhex("7ff8000000000001") + bytes(7) + b"\1") * (LENGTH // 17)
    before = [ipfix_message(set_of(2, template(ODD_ID, ODD)))]
    yield Attack(
        "ipfix: booleans and floats that are none", "ipfix", _sets(ipfix_message, set_of(ODD_ID, body)), before
    )
    traffic = Traffic()
    start = record(STRINGS[:2], traffic.flow())
    ill = (start + variable(b"www\xff%d" % number) + variable(b"/\xc3") + b"\2DE" for number in range(LENGTH // 28))
    message = set_of(ODD_ID, b"".join(ill))
    before = [ipfix_message(set_of(2, template(ODD_ID, STRINGS)))]
    yield Attack("varlen: ill-formed UTF-8 in every record", "varlen", _sets(ipfix_message, message), before)
    values = {**traffic.flow(), 40000: b"user\xff".ljust(20, b"\0")}
    body = record(NSEL, values) * 10
    before = [netflow9_datagram(set_of(0, template(ODD_ID, NSEL)))]
    message = set_of(ODD_ID, body + bytes(-len(body) % 4))
    yield Attack("nsel: ill-formed UTF-8 in every record", "nsel", _sets(netflow9_datagram, message), before)


def _task(datagrams: Sequence[bytes], before: Sequence[bytes], renewal: Any = None) -> Task:
    """Decode *datagrams*, those that have no message as well; an octet is a unit."""
    decode = Decoder().decode

    def read(datagram: bytes) -> Any:
        try:
            return decode(datagram, "exporter")
        except DecodeError as error:
            return error

    for datagram in (*before, *datagrams):
        read(datagram)
    return Task(read, datagrams, sum(map(len, datagrams)), renewal).slice()


def hostile(rounds: int, workloads: Sequence[Workload]) -> str:
    """A table: the cost of an octet of each attack on the protocols of *workloads*."""
    good = {workload.name: workload for workload in workloads}
    groups: dict[str, list[Attack]] = {}
    for attack in (*_random(good), *_damaged(good), *_floods(), *_odd_values(good)):
        if attack.against in good:
            groups.setdefault(attack.against, []).append(attack)
    rows = []
    for against, attacks in groups.items():
        other = good[against]
        tasks = {attack.name: _task(attack.datagrams, attack.before) for attack in attacks}
        tasks[against] = _task(other.datagrams, other.templates, other.renew())
        times = measure(tasks, rounds)
        full = _mean_length(other.datagrams)
        for attack in attacks:
            cost, octets = ratio(times[attack.name], times[against]), _mean_length(attack.datagrams)
            cells = [attack.name, f"{octets:,.0f}", str(cost), f"{cost.median * octets / full:.2f}"]
            rows.append((cost.median, cells))
    rows.sort(reverse=True)
    heads = ["datagrams", "octets of each", "cost of an octet / of a good one", "of a datagram / of a good one"]
    return table(heads, [cells for _, cells in rows])


def _mean_length(datagrams: Sequence[bytes]) -> float:
    return sum(map(len, datagrams)) / len(datagrams)
