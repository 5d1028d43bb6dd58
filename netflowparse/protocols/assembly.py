"""What one NetFlow v9 or IPFIX datagram has given so far, while its sets are read one by one in wire order."""

from __future__ import annotations

from collections.abc import Hashable

from ..codec.display import Clock
from ..errors import LIMIT
from ..state.domains import Domain
from ..state.pending import HeldMessage, HeldSet
from ..state.sightings import Place
from ..types import Flow, Header, Message, Sequence, TemplateEvent
from .context import Context
from .message import message
from .problems import Problems
from .resolve import resolve
from .times import report_unknown_times


class Holding:
    """The sets of the datagram that wait, or have waited, for their templates."""

    def __init__(self, work: Assembly) -> None:
        self.message = HeldMessage(
            work.exporter,
            dict(work.header),  # a copy: the caller may do with the message what it likes
            time=work.time,
            transport=work.transport,
            clock=work.clock,
            stopped_clock=work.stopped_clock,
        )
        self.message.place = work.place
        #: each with the numbers of flows and options before it
        self.sets: list[tuple[HeldSet, int, int]] = []
        self.pushed_out: list[HeldSet] = []  # sets, of any datagram, that made room for them,
        self.limit = ""  # and the limit that asked for it


class Assembly:
    """Collects the parts of a message while the sets of its datagram are read.  Times are s since 1970."""

    # Of few datagrams are these changed: what an instance does not set costs it nothing.
    stopped_clock = False  # whether the header's sysUpTime is 0
    historic = False  # whether data is read by its export time,
    place: Place | None = None  # and where the message stands then
    lifetime: int | str | None = None  # of templates that are not repeated
    outlived: dict[int, int] | None = None  # templates that have outlived that: s since they were repeated, by id
    holding: Holding | None = None
    segments: list[tuple[int, list[Flow]]] | None = None  # template id and flows of each set that is to be resolved
    late: list[Message] | None = None
    untimed = 0  # records whose absolute times cannot be told
    complete = True  # whether every data set could be counted

    def __init__(
        self,
        context: Context,
        octets: bytes,
        domain: Domain,
        exporter: Hashable,
        header: Header,
        time: int,
        transport: str,
        clock: Clock | None,
    ) -> None:
        self.context = context
        self.octets = octets
        self.domain = domain
        self.exporter = exporter  # as the caller passed it
        self.header = header
        self.time = time
        self.transport = transport
        self.clock = clock
        self.flows: list[Flow] = []
        self.options: list[Flow] = []
        self.templates: list[TemplateEvent] = []
        self.quirks: list[str] = []
        self.problems = Problems(context.limits)
        self.values_left = context.limits.values

    @property
    def rules(self) -> frozenset[str]:
        """The rules for peculiarities that hold for the exporter."""
        return self.domain.exporter.rules.on

    def to_resolve(self, template_id: int, flows: list[Flow]) -> None:
        """Let the flows of a set gain, once all sets are read, what is known of them."""
        if self.segments is None:
            self.segments = []
        self.segments.append((template_id, flows))

    def quirk(self, name: str) -> None:
        """Note that the quirk rule *name* was applied."""
        if name not in self.quirks:
            self.quirks.append(name)

    def _resolve(self, segments: list[tuple[int, list[Flow]]]) -> None:
        domain = self.domain
        for template_id, flows in segments:
            applied = resolve(
                flows,
                template_id,
                domain.knowledge,
                domain.exporter.settings,
                export_time=self.header["exportTime"],
                rules=self.rules,
                budget=self,
            )
            for name in applied:
                self.quirk(name)
        if self.values_left < 0:
            message = f"more than {self.context.limits.values} values: not all common properties are given"
            self.problems.add(LIMIT, message, 0, limit="values")

    def note_quirks(self, names: tuple[str, ...]) -> None:
        """Note that quirk rules were applied."""
        for name in names:
            self.quirk(name)

    def message(self, sequence: Sequence) -> Message:
        """The message of the datagram, once all its sets are read."""
        if self.untimed:
            report_unknown_times(self.untimed, self.problems)
        if self.segments:
            self._resolve(self.segments)
        return message(
            self.domain.key[0],
            self.exporter,
            self.header,
            flows=self.flows,
            options=self.options,
            templates=self.templates,
            sequence=sequence,
            problems=self.problems.entries,
            quirks=self.quirks,
            late=self.late,
        )
