"""What one NetFlow v9 or IPFIX datagram has given so far, while its sets are read one by one in wire order."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, TypeAlias

from ..codec.display import Clock
from ..errors import LIMIT
from ..state.domains import Domain
from ..state.facts import PROPERTIES
from ..state.knowledge import NOTHING
from ..state.pending import HeldMessage, HeldSet
from ..state.properties import Properties
from ..state.sightings import Place
from ..state.templates import KnownTemplate
from ..types import Flow, Header, Message, Sequence, TemplateEvent
from .common_properties import report_references
from .context import Context
from .message import message
from .mib import add_mib_objects
from .problems import Problems
from .resolve import resolve
from .time_problems import report_unknown_times
from .trace import SetTrace

#: a data set: the template and the keys of its fields that it was read by, and its flows
Segment: TypeAlias = "tuple[KnownTemplate, tuple[str, ...], list[Flow]]"

if TYPE_CHECKING:
    from .lists import Lack
    from .plain_sets import Done


class Holding:
    """The sets of the datagram that wait, or have waited, for their templates."""

    def __init__(self, work: Assembly) -> None:
        self.message = work.held_message()
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
    lifetime: int | str | None = None  # of templates, and common properties, that are not repeated
    outlived: dict[int, int] | None = None  # templates that have outlived that: s since they were repeated, by id
    holding: Holding | None = None
    segments: list[Segment] | None = None  # the sets that are to be resolved
    again = False  # whether its records have come out before: what was learned and told of them is not told again
    lacks: list[Lack] | None = None  # what lists have of templates that are not known
    #: by id of a template that lists lack: empty, until it is known behind them (its definition) or withdrawn (None)
    fates: dict[int, list[KnownTemplate | None]] | None = None
    completing: list[HeldMessage] | None = None  # of sets that wait for those
    inner: dict[int, KnownTemplate] | None = None  # the definitions that lists are read by, whatever is in force
    late: list[Message] | None = None
    untimed = 0  # records whose absolute times cannot be told
    shaped = 0  # fields of the shapes that it has asked for,
    begun = 0  # and of those that it has read the first records by
    done: Done | None = None  # data sets that are read already
    waited = False  # whether all that is in it has waited for templates
    complete = True  # whether every data set could be counted
    trace: SetTrace | None = None  # how it is read, where someone observes that

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

    def held_message(self) -> HeldMessage:
        """What sets of the datagram need to be read later."""
        message = HeldMessage(
            self.exporter,
            self.header.copy(),  # the caller may do with the message what it likes
            time=self.time,
            transport=self.transport,
            clock=self.clock,
            stopped_clock=self.stopped_clock,
        )
        message.place = self.place
        return message

    def in_force(self, known: KnownTemplate) -> bool:
        """Whether a template has not outlived its lifetime; one that has is forgotten."""
        domain, template_id = self.domain, known.template.template_id
        if self.lifetime is None or not known.outlived(self.lifetime, domain.clock.seconds):
            return True
        domain.drop(template_id)
        domain.counts.templates_expired += 1
        if self.outlived is None:
            self.outlived = {}
        self.outlived[template_id] = domain.clock.seconds - known.seconds
        return False

    def lack(self, lack: Lack) -> None:
        """Note records in a list whose template is not known: it may come yet."""
        if self.lacks is None:
            self.lacks = []
        self.lacks.append(lack)

    def fate(self, template_id: int) -> list[KnownTemplate | None]:
        """What becomes first of a template that is not known here, once that is decided."""
        if self.fates is None:
            self.fates = {}
        return self.fates.setdefault(template_id, [])

    def decide(self, template_id: int, known: KnownTemplate | None) -> None:
        """Note that a template was learned, or withdrawn (None), for lists before that lack it."""
        fate = None if self.fates is None else self.fates.pop(template_id, None)
        if fate is not None:
            fate.append(known)

    def to_resolve(self, known: KnownTemplate, names: tuple[str, ...], flows: list[Flow]) -> None:
        """Let the flows of a set, whose fields have the keys *names*, gain what is known of them once all is read."""
        if self.segments is None:
            self.segments = []
        self.segments.append((known, names, flows))

    def quirk(self, name: str) -> None:
        """Note that the quirk rule *name* was applied."""
        if name not in self.quirks:
            self.quirks.append(name)

    def _resolve(self, segments: list[Segment]) -> None:
        domain = self.domain
        properties = Properties(
            NOTHING if domain.knowledge is None else domain.knowledge.table(PROPERTIES),
            self,
            lifetime=self.lifetime,
            seconds=domain.clock.seconds,
        )
        for known, names, flows in segments:
            template_id = known.template.template_id
            applied = resolve(
                flows,
                template_id,
                domain.knowledge,
                domain.exporter.settings,
                export_time=self.header["exportTime"],
                rules=self.rules,
                properties=properties,
            )
            for name in applied:
                self.quirk(name)
            # What is said of fields is said of those in force.
            mib_fields = NOTHING if domain.knowledge is None else domain.knowledge.mib_fields(template_id)
            if mib_fields and domain.templates.get(template_id) is known:
                add_mib_objects(flows, names, mib_fields, self)
        report_references(self.problems, properties)
        if self.values_left < 0:
            message = f"more than {self.context.limits.values} values: not all that flows could gain is given"
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
