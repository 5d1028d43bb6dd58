"""What an exporter of NetFlow v9 or IPFIX keeps: numbers, and the templates it has sent and when.

RFC 7011 §8, RFC 3954 §7 and §9.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..codec.display import clock
from ..errors import EncodeError
from ..protocols.definitions import describe
from ..registry import Registry
from ..registry.element import REVERSE
from ..registry.published import SEMANTICS_CODES, TYPE_CODES, UNIT_CODES
from .checked import Path, shown
from .datagrams import Datagrams
from .definitions import Definitions
from .elements import element_of
from .permitted import Ranges, check_definition
from .session import NUMBER, on_own_clock, refuse_filled, refuse_kinds
from .sets import HEADERS, SMALLEST_WITHDRAWAL, add_template, header_of, number
from .templates import Definition, definition_of, withdrawal_octets


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
        self._domain = header.get("observationDomainId", header.get("sourceId", 0))
        self._protocol = protocol
        self._registry = registry
        self._most = most - HEADERS[protocol].minimum_length
        self._repeat = repeat
        self._definitions = Definitions(protocol, registry, long_lengths=long_lengths)
        self._ranges = Ranges(registry)
        self._datagrams = 0  # so far
        #: by template: ms when, and the number of the datagram in which, it was sent last
        self._sent: dict[int, tuple[int, int]] = {}
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
        self._definitions.add(definition)

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
        refuse_kinds(self._protocol, records, ("options", "flows"))
        if self.ascending and time < self._latest:
            raise EncodeError(f"{time / 1000} s, behind {self._latest / 1000} s: times in files ascend (RFC 5655 §7.2)")
        if self._protocol == "netflow9":
            seconds = time // 1000 * 1000  # of which the header tells no part
            self._definitions.clock = clock(seconds, uptime % NUMBER)
            flows = [on_own_clock(each, seconds - uptime) for each in records["flows"]]
            records = {**records, "flows": flows}
        self._definitions.unsent.clear()  # of a call that raised: they are due
        datagrams = Datagrams(self._most)
        sent = [each for each in self._definitions.known.values() if self._is_due(each, time)]
        for each in sent:
            add_template(datagrams, each, ())
        for key in ("options", "flows"):
            for index, record in enumerate(records[key]):
                sent += self._add(datagrams, record, time, (key, index), options=key == "options")
        return self._send(datagrams, sent, time, uptime)

    def _add(self, datagrams: Datagrams, record: Any, time: int, path: Path, *, options: bool) -> list[Definition]:
        """Write a record; the templates that it has needed."""
        definition, fields = self._definitions.spell(record, path, options=options)
        self._ranges.check(record, path)
        self._check_time(definition.template.template_id, time, path)
        made, self._definitions.unsent = self._definitions.unsent, []
        for each in made:
            try:
                check_definition(each, self._registry, self._domain, path)
            except EncodeError:
                self._definitions.remove(each.template.template_id)
                raise
            add_template(datagrams, each, path)
        datagrams.add_data(definition, b"".join(fields), path)
        return made

    def _check_time(self, template_id: int, time: int, path: Path) -> None:
        """EncodeError for data older than its template, or than a withdrawal of that id.  RFC 7011 §8.2."""
        sent, _ = self._sent.get(template_id, (0, 0))
        since = max(sent, self._withdrawn.get(template_id, 0))
        if time // 1000 < since // 1000:
            raise EncodeError(f"data of {time // 1000} s, whose template is of {since // 1000} s (RFC 7011 §8.2)", path)

    def _is_due(self, definition: Definition, time: int) -> bool:
        last = self._sent.get(definition.template.template_id)
        if last is None:
            return True
        if self._repeat is None:
            return False
        seconds, datagrams = self._repeat
        return time - last[0] >= seconds * 1000 or self._datagrams - last[1] >= datagrams

    def refresh(self, time: int, uptime: int) -> list[bytes]:
        """Datagrams of all templates."""
        datagrams, known = Datagrams(self._most), list(self._definitions.known.values())
        for each in known:
            add_template(datagrams, each, ())
        return self._send(datagrams, known, time, uptime) if known else []

    def withdraw(self, template_id: int, time: int, uptime: int) -> list[bytes]:
        """The datagram that withdraws a template."""
        definition = self._definitions.known.get(template_id)
        if definition is None:
            raise EncodeError(f"template {shown(template_id)} is not known")
        datagrams = Datagrams(self._most)
        set_id, octets = withdrawal_octets(template_id, options=definition.template.scope_count is not None)
        datagrams.add(octets, set_id, SMALLEST_WITHDRAWAL, "withdrawals", ())
        made = self._send(datagrams, [], time, uptime)
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

    def _send(self, datagrams: Datagrams, sent: list[Definition], time: int, uptime: int) -> list[bytes]:
        """The datagrams, which hold the definitions that are *sent*."""
        header = {**self._header, "exportTime": time // 1000 % NUMBER, "sequenceNumber": self.sequence}
        if self._protocol == "netflow9":
            header["sysUpTime"] = uptime % NUMBER
        made = number(self._protocol, header, datagrams.made)
        records = sum(each.data_records for each in datagrams.made)
        self.sequence = (self.sequence + (records if self._protocol == "ipfix" else len(made))) % NUMBER
        self._sent.update({each.template.template_id: (time, self._datagrams) for each in sent})
        self._datagrams += len(made)
        self._latest = time
        return made


def _code(codes: Mapping[int, str], word: str) -> int:
    return next((code for code, each in codes.items() if each == word), 0)
