"""What one NetFlow v9 or IPFIX datagram has given so far, while its sets are read one by one in wire order."""

from __future__ import annotations

from collections.abc import Hashable

from ..codec.display import Clock
from ..state.templates import Domain
from ..types import Flow, Header, Message, Sequence, TemplateEvent
from .context import Context
from .message import message
from .problems import Problems


class Assembly:
    """Collects the parts of a message while the sets of its datagram are read.  Times are s since 1970."""

    __slots__ = (
        "clock",
        "complete",
        "context",
        "domain",
        "flows",
        "octets",
        "options",
        "problems",
        "protocol",
        "quirks",
        "stopped_clock",
        "templates",
        "time",
        "transport",
        "untimed",
        "values_left",
    )

    def __init__(
        self,
        context: Context,
        protocol: str,
        octets: bytes,
        domain: Domain,
        *,
        time: int,
        transport: str,
        clock: Clock | None = None,
        stopped_clock: bool = False,
    ) -> None:
        self.protocol = protocol
        self.octets = octets
        self.domain = domain
        self.time = time
        self.transport = transport
        self.clock = clock
        self.stopped_clock = stopped_clock
        self.flows: list[Flow] = []
        self.options: list[Flow] = []
        self.templates: list[TemplateEvent] = []
        self.quirks: list[str] = []
        self.problems = Problems(context.limits)
        self.untimed = 0  # records whose absolute times cannot be told
        self.complete = True  # whether every data set could be counted
        self.context = context
        self.values_left = context.limits.values

    def quirk(self, name: str) -> None:
        """Note that the quirk rule *name* was applied."""
        if name not in self.quirks:
            self.quirks.append(name)

    def message(self, exporter: Hashable, header: Header, sequence: Sequence) -> Message:
        """The message of the datagram."""
        return message(
            self.protocol,
            exporter,
            header,
            flows=self.flows,
            options=self.options,
            templates=self.templates,
            sequence=sequence,
            problems=self.problems.entries,
            quirks=self.quirks,
        )
