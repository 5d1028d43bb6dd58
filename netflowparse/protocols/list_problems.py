"""Problems of lists: where in their record they are, beside where in the datagram."""

from __future__ import annotations

from typing import Any, TypeAlias

from ..errors import BAD_VALUE, LIMIT
from .assembly import Assembly
from .reading import limit_met

#: how a value is reached from its record: (the way to the list around it, keys and indices from there)
Path: TypeAlias = "tuple[Path | None, tuple[str | int, ...]]"
#: keys of lists, which are no elements
WAYS = frozenset({"scope", "values", "records", "entries"})


class ListProblems:
    """Notes the problems of the lists in one data set."""

    def __init__(self, work: Assembly, set_id: int) -> None:
        self._work = work
        self._set_id = set_id
        self._limits: set[str] = set()  # that were told to be met

    def note(self, code: str, why: str, start: int, end: int, path: Path, **facts: Any) -> None:
        """Note a problem of what stands from *start* to *end*; ``element`` is the last one on the way there."""
        problems = self._work.problems
        if problems.full:
            problems.count(start)
            return
        steps = _steps(path)
        facts = {"set_id": self._set_id, "template_id": self._set_id, "path": steps, **facts}
        keys = [step for step in steps if isinstance(step, str)]
        facts.setdefault("element", next((each for each in reversed(keys) if each not in WAYS), keys[0]))
        message = f"{'.'.join(map(str, steps))} at octet {start}: {why}"
        problems.leave(code, message, self._work.octets, start, end, **facts)

    def value(self, element: str, expected: str, start: int, end: int, path: Path) -> None:
        """Note a value of *element* that does not suit its type."""
        quoted = self._work.problems.quote(self._work.octets, start, end)
        self.note(BAD_VALUE, f"{quoted or 'no octets'}, expected {expected}", start, end, path, element=element)

    def limit(self, start: int, end: int, path: Path, limit: str = "values") -> None:
        """Note, once for the set, that a limit of the datagram is met."""
        if limit not in self._limits:
            self._limits.add(limit)
            self.note(LIMIT, limit_met(self._work, limit), start, end, path, limit=limit)


def _steps(path: Path | None) -> list[str | int]:
    steps: list[tuple[str | int, ...]] = []
    while path is not None:
        path, own = path
        steps.append(own)
    return [step for own in reversed(steps) for step in own]
