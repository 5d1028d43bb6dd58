"""The sFlow workload: what a switch of 36 ports sends that samples one packet in 1024 or 2048.

Compact samples: the first 128 octets of a frame and ``extended_switch`` in each flow sample; every tenth datagram
begins with the counters of an interface.  A record is a sample.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from itertools import accumulate
from random import Random
from struct import Struct

from tests import sflow_builder as builder

from .traffic import DATAGRAMS, SEED, UPTIME, Traffic, Values, Workload

PORTS = 36
TRUNK = 49  # the interface that most packets leave by
LONGEST = 1400  # octets of a datagram
SAMPLED = 128  # octets of a frame, at most
FCS = 4  # octets that end a frame, stripped
SHORTEST_FRAME = 64
COUNTERS_EVERY = 10  # datagrams
TAGGED = IPV6 = 0.15  # of all frames
FIRST_SAMPLE = 28  # octets of a datagram's header, of an agent with an IPv4 address
SAMPLE = Struct(">LLLLLL").unpack_from  # data_format, length, sequence number, source; a flow's: rate, pool
NUMBER, POOL = 8, 20  # offsets inside a sample
WORD = Struct(">L").pack_into


class Numbering:
    """Gives datagrams and samples the numbers that follow: each source counts its samples and the packets it saw."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._datagrams = 0
        self._sources: dict[tuple[int, int], tuple[int, int]] = {}  # by data_format and source: number, pool

    def __call__(self, datagrams: Sequence[bytes]) -> tuple[bytes, ...]:
        """*datagrams* with the next numbers."""
        return tuple(map(self._number, datagrams))

    def _number(self, datagram: bytes) -> bytes:
        octets = bytearray(datagram)
        self._datagrams += 1
        WORD(octets, 16, self._datagrams)
        position = FIRST_SAMPLE
        while position < len(octets):
            data_format, length, _, source, rate, _ = SAMPLE(octets, position)
            number, pool = self._sources.get((data_format, source)) or (self._random.getrandbits(16), 0)
            WORD(octets, position + NUMBER, number)
            if data_format == 1:
                WORD(octets, position + POOL, pool)
                pool = (pool + self._random.randrange(1, 2 * rate)) % (1 << 32)
            self._sources[data_format, source] = (number + 1) % (1 << 32), pool
            position += 8 + length
        return bytes(octets)


def sflow5(datagrams: int = DATAGRAMS, per_datagram: int = 7) -> Workload:
    """SFlow version 5, as many samples as have room in a datagram, *per_datagram* at most."""
    switch = _Switch(Traffic())
    numbering = Numbering(Random(SEED))
    greetings = numbering([_datagram([switch.flow(port), switch.counters(port)]) for port in range(1, PORTS + 1)])
    made = numbering([switch.datagram(number, per_datagram) for number in range(datagrams)])
    records = sum(int.from_bytes(each[FIRST_SAMPLE - 4 : FIRST_SAMPLE], "big") for each in made)
    return Workload("sflow5", greetings, made, records, lambda: deepcopy(numbering))


def _datagram(samples: Sequence[bytes]) -> bytes:
    return builder.datagram(samples, agent="192.0.2.1", uptime=UPTIME)


class _Switch:
    """Makes samples, whose numbers are not theirs yet."""

    def __init__(self, traffic: Traffic) -> None:
        self._traffic = traffic
        self._random = Random(SEED)
        self._waiting: list[bytes] = []  # a sample that had no room

    def datagram(self, number: int, most: int) -> bytes:
        """Datagram *number*."""
        samples = self._waiting
        if number % COUNTERS_EVERY == 0:
            samples = [self.counters(number // COUNTERS_EVERY % PORTS + 1), *samples]
        lengths = list(accumulate(map(len, samples), initial=FIRST_SAMPLE))
        while len(samples) <= most and lengths[-1] <= LONGEST:
            samples.append(self.flow(int(PORTS * self._random.random() ** 2) + 1))
            lengths.append(lengths[-1] + len(samples[-1]))
        self._waiting = samples[-1:]
        return _datagram(samples[:-1])

    def flow(self, port: int) -> bytes:
        """A flow sample of a frame that comes in at *port*."""
        random = self._random
        values = self._traffic.flow()
        frame, length = self._frame(values)
        vlan = int(values[58])
        header = builder.sampled_header(frame[:SAMPLED], frame_length=length, stripped=FCS)
        switch = builder.record(0, 1001, builder.words(vlan, 0, random.choice((vlan, vlan, 40)), 0))
        body = builder.flow_sample(
            [header, switch],
            source_id=(0, port),
            sampling_rate=1024 if port <= PORTS // 2 else 2048,
            drops=port % 3,
            input=port,
            output=random.choice((TRUNK, TRUNK, random.randrange(1, PORTS + 1))),
        )
        return builder.sample(0, 1, body)

    def counters(self, port: int) -> bytes:
        """A counters sample of *port*."""
        bits = self._random.getrandbits
        interface = builder.words(port, 6) + builder.u64(10**10) + builder.words(1, 3)
        for _ in "in", "out":
            interface += builder.u64(bits(44)) + builder.words(bits(32), bits(20), bits(20), bits(8), 0, 0)
        ethernet = builder.words(0, bits(4), *([0] * 11))
        return builder.sample(
            0,
            2,
            builder.counters_sample(
                [builder.record(0, 1, interface), builder.record(0, 2, ethernet)], source_id=(0, port)
            ),
        )

    def _frame(self, values: Values) -> tuple[bytes, int]:
        """A frame without its check sequence, and the frame's length with it."""
        random = self._random
        tcp = values[4] == 6
        space = random.choice((12, 12, 500, 1400, 1400, 1448, 1448, 1448))  # behind ports and all that TCP needs
        ports = _octets((values[7], 2), (values[11], 2))
        if tcp:
            control = int(values[6]) if space > 12 else 0x10
            fixed = _octets((random.getrandbits(32), 4), (random.getrandbits(32), 4), (8 << 12 | control, 2), (512, 2))
            payload = ports + fixed + random.randbytes(4 + space)
        else:
            payload = ports + _octets((20 + space, 2), (random.getrandbits(16), 2)) + random.randbytes(12 + space)
        if random.random() < IPV6:
            kind, packet = 0x86DD, _ipv6(values, payload)
        else:
            kind, packet = 0x0800, _ipv4(values, payload, random.getrandbits(16))
        frame = _octets((values[80], 6), (values[56], 6))
        if random.random() < TAGGED:
            frame += _octets((0x8100, 2), (random.choice((0, 0, 5)) << 13 | int(values[58]), 2))
        frame = (frame + _octets((kind, 2)) + packet).ljust(SHORTEST_FRAME - FCS, b"\0")
        return frame, len(frame) + FCS


def _octets(*numbers: tuple[int | bytes, int]) -> bytes:
    """Numbers of these lengths, one behind the other."""
    return b"".join(int(number).to_bytes(length, "big") for number, length in numbers)


def _ipv4(values: Values, payload: bytes, identification: int) -> bytes:
    head = ((0x45, 1), (values[5], 1), (20 + len(payload), 2), (identification, 2), (0x4000, 2), (values[89], 1))
    return _octets(*head, (values[4], 1), (0, 2), (values[8], 4), (values[12], 4)) + payload


def _ipv6(values: Values, payload: bytes) -> bytes:
    word = 6 << 28 | int(values[5]) << 20
    head = ((word, 4), (len(payload), 2), (values[4], 1), (values[89], 1), (values[27], 16), (values[28], 16))
    return _octets(*head) + payload
