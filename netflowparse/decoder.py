"""The decoder: what the caller keeps between datagrams, and the one call that turns octets into a message.

No I/O and no clock: octets come in, plain dicts go out, and time is what the datagrams say or the caller passes.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import replace
from typing import Any, Literal, Self, Unpack

from .arguments import EVERY_EXPORTER, check_circumstances, expect, expect_hashable, octets_of
from .configuration import Configuration, DecoderSettings
from .encoding.keeping import keeper
from .errors import UsageError
from .explanation import Explanation
from .explanation.explainer import Explainer
from .limits import Limits
from .protocols.clocks import clock_of
from .protocols.context import Context, make_context
from .protocols.definitions import describe_fields
from .protocols.formats import format_of
from .protocols.learned_elements import element_rows
from .protocols.strict import Format, Strict
from .protocols.type_records import check_restored
from .protocols.waiting import replay
from .quirks import AUTO, Choice
from .registry import Registry
from .settings import ExporterSettings
from .state import rows
from .state.snapshot.restore import restore_store
from .state.snapshot.writing import dump_store
from .types import KnowledgeRow, Message, Octets, PendingRow, StatisticsRow, TemplateRow, Transport


class Decoder:
    """Decodes the datagrams of any number of exporters, and remembers their templates and numbers between datagrams.

    * ``registry``: names and types of information elements; by default IANA's and the vendors'.
    * ``limits``: bounds on state, work and output.
    * ``octet_values``: what octets become that no type explains: "hex" text, or "bytes", of which JSON knows nothing.
    * ``packet_sections``: whether packets are decoded whose first octets an IPFIX or NetFlow v9 record holds (elements
      104, 313, 314 and 315), as those are that sFlow samples; what the record itself says stands.
    * ``resolve``: whether flows gain what their exporter, or the caller, says of it: sampling, names, system start.
    * ``history``: whether data is decoded by the template in force at its export time, whatever the order in which
      datagrams come.  Then it waits, with True until ``flush``, with a number for so many s of export time.
    * ``template_lifetime``: s after which a template that was not repeated is no longer in force, over UDP; "adapt" for
      three of the intervals in which it is repeated; None for no end.
    * ``strict``: whether a datagram with structural damage raises ``MalformedMessage`` and changes nothing (RFC 7011
      §9.1), where otherwise what is intact is decoded.
    * ``keep_octets``: whether messages have what ``encode`` needs beside them to copy the datagram to the octet.
    * ``quirks``: rules for exporters' peculiarities: "auto", or the names of those that are to hold.
    * ``exporters``: what the caller knows of each: exporter -> ``ExporterSettings``.
    * ``compiled=False``: every format is read by its Construct declaration, interpreted: slow, and otherwise the same.

    Single-threaded, and picklable with all that it remembers.  Exporters are independent of each other: to use more
    cores, give each its own decoder and its own exporters.
    """

    def __init__(
        self,
        *,
        registry: Registry | None = None,
        limits: Limits | None = None,
        octet_values: Literal["hex", "bytes"] = "hex",
        packet_sections: bool = False,
        resolve: bool = False,
        history: bool | int = False,
        template_lifetime: int | Literal["adapt"] | None = None,
        strict: bool = False,
        keep_octets: bool = False,
        quirks: Choice = AUTO,
        exporters: Mapping[Any, ExporterSettings] | None = None,
        compiled: bool = True,
    ) -> None:
        if octet_values not in ("hex", "bytes"):
            raise UsageError(f"octet_values={octet_values!r}: expected 'hex' or 'bytes'")
        compiled = expect(compiled, bool, "compiled")
        registry = Registry() if registry is None else expect(registry, Registry, "registry")
        limits = Limits() if limits is None else expect(limits, Limits, "limits")
        configuration = Configuration(
            packet_sections=packet_sections,
            resolve=resolve,
            history=history,
            template_lifetime=template_lifetime,
            strict=strict,
            keep_octets=keep_octets,
            quirks=quirks,
            exporters={} if exporters is None else exporters,
        )
        self._context = _observed(
            make_context(registry, limits, configuration, compiled=compiled, octet_values=octet_values)
        )
        self._formats: dict[bytes, Format] = {}  # by version, made when first met
        self._explainer: Explainer | None = None  # made when first asked for

    @property
    def registry(self) -> Registry:
        """The registry in use: what is added to it counts from the next datagram on."""
        return self._context.registry

    @property
    def limits(self) -> Limits:
        """The bounds in use."""
        return self._context.limits

    def __repr__(self) -> str:
        return f"<Decoder: {len(self._context.store)} exporters>"

    def __getstate__(self) -> dict[str, Any]:
        context = self._context
        return {
            "registry": context.registry,
            "limits": context.limits,
            "compiled": context.engine.compiled,
            "octet_values": context.engine.octet_values,
            "configuration": context.configuration,
            "store": context.store,
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        self._context = _observed(make_context(**state))
        self._formats, self._explainer = {}, None

    def decode(
        self, datagram: Octets, exporter: Hashable, *, now: int | None = None, transport: Transport = "udp"
    ) -> Message:
        """The message of one *datagram* that *exporter* sent: always the keys of ``types.Message``.

        *exporter* is any hashable; templates and sequence numbers are kept under it.  *now*, an int of s since 1970,
        replaces the export time in what is remembered; *transport* is "udp", "tcp", "sctp" or "file" and decides
        whether withdrawals are obeyed, whether another definition needs one before it, and whether lifetimes count.

        Raises ``DecodeError`` when there is no message to return, ``UsageError`` for arguments of the wrong kind;
        whatever else is wrong with the datagram is in the message's ``problems``.
        """
        if type(datagram) is not bytes:
            datagram = octets_of(datagram)
        if transport != "udp" or now is not None:
            check_circumstances(transport, now)
        known = self._formats.get(datagram[:2])
        if known is None:
            make, context = format_of(datagram), self._context
            known = Strict(make, context) if context.configuration.strict else make(context)
            self._formats[datagram[:2]] = known
        try:
            return known.decode(datagram, exporter, now, transport)
        except TypeError:
            expect_hashable(exporter)  # which costs less when it is not asked each time
            raise

    def explain(
        self, datagram: Octets, exporter: Hashable, *, now: int | None = None, transport: Transport = "udp"
    ) -> Explanation:
        """What each octet of one *datagram* is, as ``decode`` would read it now: a tree, even of what has no message.

        The arguments are those of ``decode``.  Nothing is remembered, counted or forgotten, and no damage raises.
        """
        octets = octets_of(datagram)
        check_circumstances(transport, now)
        expect_hashable(exporter)
        if self._explainer is None:
            self._explainer = Explainer(self._context)
        return self._explainer.explain(octets, exporter, now, transport)

    def templates(self) -> list[TemplateRow]:
        """The templates in force, one plain row each, in the order in which exporters were last heard."""
        return [
            {
                "exporter": domain.exporter.key,
                "protocol": domain.key[0],
                "domain": domain.key[1],
                "template_id": known.template.template_id,
                "scope_count": known.template.scope_count,
                "fields": describe_fields(known.template, self.registry, domain.exporter),
                "learned": known.learned,
                "refreshed": known.refreshed,
            }
            for domain in self._context.store.all_domains()
            for known in domain.templates.values()
        ]

    def pending(self) -> list[PendingRow]:
        """The data that waits for templates, one row for each template."""
        return rows.pending(self._context.store)

    def statistics(self) -> list[StatisticsRow]:
        """What was counted, one row for each exporter and domain, in the order in which exporters were last heard."""
        return rows.statistics(self._context.store)

    def knowledge(self, exporter: Hashable) -> list[KnowledgeRow]:
        """What *exporter* has said in options records about itself, and about elements: one row for each fact."""
        expect_hashable(exporter)
        known = self._context.store.get(exporter)
        return [] if known is None else element_rows(known, self.registry) + rows.facts(known)

    def flush(self, exporter: Hashable = EVERY_EXPORTER) -> list[Message]:
        """Messages of all data that waits for nothing but more to come, of one exporter or of every one.

        With ``history`` that is all data that any known template can read: of what is older than every definition of
        its template, the first one is taken.  What no template is known for goes on waiting.
        """
        store = self._context.store
        if exporter is EVERY_EXPORTER:
            domains = list(store.all_domains())
        else:
            expect_hashable(exporter)
            known = store.get(exporter)
            domains = [] if known is None else list(known.domains.values())
        messages: list[Message] = []
        for domain in domains:
            if not store.has(domain.exporter):  # there are too many, by what was read of others
                continue
            domain.flush()
            while domain.waiting is not None and domain.waiting.ready:
                messages += replay(self._context, domain)
        return messages

    def snapshot(self, *, pending: bool = False) -> dict[str, Any]:
        """All that is remembered, as plain JSON values for ``restore``, in this process or another one.

        That is not the settings, nor the registry.  With *pending* the data that waits for templates is among it;
        without it that data counts as evicted.  UsageError for an exporter that is none of str, int, bool, None and
        tuples of these, and for times before 1970.
        """
        return dump_store(self._context.store, pending=expect(pending, bool, "pending"))

    @classmethod
    def restore(
        cls, snapshot: Mapping[str, Any], *more: Mapping[str, Any], **settings: Unpack[DecoderSettings]
    ) -> Self:
        """A decoder with these *settings*, as the constructor takes them, that remembers what a snapshot says.

        ``SnapshotError``, which says where, for whatever ``snapshot`` cannot have made.  Where the limits are narrower
        what was heard least recently is dropped, sets that waited count as evicted then.

        Octets in facts become hex text unless *settings* want ``bytes``; text stays text.

        A decoder without ``history`` takes over the templates in force.  One with it takes the templates of a snapshot
        that has none for in force since they were learned.

        Of several snapshots, such as those of collectors that share an address: for each template the definition that
        was refreshed last holds, for each fact what was said last; counts add up; what waits is that of all; numbers,
        clocks and data sources are those of the domain heard last; where they are even, the later snapshot counts.
        """
        decoder = cls(**settings)
        context = decoder._context
        restore_store(context.store, [snapshot, *more], clock_of, context.engine.octet_values)
        check_restored(context.store, decoder.registry)
        return decoder

    def forget(self, exporter: Hashable) -> bool:
        """Forget all that is known of *exporter*, as when its session ends; whether anything was."""
        expect_hashable(exporter)
        return self._context.store.forget(exporter)

    def reset(self) -> None:
        """Forget all exporters."""
        self._context.store.clear()


_default: list[Decoder] = []  # made on first use; beside bounded caches the package's only global


def decode(datagram: Octets, exporter: Hashable, *, now: int | None = None, transport: Transport = "udp") -> Message:
    """The message of one *datagram* that *exporter* sent: a plain dict, always with the keys of ``types.Message``.

    As ``Decoder.decode``, with one decoder for the whole process, for notebooks and first steps: *exporter* is any name
    for who sent it, under which templates are remembered.
    """
    if not _default:
        _default.append(Decoder())
    return _default[0].decode(datagram, exporter, now=now, transport=transport)


def explain(
    datagram: Octets, exporter: Hashable = None, *, now: int | None = None, transport: Transport = "udp"
) -> Explanation:
    """As ``Decoder.explain``, by what the decoder behind the module-level ``decode`` knows.

    Data of templates needs the *exporter* under which they were learned; what needs none, or brings its own, can do
    without.
    """
    return (_default[0] if _default else Decoder()).explain(datagram, exporter, now=now, transport=transport)


def reset() -> None:
    """Empty the decoder behind the module-level ``decode``."""
    _default.clear()


def _observed(context: Context) -> Context:
    return replace(context, observe=keeper(context.registry)) if context.configuration.keep_octets else context
