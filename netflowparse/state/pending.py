"""Data sets that wait for their template.  RFC 7011 §8 and §9.3, RFC 3954 §9.

A set is held under its own message's header until the first definition learned after it makes it ready; then the
protocol reads it by that definition.  Each ends as exactly one of replayed, expired, evicted and failed, and until then
it is waiting.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

from ..types import Header, Sequence

if TYPE_CHECKING:
    from .domains import Domain
    from .templates import KnownTemplate

OVERHEAD = 512  # octets counted for what is kept beside a set's own
PINNED = 128  # octets counted for each field of a definition that sets keep, once for all of them


class HeldMessage:
    """What the sets of one message need to be read later; *clock* is the protocol's, *place* the history's."""

    __slots__ = ("clock", "completes", "exporter", "header", "place", "sequence", "stopped_clock", "time", "transport")

    def __init__(
        self, exporter: Hashable, header: Header, *, time: int, transport: str, clock: Any, stopped_clock: bool
    ) -> None:
        self.exporter = exporter  # as the caller passed it
        self.header = header
        self.time = time
        self.transport = transport
        self.clock = clock
        self.stopped_clock = stopped_clock
        self.place: Any = None
        self.sequence: Sequence | None = None  # what the message said, once that is known
        self.completes = False  # whether its records have come out before, without some of their lists


class HeldSet:
    """A data set that waits: its id, where its content stood in its datagram, and the content.

    ``awaits`` are the ids of the templates that it waits for: its own.  A set whose records have come out is read by
    ``outer``, its own template, and awaits all those that its lists lack; ``inner`` are the definitions that its lists
    have been read by, or that came first since then, and ``barred`` has the (id, kind) of those withdrawn.
    """

    __slots__ = (
        "awaits",
        "barred",
        "domain",
        "inner",
        "known",
        "message",
        "octets",
        "outer",
        "seconds",
        "set_id",
        "start",
        "withdrawn",
    )

    def __init__(self, domain: Domain, message: HeldMessage, set_id: int, start: int, octets: bytes) -> None:
        self.domain = domain
        self.message = message
        self.set_id = set_id
        self.awaits: tuple[int, ...] = (set_id,)
        self.outer: KnownTemplate | None = None
        self.inner: dict[int, KnownTemplate] = {}
        self.barred: set[tuple[int, bool]] = set()
        self.start = start
        self.octets = octets
        self.seconds = domain.clock.seconds  # when it was held
        self.withdrawn: frozenset[bool] = frozenset()  # kinds of templates withdrawn since; True: options
        self.known: KnownTemplate | None = None  # the definition that it is ready to be read by

    @property
    def definitions(self) -> tuple[KnownTemplate, ...]:
        """Those that it keeps, in force or not."""
        if self.outer is not None:
            return (self.outer, *self.inner.values())
        return () if self.known is None else (self.known,)

    @property
    def cost(self) -> int:
        """Octets that it counts for."""
        return len(self.octets) + OVERHEAD


class Waiting:
    """The held sets of one domain, oldest first; by template id those that wait, in order those that are ready."""

    __slots__ = ("_unmarked", "octets", "ready", "sets", "unready")

    def __init__(self) -> None:
        #: by kind of template (True: options) and template id those that no withdrawal of that kind has met
        self._unmarked: dict[bool, dict[int, dict[HeldSet, None]]] = {False: {}, True: {}}
        self.sets: OrderedDict[HeldSet, None] = OrderedDict()
        self.unready: dict[int, dict[HeldSet, None]] = {}
        self.ready: OrderedDict[HeldSet, None] = OrderedDict()
        self.octets = 0

    def add(self, held: HeldSet) -> None:
        """Let *held* wait for the template of its id."""
        self.sets[held] = None
        self.octets += held.cost
        for template_id in held.awaits:
            self.unready.setdefault(template_id, {})[held] = None
            for options, by_id in self._unmarked.items():
                if options not in held.withdrawn:
                    by_id.setdefault(template_id, {})[held] = None

    def found(self, held: HeldSet, known: KnownTemplate) -> None:
        """Note one of the templates that the lists of *held* lack; with the last of them it is ready."""
        template_id = known.template.template_id
        held.inner[template_id] = known
        self._stop_waiting(held, template_id)
        held.awaits = tuple(each for each in held.awaits if each != template_id)
        if not held.awaits:
            held.known = held.outer
            self.ready[held] = None

    def make_ready(self, held: HeldSet, known: KnownTemplate) -> None:
        """Let *held* be read by *known* as soon as there is time."""
        self._stop_waiting(held, held.set_id)
        held.known = known
        self.ready[held] = None

    def withdraw(self, template_id: int | None, *, options: bool) -> None:
        """Note a withdrawal: what waits for such a template is not to be read by a later one of that kind."""
        unmarked = self._unmarked[options]
        for each in list(unmarked) if template_id is None else [template_id]:
            for held in unmarked.pop(each, ()):
                if held.outer is None:
                    held.withdrawn |= {options}
                else:
                    held.barred.add((each, options))

    def remove(self, held: HeldSet) -> None:
        """Forget a set."""
        del self.sets[held]
        self.octets -= held.cost
        if held.known is None:
            for template_id in held.awaits:
                self._stop_waiting(held, template_id)
        else:
            del self.ready[held]

    def _stop_waiting(self, held: HeldSet, template_id: int) -> None:
        sets = self.unready[template_id]
        del sets[held]
        if not sets:
            del self.unready[template_id]
        for by_id in self._unmarked.values():
            unmarked = by_id.get(template_id)
            if unmarked is not None:
                unmarked.pop(held, None)
                if not unmarked:
                    del by_id[template_id]
