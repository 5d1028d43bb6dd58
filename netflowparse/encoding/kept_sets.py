"""Exact copies of NetFlow v9 and IPFIX datagrams: what ``keep_octets`` keeps of them, and how it is used.

The framing (which sets, by which templates their records are read, what stands behind these), and patches where a value
or a template record was not written canonically.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..codec.record import elements_of
from ..codec.spans import spans
from ..errors import EncodeError
from ..protocols.definitions import describe
from ..protocols.trace import DataSet, SetTrace
from ..registry import Registry
from ..state.templates import KnownTemplate
from ..template import Template
from ..types import FieldPatch, KeptSet, Message
from ..wire.sets import SetHeader
from .checked import Path, expect_dict
from .datagrams import HEAD, OpenSet
from .definitions import Definitions
from .kept_fixed import split
from .kept_form import KEPT, WRONG, check_count, check_sets
from .patches import by_record, field_patches, patch, patched, patched_fields
from .sets import (
    SMALLEST_TEMPLATE,
    WITHDRAWALS,
    definitions_for,
    event_of,
    header_fields,
    header_of,
    withdrawal_of,
)
from .templates import Definition, definition_octets, definition_of

LARGEST = 0xFFFF  # octets of a set


def keep_sets(trace: SetTrace, message: Message, registry: Registry) -> None:
    """Add to *message* what its canonical form loses of the datagram that it was read from."""
    keeper = _Keeper(trace, message, registry)
    octets, header = trace.octets, message["header"]
    ends = [end for _, _, end, _ in trace.sets]
    tail = octets[ends[-1] if ends else trace.header.minimum_length :]
    sets = keeper.sets()
    body = octets[trace.header.minimum_length :]
    fields = header_fields(message["protocol"], dict(header), body, _records_in(message))
    message["kept"] = {
        "header": field_patches(fields, split(trace.header.fields, octets, 0)),
        "templates": keeper.templates,
        "sets": sets,
        "tail": tail.hex(),
    }


def _records_in(message: Mapping[str, Any]) -> int:
    return sum(len(message.get(key, ())) for key in ("templates", "options", "flows"))


class _Keeper:
    """Describes the sets of one datagram, and the templates that they were read by."""

    def __init__(self, trace: SetTrace, message: Message, registry: Registry) -> None:
        self.templates: list[dict[str, Any]] = []
        self._places: dict[tuple[Template, tuple[str, ...]], int] = {}
        #: the same by the ``id`` of a template and of its keys, None: those that it has in lists; all outlive this
        self._seen: dict[tuple[int, int | None], int] = {}
        self._trace = trace
        self._message = message
        self._registry = registry
        self._definitions = definitions_for(message, message["header"], registry, long_lengths=False)
        self._described = _Described(self.templates, self._definitions, registry)
        self._used = {"flows": 0, "options": 0}

    def sets(self) -> list[KeptSet]:
        """All sets, in wire order."""
        trace, made = self._trace, list[KeptSet]()
        counts = [*(before for _, _, _, before in trace.sets), len(self._message["templates"])]
        for number, (set_id, start, end, _) in enumerate(trace.sets):
            data, events = trace.data.get(start), counts[number : number + 2]
            if data is not None:
                part = self._data(data)
            elif events[0] != events[1]:
                part = self._template_set(events[0], events[1], trace.octets[start:end])
            else:
                part = KeptSet(octets=trace.octets[start:end].hex())
            length = SetHeader.parse(trace.octets[start - HEAD : start]).length
            if length != end - start + HEAD:
                part["length"] = length
            part["set_id"] = set_id
            made.append(part)
        return made

    def _template_set(self, first: int, last: int, original: bytes) -> KeptSet:
        events = zip(range(first, last), self._message["templates"][first:last], strict=True)
        try:
            canonical = template_set(events, self._message["protocol"], self._registry)
        except EncodeError:
            canonical = None
        kept, part = patch(canonical, original), KeptSet(templates=last - first)
        if kept is not None:
            part["content"] = kept
        return part

    def _data(self, data: DataSet) -> KeptSet:
        key = "flows" if data.known.template.scope_count is None else "options"
        first = self._used[key]
        self._used[key] += data.records
        template = self._place(data.known, data.layout.names)
        inner = [self._place(each) for each in data.inner.values()]
        part: KeptSet = {"template": template, "records": data.records}
        if inner:
            part["inner"] = inner
        definition = self._described.use(template, inner)
        patches, at, octets = list[FieldPatch](), data.start, self._trace.octets
        for number, record in enumerate(self._message[key][first : first + data.records]):  # type: ignore[literal-required]
            ends = [end for _, end in spans(data.layout.fields, octets, at, data.stop)]
            was = [octets[start:end] for start, end in zip([at, *ends], ends, strict=False)]
            at = ends[-1] if ends else at
            canonical = self._definitions.writer(definition, record).canonical(record)
            patches += field_patches(canonical, was, number)
        if patches:
            part["patches"] = patches
        if data.stop < data.end:
            part["rest"] = octets[data.stop : data.end].hex()
        return part

    def _place(self, known: KnownTemplate, names: tuple[str, ...] | None = None) -> int:
        """Where a template, whose fields have the keys *names*, stands among those that are kept: looked for once."""
        seen = id(known), None if names is None else id(names)
        if seen not in self._seen:
            self._seen[seen] = self._keep(known, names)
        return self._seen[seen]

    def _keep(self, known: KnownTemplate, names: Sequence[str] | None) -> int:
        template = known.template
        if names is None:
            layout = None if known.shape is None else known.shape.layout
            names = layout.names if layout else [each.key for each in elements_of(template, self._registry)]
        if (template, tuple(names)) in self._places:
            return self._places[template, tuple(names)]
        described: dict[str, Any] = {
            "template_id": template.template_id,
            "scope_count": template.scope_count,
            "fields": describe(template, names),
        }
        if template.protocol != self._message["protocol"]:
            described["protocol"] = template.protocol
        place = self._places[template, tuple(names)] = len(self.templates)
        self.templates.append(described)
        return place


def template_set(events: Iterable[tuple[int, Any]], protocol: str, registry: Registry) -> bytes | None:
    """The content of a set of the template records that *events* tell, None where they do not tell all of it.

    Each comes with its place in the message.
    """
    body = OpenSet(0, SMALLEST_TEMPLATE, None)
    for index, event in events:
        path: Path = ("templates", index)
        said = event_of(event, path)
        if said in WITHDRAWALS:
            body.body += withdrawal_of(event, path)[1]
        elif said == "rejected":
            return None
        else:
            definition = definition_of(event, protocol, registry, path, scopeless=True)
            body.body += definition_octets(definition, path)[1]
    return bytes(body.body) + bytes(body.padding)


class _Described:
    """The definitions that kept *templates* describe by their places, each made once; a set may have but few octets."""

    def __init__(self, templates: Sequence[Any], definitions: Definitions, registry: Registry) -> None:
        self._templates = templates
        self._definitions = definitions
        self._registry = registry
        self._made: dict[int, Definition] = {}

    def use(self, template: int, inner: Iterable[int]) -> Definition:
        """The definition that the records of a set are written by; those of its lists are put in force for them."""
        known = self._definitions.known
        for each in map(self._definition, inner):
            if known.get(each.template.template_id) is not each:
                self._definitions.add(each)
        return self._definition(template)

    def _definition(self, place: int) -> Definition:
        if place not in self._made:
            described, path = self._templates[place], (*KEPT, "templates", place)
            protocol = described.get("protocol", self._definitions.protocol)
            self._made[place] = definition_of(described, protocol, self._registry, path, scopeless=True)
        return self._made[place]


def copy_sets(message: Mapping[str, Any], registry: Registry) -> bytes:
    """The datagram that a *message* with ``kept`` was read from, but for what was changed."""
    kept, header = check_sets(message["kept"]), header_of(message)
    for key in ("flows", "options"):
        check_count(sum(each["records"] for each in kept["sets"] if _key_of(each, kept) == key), message, key)
    count = sum(each["templates"] for each in kept["sets"] if each.keys().isdisjoint(("octets", "template")))
    check_count(count, message, "templates")
    copy = _Copy(message, registry, header)
    sets = [copy.part(each, (*KEPT, "sets", index)) for index, each in enumerate(kept["sets"])]
    body = b"".join(sets) + bytes.fromhex(kept["tail"])
    return b"".join(header_fields(message["protocol"], header, body, _records_in(message), kept["header"])) + body


def _key_of(part: Mapping[str, Any], kept: Mapping[str, Any]) -> str:
    """Where the records of a set are in the message; "" of sets without."""
    if "template" not in part or "octets" in part:
        return ""
    return "flows" if kept["templates"][part["template"]].get("scope_count") is None else "options"


class _Copy:
    """Writes the sets of one datagram, one after the other."""

    def __init__(self, message: Mapping[str, Any], registry: Registry, header: Mapping[str, Any]) -> None:
        self._message = message
        self._kept = message["kept"]
        self._registry = registry
        self._definitions = definitions_for(message, header, registry, long_lengths=False)
        self._described = _Described(self._kept["templates"], self._definitions, registry)
        self._used = {"flows": 0, "options": 0, "templates": 0}

    def part(self, part: Mapping[str, Any], path: Path) -> bytes:
        """The octets of a set, its head before them."""
        if "octets" in part:
            content = bytes.fromhex(part["octets"])
        elif "template" in part:
            content = self._data(part) + bytes.fromhex(part.get("rest", ""))
        else:
            content = self._template_set(part, path)
        length = part.get("length", len(content) + HEAD)
        if length > LARGEST:
            raise EncodeError(f"a set of {length} octets: {WRONG}", path)
        head: bytes = SetHeader.build({"set_id": part["set_id"], "length": length})
        return head + content

    def _take(self, key: str, count: int) -> list[tuple[int, Any]]:
        """The next records of a list, with their places."""
        first = self._used[key]
        self._used[key] += count
        some = self._message.get(key, ())[first : first + count]
        return list(zip(range(first, first + count), some, strict=True))

    def _template_set(self, part: Mapping[str, Any], path: Path) -> bytes:
        events = self._take("templates", part["templates"])
        refused: EncodeError | None = None
        try:
            canonical = template_set(events, self._message["protocol"], self._registry)
        except EncodeError as error:
            canonical, refused = None, error
        octets = patched(canonical, part["content"]) if "content" in part else canonical
        if octets is None:
            raise refused or EncodeError(
                f"a template record that was rejected, and is no longer what it was: {WRONG}", path
            )
        return octets

    def _data(self, part: Mapping[str, Any]) -> bytes:
        definition = self._described.use(part["template"], part.get("inner", ()))
        patches = by_record(part.get("patches", ()))
        made, key = [], _key_of(part, self._kept)
        for number, (place, record) in enumerate(self._take(key, part["records"])):
            path: Path = (key, place)
            self._definitions.refuse_others(definition, expect_dict(record, path), path)
            writer = self._definitions.writer(definition, record)
            made += patched_fields(writer, record, patches.get(number, ()), path)
        return b"".join(made)
