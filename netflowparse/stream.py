"""IPFIX messages from a stream of octets: TCP, SCTP, files.  RFC 7011 §10.4, RFC 5655 §10.

Octets come in, whole messages go out; nothing is received or read here, and no message is decoded.
"""

from __future__ import annotations

from struct import Struct
from typing import NamedTuple

from .arguments import expect, octets_of
from .errors import MalformedMessage, UsageError
from .types import Octets
from .types.words import PROTOCOLS

__all__ = ["MessageStream", "StreamMessage"]

VERSION = b"\x00\x0a"  # RFC 7011 §3.1
HEAD = 4  # octets of version and length, and of a set's id and length
SMALLEST = 16  # octets of a message: its header
SETS = 16  # that are looked at where a message is doubted
NETFLOW = "netflow"
NETFLOW_VERSIONS = [int(name.removeprefix(NETFLOW)) for name in PROTOCOLS if name.startswith(NETFLOW)]
#: how exports of other protocols begin, which come over UDP alone
OTHERS = {
    b"\0\0\0\5": "sFlow version 5",
    **{bytes((0, version)): f"NetFlow version {version}" for version in NETFLOW_VERSIONS},
}
RESERVED_SETS = frozenset({0, 1, *range(4, 256)})  # ids; RFC 7011 §3.3.2
NOWHERE = -1  # for an offset

_set_head = Struct(">HH")


class StreamMessage(NamedTuple):
    """One whole message of a stream.

    ``offset`` counts octets from the stream's start; ``skipped`` those before it that belong to no message: 0 where the
    stream is not damaged.
    """

    offset: int
    octets: bytes
    skipped: int


class MessageStream:
    """Makes whole IPFIX messages of octets that come in pieces of any size, as over TCP or from a file.

    Each goes to ``Decoder.decode`` with ``transport="tcp"``, ``"sctp"`` or ``"file"``.  A message is there with its
    last octet; how the octets were cut into pieces changes nothing.

    What stands where a message should begin is damage if it is no header: version 10 and a length of at least 16.
    With ``resync`` the search for the next message begins one octet behind the start of the message before, whose
    length may have led astray; so a message may overlap a damaged one.  Found is what has a header and sets that fill
    it (the first 16 are looked at), and is followed by another header or the end (RFC 5655 §10.3).  A message whose
    sets do not fill it is searched as well, before the one behind it is taken.

    Without ``resync`` damage is ``MalformedMessage``, its ``offset`` counted from the stream's start.  The messages
    before it are not lost: the call that meets damage returns those it has, and then the next call raises.  Every later
    ``feed`` raises again.

    It keeps at most the octets of one message and 3 more, and works in linear time, whatever is fed.  It pickles.
    """

    __slots__ = (
        *("_buffer", "_start", "_at", "_offset", "_skipped"),
        *("_before", "_searching", "_resume", "_walked", "_sets"),
        *("_resync", "_damage", "_raised", "_closed"),
    )

    def __init__(self, *, resync: bool = True) -> None:
        self._resync = expect(resync, bool, "resync")
        self._buffer = bytearray()
        self._start = 0  # offset of the buffer's first octet
        self._at = 0  # where the next message should begin, or may
        self._offset = 0
        self._skipped = 0
        self._before = NOWHERE  # start of the message that ends here, while nothing says that it was whole
        self._searching = False
        self._resume = NOWHERE  # where a search ends: a header stands there, behind a message that is doubted
        self._walked = NOWHERE  # where the next set of the message that is doubted begins
        self._sets = 0  # of it that were looked at
        self._damage = NOWHERE  # where it is, without resync
        self._raised = False
        self._closed = False

    @property
    def offset(self) -> int:
        """Octets from the stream's start to the end of what was returned."""
        return self._offset

    @property
    def skipped(self) -> int:
        """Octets before ``offset`` that belong to no message."""
        return self._skipped

    @property
    def rest(self) -> int:
        """Octets behind ``offset``: of a message that is not whole yet, and after ``close`` left over."""
        return self._start + len(self._buffer) - self._offset

    def __repr__(self) -> str:
        return f"<MessageStream: offset {self.offset}, skipped {self.skipped}, rest {self.rest}>"

    def feed(self, octets: Octets) -> list[StreamMessage]:
        """The messages that *octets*, the next of the stream, complete.

        ``WrongType`` for what is not octets, ``UsageError`` after ``close``, and ``MalformedMessage`` as said above.
        """
        piece = octets_of(octets, "octets")
        if self._closed:
            raise UsageError("the stream is closed: expected no more octets")
        self._refuse()
        self._buffer += piece
        return self._advance()

    def close(self) -> list[StreamMessage]:
        """The messages that only the end of the stream could decide; ``rest`` is what is left over then.

        A message that is cut by the end is no damage.
        """
        self._closed = True
        if self._raised:
            return []
        self._refuse()
        return self._advance()

    def _refuse(self) -> None:
        if self._damage != NOWHERE:
            self._raised = True
            found = bytes(self._buffer[self._damage - self._start :][:HEAD])
            other = OTHERS.get(found) or OTHERS.get(found[:2])
            raise MalformedMessage(
                f"octet {self._damage} of the stream: no header of an IPFIX message,"
                " need version 10 and a length of at least 16" + (f" ({other}?)" if other else ""),
                offset=self._damage,
                protocol="ipfix",
                spec="RFC 7011 §10.4.3",
            )

    def _advance(self) -> list[StreamMessage]:
        messages: list[StreamMessage] = []
        while self._damage == NOWHERE and (self._search(messages) if self._searching else self._follow(messages)):
            pass
        kept = self._at if self._before == NOWHERE else self._before
        if self._damage == NOWHERE and kept > self._start:
            del self._buffer[: kept - self._start]
            self._start = kept
        if not messages:
            self._refuse()
        return messages

    def _follow(self, messages: list[StreamMessage]) -> bool:
        """Take the message that begins here, or begin a search; whether anything could be decided."""
        at, before = self._at, self._before
        header = self._is_header(at)
        if header is None:
            return self._closed and self._doubt(before, at)
        if not header:
            if self._resync:
                self._begin_search((at if before == NOWHERE else before) + 1)
            else:
                self._damage = at
            return True
        if self._doubt(before, at):
            return True
        self._before = NOWHERE
        length = self._length(at)
        if self._received < at + length:
            if not self._closed or not self._resync:
                return False
            self._begin_search(at + 1)
            return True
        self._take(messages, at, length)
        self._before, self._at = at, at + length
        return True

    def _doubt(self, before: int, end: int) -> bool:
        """Begin a search in the message from *before* to *end* if its sets do not fill it; whether one has begun."""
        if before == NOWHERE or not self._resync:
            return False
        self._begin_walk(before)
        if self._sets_fill(end):
            return False
        self._begin_search(before + 1, end)
        return True

    def _begin_search(self, at: int, resume: int = NOWHERE) -> None:
        self._searching, self._at, self._resume, self._before = True, at, resume, NOWHERE
        self._begin_walk(at)

    def _search(self, messages: list[StreamMessage]) -> bool:
        """Look at the next place where a message may begin; whether anything could be decided."""
        found = self._buffer.find(VERSION, self._at - self._start)
        at = NOWHERE if found < 0 else found + self._start
        if self._resume != NOWHERE and not NOWHERE < at < self._resume:
            self._searching, self._at, self._resume = False, self._resume, NOWHERE
            return True
        if at == NOWHERE:
            self._look_at(max(self._at, self._received - self._buffer.endswith(VERSION[:1])))
            return False
        self._look_at(at)
        verdict = self._is_message(at)
        if verdict is None:
            return False
        if not verdict:
            self._look_at(at + 1)
            return True
        length = self._length(at)
        self._take(messages, at, length)
        self._look_at(at + length)
        self._resume = NOWHERE
        # What overlaps octets that were returned has to prove itself: so none is returned more than twice.
        self._searching = self._at < self._offset
        return True

    def _look_at(self, at: int) -> None:
        """Go on to a place; where it is the present one, what was looked at there need not be looked at again."""
        if at != self._at:
            self._at = at
            self._begin_walk(at)

    def _take(self, messages: list[StreamMessage], at: int, length: int) -> None:
        first = at - self._start
        skipped = max(0, at - self._offset)
        messages.append(StreamMessage(at, bytes(memoryview(self._buffer)[first : first + length]), skipped))
        self._skipped += skipped
        self._offset = max(self._offset, at + length)

    # What stands somewhere: None says that more octets have to tell.

    @property
    def _received(self) -> int:
        return self._start + len(self._buffer)

    def _length(self, at: int) -> int:
        first = at - self._start
        return int.from_bytes(self._buffer[first + 2 : first + HEAD], "big")

    def _is_header(self, at: int) -> bool | None:
        """Whether version 10 and a length of at least 16 stand there."""
        first = at - self._start
        head = self._buffer[first : first + HEAD]
        if not VERSION.startswith(head[:2]):
            return False
        return None if len(head) < HEAD else self._length(at) >= SMALLEST

    def _is_message(self, at: int) -> bool | None:
        """Whether a header with sets that fill it stands there, and a header, or the end, behind them."""
        header = self._is_header(at)
        if not header:
            return False if self._closed else header
        end = at + self._length(at)
        if self._closed and end > self._received:
            return False
        filled = self._sets_fill(end)
        if not filled:
            return filled
        if end > self._received:
            return None
        behind = self._is_header(end)
        return True if behind is None and self._closed else behind

    def _begin_walk(self, at: int) -> None:
        self._walked, self._sets = at + SMALLEST, 0

    def _sets_fill(self, end: int) -> bool | None:
        """Whether the sets from ``_walked`` on go to *end*, but for padding, as far as they are looked at."""
        received = self._received
        while self._sets < SETS:
            left = end - self._walked
            first = self._walked - self._start
            if left < HEAD:
                return None if received < end else not any(self._buffer[first : first + left])
            if received < self._walked + HEAD:
                return None
            set_id, length = _set_head.unpack_from(self._buffer, first)
            if set_id in RESERVED_SETS or not HEAD <= length <= left:
                return False
            self._walked += length
            self._sets += 1
        return True
