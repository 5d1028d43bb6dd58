"""Floods of values that never come twice: what the caches of addresses and texts cost where they are of no use.

The same records with 5,000 distinct addresses (strings), which the caches hold, and with 5,000,000, of which each comes
again only after all others.  The octets are made on the fly, so that the machine's memory is not what is measured, and
so many a round that the cache is filled, and emptied, once in each.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import count, islice
from random import Random
from socket import AF_INET6, inet_ntoa, inet_ntop
from time import process_time
from typing import Any, NamedTuple

from netflowparse import Decoder, Limits
from tests.message_builder import Field, ipfix_message, set_of, template, variable

from .floor_b import IPV4_B, IPV6, Flows, records_of, strings_b
from .timing import ratio, table
from .traffic import Traffic, Workload
from .workloads import IPV4, STRINGS, record
from .workloads import IPV6 as IPV6_FIELDS

FEW, MANY = 5_000, 5_000_000
LEAST = 6_000  # values in a round
MIX, MIX6 = 2_654_435_761, 0x9E3779B97F4A7C15F39CC0605CEDC835  # odd, so no two numbers are mixed into one
PER_DATAGRAM = {"IPv4 addresses": 20, "IPv6 addresses": 15, "strings": 28}
TEMPLATE_ID = 256


class Kind(NamedTuple):
    """Values of one kind: the template, the octets of record *number* with two of them, floor b, how many are kept."""

    fields: tuple[Field, ...]
    record: Callable[[int, int], bytes]
    floor: Callable[[bytes], Flows]
    limit: str


_REST = record(IPV4[2:], Traffic().flow())
_START = record(STRINGS[:2], Traffic().flow())


def _ipv4(number: int) -> bytes:
    return (number * MIX & 0xFFFFFFFF).to_bytes(4, "big")


def _ipv6(number: int) -> bytes:
    return b"\x20\x01\x0d\xb8" + (number * MIX6 & (1 << 96) - 1).to_bytes(12, "big")


def _host(number: int) -> bytes:
    return variable(b"www%d.site%x.example" % (number % 3, number * MIX & 0xFFFFFFFF))


def _fixed(packing: Any, spell: Callable[[bytes], str], source_key: str, destination_key: str) -> Any:
    """Floor b of the one set of a datagram, with these keys for its addresses."""

    # fmt: off
    def floor(datagram: bytes) -> Flows:
        return [
            {
                source_key: spell(source), destination_key: spell(destination), "sourceTransportPort": source_port,
                "destinationTransportPort": port, "protocolIdentifier": protocol, "ipClassOfService": tos,
                "tcpControlBits": flags, "ingressInterface": ingress, "egressInterface": egress,
                "octetDeltaCount": octets, "packetDeltaCount": packets, "flowStartMilliseconds": start,
                "flowEndMilliseconds": end, "bgpSourceAsNumber": source_as, "bgpDestinationAsNumber": destination_as,
                "flowEndReason": reason, "flowDirection": direction,
            }
            for (
                source, destination, source_port, port, protocol, tos, flags, ingress, egress, octets, packets, start,
                end, source_as, destination_as, reason, direction,
            ) in packing.iter_unpack(records_of(datagram, 20, packing.size))
        ]
    # fmt: on

    return floor


KINDS: dict[str, Kind] = {
    "IPv4 addresses": Kind(
        IPV4,
        lambda one, other: _ipv4(one) + _ipv4(other) + _REST,
        _fixed(IPV4_B, inet_ntoa, "sourceIPv4Address", "destinationIPv4Address"),
        "cached_addresses",
    ),
    "IPv6 addresses": Kind(
        IPV6_FIELDS,
        lambda one, other: _ipv6(one) + _ipv6(other) + _REST,
        _fixed(IPV6, partial(inet_ntop, AF_INET6), "sourceIPv6Address", "destinationIPv6Address"),
        "cached_addresses",
    ),
    "strings": Kind(
        STRINGS, lambda one, other: _START + _host(one) + _host(other) + b"\2DE", strings_b, "cached_texts"
    ),
}


def without_caches() -> Decoder:
    """A decoder like any other, which spells every address where it stands, by nothing but C: for this comparison."""
    decoder = Decoder()
    names = decoder._context.engine.names
    names["ipv4_cache"].find = inet_ntoa
    names["ipv6_cache"].find = partial(inet_ntop, AF_INET6)
    return decoder


def _messages(kind: str, distinct: int) -> Iterator[bytes]:
    """Messages of one set without end, with two values of *kind* in each record."""
    make, size = KINDS[kind].record, PER_DATAGRAM[kind]
    for first in count(0, size):
        numbers = ((2 * each % distinct, (2 * each + 1) % distinct) for each in range(first, first + size))
        body = b"".join(make(one, other) for one, other in numbers)
        yield ipfix_message(set_of(TEMPLATE_ID, body), sequenceNumber=first % (1 << 32))


def _spent(decode: Callable[[bytes], Any], datagrams: Sequence[bytes]) -> float:
    begin = process_time()
    for datagram in datagrams:
        result = decode(datagram)  # noqa: F841 - kept until the next one is there
    return process_time() - begin


def _readers(kind: str) -> dict[str, Callable[[bytes], Any]]:
    """What reads the messages of *kind*; all but the floor have read the template."""
    fields, _, floor, limit = KINDS[kind]
    decoders = {"ours": Decoder(), "least": Decoder(limits=Limits(**{limit: 1})), "none": without_caches()}
    readers: dict[str, Callable[[bytes], Any]] = {"floor": floor}
    for name, decoder in decoders.items():
        decoder.decode(ipfix_message(set_of(2, template(TEMPLATE_ID, fields))), "exporter")
        readers[name] = lambda datagram, decode=decoder.decode: decode(datagram, "exporter")  # type: ignore[misc]
    first = next(_messages(kind, FEW))
    expected = floor(first)
    for name in decoders:
        message = readers[name](first)
        assert message["flows"] == expected, (kind, name)
        assert not message["problems"], message["problems"]
    return readers


def _times(kind: str, distinct: int, rounds: int) -> dict[str, list[float]]:
    """CPU s for one record, one figure a round, and one round before them to fill the caches."""
    readers = _readers(kind)
    values = max(LEAST, getattr(Limits(), KINDS[kind].limit) if distinct == MANY else 0)
    datagrams = values // 2 // PER_DATAGRAM[kind] + 1
    messages = _messages(kind, distinct)
    times: dict[str, list[float]] = {name: [] for name in readers}
    order, shuffle = list(readers), Random(0).shuffle
    gc.collect()
    for _ in range(rounds + 1):
        sent = list(islice(messages, datagrams))
        shuffle(order)
        for name in order:
            times[name].append(_spent(readers[name], sent) / (datagrams * PER_DATAGRAM[kind]))
    return {name: spent[1:] for name, spent in times.items()}


def floods(rounds: int, workloads: Sequence[Workload]) -> str:
    """A table: a record's cost with few and with many distinct values, cache or not."""
    rows = []
    for kind in KINDS:
        few, many = (_times(kind, distinct, rounds) for distinct in (FEW, MANY))
        for distinct, times in ((FEW, few), (MANY, many)):
            rows.append(
                [
                    kind,
                    f"{distinct:,}",
                    str(ratio(times["ours"], times["none"])),
                    str(ratio(times["ours"], times["least"])),
                    str(ratio(times["ours"], times["floor"])),
                    str(ratio(times["ours"], few["ours"])),
                ]
            )
    heads = ["values", "distinct", "time / without cache", "/ with the least cache", "/ floor b", f"/ with {FEW:,}"]
    return table(heads, rows)
