"""How a datagram was read, part by part: for its exact copy (``keep_octets``), and for ``explain``.

Kept only where a context has an observer.  Offsets count from the datagram's start.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from ..codec.layout import Layout
from ..codec.record import Learned
from ..registry import Element
from ..state.templates import KnownTemplate
from ..types import Message


class DataSet(NamedTuple):
    """A data set whose content stands from ``start`` to ``end``, its ``records`` (how many) from ``start`` to ``stop``.

    ``inner`` are the templates that its lists were read by, by their ids; ``learned`` is what its exporter had said of
    elements.
    """

    known: KnownTemplate
    layout: Layout
    start: int
    stop: int
    end: int
    records: int
    inner: dict[int, KnownTemplate]
    learned: Learned = ()


class ListRecords(NamedTuple):
    """What the records of a list were read by."""

    known: KnownTemplate
    layout: Layout
    learned: Learned


class SetTrace:
    """The reading of a NetFlow v9 or IPFIX datagram."""

    def __init__(self, octets: bytes, header: Layout) -> None:
        self.octets = octets
        self.header = header
        #: set id, start and end of the content, and how many of the message's ``templates`` came before it
        self.sets: list[tuple[int, int, int, int]] = []
        #: where each stands, and how many of the message's ``templates`` there are with it
        self.template_records: list[tuple[int, int, int]] = []
        self.data: dict[int, DataSet] = {}  # by the start of the content; others were not read
        self.lists: dict[int, ListRecords] = {}  # by the start of their records
        self.items: dict[int, tuple[Element, Layout]] = {}  # of basicLists, by the start of their values


class FixedTrace(NamedTuple):
    """The reading of a datagram of a fixed version: ``records`` of them stand from ``start`` to ``stop``."""

    octets: bytes
    header: Layout
    layout: Layout | None  # None: it is not known
    start: int
    stop: int


class Sample(NamedTuple):
    """A sample of sFlow: its head at ``start``, its body behind that, its records up to ``stop``, its body to ``end``.

    ``key`` is where its dict is in the message: ``flows``, ``counters`` or ``unknown_samples``; "" where it has none.
    """

    key: str
    start: int
    stop: int
    end: int


class SflowTrace:
    """The reading of an sFlow datagram."""

    def __init__(self, octets: bytes, header: Layout) -> None:
        self.octets = octets
        self.header = header
        self.samples: list[Sample] = []


Trace: TypeAlias = SetTrace | FixedTrace | SflowTrace
Observer: TypeAlias = Callable[[Trace, Message], None]
