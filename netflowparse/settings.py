"""What the caller knows of an exporter that its datagrams do not say: rates, names, and how it is to be read."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import Any, Literal

from .errors import UsageError, WrongType
from .quirks import Choice, rules

PEN_ENGINE = 20  # RFC 6759 §4.1 PANA-L7-PEN: an enterprise number stands before the selector
NDPI_ENGINE = 22  # ntop nDPI
FORTINET = 12356  # enterprise numbers
VELOCLOUD = 45346
SELECTOR_BITS = 24  # as Cisco prints an application: the engine above the selector, in one number
LARGEST_ENGINE = 0xFF
LARGEST_NUMBER = 0xFFFFFFFF  # of interfaces, VRFs and enterprises


@dataclass(frozen=True, kw_only=True, slots=True)
class ExporterSettings:
    """What the caller knows of one exporter.  What the exporter says itself outranks the rates and names given here.

    * ``quirks``: rules for this exporter, as ``Decoder(quirks=…)`` takes them; None: the decoder's.
    * ``template_lifetime``: s, "adapt", or "never" for without end; None: the decoder's.
    * ``sequence_unit``: what its NetFlow v9 sequence numbers count: "datagrams" (RFC 3954 §5.1) or "records".
    * ``sampling_interval``: 1 in so many packets is sampled; ``interface_sampling`` says so by ifIndex.
    * ``interfaces``, ``vrfs``: names by ifIndex and by VRF id.
    * ``applications``: names by applicationId as flows have it: "13:453", "20:12356:40567".  Other spellings of the
      same, such as "13:0453", are made so; of two that mean the same the last counts.

    Mappings are copied.  UsageError (WrongType where the kind is wrong) says which field holds what, and what was
    expected.
    """

    quirks: Choice | None = None
    template_lifetime: int | Literal["adapt", "never"] | None = None
    sequence_unit: Literal["datagrams", "records"] = "datagrams"
    sampling_interval: int | float | None = None
    interface_sampling: Mapping[int, int | float] = field(default_factory=dict)
    interfaces: Mapping[int, str] = field(default_factory=dict)
    vrfs: Mapping[int, str] = field(default_factory=dict)
    applications: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.quirks is not None:
            rules(self.quirks)
            if not isinstance(self.quirks, str):
                object.__setattr__(self, "quirks", frozenset(self.quirks))
        check_lifetime(self.template_lifetime, "adapt", "never")
        _check_word("sequence_unit", self.sequence_unit, "datagrams", "records")
        if self.sampling_interval is not None:
            _interval("sampling_interval", self.sampling_interval)
        for name, (read_key, read_value) in _MAPPINGS.items():
            object.__setattr__(self, name, _mapping(name, getattr(self, name), read_key, read_value))

    @staticmethod
    def application_table(
        kind: Literal["nbar", "fortinet", "velocloud", "ndpi"], names: Mapping[Any, str] | str
    ) -> dict[str, str]:
        """Names by applicationId, for ``applications``, from a table that a vendor has published.

        *kind* says what its ids are: "nbar" has applicationIds ("13:453"), or engine * 2^24 + selector in one
        number, as Cisco prints them; "fortinet", "velocloud" and "ndpi" have selectors alone.  *names* is a mapping
        by int or text, or CSV text with the two columns id and name, with or without a line of headings.
        """
        _check_word("kind", kind, *_TABLES)
        table = _read_csv(names) if isinstance(names, str) else names
        return _mapping("names", table, _TABLES[kind], _text)


def check_lifetime(lifetime: object, *words: str) -> None:
    """UsageError for what is no lifetime of templates, nor one of the *words* for one."""
    if lifetime is None or lifetime in words:
        return
    expected = ", ".join(["int seconds", *map(repr, words)]) + " or None"
    if type(lifetime) is not int:
        raise _refusal(WrongType, "template_lifetime", lifetime, expected)
    if lifetime < 1:
        raise _refusal(UsageError, "template_lifetime", lifetime, f"{expected}; at least 1 s")


def _check_word(name: str, value: object, *words: str) -> None:
    if not isinstance(value, str):
        raise _refusal(WrongType, name, value, f"one of {', '.join(words)}")
    if value not in words:
        raise _refusal(UsageError, name, value, f"one of {', '.join(words)}")


def _mapping(
    name: str, value: object, read_key: Callable[[str, object], Any], read_value: Callable[[str, object], Any]
) -> dict[Any, Any]:
    """*value*, its keys and values each read by their function, in a dict of its own."""
    if not isinstance(value, Mapping):
        raise _refusal(WrongType, name, value, "a mapping")
    return {read_key(f"{name} key", key): read_value(f"{name}[{key!r:.80}]", each) for key, each in value.items()}


def _interval(name: str, value: object) -> int | float:
    if type(value) not in (int, float):
        raise _refusal(WrongType, name, value, "a number N: 1 in N packets is sampled")
    assert isinstance(value, int | float)
    if not (value >= 1 and isfinite(value)):
        raise _refusal(UsageError, name, value, "a number N of at least 1: 1 in N packets is sampled")
    return value


def _text(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise _refusal(WrongType, name, value, "a str")
    return value


def _index(name: str, value: object) -> int:
    if type(value) is not int:
        raise _refusal(WrongType, name, value, "an int")
    if not 0 <= value <= LARGEST_NUMBER:
        raise _refusal(UsageError, name, value, f"0 to {LARGEST_NUMBER}")
    return value


def _application_id(name: str, value: object) -> str:
    """An applicationId as flows have it.  RFC 6759 §4."""
    if not isinstance(value, str):
        raise _refusal(WrongType, name, value, "a str such as '13:453' or '20:12356:40567'")
    parts = [int(part) if part.isascii() and part.isdigit() else -1 for part in value.split(":")]
    longest = 3 if parts[0] == PEN_ENGINE else 2
    wrong = min(parts) < 0 or parts[0] > LARGEST_ENGINE or not longest - 1 <= len(parts) <= longest
    if wrong or (longest == 3 and parts[1] > LARGEST_NUMBER):
        raise _refusal(UsageError, name, value, "engine:selector, for engine 20 20:enterprise:selector")
    return ":".join(map(str, parts))


def _nbar_id(name: str, value: object) -> str:
    if isinstance(value, str) and ":" in value:
        return _application_id(name, value)
    number = _selector(name, value)
    engine, selector = number >> SELECTOR_BITS, number & (1 << SELECTOR_BITS) - 1
    if engine > LARGEST_ENGINE:
        raise _refusal(UsageError, name, value, f"engine * 2^{SELECTOR_BITS} + selector, of 32 bits")
    return f"{engine}:{selector}"


def _selector(name: str, value: object) -> int:
    if type(value) is int and value >= 0:
        return value
    if not isinstance(value, str | int) or isinstance(value, bool):
        raise _refusal(WrongType, name, value, "an int, or decimal text")
    if isinstance(value, int) or not (value.strip().isascii() and value.strip().isdigit()):
        raise _refusal(UsageError, name, value, "a decimal number that is not negative")
    return int(value)


def _read_csv(text: str) -> dict[str, str]:
    """Names by id of CSV *text* with two columns; a first line whose id has no digit is headings."""
    names: dict[str, str] = {}
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    try:
        for number, row in enumerate(row for row in reader if row):
            if len(row) != 2:
                raise _refusal(UsageError, f"names, line {reader.line_num}", row, "two columns, id and name")
            if number or any(character.isdigit() for character in row[0]):
                names[row[0].strip()] = row[1]
    except csv.Error as error:
        raise UsageError(f"names, line {reader.line_num}: {error}; expected CSV with two columns") from error
    return names


def _refusal(kind: type[UsageError], name: str, found: object, expected: str) -> UsageError:
    return kind(f"{name}: {found!r:.120}; expected {expected}")


_MAPPINGS: dict[str, tuple[Callable[[str, object], Any], Callable[[str, object], Any]]] = {
    "interface_sampling": (_index, _interval),
    "interfaces": (_index, _text),
    "vrfs": (_index, _text),
    "applications": (_application_id, _text),
}
_TABLES: dict[str, Callable[[str, object], str]] = {
    "nbar": _nbar_id,
    "fortinet": lambda name, value: f"{PEN_ENGINE}:{FORTINET}:{_selector(name, value)}",
    "velocloud": lambda name, value: f"{PEN_ENGINE}:{VELOCLOUD}:{_selector(name, value)}",
    "ndpi": lambda name, value: f"{NDPI_ENGINE}:{_selector(name, value)}",
}

PLAIN = ExporterSettings()  # of an exporter of which the caller knows nothing
