"""Bad datagrams of every protocol: each octet is accounted for, state is left alone, problems have one shape.

The damage: cut at every octet, and every set's length or id changed to what it cannot be.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from types import UnionType
from typing import Any, Literal, NamedTuple, Union, get_args, get_origin, get_type_hints

import pytest

from netflowparse import DecodeError, errors
from netflowparse.types import Problem
from tests.message_builder import (
    ipfix_message,
    netflow5_datagram,
    netflow5_record,
    netflow9_datagram,
    netflow9_options_template,
    options_template,
    set_of,
    template,
)
from tests.protocols.messages import FIELDS, RECORD_LENGTH, record
from tests.sflow_builder import counters_sample, datagram, envelope, flow_sample, one_flow, sample, sampled_header

#: of these, ``offset`` is the set's and ``length`` that of what stands behind its 4 octets of head
LEFT = {errors.MISSING_TEMPLATE, errors.UNKNOWN_SET, errors.NO_PROGRESS}
CODES = {value for name, value in vars(errors).items() if name.isupper()}


class Framing(NamedTuple):
    """What a protocol made of sets has for a header, and for sets of templates."""

    header: int  # octets
    templates: int
    options: int
    make: Any  # datagram of sets
    options_template: bytes  # 300: one scope field and one other, of 4 octets each
    names: bytes  # 301: the name, in 4 octets, of the interface that is its scope


OPTIONS = options_template(300, [(141, 4)], [(41, 4)]), options_template(301, [(10, 4)], [(82, 4)])
OPTIONS9 = netflow9_options_template(300, [(1, 4)], [(41, 4)]), netflow9_options_template(301, [(2, 4)], [(82, 4)])
IPFIX = Framing(16, 2, 3, ipfix_message, *OPTIONS)
NETFLOW9 = Framing(20, 0, 1, netflow9_datagram, *OPTIONS9)
FRAMINGS = pytest.mark.parametrize("framing", [IPFIX, NETFLOW9], ids=["ipfix", "netflow9"])


def sets_of(framing: Framing) -> list[bytes]:
    """One set of every kind: templates, options, data with padding, data of no template, a reserved id."""
    return [
        set_of(framing.templates, template(256, FIELDS) + template(257, [(1, 4)])),
        set_of(framing.options, framing.options_template),
        set_of(256, record(1) + record(2) + bytes(3)),
        set_of(300, bytes.fromhex("00000001 00000159 00000002 000002B2")),
        set_of(400, b"nobody knows this template"),
        set_of(77, b"reserved"),
        set_of(257, bytes.fromhex("00000007")),
    ]


def damaged(framing: Framing) -> Iterator[bytes]:
    """The datagram of ``sets_of``, whole and with one thing wrong."""
    sets = sets_of(framing)
    whole = framing.make(*sets)
    yield from (whole[:end] for end in range(framing.header, len(whole)))
    for index, each in enumerate(sets):
        for length in (0, 1, 3, 4, 5, len(each) - 1, len(each) + 1, 0xFFFF):
            yield framing.make(*sets[:index], each[:2] + length.to_bytes(2, "big") + each[4:], *sets[index + 1 :])
        for number in (4, 77, 255, 999):
            yield framing.make(*sets[:index], number.to_bytes(2, "big") + each[2:], *sets[index + 1 :])
    yield whole + b"behind the message"
    yield whole


def account(octets: bytes, message: Any, framing: Framing) -> None:
    """Assert that each of *octets* is the header's, a set's head's, a record's, padding, or under a problem."""
    end = min(len(octets), message["header"].get("length", len(octets)))
    explained = bytearray(len(octets))
    explained[: framing.header] = b"\1" * framing.header
    for problem in message["problems"]:
        if "length" in problem and problem["code"] != errors.TRUNCATED_MESSAGE:  # whose length is all that came
            first = problem["offset"] + 4 * (problem["code"] in LEFT)
            explained[first : first + problem["length"]] = b"\1" * problem["length"]
    flows, options = len(message["flows"]), len(message["options"])
    defined = [_octets_of(each, framing) for each in message["templates"] if each["event"] != "rejected"]
    rejected = {problem["offset"] for problem in message["problems"] if problem["code"] == errors.BAD_TEMPLATE}
    left = {problem["offset"] for problem in message["problems"] if problem["code"] in LEFT}
    lengths = {256: RECORD_LENGTH, 257: 4, 300: 8}
    position = framing.header
    while end - position >= 4:
        set_id, length = struct.unpack_from(">HH", octets, position)
        if length < 4:
            break  # the problem reaches to the end
        stop, start = min(position + length, end), position + 4
        explained[position:start] = b"\1" * 4
        at = start
        if set_id in (framing.templates, framing.options):
            while defined and at not in rejected and at + defined[0] <= stop:
                at += defined.pop(0)
            padding = stop if at in rejected or stop - at < 4 else at
        elif set_id in lengths and position not in left:
            records = (stop - start) // lengths[set_id]
            flows, options = (flows, options - records) if set_id == 300 else (flows - records, options)
            padding = stop
        else:
            padding = at
        explained[start:padding] = b"\1" * (padding - start)
        position = stop
    if end - position < 4 and not any(octets[position:end]):
        explained[position:end] = b"\1" * (end - position)
    assert (flows, options, defined) == (0, 0, [])
    assert bytes(explained) == b"\1" * len(octets), (explained.index(0), message["problems"])


def _octets_of(event: Any, framing: Framing) -> int:
    """Of the template record behind *event*: its head, and 4 for each field."""
    head = 4 if event["scope_count"] is None else 6
    return head + 4 * len(event["fields"])


@pytest.mark.conformance("LIB-03")
@FRAMINGS
def test_every_octet_of_a_datagram_of_sets_is_accounted_for(make_decoder: Any, framing: Framing) -> None:
    decoder = make_decoder()
    for octets in damaged(framing):
        decoder.forget("r1")
        account(octets, decoder.decode(octets, "r1"), framing)


@pytest.mark.conformance("LIB-03")
def test_what_waits_has_all_octets_of_its_set(decoder: Any) -> None:
    decoder.decode(ipfix_message(set_of(400, b"12345"), set_of(400, b"678")), "r1")
    (row,) = decoder.pending()
    assert (row["sets"], row["octets"]) == (2, 8)


@pytest.mark.conformance("LIB-03")
@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_every_octet_of_a_netflow5_datagram_is_accounted_for(decoder: Any, count: int) -> None:
    whole = netflow5_datagram([netflow5_record(), netflow5_record()], count=count) + bytes(9)
    for end in range(24, len(whole) + 1):
        message = decoder.decode(whole[:end], "r1")
        left = sum(each["length"] for each in message["problems"] if "length" in each)
        assert 24 + 48 * len(message["flows"]) + left == end


# State.


@pytest.mark.conformance("LIB-04")
@FRAMINGS
def test_bad_datagrams_leave_templates_and_knowledge_alone(make_decoder: Any, framing: Framing) -> None:
    """Sets of templates are cut before their first record ends, or have impossible ids: nothing new is defined."""
    decoder, (first, second, *data) = make_decoder(), sets_of(framing)
    decoder.decode(framing.make(first, second, set_of(framing.options, framing.names)), "r1")
    decoder.decode(framing.make(set_of(301, b"\0\0\0\7eth7"), set_of(401, b"waits")), "r1")
    state = decoder.templates(), decoder.pending(), decoder.knowledge("r1")
    assert [row["template_id"] for row in state[0]] == [256, 257, 300, 301]
    assert ([row["template_id"] for row in state[1]], len(state[2])) == ([401], 1)
    bad = [framing.make(first)[:end] for end in range(framing.header, framing.header + 4 + 4 + 12)]
    bad += [framing.make(second)[:end] for end in range(framing.header, framing.header + 4 + 6 + 8)]
    bad += [framing.make(set_of(framing.templates, template(number, FIELDS))) for number in (0, 1, 3, 255)]
    bad += [framing.make(set_of(framing.templates, template(256, [(8, 4)], count=9)))]
    bad += [framing.make(each[:2] + struct.pack(">H", length) + each[4:]) for each in data for length in (0, 1, 3)]
    bad += [framing.make(data[0][:-1]), framing.make(set_of(77, b"reserved")), b"\0\x0a\0\x0f" + bytes(12), b""]
    for octets in bad:
        with suppress(DecodeError):
            decoder.decode(octets, "r1")
        assert (decoder.templates(), decoder.pending(), decoder.knowledge("r1")) == state
    message = decoder.decode(framing.make(set_of(256, record(1))), "r1")
    assert message["flows"][0]["sourceIPv4Address"] == "192.0.2.1"


# The shape of problems.


PACKET = sampled_header(bytes(14))
SFLOW = datagram([sample(0, 1, flow_sample([PACKET])), sample(0, 2, counters_sample([envelope(0, 1001, bytes(28))]))])


def bad_datagrams() -> Iterator[bytes]:
    """Of every protocol, with the kinds of damage that each knows."""
    for framing in (IPFIX, NETFLOW9):
        yield from islice(damaged(framing), 0, None, 3)
        values = set_of(framing.templates, template(310, [(276, 1), (311, 8), (82, 2), (8, 5)]))
        yield framing.make(values, set_of(310, b"\7" + b"\xff" * 8 + b"\xff\xfe" + bytes(5)))
        yield framing.make(set_of(framing.templates, template(311, [(1, 0)])), set_of(311, b"1234"))
    yield from (netflow5_datagram([netflow5_record()] * 2, count=count)[:end] for count in (1, 9) for end in (30, 80))
    yield netflow5_datagram([], exportNanoseconds=2**32 - 1)
    yield from (SFLOW[:end] for end in range(28, len(SFLOW)))
    yield one_flow(envelope(0, 1, bytes(4), length=2**31))


def fits(value: Any, hint: Any) -> bool:
    """Whether *value* is what the annotation says."""
    origin = get_origin(hint)
    if origin is Literal:
        return value in get_args(hint)
    if origin in (Union, UnionType):
        return any(fits(value, each) for each in get_args(hint))
    return type(value) is (origin or hint)


@pytest.mark.conformance("LIB-09")
def test_problems_have_one_shape(make_decoder: Any) -> None:
    decoder, hints, met = make_decoder(), get_type_hints(Problem), set()
    for octets in bad_datagrams():
        decoder.forget("r1")
        try:
            problems = decoder.decode(octets, "r1")["problems"]
        except DecodeError:
            continue
        for problem in problems:
            assert {"code", "message", "offset"} <= problem.keys() <= hints.keys()
            assert [key for key, value in problem.items() if not fits(value, hints[key])] == []
            assert problem["code"] in CODES
            assert 0 <= problem["offset"] <= len(octets)
            assert problem.get("malformed", True) is True
            assert len(bytes.fromhex(problem.get("octets", ""))) <= decoder.limits.sample_octets
            met.add(problem["code"])
        json.dumps(problems, allow_nan=False)
    assert met >= {
        *(errors.TRUNCATED_MESSAGE, errors.TRUNCATED_SET, errors.TRUNCATED_SAMPLE, errors.TRUNCATED_RECORD),
        *(errors.BAD_LENGTH, errors.BAD_TEMPLATE, errors.BAD_VALUE, errors.MISSING_TEMPLATE, errors.NO_PROGRESS),
        *(errors.COUNT_MISMATCH, errors.TRAILING_OCTETS, errors.UNKNOWN_SET),
    }
