"""What an exporter of NetFlow v9 or IPFIX keeps: numbers, and the templates it has sent and when.

RFC 7011 §8, RFC 3954 §7 and §9.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from ..codec.display import Clock
from ..errors import EncodeError
from ..protocols.definitions import describe
from ..registry import Registry
from ..registry.element import REVERSE
from ..registry.published import SEMANTICS_CODES, TYPE_CODES, UNIT_CODES
from .checked import Path, refuse_kinds, shown
from .datagrams import NUMBER, Datagrams
from .definitions import Definitions
from .elements import element_of
from .permitted import Ranges, check_definition
from .session import on_own_clock, refuse_filled
from .sets import HEADERS, SMALLEST_WITHDRAWAL, add_template, header_fields, header_of, number
from .templates import Definition, definition_of, withdrawal_octets

#: template id -> ms when, and the number of the datagram in which, it was sent last
_Sent: TypeAlias = "dict[int, tuple[int, int]]"


class SetSession:
    """NetFlow v9 or IPFIX.  *repeat*: s and datagrams after which templates are sent again, None: never."""

    def __init__(
        self,
        protocol: str,
        header: Mapping[str, Any],
        registry: Registry,
        most: int,
        repeat: tuple[int, int] | None,
        *,
        long_lengths: bool,
    ) -> None:
        refuse_filled(header)
        self.sequence = 0
        self._header = header_of({"protocol": protocol, "header": header})
        header_fields(protocol, self._header, b"", 0)  # says what is wrong with it
        self._domain = header.get("observationDomainId", header.get("sourceId", 0))
        self._protocol = protocol
        self._registry = registry
        self._most = most - HEADERS[protocol].minimum_length
        self._repeat = repeat
        self._definitions = Definitions(protocol, registry, long_lengths=long_lengths)
        self._ranges = Ranges(registry)
        self._datagrams = 0  # so far
        self._sent: _Sent = {}
        self._withdrawn: dict[int, int] = {}  # template id -> ms when
        self._latest = 0  # ms of the last export
        self._described: set[tuple[int, int]] = set()
        self.ascending = False  # whether times may not go back

    def define(self, described: Any, path: Path) -> None:
        """Let records be written by one more template."""
        definition = definition_of(described, self._protocol, self._registry, path)
        template_id = definition.template.template_id
        known = self._definitions.known.get(template_id)
        if known is not None and not definition.same_as(known):
            why = "has another meaning, expected an id that has none, or a withdrawal before"
            raise EncodeError(f"template {template_id} {why}", (*path, "template_id"))
        check_definition(definition, self._registry, self._domain, path)
        self._check_size(definition, path)
        self._definitions.add(definition)

    def _check_size(self, definition: Definition, path: Path) -> None:
        """EncodeError for a template that no datagram has room for."""
        try:
            add_template(Datagrams(self._most), definition, path)
        except EncodeError as error:
            template_id, most = definition.template.template_id, self._most + HEADERS[self._protocol].minimum_length
            why = f"template {template_id} has {len(definition.names)} fields, a datagram {most} octets (max_length)"
            raise EncodeError(why, path) from error

    def rows(self) -> list[dict[str, Any]]:
        """The templates in force."""
        return [
            {
                "template_id": each.template.template_id,
                "scope_count": each.template.scope_count,
                "fields": describe(each.template, each.names),
            }
            for each in self._definitions.known.values()
        ]

    def export(self, records: Mapping[str, list[Any]], time: int, uptime: int) -> list[bytes]:
        """The datagrams of options and flows, templates that are due before them."""
        refuse_kinds(self._protocol, records)
        self._check_ascending(time)
        mark = self._definitions.mark()
        try:
            return self._export(records, time, uptime)
        except EncodeError:
            self._definitions.go_back(mark)
            raise

    def _export(self, records: Mapping[str, list[Any]], time: int, uptime: int) -> list[bytes]:
        if self._protocol == "netflow9":
            seconds = time // 1000 * 1000  # of which the header tells no part
            self._definitions.clock = Clock(seconds, uptime % NUMBER)
            flows = [on_own_clock(each, seconds, seconds - uptime) for each in records["flows"]]
            records = {**records, "flows": flows}
        datagrams, sent = Datagrams(self._most), dict(self._sent)
        self._add_due(datagrams, sent, time)
        for key in ("options", "flows"):
            self._definitions.reserve(records[key])
            for index, record in enumerate(records[key]):
                begun = len(datagrams.made)
                self._add(datagrams, sent, record, time, (key, index), options=key == "options")
                if len(datagrams.made) > begun:
                    self._add_due(datagrams, sent, time)
        return self._send(datagrams, sent, time, uptime)

    def _add_due(self, datagrams: Datagrams, sent: _Sent, time: int) -> None:
        """Write the templates that are new, or have to be repeated."""
        for each in self._definitions.known.values():
            if self._is_due(sent.get(each.template.template_id), datagrams, time):
                self._add_template(datagrams, sent, each, time, ())

    def _add_template(self, datagrams: Datagrams, sent: _Sent, definition: Definition, time: int, path: Path) -> None:
        add_template(datagrams, definition, path)
        template_id = definition.template.template_id
        latest, _ = sent.get(template_id, (time, 0))
        sent[template_id] = max(time, latest), self._datagrams + len(datagrams.made) - 1

    def _add(self, datagrams: Datagrams, sent: _Sent, record: Any, time: int, path: Path, *, options: bool) -> None:
        """Write a record, and before it the templates that it needs."""
        definition, fields = self._definitions.spell(record, path, options=options)
        self._ranges.check(record, path)
        self._check_time(definition.template.template_id, time, path)
        made, self._definitions.unsent = self._definitions.unsent, []
        for each in made:
            check_definition(each, self._registry, self._domain, path)
            self._check_size(each, path)
            self._add_template(datagrams, sent, each, time, path)
        datagrams.add_data(definition, b"".join(fields), path)

    def _check_time(self, template_id: int, time: int, path: Path) -> None:
        """EncodeError for data older than its template, or than a withdrawal of that id.  RFC 7011 §8.2."""
        sent, _ = self._sent.get(template_id, (0, 0))
        since = max(sent, self._withdrawn.get(template_id, 0))
        if time // 1000 < since // 1000:
            raise EncodeError(f"data of {time // 1000} s, whose template is of {since // 1000} s (RFC 7011 §8.2)", path)

    def _is_due(self, last: tuple[int, int] | None, datagrams: Datagrams, time: int) -> bool:
        if last is None:
            return True
        if self._repeat is None:
            return False
        seconds, most = self._repeat
        return time - last[0] >= seconds * 1000 or self._datagrams + len(datagrams.made) - 1 - last[1] >= most

    def _check_ascending(self, time: int) -> None:
        if self.ascending and time < self._latest:
            raise EncodeError(f"{time / 1000} s, behind {self._latest / 1000} s: times in files ascend (RFC 5655 §7.2)")

    def refresh(self, time: int, uptime: int) -> list[bytes]:
        """Datagrams of all templates."""
        self._check_ascending(time)
        datagrams, sent = Datagrams(self._most), dict(self._sent)
        for each in self._definitions.known.values():
            self._add_template(datagrams, sent, each, time, ())
        return self._send(datagrams, sent, time, uptime) if self._definitions.known else []

    def withdraw(self, template_id: int, time: int, uptime: int) -> list[bytes]:
        """The datagram that withdraws a template."""
        definition = self._definitions.known.get(template_id) if type(template_id) is int else None
        if definition is None:
            raise EncodeError(f"template {shown(template_id)} is not known")
        self._check_ascending(time)
        if time // 1000 < self._latest // 1000:
            why = f"a withdrawal of {time // 1000} s, behind data of {self._latest // 1000} s (RFC 7011 §8.2)"
            raise EncodeError(why)
        datagrams = Datagrams(self._most)
        set_id, octets = withdrawal_octets(template_id, options=definition.template.scope_count is not None)
        datagrams.add(octets, set_id, SMALLEST_WITHDRAWAL, "withdrawals", ())
        made = self._send(datagrams, dict(self._sent), time, uptime)
        self._definitions.remove(template_id)
        self._sent.pop(template_id, None)
        self._withdrawn[template_id] = time
        return made

    def describe(self, keys: list[str], time: int, uptime: int) -> list[bytes]:
        """Datagrams of type records."""
        if self._protocol != "ipfix":
            raise EncodeError("type records, which only IPFIX has")
        records, new = [], set[tuple[int, int]]()
        for index, key in enumerate(keys):
            element = element_of(key, self._registry, (index,))
            identity = element.enterprise, element.id
            if element.enterprise in (0, REVERSE):
                raise EncodeError(f"{key} is IANA's, and nobody else's to describe", (index,))
            if identity in self._described | new:
                continue
            new.add(identity)
            records.append(
                {
                    "scope": {"privateEnterpriseNumber": element.enterprise, "informationElementId": element.id},
                    "informationElementDataType": _code(TYPE_CODES, element.type),
                    "informationElementSemantics": _code(SEMANTICS_CODES, element.semantics),
                    "informationElementUnits": _code(UNIT_CODES, element.units),
                    "informationElementName": element.name,
                }
            )
        if not records:
            return []
        made = self.export({"options": records, "flows": [], "counters": []}, time, uptime)
        self._described |= new
        return made

    def restart(self) -> None:
        """Begin anew: all templates are to be sent again."""
        self.sequence = self._datagrams = self._latest = 0
        self._sent.clear()
        self._withdrawn.clear()
        self._described.clear()

    def _send(self, datagrams: Datagrams, sent: _Sent, time: int, uptime: int) -> list[bytes]:
        """The datagrams, after which templates have been *sent* then and there."""
        header = {**self._header, "exportTime": time // 1000 % NUMBER, "sequenceNumber": self.sequence}
        if self._protocol == "netflow9":
            header["sysUpTime"] = uptime % NUMBER
        made = number(self._protocol, header, datagrams.made)
        records = sum(each.data_records for each in datagrams.made)
        self.sequence = (self.sequence + (records if self._protocol == "ipfix" else len(made))) % NUMBER
        self._sent = sent
        self._datagrams += len(made)
        self._latest = max(self._latest, time)
        return made


def _code(codes: Mapping[int, str], word: str) -> int:
    return next((code for code, each in codes.items() if each == word), 0)
