"""What is said at the end of chosen fields: which no record had, and what was left out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

from ..decoder import Decoder
from ..types import KnowledgeRow
from .renaming import names_by_key
from .selection import Selection
from .suggestions import ONLY_ADDED, SAMPLING, Names, advice, resolvable
from .wording import counted, printable

NAMED = 8  # keys that a note tells by name
LISTED = 16  # where they are the answer
ALL_KEYS = "for all of them, without --fields: jq -r 'del(.header)[] | objects | keys[]' | sort -u"
ALL_NAMES = "docs/names.md lists names"

Facts: TypeAlias = "Callable[[], Iterable[KnowledgeRow]]"


def facts_of(decoder: Decoder) -> Iterator[KnowledgeRow]:
    """Yield what all exporters have said of themselves."""
    for exporter in dict.fromkeys(row["exporter"] for row in decoder.statistics()):
        yield from decoder.knowledge(exporter)


def notes_of(selection: Selection, facts: Facts | None) -> Iterator[str]:
    """Yield fields that no record had, or what has no column; *facts* are None where records have what they tell."""
    if not selection.met:
        return
    here = names_by_key(selection.vocabulary) if selection.vocabulary else {}
    additions: set[str] = set()  # keys
    if facts is not None and selection.unmet:
        additions = resolvable(selection.met, facts(), here)
        if selection.headers_tell_sampling:
            additions.add(SAMPLING)
    added = {name for key in additions for name in here.get(key, [key])}
    if selection.chosen:
        yield from _unmet(selection, here, added, resolves=facts is None)
        return
    left = sorted(selection.met.difference(selection.fields))
    if left:
        yield f"without a column: {counted(len(left), 'key')} of flows ({_listed(left, NAMED)}); --fields chooses"
    if selection.passed_over:
        counts = ", ".join(f"{kind} {count}" for kind, count in selection.passed_over.items())
        yield f"without a row: {counts}; --fields chooses"
    filled = [field for field in selection.fields if field in selection.unmet and field in added]
    if filled:
        yield f"empty columns that --resolve fills: {', '.join(filled)}"


def _unmet(selection: Selection, here: Names, added: set[str], *, resolves: bool) -> Iterator[str]:
    """Yield a line for each field that no record had, and which there are where some are like none of these."""
    only_added = {name for key in ONLY_ADDED for name in here.get(key, [key])}
    known = selection.met.union(selection.met_headers, selection.of_messages)
    unlike = False
    for field in sorted(selection.unmet):
        if field in added:
            idea = "--resolve adds it"
        else:
            idea = advice(field, known.difference(selection.fields), selection.vocabulary, here)
            if not idea and field in only_added:
                idea = "no exporter has said it" if resolves else "--resolve adds it where exporters say it"
        unlike |= not idea
        yield f"--fields: no record has {field}{'; ' * bool(idea)}{idea}"
    if unlike:
        keys = sorted(selection.met)
        more = f"; {ALL_NAMES if selection.vocabulary else ALL_KEYS}" if len(keys) > LISTED else ""
        yield f"--fields: {counted(len(keys), 'key')} of records: {_listed(keys, LISTED)}{more}"


def _listed(keys: list[str], number: int) -> str:
    return ", ".join(map(printable, keys[:number])) + ", ..." * (len(keys) > number)
