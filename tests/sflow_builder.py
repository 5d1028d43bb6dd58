"""Builds sFlow version 5 datagrams from the layout document alone; every length and count can be forced.

Independent of the package's declarations on purpose: XDR (RFC 4506) by ``struct`` and ``int.to_bytes``, nothing else.
Bodies, records and samples are octets; a *length* or *count* that is not given is the true one.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from ipaddress import ip_address

Pair = tuple[int, int]  # (class, index) of a data source, (format, value) of an interface


def u32(number: int) -> bytes:
    """An unsigned integer."""
    return number.to_bytes(4, "big")


def u64(number: int) -> bytes:
    """An unsigned hyper."""
    return number.to_bytes(8, "big")


def i32(number: int) -> bytes:
    """An integer in two's complement."""
    return number.to_bytes(4, "big", signed=True)


def f32(number: float) -> bytes:
    """A float of single precision."""
    return struct.pack(">f", number)


def padded(octets: bytes) -> bytes:
    """Zero octets behind, up to a multiple of 4."""
    return octets + bytes(-len(octets) % 4)


def opaque(octets: bytes, length: int | None = None) -> bytes:
    """A length word and octets."""
    return u32(len(octets) if length is None else length) + padded(octets)


def string(text: str | bytes, length: int | None = None) -> bytes:
    """As ``opaque``; text as UTF-8."""
    return opaque(text.encode() if isinstance(text, str) else text, length)


def address(text: str | None) -> bytes:
    """A type word (0 unknown, 1 IPv4, 2 IPv6) and the address."""
    if text is None:
        return u32(0)
    parsed = ip_address(text)
    return u32(1 if parsed.version == 4 else 2) + parsed.packed


def mac(text: str) -> bytes:
    """Six octets and two of padding."""
    return padded(bytes.fromhex(text.replace(":", "")))


def envelope(enterprise: int, number: int, body: bytes, length: int | None = None) -> bytes:
    """Tag, length and body: the same for samples, flow records and counter records."""
    return u32(enterprise << 12 | number) + opaque(body, length)


def record(enterprise: int, format: int, body: bytes, length: int | None = None) -> bytes:
    """A flow record or a counter record."""
    return envelope(enterprise, format, body, length)


def sample(enterprise: int, format: int, body: bytes, length: int | None = None) -> bytes:
    """A sample."""
    return envelope(enterprise, format, body, length)


def counted(items: Sequence[bytes], count: int | None = None) -> bytes:
    """A count word and the items."""
    return u32(len(items) if count is None else count) + b"".join(items)


def words(*numbers: int) -> bytes:
    """Unsigned integers, one behind the other."""
    return b"".join(u32(number) for number in numbers)


def source_word(source_id: Pair) -> bytes:
    """A data source in one word: 8 bits of class, 24 of index."""
    return u32(source_id[0] << 24 | source_id[1])


def flow_sample(
    records: Sequence[bytes],
    *,
    sequence_number: int = 1,
    source_id: Pair = (0, 1),
    sampling_rate: int = 1000,
    sample_pool: int = 1000,
    drops: int = 0,
    input: int = 1,
    output: int = 2,
    count: int | None = None,
) -> bytes:
    """Body of a 0:1; *input* and *output* are whole words: 2 bits of format, 30 of value."""
    head = u32(sequence_number) + source_word(source_id) + words(sampling_rate, sample_pool, drops, input, output)
    return head + counted(records, count)


def flow_sample_expanded(
    records: Sequence[bytes],
    *,
    sequence_number: int = 1,
    source_id: Pair = (0, 1),
    sampling_rate: int = 1000,
    sample_pool: int = 1000,
    drops: int = 0,
    input: Pair = (0, 1),
    output: Pair = (0, 2),
    count: int | None = None,
) -> bytes:
    """Body of a 0:3."""
    head = words(sequence_number, *source_id, sampling_rate, sample_pool, drops, *input, *output)
    return head + counted(records, count)


def counters_sample(
    records: Sequence[bytes], *, sequence_number: int = 1, source_id: Pair = (0, 1), count: int | None = None
) -> bytes:
    """Body of a 0:2."""
    return u32(sequence_number) + source_word(source_id) + counted(records, count)


def counters_sample_expanded(
    records: Sequence[bytes], *, sequence_number: int = 1, source_id: Pair = (0, 1), count: int | None = None
) -> bytes:
    """Body of a 0:4."""
    return words(sequence_number, *source_id) + counted(records, count)


def discarded_packet(
    records: Sequence[bytes],
    *,
    sequence_number: int = 1,
    source_id: Pair = (0, 1),
    drops: int = 0,
    input: int = 1,
    output: int = 2,
    reason: int = 256,
    count: int | None = None,
) -> bytes:
    """Body of a 0:5; *input* and *output* are interface indexes."""
    return words(sequence_number, *source_id, drops, input, output, reason) + counted(records, count)


def sampled_header(
    octets: bytes, protocol: int = 1, frame_length: int | None = None, stripped: int = 0, length: int | None = None
) -> bytes:
    """A whole flow record 0:1 with the first octets of a packet; *length* forces the header's own length word."""
    frame = len(octets) + stripped if frame_length is None else frame_length
    return record(0, 1, words(protocol, frame, stripped) + opaque(octets, length))


def datagram(
    samples: Iterable[bytes],
    *,
    agent: str | bytes | None = "192.0.2.1",
    sub_agent_id: int = 0,
    sequence_number: int = 1,
    uptime: int = 1000,
    count: int | None = None,
) -> bytes:
    """A datagram; an *agent* of octets is written as it is, type word and all."""
    union = agent if isinstance(agent, bytes) else address(agent)
    return u32(5) + union + words(sub_agent_id, sequence_number, uptime) + counted(list(samples), count)


def one_flow(*records: bytes, **fields: int | Pair | None) -> bytes:
    """A datagram of one compact flow sample with these records; *fields* are those of ``flow_sample``."""
    return datagram([sample(0, 1, flow_sample(records, **fields))])


def one_counters(*records: bytes, **fields: int | Pair | None) -> bytes:
    """A datagram of one compact counters sample with these records; *fields* are those of ``counters_sample``."""
    return datagram([sample(0, 2, counters_sample(records, **fields))])
