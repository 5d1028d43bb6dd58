"""Flows to datagrams over time: what an exporting process keeps between them.  RFC 7011 §8 and §10, RFC 3954 §7.

No I/O and no clock: flows and the time come in, datagrams go out, and the caller sends them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from .arguments import check_circumstances, expect
from .encoding.checked import shown
from .encoding.fixed import FORMATS
from .encoding.message import LARGEST, check_length
from .encoding.session import FixedSession, Session, SflowSession
from .encoding.set_session import SetSession
from .errors import UsageError, WrongType
from .registry import Registry
from .types import Flow, ProtocolName, Transport
from .types.words import PROTOCOLS, WITH_TEMPLATES

__all__ = ["Exporter"]

Time: TypeAlias = int | float  # s since 1970

#: octets of a datagram, unless the caller knows its path: RFC 7011 §10.3.3 for IPFIX over UDP; v5 holds 30 flows
USUAL_LENGTHS = {"ipfix": 512, "netflow1": 1168, "netflow5": 1464}
USUAL_LENGTH = 1400
REFRESH_SECONDS, REFRESH_DATAGRAMS = 600, 20


class Exporter:
    """Makes datagrams, as an exporting process does; decoding has no use for it.

    Each has one protocol, and one observation domain, source id, engine or agent.  The argument ``exporter`` of
    ``decode`` is something else: a name of the caller's for who has sent a datagram, such as an address.

    * ``protocol``: as in messages.
    * ``header``: what is the same in every header: ``observationDomainId``, ``sourceId``, ``engineType``, ``engineId``,
      ``samplingMode``, ``samplingInterval``, ``aggregation`` (NetFlow v8), ``agentAddress``, ``subAgentId``.
    * ``templates``: of NetFlow v9 and IPFIX, as ``encode`` takes them: {"template_id": 256, "fields":
      ["octetDeltaCount", …]}.  Records that none of them has just the keys of get templates of their own.
    * ``started``: s since 1970 when sysUpTime was 0; by default the time of the first export.
    * ``max_length``: octets of a datagram: by default 512 of IPFIX over UDP (RFC 7011 §10.3.3), 1464 of NetFlow v5,
      1400 of others, 65,535 on streams.
    * ``transport``: "udp" repeats templates, the others send each once for all, and may withdraw it.
    * ``refresh_seconds``, ``refresh_datagrams``: after so long, or so many, templates are sent again over UDP.
    * ``long_lengths``: as in ``encode``.

    What RFCs forbid to send is refused as an ``EncodeError``: values out of their element's range, an id that changes
    its meaning, data older than its template, reverse elements without a direction.  A call that raises has changed
    nothing: what it would have sent can be sent again.
    """

    def __init__(
        self,
        protocol: ProtocolName,
        *,
        header: Mapping[str, Any] | None = None,
        templates: Iterable[Mapping[str, Any]] = (),
        registry: Registry | None = None,
        started: Time | None = None,
        max_length: int | None = None,
        transport: Transport = "udp",
        refresh_seconds: int = REFRESH_SECONDS,
        refresh_datagrams: int = REFRESH_DATAGRAMS,
        long_lengths: bool = False,
    ) -> None:
        check_circumstances(transport, None)
        long_lengths = expect(long_lengths, bool, "long_lengths")
        if not isinstance(protocol, str):
            raise WrongType(f"protocol is {type(protocol).__name__}: expected a str")
        if transport != "udp" and protocol != "ipfix":
            raise UsageError(f"transport {transport!r}: {protocol} is only sent over udp")
        registry = Registry() if registry is None else expect(registry, Registry, "registry")
        fixed = {} if header is None else dict(expect(header, Mapping, "header"))  # type: ignore[type-abstract]
        usual = LARGEST if transport != "udp" else USUAL_LENGTHS.get(protocol, USUAL_LENGTH)
        most = usual if max_length is None else max_length
        check_length(most)
        self._given_start = None if started is None else _milliseconds(started, "started")
        self._started = self._given_start
        self._session: Session
        if protocol in WITH_TEMPLATES:
            _check_interval(refresh_seconds, "refresh_seconds")
            _check_interval(refresh_datagrams, "refresh_datagrams")
            repeat = (refresh_seconds, refresh_datagrams) if transport == "udp" else None
            sets = SetSession(protocol, fixed, registry, most, repeat, long_lengths=long_lengths)
            sets.ascending = transport == "file"
            for index, each in enumerate(_listed(templates, "templates")):
                sets.define(each, ("templates", index))
            self._session = sets
        elif protocol in FORMATS:
            self._session = FixedSession(protocol, fixed, most)
        elif protocol == "sflow5":
            self._session = SflowSession(fixed, most)
        else:
            raise UsageError(f"protocol {protocol!r}: expected one of {', '.join(PROTOCOLS)}")
        self.protocol = protocol
        self.transport = transport

    def __repr__(self) -> str:
        return f"<Exporter: {self.protocol}, sequence number {self._session.sequence}>"

    @property
    def sequence_number(self) -> int:
        """That of the next datagram."""
        return self._session.sequence

    def export(
        self,
        flows: Iterable[Flow],
        now: Time,
        *,
        options: Iterable[Flow] = (),
        counters: Iterable[Flow] = (),
    ) -> list[bytes]:
        """The datagrams of *flows*, *options* records and sFlow's *counters*, sent *now*; no flows, no datagrams.

        *now* is s since 1970.  Templates that are new, or due again, come first.  In NetFlow sysUpTimes are those of
        this exporter where a flow has absolute times too.  ``EncodeError`` says which field of which record cannot be
        sent, and why.
        """
        given = {"options": options, "flows": flows, "counters": counters}
        records = {kind: _listed(some, kind) for kind, some in given.items()}
        times = self._times(now)
        made = self._session.export(records, *times) if any(records.values()) else []
        self._start(made, times)
        return made

    def refresh(self, now: Time) -> list[bytes]:
        """Datagrams of all templates, whether they are due or not."""
        times = self._times(now)
        made = self._sets("templates").refresh(*times)
        self._start(made, times)
        return made

    def define(self, template: Mapping[str, Any]) -> None:
        """Let records be written by one more *template*, as the constructor takes them."""
        self._sets("templates").define(template, ("template",))

    def describe(self, keys: Iterable[str], now: Time) -> list[bytes]:
        """Datagrams of type records that tell collectors what enterprise elements with these *keys* are.  RFC 5610.

        Each element is described once; those that have been are passed over.
        """
        times = self._times(now)
        made = self._sets("type records").describe(_listed(keys, "keys"), *times)
        self._start(made, times)
        return made

    def withdraw(self, template_id: int, now: Time) -> list[bytes]:
        """A datagram that withdraws a template, which must not be over UDP (RFC 7011 §8.4).

        Data that was sent shortly before may arrive after it on another stream: when is for the caller to decide
        (§8.1).  The id may have another meaning from then on.
        """
        if self.transport == "udp":
            raise UsageError("a withdrawal over udp, where there are none: RFC 7011 §8.4")
        return self._sets("templates").withdraw(template_id, *self._times(now))

    def restart(self) -> None:
        """Begin a new transport session: numbers, and sysUpTime unless ``started`` was given, begin anew.

        Every template is to be sent again.
        """
        self._session.restart()
        self._started = self._given_start

    def templates(self) -> list[dict[str, Any]]:
        """The templates that records are written by: ``template_id``, ``scope_count``, ``fields``."""
        return self._sets("templates").rows()

    def _sets(self, what: str) -> SetSession:
        if not isinstance(self._session, SetSession):
            raise UsageError(f"{self.protocol} has no {what}")
        return self._session

    def _times(self, now: Time) -> tuple[int, int]:
        """ms since 1970, and ms of sysUpTime."""
        time = _milliseconds(now, "now")
        started = time if self._started is None else self._started
        if time < started and self.protocol != "ipfix":  # which tells no sysUpTime
            raise UsageError(f"now={now}: expected nothing before {started / 1000}, when it started")
        return time, time - started

    def _start(self, made: list[bytes], times: tuple[int, int]) -> None:
        """Let sysUpTime begin with the first datagrams."""
        if made and self._started is None:
            self._started = times[0]


def _listed(some: Any, name: str) -> list[Any]:
    if isinstance(some, str | bytes | Mapping) or not isinstance(some, Iterable):
        raise WrongType(f"{name} is {type(some).__name__}: expected a list")
    return list(some)


def _milliseconds(time: Any, name: str) -> int:
    if isinstance(time, bool) or not isinstance(time, int | float) or not 0 <= time < 1 << 62:
        raise WrongType(f"{name}={shown(time)}: expected s since 1970")
    return round(time * 1000)


def _check_interval(value: Any, name: str) -> None:
    if isinstance(value, bool) or not isinstance(value, int):
        raise WrongType(f"{name}={value!r}: expected an int")
    if value < 1:
        raise UsageError(f"{name}={shown(value)}: expected at least 1")
