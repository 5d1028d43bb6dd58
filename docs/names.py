"""Write docs/names.md: what other collectors call the keys of flows, from the tables in iana/.

python docs/names.py            write the page
python docs/names.py --check    write nothing; exit 1 if the page differs from what would be written
"""

from __future__ import annotations

import argparse
import importlib
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "names.md"
IANA = ROOT / "iana"

HEAD = """# Names for others

Dashboards and queries that exist speak of `IN_BYTES`, `source.ip` or `src_addr`. `netflowparse.names` gives flows and
options records these names, and takes them back. `python docs/names.py` writes this page.

```python
>>> from netflowparse import names
>>> flow = {"sourceIPv4Address": "192.0.2.1", "octetDeltaCount": 1500, "flowEndReason": 1}
>>> names.rename(flow, "cisco")
{'IPV4_SRC_ADDR': '192.0.2.1', 'IN_BYTES': 1500, 'flowEndReason': 1}
>>> names.rename(flow, "goflow2")
{'src_addr': '192.0.2.1', 'bytes': 1500, 'flowEndReason': 1}
>>> names.rename(flow, "logstash", protocol="netflow9")
{'ipv4_src_addr': '192.0.2.1', 'in_bytes': 1500, 'flow_end_reason': 1}
>>> names.rename(flow, "ecs")
{'source': {'ip': '192.0.2.1', 'bytes': 1500}, 'flowEndReason': 1}
>>> names.rename(flow, "ecs", dotted=True)
{'source.ip': '192.0.2.1', 'source.bytes': 1500, 'flowEndReason': 1}
>>> names.restore({"source": {"ip": "2001:db8::1", "geo": {"name": "here"}}}, "ecs")
{'source': {'geo': {'name': 'here'}}, 'sourceIPv6Address': '2001:db8::1'}
>>> names.restore({"source": {"port": 53, "bytes": 1500}}, "ecs")  # octetDeltaCount, or octetTotalCount?
{'source': {'bytes': 1500}, 'sourceTransportPort': 53}
>>> names.restore({"source": {"port": 53, "bytes": 1500}}, "ecs", first=True)
{'sourceTransportPort': 53, 'octetDeltaCount': 1500}

```

| function | gives |
|---|---|
| `rename(flow, vocabulary, *, protocol=None, dotted=False)` | the flow under a vocabulary's names, a new dict |
| `restore(flow, vocabulary, *, protocol=None, first=False)` | the way back |
| `table(vocabulary, *, protocol=None)` | all names: a dict of `key`, `name`, `one_to_one` and `note` for each key |
| `VOCABULARIES` | `"cisco"` `"ecs"` `"goflow2"` `"logstash"` |

`protocol` is the message's; only `"logstash"` needs it. Its names for version 5 serve v1 and v6 to v8 as well; sFlow's
flows keep their keys. Unknown words and whole messages raise `UsageError`, arguments of another kind `WrongType`. What
[flows.md](flows.md) makes of flows is renamed alike.

- **Keys alone are renamed.** Values stay as they are; the notes below say how they would look *there*. Which element a
  list (RFC 6313) is of is a value, and so is what stands in `resolved`.
- **Records inside** are renamed as well: under `inner`, `outer` and `scope`, and in lists. sFlow's structures keep the
  names of their specification.
- **What has no name keeps its key**, and no value is lost. Where a flow has several keys of one name, the first in the
  table gets it and the others keep their own; so does one whose name is the key of something else in the flow, and one
  of an address that is none: `None`, or octets in hex.
- **The way back** is exact for names of one key, for keys that were kept, and for names that IPv4 and IPv6 addresses
  share: there the value tells the key. Any other name that keys share stays, unless its note says as what it comes
  back: a total would read as a delta. With `first=True` it comes back as the first key of its row; choose that if you
  know what your exporters send. A name that stays may be a key by its spelling: Logstash's `flowDirection`, which it
  has for an element of Sophos as well. A key that was kept, but reads like a name of the vocabulary, is taken for one:
  a vendor's `TCP_FLAGS` for Cisco's, `source` with a dict for ECS's.

| vocabulary | keys that have a name | one to one | back by family | back as the first | not back |
|---|---|---|---|---|---|
"""
LEAST_SERIES = 12  # names that differ in a number alone stand in one row, if they are so many
#: table -> heading, what is said under it
SECTIONS = {
    "cisco": (
        "Cisco's NetFlow v9 names",
        "As RFC 3954, Cisco's later table and the ASA have them, for flows of any protocol.",
    ),
    "ecs": (
        "Elastic Common Schema",
        "The fields of ECS 9.5 that hold the value of one element, in its own unit. `basis` in\n"
        "[ecs.csv](../iana/vocabularies/ecs.csv) says which Filebeat fills like that, which follow from the schema's\n"
        "words, and which are a reading of them (`candidate`). `vlanId` and `postVlanId` are VLANs of the observer's\n"
        "interfaces, `dot1qVlanId` is a tag on the packet.\n\n"
        "Events of a firewall (NSEL) tell in the teardown once more what updates have counted, and all of it would be\n"
        "`source.bytes`: pass them through [`nsel_rows`](flows.md#events-of-a-firewall) first.",
    ),
    "goflow2": ("goflow2's flow message", "Fields of `FlowMessage`, goflow2 version 3, by their names in JSON."),
    "logstash netflow5": (
        "Logstash, version 5",
        "logstash-codec-netflow 4.3. Its events have all names, of any protocol, under `netflow`:\n"
        '`{"netflow": names.rename(flow, "logstash", protocol="netflow5")}`.',
    ),
    "logstash netflow9": ("Logstash, NetFlow v9", "With the codec's slips: element 194 is `ip_tos`."),
    "logstash netflow9-scope": (
        "Logstash, scopes of NetFlow v9",
        "Keys under `scope`; Logstash has these names beside the others.",
    ),
    "logstash ipfix": ("Logstash, IPFIX", "With the codec's slips in the spelling."),
}


def page(vocabularies: Any, tool: Any) -> str:
    """The text of docs/names.md; *tool* is iana/vocabularies.py."""
    tables = {
        table: [name for name in names if name.way != tool.SYNONYM] for table, names in vocabularies.tables.items()
    }
    lines = [_counts(table, names, tool) for table, names in tables.items()]
    parts = [HEAD + "\n".join(lines) + "\n"]
    for table, names in tables.items():
        heading, text = SECTIONS[table]
        parts.append("\n".join([f"## {heading}\n", text, "", *_table(names, tool), ""]))
        left = vocabularies.left.get(table, [])
        if left:
            parts.append("\n".join(["Left out, entirely or for the keys that are named:\n", *_left(left), ""]))
    return "\n".join(parts)


def _counts(table: str, names: list[Any], tool: Any) -> str:
    ways = Counter(name.way for name in names)
    family = ways[tool.IPV4] + ways[tool.IPV6]
    cells = (SECTIONS[table][0], len(names), ways[tool.ONE_TO_ONE], family, ways[tool.FIRST], ways[tool.SHARED])
    return f"| {' | '.join(map(str, cells))} |"


def _table(names: list[Any], tool: Any) -> Iterator[str]:
    """Rows by name, without those where it is the key and there is nothing to note."""
    keys: dict[str, list[str]] = {}
    for each in names:
        keys.setdefault(each.name, []).insert(0 if each.key == each.name else len(names), each.key)
    notes = {each.name: each.note for each in names}
    for each in names:
        if each.way == tool.FIRST and len(keys[each.name]) > 1:
            notes[each.name] = "; ".join(filter(None, (each.note, f"comes back as `{keys[each.name][0]}`")))
    equal = [name for name in keys if keys[name] == [name] and not notes[name]]
    if equal:
        yield f"{len(equal)} further names are the keys themselves.\n"
    series: dict[tuple[str, str], list[str]] = {}
    for name, (first, *others) in keys.items():
        stems = (_stem(name), _stem(first))
        series.setdefault(("", name) if others or notes[name] or name in equal else stems, []).append(name)
    yield "| name | keys | notes |\n|---|---|---|"
    for (stem, key_stem), members in series.items():
        if len(members) >= LEAST_SERIES and stem != members[0]:
            yield f"| `{stem}` | `{key_stem}` | {len(members)} numbers |"
            continue
        for name in members:
            if name not in equal:
                yield f"| `{name}` | {_code(keys[name])} | {notes[name]} |"


def _stem(word: str) -> str:
    return re.sub(r"[0-9]+\Z", "<N>", word)


def _code(words: Iterable[str]) -> str:
    return " ".join(f"`{word}`" for word in words)


def _left(left: Iterable[Any]) -> Iterator[str]:
    """A line for each reason."""
    reasons: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for each in left:
        reasons.setdefault((each.reason, each.keys), []).append(each.name)
    yield "| name | keys | why |\n|---|---|---|"
    for (reason, keys), names in reasons.items():
        yield f"| {_code(names)} | {_code(keys)} | {reason} |"


def main(arguments: Iterable[str] | None = None) -> int:
    """Exit status: 0, or 1 when (``--check``) the page differs."""
    parser = argparse.ArgumentParser(description="Write docs/names.md from the tables in iana/.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if the page differs")
    options = parser.parse_args(None if arguments is None else list(arguments))
    sys.path.insert(0, str(IANA))
    tool, facts = importlib.import_module("vocabularies"), importlib.import_module("keys")
    sys.path.remove(str(IANA))
    text = page(tool.collect_vocabularies(IANA, facts.collect(IANA)), tool)
    if not options.check:
        PAGE.write_text(text, encoding="utf-8", newline="\n")
        return 0
    if PAGE.exists() and PAGE.read_text(encoding="utf-8") == text:
        return 0
    print(f"{PAGE.name} differs from what docs/names.py writes", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
