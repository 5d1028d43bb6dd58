"""What goes to stderr: files that cannot be read, datagrams that cannot be decoded, problems, counts at the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from ..errors import DecodeError, UnknownVersion
from ..types import Message, Problem
from .datagrams import Datagram
from .lines import with_late
from .status import Status
from .wording import counted

EXPORTERS_TOLD = 4  # whose datagrams were not wanted
FAILURES_TOLD = 10  # per exporter; the rest is counted


class Report:
    """Collects trouble, says what is new at once and the counts at the end; knows what the exit code must be."""

    def __init__(
        self,
        say: Callable[[str], None],
        *,
        quiet: bool,
        tell_problems: bool,
        complain: Callable[[str], None] | None = None,
    ) -> None:
        """*complain* says what makes the exit code one of failure, *say* the rest.

        *tell_problems* is False when something else shows the problems.
        """
        self.messages = 0
        self.skipped = 0  # none of NetFlow, IPFIX and sFlow
        self.other_ports = 0  # not to the ports that the user named
        self.other_exporters: Counter[str] = Counter()  # by address: datagrams not of the exporter that the user named
        self.failures: Counter[str | None] = Counter()  # by exporter
        self.problems: Counter[str] = Counter()  # by code
        self.unreadable = 0
        self._say = say
        self._complain = complain or say
        self._notes: list[tuple[Callable[[], Iterable[str]], Callable[[], bool]]] = []
        self._quiet = quiet
        self._tell_problems = tell_problems and not quiet
        self._told: set[tuple[Any, ...]] = set()
        self._hint = ""  # what a skipped datagram may have been

    def file_error(self, file: str, error: Exception) -> None:
        """A file is not there, cannot be read, or is nothing we know."""
        self.unreadable += 1
        self._complain(f"{file}: {error}")

    def warning(self, file: str, text: str) -> None:
        """A file has a flaw that loses something, and is otherwise fine."""
        if not self._quiet:
            self._say(f"{file}: {text}")

    def failure(self, file: str, datagram: Datagram, error: DecodeError) -> None:
        """A datagram that should have been decoded was not."""
        self.failures[datagram.address] += 1
        if self.failures[datagram.address] <= FAILURES_TOLD:
            where = file if datagram.address is None else f"{file}: {datagram.place}"
            sender = "" if datagram.address is None else f"{datagram.address} to port {datagram.port}: "
            self._complain(f"{where}: {sender}{error}")

    def skip(self, datagram: Datagram, error: DecodeError) -> None:
        """A UDP datagram is none of ours, where every one was tried."""
        self.skipped += 1
        if not self._hint and isinstance(error, UnknownVersion) and error.hint:
            self._hint = f"; {datagram.place} to port {datagram.port}: {error.hint}"

    def message(self, file: str, datagram: Datagram, message: Message) -> None:
        """A message came out; its problems are told when they are the first of their kind."""
        self.messages += 1
        for part in with_late(message):
            for problem in part["problems"]:
                self._problem(file, datagram, part["exporter"], problem)

    def ask_at_end(self, notes: Callable[[], Iterable[str]], urgent: Callable[[], bool] = lambda: False) -> None:
        """Have *notes* say at the end what the user should know; where it is *urgent* one who wants quiet as well."""
        self._notes.append((notes, urgent))

    def exit_code(self) -> Status:
        """Return the exit code."""
        if self.unreadable:
            return Status.UNREADABLE
        if not self.messages:
            return Status.NOTHING
        return Status.PARTLY if self.failures else Status.DONE

    def finish(self) -> None:
        """Say the counts."""
        failed = self.failures.total()
        if failed > FAILURES_TOLD:
            self._complain(f"{counted(failed, 'datagram')} could not be decoded")
        if not self.messages and not failed and not self.unreadable:
            self._complain(f"no NetFlow, IPFIX or sFlow datagrams found{self._dropped()}")
        for notes, urgent in self._notes:
            if not self._quiet or urgent():
                for note in notes():
                    self._say(note)
        if self._quiet:
            return
        if self._tell_problems and self.problems:
            counts = ", ".join(f"{code} {count}" for code, count in self.problems.most_common())
            self._say(f"problems: {counts}")
        if self.skipped:
            self._say(f"{counted(self.skipped, 'UDP datagram')} skipped: not NetFlow, IPFIX or sFlow{self._hint}")

    def _dropped(self) -> str:
        """Return what to say of datagrams that the user did not want."""
        parts = [f"{counted(self.other_ports, 'datagram')} to other ports"] if self.other_ports else []
        if self.other_exporters:
            shown = [address for address, _ in self.other_exporters.most_common(EXPORTERS_TOLD)]
            others = ", ".join(shown) + ", ..." * (len(shown) < len(self.other_exporters))
            parts.append(f"{counted(self.other_exporters.total(), 'datagram')} of other exporters ({others})")
        return f": {', '.join(parts)}" if parts else ""

    def _problem(self, file: str, datagram: Datagram, exporter: object, problem: Problem) -> None:
        code = problem["code"]
        self.problems[code] += 1
        if not self._tell_problems:
            return
        kind = (exporter, code, problem.get("template_id", problem.get("set_id")), problem.get("structure"))
        if kind not in self._told:
            self._told.add(kind)
            sender = "" if exporter is None else f"{exporter}: "
            self._say(f"{file}: {datagram.place}: {sender}{code}: {problem['message']}")
