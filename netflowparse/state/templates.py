"""Templates in force: what defined them, when, and how long they hold.  RFC 7011 §8, RFC 3954 §7 and §9.

No clock is read: times are what the caller gives (export time, or its own ``now``), ages those of the domain's clock.
What records look like is not known here; protocols hang the reader of a template's records on it.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from ..template import VARIABLE_LENGTH, FieldSpecifier, Template
from ..types import EventName
from ..types.words import WITH_TEMPLATES
from .repetition import Repetition
from .snapshot.values import LARGEST_COUNT, LARGEST_WORD, Value, dump_time

STREAMS = frozenset({"tcp", "sctp", "file"})  # transports on which withdrawals are obeyed; RFC 7011 §8.1, §8.4
CONNECTIONS = frozenset({"tcp", "sctp"})  # on which another definition needs a withdrawal; RFC 7011 §8.1, RFC 5655 §7.1

FOREIGN = bytes(4)  # stands before the octets of a definition that says something else where it belongs
FORMERS = 4  # definitions before the one in force whose lengths are remembered

DATA_SETS = range(256, 1 << 16)  # ids; RFC 7011 §3.3.2, RFC 3954 §5.2
MOST_FIELDS = 16_383  # in 65535 octets, 4 for each
LARGEST_RECORD = MOST_FIELDS * VARIABLE_LENGTH


class KnownTemplate(Repetition):
    """A template in force: its definition, the octets that defined it, and when it was learned and last repeated.

    ``minimum_length`` are the octets of its shortest record: one for each variable length, and the fixed ones;
    ``fixed_length`` those of each record, None where a field's length is variable.
    """

    __slots__ = (
        "definition",
        "described",
        "edition",
        "fixed_length",
        "formers",
        "learned",
        "minimum_length",
        "refreshed",
        "shape",
        "suspicious",
        "template",
    )

    def __init__(self, template: Template, definition: bytes, learned: int, refreshed: int, seconds: int = 0) -> None:
        super().__init__(seconds)
        self.template = template
        self.definition = definition
        self.learned = learned
        self.refreshed = refreshed
        lengths = [each.length for each in template.fields]
        variable = lengths.count(VARIABLE_LENGTH)
        self.minimum_length = sum(lengths) - variable * (VARIABLE_LENGTH - 1)
        self.fixed_length = None if variable else self.minimum_length
        self.formers: tuple[int, ...] = ()  # record lengths of the definitions that it replaced
        self.suspicious = 0  # sets in a row that cannot have come from it
        self.shape: Any = None  # the reader of its records, hung here by the protocol;
        self.described: Any = None  # and so the names that messages give its fields,
        self.edition: object = None  # and which elements the exporter had described when the reader was hung here

    def __getstate__(self) -> dict[str, Any]:
        state = {name: getattr(self, name) for name in (*Repetition.__slots__, *self.__slots__)}
        return {**state, "shape": None, "described": None, "edition": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        for name, value in state.items():
            setattr(self, name, value)

    @property
    def is_options(self) -> bool:
        """Whether it is an options template."""
        return self.template.scope_count is not None

    def refresh(self, time: int, seconds: int) -> None:
        """Note that the template was repeated."""
        self.repeat(seconds)
        self.refreshed = time

    def follow(self, former: KnownTemplate) -> None:
        """Note the definition that this one replaces."""
        length = former.fixed_length
        lengths = former.formers if length is None else (length, *former.formers)
        self.formers = tuple(dict.fromkeys(lengths))[:FORMERS]

    def dump(self) -> dict[str, Any]:
        """Plain JSON values, for ``load``."""
        template = self.template
        return {
            "protocol": template.protocol,
            "template_id": template.template_id,
            "scope_count": template.scope_count,
            "fields": [list(field) for field in template.fields],
            "definition": self.definition.hex(),
            "learned": dump_time(self.learned),
            "refreshed": dump_time(self.refreshed),
            "seconds": self.seconds,
            "interval": self.interval,
            "formers": list(self.formers),
            "suspicious": self.suspicious,
        }

    @classmethod
    def load(cls, dumped: Value, seconds: int) -> KnownTemplate:
        """The template that was dumped when its domain's clock had *seconds*; SnapshotError if none was."""
        names = ("protocol", "template_id", "scope_count", "fields", "definition", "learned", "refreshed", "seconds")
        protocol, number, scope, fields, definition, learned, refreshed, repeated, *others = dumped.parts(
            *names, "interval", "formers", "suspicious"
        )
        template_id = number.whole(DATA_SETS.stop - 1, DATA_SETS.start)
        specifiers = tuple(_load_field(each) for each in fields.items(MOST_FIELDS))
        if not specifiers:
            raise fields.refuse("at least one field")
        scope_count = None if scope.absent else scope.whole(len(specifiers))
        head = len(FOREIGN)
        octets = definition.octets(head + 6 + 8 * len(specifiers), 4 + 4 * len(specifiers))
        if int.from_bytes(octets.removeprefix(FOREIGN)[:2], "big") != template_id:
            raise definition.refuse(f"octets that begin with the template's id, {template_id}")
        template = Template(protocol.one_of(WITH_TEMPLATES), template_id, scope_count, specifiers)
        known = cls(template, octets, learned.time(), refreshed.time(), repeated.whole(seconds))
        interval, formers, suspicious = others
        known.interval = interval.whole(seconds)
        known.formers = tuple(formers.wholes(LARGEST_RECORD))
        if len(known.formers) > FORMERS:
            raise formers.refuse(f"at most {FORMERS}")
        known.suspicious = suspicious.whole(LARGEST_COUNT)
        return known


def _load_field(dumped: Value) -> FieldSpecifier:
    field = dumped.value
    if type(field) is list and len(field) == 3 and all(type(each) is int for each in field):
        enterprise, element, length = field
        if 0 <= enterprise <= LARGEST_WORD and 0 <= element <= VARIABLE_LENGTH and 0 <= length <= VARIABLE_LENGTH:
            return FieldSpecifier(enterprise, element, length)
    raise dumped.refuse("[enterprise, id, length] of 32, 16 and 16 bits")


class Learned(NamedTuple):
    """What became of a definition: its event, the limit that forbids it, what is in force now and what was before."""

    event: EventName
    limit: str = ""
    known: KnownTemplate | None = None
    former: KnownTemplate | None = None
