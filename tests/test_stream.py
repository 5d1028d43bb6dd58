"""MessageStream: whole messages out of any pieces, and reading on behind damage."""

from __future__ import annotations

import pickle
from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netflowparse import Decoder, MalformedMessage, MessageStream, UsageError, WrongType
from netflowparse.stream import StreamMessage
from tests.conftest import RECORDINGS
from tests.message_builder import ipfix_message, set_of, template
from tests.protocols.examples import NETFLOW5, NETFLOW9
from tests.protocols.messages import FIELDS, events, flow, record
from tests.sflow_builder import one_flow, sampled_header

FIRST = ipfix_message(set_of(2, template(256, FIELDS)))  # 16 + 4 + 16 = 36 octets
SECOND = ipfix_message(set_of(256, record(1)))  # 16 + 4 + 12 = 32
THIRD = ipfix_message(set_of(256, record(2) + record(3)))  # 44
EMPTY = ipfix_message()  # 16: a header and no sets
SFLOW = one_flow(sampled_header(bytes(14)))
FILE = (RECORDINGS / "python-ipfix.ipfix").read_bytes()


def split(octets: bytes, cuts: Iterable[int] = (), stream: MessageStream | None = None) -> list[StreamMessage]:
    """All messages of a stream that comes in pieces."""
    stream = MessageStream() if stream is None else stream
    places = [0, *sorted(cuts), len(octets)]
    messages = [each for start, end in pairwise(places) for each in stream.feed(octets[start:end])]
    return messages + stream.close()


def octets_of(messages: Iterable[StreamMessage]) -> list[bytes]:
    """The messages alone."""
    return [each.octets for each in messages]


@pytest.mark.conformance("IPFIX-10.4.3-01")
def test_two_messages_cut_anywhere() -> None:
    want = [StreamMessage(0, FIRST, 0), StreamMessage(36, SECOND, 0)]
    both = FIRST + SECOND
    assert split(both) == want
    for first in range(len(both) + 1):
        assert split(both, [first]) == want
        for second in range(first, len(both) + 1, 5):
            assert split(both, [first, second]) == want


@pytest.mark.conformance("IPFIX-10.4.3-01")
def test_a_message_is_there_with_its_last_octet() -> None:
    stream = MessageStream()
    assert stream.feed(FIRST[:-1]) == []
    assert (stream.offset, stream.skipped, stream.rest) == (0, 0, 35)
    assert stream.feed(FIRST[-1:] + SECOND[:3]) == [(0, FIRST, 0)]
    assert (stream.offset, stream.skipped, stream.rest) == (36, 0, 3)
    assert repr(stream) == "<MessageStream: offset 36, skipped 0, rest 3>"
    assert stream.feed(bytearray(SECOND[3:])) == [(36, SECOND, 0)]
    assert stream.feed(memoryview(EMPTY)) == [(68, EMPTY, 0)]
    assert stream.close() == []
    assert (stream.offset, stream.skipped, stream.rest) == (84, 0, 0)


@pytest.mark.fault("G-12")
def test_two_messages_in_one_piece_are_both_decoded(decoder: Decoder) -> None:
    decoded = [decoder.decode(each.octets, "r1", transport="tcp") for each in split(FIRST + SECOND)]
    assert [events(each) for each in decoded] == [[("learned", 256)], []]
    assert [each["flows"] for each in decoded] == [[], [flow(1)]]
    assert [each["problems"] for each in decoded] == [[], []]


@pytest.mark.fault("G-18")
@pytest.mark.parametrize(
    ("octets", "name"),
    [(SFLOW, "sFlow version 5"), (NETFLOW5, "NetFlow version 5"), (NETFLOW9, "NetFlow version 9")],
    ids=["sFlow", "NetFlow v5", "NetFlow v9"],
)
def test_datagrams_of_other_protocols_are_no_stream(octets: bytes, name: str) -> None:
    """Without resync they are refused by their name, wherever they come; with it they are passed over."""
    strict = MessageStream(resync=False)
    assert strict.feed(FIRST + octets) == [(0, FIRST, 0)]
    for _ in range(2):
        with pytest.raises(MalformedMessage, match=rf"octet 36 of the stream: .* need version 10 .*\({name}\?\)$"):
            strict.feed(SECOND)
    stream = MessageStream()
    want = [(0, FIRST, 0), (36 + len(octets), SECOND, len(octets)), (36 + len(octets) + 32, THIRD, 0)]
    assert split(FIRST + octets + SECOND + THIRD, stream=stream) == want
    assert (stream.skipped, stream.rest) == (len(octets), 0)


def test_what_is_returned_is_the_callers_own() -> None:
    piece = bytearray(FIRST + SECOND)
    messages = MessageStream().feed(piece)
    piece[:] = bytes(len(piece))
    assert octets_of(messages) == [FIRST, SECOND]
    assert [type(each) for each in octets_of(messages)] == [bytes, bytes]


@pytest.mark.conformance("IPFIX-9.1-05", "FILE-10.3-01")
@pytest.mark.parametrize(
    "garbage", [b"\1", b"\0", b"\0\x0a", b"\0\x0a\0\x0f", bytes(100), b"\xff" * 70_000, b"\0\x0a\0\x14" + b"\5" * 40]
)
def test_garbage_between_messages_is_skipped(garbage: bytes) -> None:
    stream = MessageStream()
    messages = split(FIRST + garbage + SECOND + THIRD, stream=stream)
    at = 36 + len(garbage)
    if garbage[:4] == b"\0\x0a\0\x14":  # a header of 20 octets: taken, and what follows its 20th is searched
        assert messages.pop(1) == (36, garbage[:20], 0)
        assert messages == [(0, FIRST, 0), (at, SECOND, 24), (at + 32, THIRD, 0)]
    else:
        assert messages == [(0, FIRST, 0), (at, SECOND, len(garbage)), (at + 32, THIRD, 0)]
        assert (stream.skipped, stream.rest) == (len(garbage), 0)


@pytest.mark.conformance("FILE-10.3-01")
def test_found_again_it_waits_for_what_follows_once() -> None:
    """Behind damage a message is taken when a header stands behind it, the ones after it at once."""
    stream = MessageStream()
    assert stream.feed(b"garbage" + FIRST) == []
    assert stream.feed(SECOND[:4]) == [(7, FIRST, 7)]
    assert stream.feed(SECOND[4:]) == [(43, SECOND, 0)]
    assert split(b"garbage" + FIRST) == [(7, FIRST, 7)]  # or the end


@pytest.mark.conformance("FILE-10.3-01")
def test_a_length_that_leads_astray_costs_no_other_message() -> None:
    shorter, longer = (FIRST[:2] + length.to_bytes(2, "big") + FIRST[4:] for length in (36 - 1, 36 + 1))
    swallows = FIRST[:2] + (36 + 32 + 10).to_bytes(2, "big") + FIRST[4:]
    beyond = FIRST[:2] + b"\xff\xff" + FIRST[4:]
    behind = [(36, SECOND, 0), (68, THIRD, 0), (112, SECOND, 0)]
    rest = SECOND + THIRD + SECOND
    assert split(shorter + rest) == [(0, shorter[:35], 0), (36, SECOND, 1), *behind[1:]]
    assert split(longer + rest) == [(0, longer + b"\0", 0), *behind]
    assert split(swallows + rest) == [(0, swallows + SECOND + THIRD[:10], 0), *behind]
    assert split(beyond + rest) == [(36, SECOND, 36), *behind[1:]]


@pytest.mark.conformance("FILE-10.3-01")
def test_a_length_that_leads_to_another_header_costs_no_other_message() -> None:
    swallows = FIRST[:2] + (36 + 32).to_bytes(2, "big") + FIRST[4:]  # ends where THIRD begins
    messages = split(swallows + SECOND + THIRD)
    assert messages == [(0, swallows + SECOND, 0), (36, SECOND, 0), (68, THIRD, 0)]


def test_a_message_whose_sets_do_not_fill_it_is_no_damage() -> None:
    """Its decoder says what is wrong with it; nothing is lost, and nothing comes later."""
    odd = ipfix_message(set_of(256, record(1), length=99))
    stream = MessageStream()
    for at, octets in enumerate([odd, odd, FIRST, odd]):
        (message,) = stream.feed(octets)
        assert (message.octets, message.skipped) == (octets, 0), at
    assert (stream.close(), stream.skipped, stream.rest) == ([], 0, 0)


@pytest.mark.conformance("FILE-10.3-01")
@pytest.mark.parametrize(
    "bad",
    [
        ipfix_message(set_of(4, b"")),  # a reserved id
        ipfix_message(set_of(256, b"", length=3)),
        ipfix_message(set_of(256, b"", length=8)),  # runs past its message
        ipfix_message(set_of(256, b"") + b"\0\1"),  # what is left is no padding
        b"\0\x0a\0\x0f" + bytes(11),
    ],
    ids=["id", "short", "long", "left", "header"],
)
def test_where_there_was_damage_a_message_has_to_prove_itself(bad: bytes) -> None:
    assert split(b"\1" + bad + SECOND) == [(1 + len(bad), SECOND, 1 + len(bad))]


@pytest.mark.conformance("FILE-10.3-01")
def test_padding_behind_sets_and_many_sets_are_no_damage() -> None:
    padded, many = ipfix_message(set_of(256, b"") + bytes(3)), ipfix_message(*[set_of(256, b"")] * 16, b"\1\1\1\1\1")
    assert octets_of(split(b"\1" + padded + many + SECOND)) == [padded, many, SECOND]  # 16 sets are looked at


@pytest.mark.conformance("FILE-10.3-01")
@pytest.mark.parametrize("inserted", [None, 0, 10, 255])
def test_one_octet_too_few_or_too_many_costs_one_message(inserted: int | None) -> None:
    whole = MessageStream().feed(FILE)[:20]
    octets = b"".join(octets_of(whole))
    for at in range(len(octets)):
        spoiled = octets[:at] + (octets[at + 1 :] if inserted is None else bytes([inserted]) + octets[at:])
        found = set(octets_of(split(spoiled)))
        lost = [each.offset for each in whole if each.octets not in found]
        assert len(lost) <= 1, at
        # An octet may also be inserted between two messages, or be the first of a message that is a zero like it.
        assert all(offset <= at < offset + 400 for offset in lost), at


def test_end_of_the_stream() -> None:
    stream = MessageStream()
    assert split(FIRST + SECOND[:20], stream=stream) == [(0, FIRST, 0)]
    assert (stream.offset, stream.skipped, stream.rest) == (36, 0, 20)
    assert stream.close() == []
    with pytest.raises(UsageError, match="closed"):
        stream.feed(b"")


@pytest.mark.conformance("IPFIX-10.4.3-01")
@pytest.mark.parametrize("size", [1, 7, 200])
@pytest.mark.parametrize("damage", [b"\5\5", b"\0\x0a\0\x0f", b"\0\5"])
def test_without_resync_damage_raises_after_what_stands_before_it(damage: bytes, size: int) -> None:
    stream, messages = MessageStream(resync=False), []
    octets = FIRST + SECOND + damage + THIRD
    with pytest.raises(MalformedMessage) as caught:  # noqa: PT012
        for start in range(0, len(octets), size):
            messages += stream.feed(octets[start : start + size])
        stream.close()
    assert messages == [(0, FIRST, 0), (36, SECOND, 0)]
    error = caught.value
    assert (error.offset, error.protocol, error.spec) == (68, "ipfix", "RFC 7011 §10.4.3")
    assert str(error) == (
        "octet 68 of the stream: no header of an IPFIX message, need version 10 and a length of at least 16"
        + (" (NetFlow version 5?)" if damage == b"\0\5" else "")
    )
    assert (stream.close(), stream.offset) == ([], 68)  # it was told


def test_what_the_end_cuts_behind_damage_is_no_message() -> None:
    stream = MessageStream()
    assert split(FIRST + b"\5" + SECOND[:-4], stream=stream) == [(0, FIRST, 0)]
    assert (stream.offset, stream.skipped, stream.rest) == (36, 0, 1 + 28)


def test_a_message_of_many_sets_behind_damage_is_there_with_its_last_octet() -> None:
    """Not before, though no more of its sets are looked at; what stands behind it decides."""
    stream, long = MessageStream(), ipfix_message(*[set_of(256, record(1))] * 18)
    assert stream.feed(FIRST + b"\5" + long[:-4]) == [(0, FIRST, 0)]
    assert stream.feed(long[-4:]) == []
    assert stream.feed(SECOND) == [(37, long, 1), (37 + len(long), SECOND, 0)]


def test_without_resync_every_later_piece_raises() -> None:
    stream = MessageStream(resync=False)
    assert stream.feed(FIRST + b"\5") == [(0, FIRST, 0)]
    for _ in range(2):
        with pytest.raises(MalformedMessage) as caught:
            stream.feed(SECOND)
        assert caught.value.offset == 36
    stream = MessageStream(resync=False)
    with pytest.raises(MalformedMessage):
        stream.feed(b"\5" + SECOND)
    assert stream.close() == []


def test_without_resync_the_end_is_no_damage() -> None:
    stream = MessageStream(resync=False)
    odd = ipfix_message(set_of(256, b"", length=99))
    assert stream.feed(odd + FIRST + SECOND[:9]) == [(0, odd, 0), (20, FIRST, 0)]
    assert (stream.close(), stream.rest) == ([], 9)


def test_arguments() -> None:
    with pytest.raises(WrongType, match="octets is str: expected bytes, bytearray or memoryview"):
        MessageStream().feed("text")  # type: ignore[arg-type]
    with pytest.raises(WrongType, match="resync=1: expected a bool"):
        MessageStream(resync=1)  # type: ignore[arg-type]


well_formed = st.sampled_from(
    [FIRST, SECOND, THIRD, EMPTY, ipfix_message(set_of(256, SECOND + SECOND + b"\0\x0a\0\x10"))]
)
spoiled = st.one_of(
    st.binary(max_size=6),
    st.sampled_from([b"\0", b"\0\x0a", b"\0\x0a\0\x20", FIRST[:-1], SECOND[1:], THIRD[:2] + b"\0\x40" + THIRD[4:]]),
    well_formed.flatmap(lambda octets: st.integers(0, len(octets) - 1).map(lambda at: octets[:at] + octets[at + 1 :])),
)


@given(st.lists(well_formed | spoiled, max_size=8).map(b"".join), st.data())
@pytest.mark.conformance("IPFIX-10.4.3-01", "FILE-10.3-01")
def test_any_pieces_give_the_same_messages(octets: bytes, data: st.DataObject) -> None:
    cuts = data.draw(st.lists(st.integers(0, len(octets)), max_size=6))
    whole, pieces, single = MessageStream(), MessageStream(), MessageStream()
    messages = split(octets, stream=whole)
    assert split(octets, cuts, pieces) == split(octets, range(len(octets)), single) == messages
    for stream in (pieces, single):
        assert (stream.offset, stream.skipped, stream.rest) == (whole.offset, whole.skipped, whole.rest)
    covered: set[int] = set()
    for offset, message, skipped in messages:
        assert octets[offset : offset + len(message)] == message
        assert not skipped or not covered & set(range(offset - skipped, offset))
        covered |= set(range(offset, offset + len(message)))
    assert len(covered) + whole.skipped + whole.rest == len(octets)


@given(st.lists(well_formed, max_size=6), st.integers(0, 400))
def test_a_stream_pickles_where_it_stands(messages: list[bytes], cut: int) -> None:
    octets = b"".join(messages) + b"\1" + FIRST
    stream = MessageStream()
    found = stream.feed(octets[:cut])
    again = pickle.loads(pickle.dumps(stream))
    assert again.feed(octets[cut:]) + again.close() == split(octets)[len(found) :]
