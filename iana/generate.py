"""Write netflowparse/registry/_*.py from the CSV files in this folder.

    python iana/generate.py            write the modules
    python iana/generate.py --check    exit 1 and name the modules that differ from what would be written
    python iana/generate.py --accept   let an element vanish, or change its name or type

The output depends on the CSV files alone: sorted, without dates.
"""

from __future__ import annotations

import argparse
import runpy
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from facts import ELEMENTS, Element, FactError, codes, first_filled, read
from keys import Facts, collect
from labels import flag_labels, value_labels
from vocabularies import collect_vocabularies, table_lines

HERE = Path(__file__).parent
MODULES = HERE.parent / "netflowparse" / "registry"

SFLOW_CODES = (
    # constant, file, column of values, column of names
    ("DISCARD_REASONS", "discard-reasons.csv", "reason", "name"),
    ("HEADER_PROTOCOLS", "header-protocols.csv", "value", "name"),
)


SEPARATOR = "|"
# The vendors' elements are many: as one text they cost an importer nothing until an enterprise is met.
READ_ROWS = f'''

@cache
def elements() -> dict[int, dict[int, tuple[str, ...]]]:
    """Rows of ROWS: {{enterprise: {{id: (name, key, type, semantics, units, status)}}}}."""
    found: dict[int, dict[int, tuple[str, ...]]] = {{}}
    for line in ROWS.splitlines():
        enterprise, element_id, *row = line.split("{SEPARATOR}")
        found.setdefault(int(enterprise), {{}})[int(element_id)] = tuple(row)
    return found
'''


def modules(folder: Path, facts: Facts) -> dict[str, str]:
    """{file name: text} of the generated modules."""
    return {
        "_iana.py": iana_module(facts),
        "_enterprise.py": enterprise_module(facts),
        "_netflow9.py": netflow9_module(folder, facts),
        "_labels.py": labels_module(folder, facts),
        "_sflow.py": sflow_module(folder),
        "_names.py": names_module(folder, facts),
    }


def iana_module(facts: Facts) -> str:
    """IANA's elements."""
    rows = {element.id: element[3:] for element in facts.iana}
    return _module(
        ELEMENTS,
        "IANA's information elements: (name, type, semantics, units, range, status) by id.",
        _table("ELEMENTS", "dict[int, tuple[str, str, str, str, str, str]]", rows),
    )


def enterprise_module(facts: Facts) -> str:
    """The vendors' elements."""
    lines = []
    for element in facts.vendors:
        key = facts.vendor_keys[element.enterprise, element.id]
        cells = (element.name or key, key, element.type, element.semantics, element.units, element.status)
        if any(SEPARATOR in cell or "\\" in cell or '"""' in cell for cell in cells):
            raise element.row.error("a cell has a character that the generated text cannot hold")
        lines.append(SEPARATOR.join((str(element.enterprise), str(element.id), *cells)) + "\n")
    organisations = dict(sorted(facts.organisations.items()))
    return _module(
        "vendor/*.csv and pen.csv",
        'Enterprise elements: (name, key, type, semantics, units, status) by enterprise and id; type "" is not known.',
        _table("ORGANISATIONS", "dict[int, str]", organisations),
        f'ROWS: Final = """\\\n{"".join(lines)}"""\n{READ_ROWS}',
        imports="from functools import cache\n",
    )


def netflow9_module(folder: Path, facts: Facts) -> str:
    """What NetFlow v9 calls otherwise than IPFIX."""
    bare = {row.field_type: (row.name, facts.bare_keys[row.field_type], row.type, row.enterprise) for row in facts.bare}
    words = codes(folder, "netflow-v9/scope-field-types.csv", first_filled("name"), "scope_type")
    scopes = {value: name[:1].lower() + name[1:].replace(" ", "") for value, name in sorted(words.items())}
    return _module(
        "netflow-v9/field-types.csv and scope-field-types.csv",
        "NetFlow v9 field types that are not simply the IANA element of the same number.",
        "# (enterprise, element id) by field type.",
        _table("ELEMENTS", "dict[int, tuple[int, int]]", facts.netflow9),
        "# (name, key, type, enterprise or 0) of the field types that are no element elsewhere.",
        _table("BARE", "dict[int, tuple[str, str, str, int]]", bare),
        _table("SCOPES", "dict[int, str]", scopes),
    )


def labels_module(folder: Path, facts: Facts) -> str:
    """Value and flag labels, and the codes of RFC 5610, RFC 6313 and RFC 6759."""
    ids = {element.id: element.name for element in facts.iana}
    netflow9 = ids | facts.bare_keys
    for field_type, (enterprise, element_id) in facts.netflow9.items():
        netflow9[field_type] = facts.vendor_keys[enterprise, element_id] if enterprise else ids[element_id]
    length = "default_selector_length"
    engines = read(folder, "app-id/classification-engines.csv", "engine_id", length)
    octets = {row.number("engine_id"): row.number(length) for row in engines if row[length]}
    return _module(
        "ipfix/*.csv, other/*.csv, netflow-v9/value-enumerations.csv, netflow-v5/*.csv and app-id/*.csv",
        "What values of elements mean.",
        "# RFC 5610 codes: informationElementDataType, informationElementSemantics, informationElementUnits.",
        _table("DATA_TYPES", "dict[int, str]", facts.words.types),
        _table("SEMANTICS", "dict[int, str]", facts.words.semantics),
        _table("UNITS", "dict[int, str]", facts.words.units),
        "# RFC 6313 §4.4.",
        _table("STRUCTURED_SEMANTICS", "dict[int, str]", facts.words.structured),
        "# RFC 6759 §4.1: octets of an application id after its engine, by engine.",
        _table("SELECTOR_OCTETS", "dict[int, int]", octets),
        "# {element: {mask: label}}, masks ascending; without a label: bits beside the flags.",
        _nested("FLAGS", "dict[str, dict[int, str]]", flag_labels(folder, ids)),
        "# {element, or field of NetFlow v5's header: {value: label}}.",
        _nested("VALUES", "dict[str, dict[int, str]]", value_labels(folder, ids, netflow9)),
    )


def sflow_module(folder: Path) -> str:
    """The numbers of sFlow."""
    parts = []
    for constant, file, value, name in SFLOW_CODES:
        names = codes(folder, f"sflow/{file}", first_filled(name), value)
        parts.append(_table(constant, "dict[int, str]", dict(sorted(names.items()))))
    return _module("sflow/*.csv", "sFlow version 5: names of its numbers.", *parts)


def names_module(folder: Path, facts: Facts) -> str:
    """What other collectors call the elements."""
    texts = {table: table_lines(names) for table, names in collect_vocabularies(folder, facts).tables.items()}
    body = "".join(f'    {table!r}: """\\\n{text}""",\n' for table, text in texts.items())
    return _module(
        "vocabularies/*.csv and netflow-v9/*.csv",
        "Names of other collectors for keys of flows.",
        "# Lines of key|name, empty where it is the key|way back|note, by vocabulary and where that matters protocol.\n"
        "# Way back: = one to one, 4 and 6 by the address, 1 the first of kinds, < read but never given, else none.",
        f"TABLES: Final[dict[str, str]] = {{\n{body}}}\n",
    )


def _module(sources: str, purpose: str, *parts: str, imports: str = "") -> str:
    head = f"# Generated by iana/generate.py from iana/ {sources}; never edited by hand.\n"
    return head + f'"""{purpose}"""\n\n{imports}from typing import Final\n\n' + "\n".join(parts)


def _table(name: str, annotation: str, rows: Mapping[Any, object]) -> str:
    return f"{name}: Final[{annotation}] = {{\n{_lines(rows, '    ')}}}\n"


def _nested(name: str, annotation: str, tables: Mapping[Any, Mapping[Any, object]]) -> str:
    body = "".join(f"    {key!r}: {{\n{_lines(rows, '        ')}    }},\n" for key, rows in tables.items())
    return f"{name}: Final[{annotation}] = {{\n{body}}}\n"


def _lines(rows: Mapping[Any, object], indent: str) -> str:
    return "".join(f"{indent}{key!r}: {value!r},\n" for key, value in rows.items())


def check_history(facts: Facts, committed: Path) -> None:
    """Raise FactError if an element of the committed modules vanished or changed name or type.

    Says so on stderr when IANA's highest id is a new one.
    """
    if not committed.joinpath("_iana.py").exists():
        return
    iana = runpy.run_path(str(committed / "_iana.py"))["ELEMENTS"]
    vendors = runpy.run_path(str(committed / "_enterprise.py"))["elements"]()
    before = {(0, element_id): (row[0], row[1]) for element_id, row in iana.items()}
    before |= {(pen, element_id): (row[0], row[2]) for pen in vendors for element_id, row in vendors[pen].items()}
    found = {(element.enterprise, element.id): element for element in (*facts.iana, *facts.vendors)}
    for identity, was in before.items():
        _check_kept(identity, was, found.get(identity), facts)
    highest = facts.iana[-1]
    if highest.id > max(iana):
        print(f"warning: highest element is now {highest.id} {highest.name}, was {max(iana)}", file=sys.stderr)


def _check_kept(identity: tuple[int, int], was: tuple[str, str], element: Element | None, facts: Facts) -> None:
    what = f"element {identity[1]}" + (f" of enterprise {identity[0]}" if identity[0] else "")
    if element is None:
        file = f"vendor/{identity[0]}-*.csv" if identity[0] else ELEMENTS
        raise FactError(f"{file}: {what} ({was[0]}) vanished; --accept if that is right")
    now = (element.name or facts.vendor_keys[identity], element.type)
    if now != was:
        raise element.row.error(f"{what} was {' '.join(was)}, now {' '.join(now)}; --accept if that is right")


def main(arguments: Iterable[str] | None = None) -> int:
    """Exit status: 0, or 1 when the facts are bad or (``--check``) a module differs."""
    parser = argparse.ArgumentParser(description="Write netflowparse/registry/_*.py from the CSV files in iana/.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 naming the modules that differ")
    parser.add_argument("--accept", action="store_true", help="let elements vanish or change their name or type")
    parser.add_argument("--facts", type=Path, default=HERE, help="folder with the CSV files (default: this one)")
    parser.add_argument("--out", type=Path, default=MODULES, help="folder of the modules")
    options = parser.parse_args(None if arguments is None else list(arguments))
    try:
        facts = collect(options.facts)
        if not options.accept:
            check_history(facts, options.out)
        texts = modules(options.facts, facts)
    except FactError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    differing = [name for name, text in texts.items() if _text_of(options.out / name) != text]
    for name in differing:
        if options.check:
            print(f"{name} differs from what iana/generate.py writes", file=sys.stderr)
        else:
            (options.out / name).write_text(texts[name], encoding="utf-8", newline="\n")
    return 1 if options.check and differing else 0


def _text_of(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None


if __name__ == "__main__":
    sys.exit(main())
