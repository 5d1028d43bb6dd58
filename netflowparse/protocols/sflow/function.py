"""The text of a function that reads samples of one shape, one after the other as long as they come.

Of each it first unpacks and checks everything, and ends where something is not as the shape has it; only then anything
is changed.  A flow begins as a copy of a dict that has its keys already, in the order in which records are read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from struct import Struct as Packing
from typing import Any, NamedTuple

from construct import Struct

from ...codec.compile import WIDEST_DISPLAY
from ...codec.display import spell
from ...codec.layout import Layout, layout_of
from ...codec.plan import Field, fields_of
from ...codec.reader import StructureReader
from ...codec.source import INDENT, function
from ...packet.usual import FIRST, UsualText
from ...wire.sflow.flow_records import SampledHeaderHead
from ...wire.sflow5 import Head
from ...wire.values import Site
from ...wire.xdr import WORD
from .elements import COPIES
from .opening import Words
from .work import HEAD, SflowWork

ETHERNET = 1  # header_protocol
SAMPLED = layout_of(SampledHeaderHead)

#: Reads the samples from an offset to another on; where those end that it has read.
SamplesReader = Callable[[SflowWork, bytes, int, int], int]


class Part(NamedTuple):
    """One record of a shape: its layout if it always takes the same octets, and what reads it in any case.

    A sampled header is told apart.
    """

    data_format: int
    name: str
    layout: Layout | None
    read: StructureReader
    sampled: bool = False


class FunctionText:
    """What has been written of one function."""

    def __init__(self, names: dict[str, Any]) -> None:
        self.names = dict(names)
        self.before: dict[str, Any] = {}  # what the dict of a sample begins as, up to its packet
        self.after: dict[str, Any] = {}  # and behind it
        self._keys = self.before
        self._reading: list[str] = []  # lines that unpack and check
        self._making = ["flow = new()"]  # and those that change something
        self._letters = ""  # of the present run
        self._targets: list[str] = []
        self._derived: list[str] = []
        self._checks: list[str] = []
        self._at = "position"  # where the present run begins
        self._least = 0  # octets of the first run
        self._taken = 0  # fields
        self._first: list[str] = []  # lines before all samples

    def _take(self, fields: Iterable[Field]) -> list[str]:
        """Let *fields* be unpacked next; the texts of their values."""
        values = []
        for number, field in enumerate(fields, self._taken):
            self._letters += field.letters
            self._targets += field.variables(number)
            values.append(field.expression(number, Site("position", str(number))))
        self._taken += len(values)
        return values

    def _head(self, data_format: int) -> str:
        """The name of the length that the head of a record of this format has."""
        found, length = self._take(fields_of(Head))
        self._checks.append(f"{found} != {data_format}")
        return length

    @property
    def _end(self) -> str:
        """Where the present run ends, so far."""
        return f"{self._at} + {Packing('>' + self._letters).size}"

    def _unpack(self, missing: str) -> None:
        """Lines that unpack the present run and check it, which is not the first and not there where *missing*."""
        packing = Packing(">" + self._letters)
        unpack = f"unpack{self._taken}"
        self.names[unpack] = packing.unpack_from
        if self._at == "position":
            self._least = packing.size
        else:
            self._reading += [f"if {missing}:", INDENT + "break"]
        self._reading += [f"{', '.join(self._targets)}, = {unpack}(octets, {self._at})", *self._derived]
        if self._checks:
            self._reading += [f"if {' or '.join(self._checks)}:", INDENT + "break"]
        self._letters, self._targets, self._derived, self._checks = "", [], [], []

    def words(self, data_format: int, declaration: Struct, count: int) -> Words:
        """Take the head of a sample and its words, which count so many records; the texts of their values."""
        length = self._head(data_format)
        fields = fields_of(declaration)
        words = dict(zip((field.name or "" for field in fields), self._take(fields), strict=True))
        self._derived.append(f"stop = position + {length} + {HEAD}")
        self._checks += ["stop > end", f"{words.pop('record_count')} != {count}"]
        return words

    def say(self, *lines: str) -> None:
        """Add lines to those that change something."""
        self._making += lines

    def put(self, key: str, text: str) -> None:
        """Let *key* be what *text* says."""
        self._keys[key] = None
        self._making.append(f"flow[{key!r}] = {text}")

    def put_if(self, condition: str, key: str, text: str, *otherwise: str) -> None:
        """Let *key* be what *text* says if the condition holds; else there is no such key, and *otherwise* holds."""
        self._keys.setdefault(key)
        self._making += [f"if {condition}:", f"{INDENT}flow[{key!r}] = {text}"]
        self._making += ["else:", *(INDENT + line for line in (f"del flow[{key!r}]", *otherwise))]

    def fixed(self, part: Part, layout: Layout) -> None:
        """A structure that always takes the same octets."""
        self._checks.append(f"{self._head(part.data_format)} != {layout.minimum_length}")
        values = self._take(layout.fields)
        shown = layout.display
        if len(shown) <= WIDEST_DISPLAY:
            self.put(part.name, spell(shown, values.__getitem__))
        else:
            self.names[f"new_{part.name}"] = dict.fromkeys(key for key, _ in shown).copy
            self.say(f"fields = new_{part.name}()")
            self.say(*(f"fields[{key!r}] = {source.emit(values.__getitem__)}" for key, source in shown))
            self.put(part.name, "fields")
        self._copy_elements(part, lambda field: values[layout.names.index(field)])

    def _copy_elements(self, part: Part, value_of: Callable[[str], str]) -> None:
        for field, element, unknown in COPIES.get(part.name, ()):
            value = value_of(field)
            if unknown is None:
                self.put(element, value)
            else:
                self.put_if(f"{value} != {unknown}", element, value)

    def free(self, part: Part, number: int) -> None:
        """A structure whose octets are as many as its head says: it has to take them all, and have nothing odd."""
        size, begin, after = self._head(part.data_format), f"begin{number}", f"after{number}"
        self._derived += [f"{begin} = {self._end}", f"{after} = {begin} + {size}"]
        self._checks += [f"{size} & {WORD - 1}", f"{after} > stop"]
        self._unpack(f"{self._end} > stop")
        self.names[f"read{number}"] = part.read
        self._first = ["faults = []"]
        self._reading += ["try:", INDENT + f"fields{number}, at = read{number}(octets, {begin}, {after}, faults)"]
        self._reading += ["except Incomplete:", INDENT + "break"]
        self._reading += [f"if faults or at != {after}:", INDENT + "break"]
        self.put(part.name, f"fields{number}")
        self._copy_elements(part, lambda field: f"fields{number}[{field!r}]")
        self._at = after

    def sampled(self, part: Part) -> None:
        """A sampled header, whose octets may be any number, and its packet: lines of that come first."""
        size, layout = self._head(part.data_format), SAMPLED
        values = self._take(layout.fields)
        protocol, frame_length, _, length = values
        self._derived += [f"packet = {self._end}", f"after = packet + ({length} + {WORD - 1} & {-WORD})"]
        self._checks.append(f"{size} != after - packet + {layout.minimum_length}")
        other = f"flow = other(octets, packet, packet + {length}, {protocol}, work.problems)"
        usual = UsualText(self.names, "flow", "packet", length, [other], new=True).lines(self._take(FIRST.tcp.fields))
        self._making[:1] = [
            f"if {protocol} != {ETHERNET} or {length} < {FIRST.size}:",
            f"{INDENT}if {protocol} not in first_layers:",
            INDENT * 2 + "break",
            INDENT + other,
            "el" + usual[0],
            *usual[1:],
        ]
        self._unpack(f"{self._end} > end")
        self.put(part.name, spell(layout.display, values.__getitem__))
        self.put("layer2OctetDeltaCount", frame_length)
        self._at, self._keys = "after", self.after

    def function(self, appended: str) -> SamplesReader:
        """The function, which has taken all records; what it makes is *appended* to an attribute of the work."""
        if self._letters:  # all octets that follow are always as many
            wrong = f"{self._end} != stop"
            self._checks += [wrong] * (self._at == "position")
            self._unpack(wrong)
        else:
            self._reading += [f"if {self._at} != stop:", INDENT + "break"]
        body = [*self._reading, *self._making, "append(flow)", "left -= 1", "position = stop"]
        lines = [
            f"append, sources, domain = work.{appended}.append, work.sources, work.domain",
            f"left, last = work.samples_left, end - {self._least}",
            *self._first,
            "while left and position <= last:",
            *(INDENT + line for line in body),
            "work.samples_left = left",
            "return position",
        ]
        read: SamplesReader = function(
            ["def read(work, octets, position, end):", *(INDENT + line for line in lines)], self.names
        )
        return read
