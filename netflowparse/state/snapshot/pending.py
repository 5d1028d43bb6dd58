"""The held sets of a snapshot: each with the header of its message, and with its definition where it is ready."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast, get_args

from ...types import Header, Sequence, SequenceEvent
from ...types.words import TRANSPORTS
from ..holder import Holder
from ..pending import HeldMessage, HeldSet
from ..sightings import Place
from ..templates import DATA_SETS, KnownTemplate
from .parts import DomainKey, ExporterPart, HeldPart
from .values import LARGEST_WORD, Value, dump_key, dump_time, load_key

HEAD = 4  # octets before the content of a set
LARGEST_DATAGRAM = 65_535  # octets
EVENTS = frozenset(get_args(SequenceEvent))
MESSAGE = ("domain", "exporter", "header", "time", "transport", "place", "sequence")
SET = ("message", "set_id", "start", "octets", "seconds", "withdrawn", "definition")
WORD = LARGEST_WORD
#: protocol -> its header: octets, the numbers in it and the largest they can be, and which one is the domain's
HEADERS = {
    "netflow9": (
        20,
        {
            "version": 9,
            "count": 65_535,
            "sysUpTime": WORD,
            "exportTime": WORD,
            "sequenceNumber": WORD,
            "sourceId": WORD,
        },
        "sourceId",
    ),
    "ipfix": (
        16,
        {"version": 10, "length": 65_535, "exportTime": WORD, "sequenceNumber": WORD, "observationDomainId": WORD},
        "observationDomainId",
    ),
}


def is_dumped(held: HeldSet) -> bool:
    """Whether a snapshot has room for a set: not for one far behind in a file that is read as one datagram.

    Nor for one whose records have come out, but for some of their lists.
    """
    return held.outer is None and held.start + len(held.octets) <= LARGEST_DATAGRAM


def dump_held(exporter: Holder, held: list[HeldSet], indexes: dict[int, dict[int, KnownTemplate]]) -> dict[str, Any]:
    """The sets that *exporter* holds, oldest first, their messages, and the orders in which each domain has them.

    What tells a message's absolute times is left out: its header says it.
    """
    numbers = {id(domain): number for number, domain in enumerate(exporter.domains.values())}
    definitions = {key: {each: at for at, each in enumerate(indexes[key])} for key in numbers}
    messages = {id(each.message): each for each in held}
    places = {key: at for at, key in enumerate(messages)}
    at = {each: number for number, each in enumerate(held)}
    domains = {id(each.domain): each.domain for each in held}
    return {
        "messages": [_dump_message(each.message, numbers[id(each.domain)]) for each in messages.values()],
        "sets": [
            {
                "message": places[id(each.message)],
                "set_id": each.set_id,
                "start": each.start,
                "octets": each.octets.hex(),
                "seconds": each.seconds,
                "withdrawn": sorted(each.withdrawn),
                "definition": None if each.known is None else definitions[id(each.domain)][id(each.known)],
            }
            for each in held
        ],
        "domains": [
            {
                "domain": numbers[key],
                "unready": [
                    number for number, sets in domain.waiting.unready.items() if any(each in at for each in sets)
                ],
                "ready": [at[each] for each in domain.waiting.ready if each in at],
                "unexamined": [at[each] for each in getattr(domain, "unexamined", ()) if each in at],
            }
            for key, domain in domains.items()
            if domain.waiting is not None
        ],
    }


def _dump_message(message: HeldMessage, domain: int) -> dict[str, Any]:
    place: Place | None = message.place
    return {
        "domain": domain,
        "exporter": dump_key(message.exporter),
        "header": dict(message.header),
        "time": dump_time(message.time),
        "transport": message.transport,
        "place": None if place is None else [place.time, place.number, place.data],
        "sequence": None if message.sequence is None else dict(message.sequence),
    }


class HeldReader:
    """Reads the held sets of one exporter into its part; *definitions* are those of its domains, by their index."""

    def __init__(self, exporter: ExporterPart, definitions: dict[DomainKey, list[KnownTemplate]]) -> None:
        self._exporter = exporter
        self._definitions = definitions
        self._domains = list(exporter.domains.values())

    def read(self, messages: Value, sets: Value, domains: Value) -> None:
        """Read them; SnapshotError for what is none, or does not fit together."""
        there = [self._message(each) for each in messages.items()]
        ends = dict.fromkeys(range(len(there)), 0)
        for each in sets.items():
            message, *rest = each.parts(*SET)
            number = message.whole(len(there) - 1)
            key, header = there[number]
            held = self._set(key, header, rest)
            if held.start - HEAD < (ends[number] or HEADERS[key[0]][0]):
                raise each.refuse("a set behind those before it in its message")
            ends[number] = held.start + len(held.octets)
            self._exporter.held.append(held)
            self._exporter.domains[key].held.append(held)
        if not all(ends.values()):
            raise messages.refuse("sets of each message")
        self._orders(domains)

    def _message(self, dumped: Value) -> tuple[DomainKey, HeldMessage]:
        number, exporter, header_value, time, transport, place, sequence = dumped.parts(*MESSAGE)
        domain = self._domains[number.whole(len(self._domains) - 1)]
        if domain.key[0] not in HEADERS:
            raise number.refuse("a domain that has templates")
        header = _load_header(header_value, domain.key)
        message = HeldMessage(
            load_key(exporter),
            header,
            time=time.time(),
            transport=transport.one_of(TRANSPORTS),
            clock=None,  # which the protocol makes
            stopped_clock=header.get("sysUpTime") == 0,
        )
        if place.absent is not (domain.history is None):
            raise place.refuse("a place where the domain has a history, and nowhere else")
        if not place.absent:
            when, count, data = place.row(3)
            message.place = Place(when.place_in_time(), count.place_in_time(), data.boolean())
        message.sequence = None if sequence.absent else _load_sequence(sequence)
        return domain.key, message

    def _set(self, key: DomainKey, message: HeldMessage, dumped: list[Value]) -> HeldPart:
        number, start, octets, seconds, withdrawn, definition = dumped
        domain, offset = self._exporter.domains[key], start.whole(LARGEST_DATAGRAM - 1)
        set_id = number.whole(DATA_SETS.stop - 1, DATA_SETS.start)
        since = seconds.whole(domain.clock.seconds)
        kinds = [each.boolean() for each in withdrawn.items(2)]
        if kinds != sorted(set(kinds)):
            raise withdrawn.refuse("none twice, false first")
        known = None
        if not definition.absent:
            definitions = self._definitions[key]
            at = definition.whole(len(definitions) - 1)
            known = definitions[at]
            if known.template.template_id != set_id:
                raise definition.refuse(f"a definition of template {set_id}")
        content = octets.octets(LARGEST_DATAGRAM - offset)
        return HeldPart(key, message, set_id, offset, content, since, frozenset(kinds), known)

    def _orders(self, dumped: Value) -> None:
        """Read in which order each domain has its sets."""
        held = self._exporter.held
        ready = {each: at for at, each in enumerate(held) if each.known is not None}
        expected = {each.domain for each in held}
        for value in dumped.items():
            number, *orders = value.parts("domain", "unready", "ready", "unexamined")
            domain = self._domains[number.whole(len(self._domains) - 1)]
            if domain.key not in expected:
                raise number.refuse("a domain that holds sets, once")
            expected.remove(domain.key)
            domain.unready = orders[0].wholes(DATA_SETS.stop - 1, DATA_SETS.start)
            domain.ready = [held[at] for at in orders[1].wholes(len(held) - 1)]
            domain.unexamined = [held[at] for at in orders[2].wholes(len(held) - 1)]
            if any(each.domain != domain.key or each.known is None for each in domain.ready):
                raise orders[1].refuse("sets of the domain that have a definition")
            if any(each.domain != domain.key or each.known is not None for each in domain.unexamined):
                raise orders[2].refuse("sets of the domain that have no definition")
            if domain.unexamined and domain.history is None:
                raise orders[2].refuse("none where the domain has no history")
        if expected or sum(len(each.ready) for each in self._domains) != len(ready):
            raise dumped.refuse("every set that is ready, and every domain that holds sets")
        self._check_unready(dumped, held)

    def _check_unready(self, dumped: Value, held: Iterable[HeldPart]) -> None:
        waiting: dict[DomainKey, set[int]] = {}
        for each in held:
            if each.known is None:
                waiting.setdefault(each.domain, set()).add(each.set_id)
        if any(waiting.get(domain.key, set()) != set(domain.unready) for domain in self._domains):
            raise dumped.refuse("the ids of the sets that are not ready")


def _load_header(dumped: Value, key: DomainKey) -> Header:
    protocol, domain = key
    _, largest, number = HEADERS[protocol]
    header: dict[str, Any] = {}
    for name, value in zip(largest, dumped.parts(*largest), strict=True):
        header[name] = value.whole(largest[name], largest[name] if name == "version" else 0)
        if name == number and header[name] != domain:
            raise value.refuse(f"the domain's number, {domain}")
    return cast(Header, header)


def _load_sequence(dumped: Value) -> Sequence:
    expected, missing, event = dumped.parts("expected", "missing", "event")
    return {
        "expected": None if expected.absent else expected.whole(LARGEST_WORD),
        "missing": None if missing.absent else missing.whole(LARGEST_WORD),
        "event": event.one_of(EVENTS),  # type: ignore[typeddict-item]
    }
