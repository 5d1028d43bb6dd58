"""How a datagram gets its tree: decoded on trial, watched, and made into nodes by the declarations that read it.

What is remembered is read and never changed: the trial works on a store of which nothing stays, and makes shapes of
records in a cache of its own.  What the exporter has said about itself is not asked, so that problems of that are not
told.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import replace

from ..codec.shapes import ShapeCache
from ..errors import PROPERTIES_CHANGED, DecodeError
from ..protocols.assembly import Assembly
from ..protocols.clocks import clock_of
from ..protocols.context import Context
from ..protocols.datasets import read_records
from ..protocols.formats import format_of
from ..protocols.strict import Format
from ..protocols.time_problems import report_unknown_times
from ..protocols.trace import FixedTrace, SetTrace, SflowTrace, Trace
from ..protocols.waiting import complete_lists
from ..state.domains import Domain
from ..state.timeline import HistoricDomain
from ..state.trial import TrialStore
from ..types import Message, Problem
from ..wire.sets import FIRST_DATA_SET
from .explanation import Explanation
from .fixed import fixed_tree
from .node import Node
from .packets import Packets
from .records import Templates
from .refused import problem_of, refused_tree
from .sets import SetTree
from .sflow import SflowTree
from .sheet import Sheet


class _Store(TrialStore):
    """Makes domains for a trial, and has the last one at hand."""

    last: Domain | None = None

    def domain(self, exporter: Hashable, protocol: str, number: Hashable) -> Domain:
        """The observation domain *number* of *exporter*."""
        self.last = super().domain(exporter, protocol, number)
        return self.last


class Explainer:
    """Explains the datagrams of one decoder, whose *context* it reads."""

    def __init__(self, context: Context) -> None:
        self._store = _Store(context.store)
        self._live_shapes = context.shapes
        shapes = ShapeCache(context.engine, context.registry, context.limits)
        self._context = replace(context, store=self._store, shapes=shapes, resolves=False, observe=self._observe)
        self._formats: dict[Callable[[Context], Format], Format] = {}
        self._packets = Packets(context.engine, context.limits)
        self._seen: tuple[Trace, Message] | None = None

    def explain(self, octets: bytes, exporter: Hashable, now: int | None, transport: str) -> Explanation:
        """The tree of a datagram, whatever is wrong with it."""
        self._seen, self._store.last = None, None
        self._live_shapes.follow_registry()  # as decoding would: the templates on trial have these
        try:
            make = format_of(octets)
            if make not in self._formats:
                self._formats[make] = make(self._context)
            self._formats[make].decode(octets, exporter, now, transport)
        except DecodeError as error:
            return self._refused(octets, error)
        try:
            return self._explained(octets, transport)
        finally:
            self._seen, self._store.last = None, None
            self._store.clear()

    def _observe(self, trace: Trace, message: Message) -> None:
        self._seen = trace, message

    def _refused(self, octets: bytes, error: DecodeError) -> Explanation:
        problem = problem_of(error)
        sheet = self._sheet(octets, [problem])
        return Explanation(_root(sheet, error.protocol or "datagram", refused_tree(sheet)), [problem])

    def _sheet(self, octets: bytes, problems: list[Problem]) -> Sheet:
        return Sheet(octets, problems, self._context.engine.octet_values)

    def _explained(self, octets: bytes, transport: str) -> Explanation:
        assert self._seen is not None
        assert self._store.last is not None
        (trace, message), domain = self._seen, self._store.last
        if isinstance(trace, SetTrace) and isinstance(domain, HistoricDomain):
            self._read_by_history(trace, message, domain, transport)
        problems = [each for each in message["problems"] if each["code"] != PROPERTIES_CHANGED]
        sheet = self._sheet(octets, problems)
        return Explanation(_root(sheet, message["protocol"], self._parts(sheet, trace, message, domain)), problems)

    def _parts(self, sheet: Sheet, trace: Trace, message: Message, domain: Domain) -> list[Node]:
        context = self._context
        if isinstance(trace, FixedTrace):
            return fixed_tree(sheet, trace)
        if isinstance(trace, SflowTrace):
            return SflowTree(sheet, context.limits, self._packets, domain.exporter.rules.on).nodes(trace)
        templates = Templates(context.registry, domain.exporter)
        return SetTree(sheet, message, templates, trace).nodes()

    def _read_by_history(self, trace: SetTrace, message: Message, domain: HistoricDomain, transport: str) -> None:
        """Read the data that would wait for what may come before it, by the templates in force as far as is known."""
        header, exporter = message["header"], message["exporter"]
        clock, time = clock_of(header, domain.exporter.rules.on), header["exportTime"]  # when facts were said: not told
        work = Assembly(self._context, trace.octets, domain, exporter, header, time, transport, clock)
        work.stopped_clock = header.get("sysUpTime") == 0
        work.place, work.historic, work.trace = domain.here, True, trace
        for set_id, start, stop, _ in trace.sets:
            if set_id >= FIRST_DATA_SET and start not in trace.data:
                known = domain.history.at(set_id, domain.here.at(start))
                if known is not None:
                    read_records(work, known, set_id, start, stop)
        if work.lacks is not None:
            complete_lists(work)
        report_unknown_times(work.untimed, work.problems)
        message["flows"] += work.flows
        message["options"] += work.options
        message["problems"] += work.problems.entries


def _root(sheet: Sheet, name: str, parts: list[Node]) -> Node:
    """The whole datagram; what it lacks at its end is told here."""
    root = sheet.group(name, 0, len(sheet.octets), parts)
    return root._replace(problems=(*root.problems, *sheet.behind()))
