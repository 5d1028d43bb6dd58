"""What other collectors call the elements: vocabularies/*.csv as one table of names for each vocabulary and protocol.

vocabularies/choices.csv says which of their fields are given to no element, since more than renaming would be needed,
and how their values differ in form.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from facts import FactError, Row, read, unique
from keys import Facts, reverse_name

REVERSE = 29305  # RFC 5103 §6.1
CHOICES = "vocabularies/choices.csv"
CISCO_CLASSES = ("rfc3954", "cisco-v9", "asa-nsel", "cisco-enterprise", "cisco-wlc")
PLAIN = ("direct", "first-of")  # derivations of ECS fields that are the value of one element
#: derivation of an ECS field -> why it is given to no element
DERIVATIONS = {
    "header": "of the datagram, not of a flow",
    "const": "a constant",
    "collector": "the collector's own clock",
    "computed": "computed",
    "sum": "a sum",
    "copy": "a copy of a field of source or destination",
    "lookup": "looked up elsewhere",
    "option": "looked up in options records",
    "sflow-only": "in a structure of sFlow's",
    "none": "no element says it",
    "renamed": "Filebeat's own names",
}
NOTHING = "not in a flow, or in a structure of sFlow's"
#: field of NetFlow v5's records -> element
NETFLOW5 = {
    "srcaddr": 8,
    "dstaddr": 12,
    "nexthop": 15,
    "input": 10,
    "output": 14,
    "dPkts": 2,
    "dOctets": 1,
    "first": 22,
    "last": 21,
    "srcport": 7,
    "dstport": 11,
    "tcp_flags": 6,
    "prot": 4,
    "tos": 5,
    "src_as": 16,
    "dst_as": 17,
    "src_mask": 9,
    "dst_mask": 13,
}

#: field of NetFlow v5's header that flows have as well -> element
NETFLOW5_HEADER = {"sampling.interval": 34}

# The way back from a name to the key. Where keys share a name there is none, but by the family of addresses or to the
# first, where the others are kinds of it.
ONE_TO_ONE, SHARED, FIRST, IPV4, IPV6, SYNONYM = "=", "", "1", "4", "6", "<"


class Name(NamedTuple):
    """The name of a key; of keys that share one the first comes first."""

    key: str
    name: str
    way: str = ONE_TO_ONE  # a synonym is read, and never given
    note: str = ""


class Left(NamedTuple):
    """A field that is given to no element, or not to those under *keys*."""

    name: str
    keys: tuple[str, ...]
    reason: str


class Vocabularies(NamedTuple):
    """Names by table, and what is left out by vocabulary."""

    tables: dict[str, list[Name]]
    left: dict[str, list[Left]]


class Keys:
    """Keys of elements by the numbers in a cell: ``8``, ``29305/1``, or of NetFlow v9 its field type."""

    def __init__(self, facts: Facts) -> None:
        self._netflow9 = facts.netflow9
        self._bare = facts.bare_keys
        self._keys = {(0, element.id): element.name for element in facts.iana}
        self._keys |= {(REVERSE, element.id): reverse_name(element.name) for element in facts.iana}
        self._keys |= facts.vendor_keys
        self._types = {element.name: element.type for element in facts.iana}

    def element(self, row: Row, cell: str) -> str:
        """The key of an element, or of what else a flow has: then the cell is the key."""
        if re.fullmatch(r"[a-z]+(_[a-z]+)+", cell):
            return cell
        numbers = re.fullmatch(r"(?:([0-9]+)/)?([0-9]+)", cell)
        if numbers is None:
            raise row.error(f"{cell!r}, expected the number of an element")
        return self._key(row, (int(numbers[1] or 0), int(numbers[2])), cell)

    def netflow9(self, row: Row, cell: str) -> str:
        """The key of a field type."""
        if re.fullmatch(r"[0-9]+", cell) is None:
            raise row.error(f"{cell!r}, expected a field type")
        field_type = int(cell)
        if field_type in self._bare:
            return self._bare[field_type]
        return self._key(row, self._netflow9.get(field_type, (0, field_type)), cell)

    def _key(self, row: Row, identity: tuple[int, int], cell: str) -> str:
        if identity not in self._keys:
            raise row.error(f"element {cell} is in no file")
        return self._keys[identity]

    def of(self, *protocols: str) -> frozenset[str]:
        """Keys of all that flows of these protocols may have."""
        enterprises = {key for (enterprise, _), key in self._keys.items() if enterprise}
        found = {key for (enterprise, _), key in self._keys.items() if not enterprise}
        if "netflow9" in protocols:
            found |= {self._keys[identity] for identity in self._netflow9.values()} | set(self._bare.values())
        return frozenset(found | enterprises if "ipfix" in protocols else found)

    def family(self, key: str) -> str:
        """IPV4 or IPV6 of addresses, "" of others."""
        return {"ipv4Address": IPV4, "ipv6Address": IPV6}.get(self._types.get(key, ""), "")


class Choices:
    """What choices.csv says of one vocabulary."""

    def __init__(self, folder: Path, vocabulary: str) -> None:
        headings = ("vocabulary", "name", "elements", "choice", "text")
        rows = unique(read(folder, CHOICES, *headings), "vocabulary", "name", "elements", "choice")
        self._rows = [row for row in rows if row["vocabulary"] == vocabulary]
        self._used: set[int] = set()

    def whole(self, name: str) -> str:
        """Why the field is left out; "" where it is not."""
        return next((row["text"] for row in self._of(name, "leave") if not row["elements"]), "")

    def split(self, name: str, cells: list[str]) -> tuple[list[str], list[tuple[list[str], str]]]:
        """(cells that get the name, [(cells that do not, the reason)])."""
        left = []
        for row in self._of(name, "leave"):
            named = row["elements"].split(";")
            out = [cell for cell in cells if cell in named]
            if len(out) != len(named) and row["name"] != "*":
                raise row.error(f"{name} has no {', '.join(cell for cell in named if cell not in out)}")
            cells = [cell for cell in cells if cell not in out]
            left += [(out, row["text"])] if out else []
        for row in self._of(name, "take"):
            cells = cells + row["elements"].split(";")
        return cells, left

    def note(self, name: str) -> str:
        """How values differ in form."""
        return "; ".join(row["text"] for row in self._of(name, "note"))

    def comes_back(self, name: str) -> bool:
        """Whether all that have the name are kinds of what has it first."""
        return any(True for _ in self._of(name, "back"))

    def check_used(self) -> None:
        """Raise FactError if a row says something of a field that is not there."""
        for row in self._rows:
            if row.line not in self._used:
                raise row.error(f"no field {row['name']!r} of {row['vocabulary']}, or nothing to choose")

    def _of(self, name: str, choice: str) -> Iterator[Row]:
        for row in self._rows:
            if row["choice"] == choice and row["name"] in (name, "*"):
                self._used.add(row.line)
                yield row


class Table:
    """The names of one vocabulary, as they are collected."""

    def __init__(self, choices: Choices) -> None:
        self.choices = choices
        self.names: dict[str, str] = {}  # by key
        self.synonyms: dict[str, str] = {}  # key by further name
        self.left: list[Left] = []

    def claim(self, row: Row, key: str, name: str) -> None:
        """Give the name to the key."""
        if self.names.setdefault(key, name) != name:
            raise row.error(f"{key} is {self.names[key]!r} already, not {name!r}")

    def field(self, keys: Keys, row: Row, cells: list[str], otherwise: str) -> None:
        """Give the row's name to the elements in *cells*; where there is none it is left out, by reason *otherwise*."""
        name = row.cells.get("field") or row["name"]
        reason = self.choices.whole(name)
        if not reason:
            cells, left = self.choices.split(name, cells)
            self.left += [Left(name, tuple(keys.element(row, cell) for cell in out), why) for out, why in left]
            for cell in cells:
                self.claim(row, keys.element(row, cell), name)
            reason = "" if cells or left else otherwise
        if reason:
            self.left.append(Left(name, (), reason))

    def finished(self, keys: Keys, published: frozenset[str], note: str = "") -> list[Name]:
        """The names with the way back from each; keys that are *published* stay where they have no name."""
        holders: dict[str, list[str]] = {}
        for key, name in self.names.items():
            holders.setdefault(name, []).insert(0 if key == name else len(self.names), key)
        found = []
        for key, name in self.names.items():
            ways = _ways(holders[name], keys, FIRST if self.choices.comes_back(name) else SHARED)
            notes = [note, self.choices.note(name)]
            notes += [f"{each} is read too" for each in sorted(self.synonyms) if self.synonyms[each] == key]
            if name != key and name in published and name not in self.names:
                notes.append("also the key of another element")
                ways = dict.fromkeys(ways, FIRST if len(ways) == 1 else SHARED)
            found.append(Name(key, name, ways[key], "; ".join(filter(None, notes))))
        found += [Name(key, synonym, SYNONYM) for synonym, key in sorted(self.synonyms.items())]
        return found


def _ways(holders: list[str], keys: Keys, shared: str) -> dict[str, str]:
    """The way back to each of the keys that have one name; *shared* where nothing else tells."""
    if len(holders) == 1:
        return {holders[0]: ONE_TO_ONE}
    ways = dict.fromkeys(holders, shared)
    first = {family: next((key for key in holders if keys.family(key) == family), "") for family in (IPV4, IPV6)}
    if all(first.values()):
        ways |= {key: family for family, key in first.items()}
    return ways


def collect_vocabularies(folder: Path, facts: Facts) -> Vocabularies:
    """The checked contents of vocabularies/ and of what of NetFlow v9's table is Cisco's."""
    keys = Keys(facts)
    every = keys.of("netflow9", "ipfix")
    choices = {vocabulary: Choices(folder, vocabulary) for vocabulary in ("cisco", "ecs", "goflow2", "logstash")}
    unknown = {row["vocabulary"] for row in read(folder, CHOICES, "vocabulary")} - set(choices)
    if unknown:
        raise FactError(f"{CHOICES}: vocabulary {', '.join(sorted(unknown))}, expected one of {', '.join(choices)}")
    cisco = _cisco(folder, keys, choices["cisco"], every)
    ecs = _ecs(folder, keys, choices["ecs"])
    goflow2 = _goflow2(folder, keys, choices["goflow2"])
    tables = {
        "cisco": cisco.finished(keys, every),
        "ecs": ecs.finished(keys, every),
        "goflow2": goflow2.finished(keys, every),
        **_logstash(folder, keys, choices["logstash"]),
    }
    for each in choices.values():
        each.check_used()
    left = {"cisco": cisco.left, "ecs": ecs.left, "goflow2": goflow2.left}
    return Vocabularies(tables, left)


def _cisco(folder: Path, keys: Keys, choices: Choices, published: frozenset[str]) -> Table:
    """NetFlow v9's names of Cisco; of several for one element the first is given, all are read."""
    table = Table(choices)
    aliases: dict[str, str] = {}
    for row in read(folder, "netflow-v9/field-types.csv", "field_type", "name", "class", "aliases"):
        name = row["name"]
        if row["class"] not in CISCO_CLASSES:
            continue
        reason = choices.whole(name)
        if reason:
            table.left.append(Left(name, (), reason))
            continue
        key = keys.netflow9(row, row["field_type"])
        if key in table.names:
            aliases[name] = key
        else:
            table.claim(row, key, name)
        aliases |= dict.fromkeys(_cells(row["aliases"]), key)
    taken = {*published, *table.names.values()}
    table.synonyms = {alias: key for alias, key in aliases.items() if alias not in taken}
    return table


def _ecs(folder: Path, keys: Keys, choices: Choices) -> Table:
    table = Table(choices)
    for row in unique(read(folder, "vocabularies/ecs.csv", "field", "iana_ids", "derivation"), "field"):
        if row["derivation"] not in (*PLAIN, *DERIVATIONS):
            raise row.error(f"unknown derivation {row['derivation']!r}")
        plain = row["derivation"] in PLAIN
        table.field(keys, row, _cells(row["iana_ids"]) if plain else [], DERIVATIONS.get(row["derivation"], NOTHING))
    return table


def _goflow2(folder: Path, keys: Keys, choices: Choices) -> Table:
    table = Table(choices)
    for row in unique(read(folder, "vocabularies/goflow2.csv", "name", "netflow9_ids", "ipfix_ids"), "name"):
        cells = dict.fromkeys([*_cells(row["netflow9_ids"]), *_cells(row["ipfix_ids"])])
        table.field(keys, row, list(cells), NOTHING)
    return table


def _logstash(folder: Path, keys: Keys, choices: Choices) -> dict[str, list[Name]]:
    """One table for each protocol, and one for scopes of NetFlow v9; most names in headers are not of flows."""
    scopes = read(folder, "netflow-v9/scope-field-types.csv", "scope_type", "name")
    words = {row["scope_type"]: row["name"][:1].lower() + row["name"][1:].replace(" ", "") for row in scopes}
    fields = {field: keys.element(scopes[0], str(number)) for field, number in NETFLOW5.items()}
    protocols = ("netflow5", "netflow9", "netflow9-scope", "ipfix")
    tables = {protocol: Table(choices) for protocol in protocols}
    headings = ("protocol", "pen", "element_id", "name")
    for row in unique(read(folder, "vocabularies/logstash-codec-netflow.csv", *headings), *headings[:3]):
        protocol, cell = row["protocol"], row["element_id"]
        if protocol == "netflow5-header" and cell in NETFLOW5_HEADER:
            tables["netflow5"].claim(row, keys.element(row, str(NETFLOW5_HEADER[cell])), row["name"])
        if protocol.endswith("-header"):
            continue
        if protocol not in tables:
            raise row.error(f"unknown protocol {protocol!r}, expected one of {', '.join(protocols)}")
        own = {"netflow5": fields, "netflow9-scope": words}.get(protocol)
        if own is not None:
            if cell not in own:
                raise row.error(f"{cell!r}, expected one of {', '.join(own)}")
            key = own[cell]
        elif protocol == "netflow9":
            key = keys.netflow9(row, cell)
        else:
            key = keys.element(row, f"{row['pen'] or 0}/{cell}")
        tables[protocol].claim(row, key, row["name"])
    return {
        f"logstash {protocol}": table.finished(
            keys,
            frozenset() if protocol == "netflow9-scope" else keys.of(protocol),
            "in the scope" if protocol == "netflow9-scope" else "",
        )
        for protocol, table in tables.items()
    }


def _cells(cell: str) -> list[str]:
    return [each for each in cell.split(";") if each]


def table_lines(names: Iterable[Name]) -> str:
    """Lines of ``key|name|way|note``, the name empty where it is the key."""
    lines = []
    for each in names:
        cells = (each.key, "" if each.name == each.key else each.name, each.way, each.note)
        if any("|" in cell or "\\" in cell or '"""' in cell or not cell.isprintable() for cell in cells):
            raise FactError(f"{each.key} {each.name}: a cell has a character that the generated text cannot hold")
        lines.append("|".join(cells) + "\n")
    return "".join(lines)
