"""What a piece of work costs, counted so that it comes out the same each time.

* steps: lines of Python that are run, in every frame, generated code included; a loop takes one at least each time
  round.  Calls of C functions stand in lines, so that they need no counting of their own.
* copied: octets cut out of a datagram, and out of what was cut out of it, even where that is one step.
* values: leaves of a message's records, of late messages as well; ``leaves`` are those of all that is in it.
* peak: octets of memory that are allocated at the same time, and were not before; counted on its own, for to count
  takes memory.

What C does inside one step is seen where it copies octets or takes memory: not the length of a search in octets
(``streams`` counts those of a stream), and not that of building a text; but no text is longer than the memory it takes.
"""

from __future__ import annotations

import gc
import sys
import tracemalloc
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from types import FrameType
from typing import Any, NamedTuple
from unittest import mock

from netflowparse import DecodeError, Decoder

RECORDS = ("flows", "options", "counters", "unknown_samples")
#: as it is while no test has put something before it, which would be counted as well
DECODE = Decoder.decode


class Datagram(NamedTuple):
    """One datagram, whose it is and what it came by."""

    octets: bytes
    exporter: Any = "r1"
    transport: str = "udp"


class Cost(NamedTuple):
    """What some datagrams cost together; values, leaves and peak are what a single one of them has at most.

    ``total`` counts the values of all.
    """

    octets: int
    steps: int
    copied: int
    total: int
    values: int
    leaves: int
    peak: int


class CountedOctets(bytes):
    """Octets that count what is cut out of them."""

    copied = 0

    def __getitem__(self, key: Any) -> Any:
        found = super().__getitem__(key)
        if isinstance(found, int):
            return found
        CountedOctets.copied += len(found)
        return CountedOctets(found)


@contextmanager
def counted_steps() -> Iterator[list[int]]:
    """How many steps what is inside takes: the one number of the list, once it is over."""
    steps, count = [0], 0

    def trace(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal count
        if event == "line":
            count += 1
        return trace

    before = sys.gettrace()  # coverage has one
    gc.disable()  # finalizers take steps that are not the work's
    sys.settrace(trace)
    try:
        yield steps
    finally:
        sys.settrace(before)
        gc.enable()
        steps[0] = count


@contextmanager
def traced_memory() -> Iterator[None]:
    """What is inside has its memory counted."""
    traced = tracemalloc.is_tracing()
    gc.collect()
    if not traced:
        tracemalloc.start()
    try:
        yield
    finally:
        if not traced:
            tracemalloc.stop()


def peak_of(work: Callable[[], Any]) -> int:
    """The most octets of ``traced_memory`` that *work*, and what it returns, has at a time beyond those before it."""
    tracemalloc.reset_peak()
    before, _ = tracemalloc.get_traced_memory()
    work()
    return tracemalloc.get_traced_memory()[1] - before


def leaves(value: Any) -> int:
    """The values in *value* that hold no others; empty dicts and lists are such too."""
    count, todo = 0, [value]
    while todo:
        each = todo.pop()
        if isinstance(each, dict) and each:
            todo.extend(each.values())
        elif isinstance(each, list) and each:
            todo.extend(each)
        else:
            count += 1
    return count


def record_leaves(message: Any) -> int:
    """The values in the records of a *message*, late ones included."""
    own = sum(leaves(message[key]) for key in RECORDS if message.get(key))
    return own + sum(record_leaves(late) for late in message["late"])


def decoded(decoder: Decoder, datagram: Datagram) -> Any:
    """The message of a datagram, None where it has none."""
    try:
        return DECODE(decoder, datagram.octets, datagram.exporter, transport=datagram.transport)  # type: ignore[arg-type]
    except DecodeError:
        return None


def decode_all(decoder: Decoder, datagrams: Iterable[Datagram]) -> list[Any]:
    """The messages of *datagrams*, as far as they have one."""
    messages = (decoded(decoder, datagram) for datagram in datagrams)
    return [message for message in messages if message is not None]


def cost_of(make: Callable[[], Decoder], datagrams: list[Datagram]) -> Cost:
    """What *datagrams* cost a decoder that *make* gives, in three runs: steps, then copies and values, then memory."""
    decoder = make()
    with counted_steps() as steps:
        for datagram in datagrams:
            decoded(decoder, datagram)
    CountedOctets.copied = 0
    decoder = make()
    with mock.patch("netflowparse.decoder.octets_of", lambda octets, name="": octets):
        messages = decode_all(decoder, [each._replace(octets=CountedOctets(each.octets)) for each in datagrams])
    copied, decoder = CountedOctets.copied, make()
    with traced_memory():
        most = max(peak_of(partial(decoded, decoder, datagram)) for datagram in datagrams)
    return Cost(
        sum(len(each.octets) for each in datagrams),
        steps[0],
        copied,
        sum(map(record_leaves, messages)),
        max(map(record_leaves, messages), default=0),
        max(map(leaves, messages), default=0),
        most,
    )


def is_linear(small: tuple[int, int], large: tuple[int, int], *, tolerance: float, constant: int) -> bool:
    """Whether work has grown as its octets: both are (octets, work), the larger about twice the smaller.

    What does not grow at all only helps.  Work of which a share *s* is quadratic at the smaller size grows by 2 + 2 *s*
    at twice the size: a tolerance of a tenth finds a share of a tenth.
    """
    return large[1] <= tolerance * small[1] * large[0] / small[0] + constant
