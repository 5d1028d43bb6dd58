"""Sets to datagrams: filled one after the other, none longer than it may be.  RFC 7011 §3.1 and §3.3, RFC 3954 §5."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..errors import EncodeError
from ..wire.sets import FIRST_DATA_SET, SetHeader
from .checked import Path
from .templates import Definition

WORD = 4  # octets that sets are padded to
NUMBER = 1 << 32  # sequence numbers turn over, those of any protocol
HEAD: int = SetHeader.sizeof()


@dataclass
class OpenSet:
    """A set that is being filled; ``minimum`` are the octets of the smallest record that it can have."""

    set_id: int
    minimum: int
    kind: object  # what must be the same of records that share the set
    body: bytearray = field(default_factory=bytearray)

    @property
    def padding(self) -> int:
        """Zeros behind the records, fewer than a record could have.  RFC 7011 §3.3.1."""
        padding = -len(self.body) % WORD
        return padding if padding < self.minimum else 0

    @property
    def octets(self) -> bytes:
        """The set, with its head and padding."""
        length = HEAD + len(self.body) + self.padding
        head: bytes = SetHeader.build({"set_id": self.set_id, "length": length})
        return head + self.body + bytes(self.padding)


class Datagram:
    """One that is being filled: its sets, and how many records of all kinds and of data they hold."""

    def __init__(self) -> None:
        self.sets: list[OpenSet] = []
        self.records = 0
        self.data_records = 0
        self.size = 0  # of the sets before the last

    @property
    def body(self) -> bytes:
        """What stands behind the header."""
        return b"".join(each.octets for each in self.sets)

    def room_for(self, octets: bytes, kind: object, most: int) -> bool:
        """Whether a record fits that may share a set with those of its *kind*."""
        last = self.sets[-1] if self.sets else None
        if last is None:
            return HEAD + _padded(len(octets)) <= most
        if last.kind == kind:
            return self.size + HEAD + _padded(len(last.body) + len(octets)) <= most
        return self.size + len(last.octets) + HEAD + _padded(len(octets)) <= most


def _padded(length: int) -> int:
    return length + -length % WORD


class Datagrams:
    """Datagrams whose sets have at most *most* octets together."""

    def __init__(self, most: int) -> None:
        self.made = [Datagram()]
        self._most = most

    def add(self, octets: bytes, set_id: int, minimum: int, kind: object, path: Path) -> None:
        """Put a record into the set of its *kind* at the end, or a new one."""
        datagram = self.made[-1]
        if not datagram.room_for(octets, kind, self._most):
            if datagram.sets:
                datagram = Datagram()
                self.made.append(datagram)
            if not datagram.room_for(octets, kind, self._most):
                raise EncodeError(f"a record of {len(octets)} octets, which no datagram has room for", path)
        if not datagram.sets or datagram.sets[-1].kind != kind:
            if datagram.sets:
                datagram.size += len(datagram.sets[-1].octets)
            datagram.sets.append(OpenSet(set_id, minimum, kind))
        datagram.sets[-1].body += octets
        datagram.records += 1
        datagram.data_records += set_id >= FIRST_DATA_SET

    def add_data(self, definition: Definition, octets: bytes, path: Path) -> None:
        """Put a data record into a set of its template."""
        template_id = definition.template.template_id
        self.add(octets, template_id, definition.minimum_length, definition, path)
