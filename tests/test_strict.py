"""Strict mode: structural damage raises, other problems do not; what is whole decodes as ever.  RFC 7011 §9.1."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import pytest

from netflowparse import Decoder, Limits, MalformedMessage, TruncatedDatagram, UnknownVersion, WrongType
from tests import sflow_builder as sflow
from tests.message_builder import (
    ipfix_message,
    netflow5_datagram,
    netflow5_record,
    netflow9_datagram,
    options_template,
    set_of,
    template,
    variable,
)
from tests.protocols.messages import FIELDS, codes, events, flow, known, learn9, learn10, record
from tests.strict_decoders import CUT, DESCRIPTION, STORED, WHOLE, names, refused, state, told


class Damage(NamedTuple):
    """A datagram that is damaged: the first problem of that kind, and what is intact beside it."""

    octets: bytes
    protocol: str
    code: str
    offset: int
    flows: Sequence[dict[str, Any]] = ()
    taught: Sequence[int] = ()  # templates that are intact


# The header of IPFIX has 16 octets, that of v9 20, of v5 24; of a set 4; a record of FIELDS 12.
IPFIX_DAMAGE = {
    "message beyond its octets": Damage(ipfix_message(WHOLE, length=33), "ipfix", "truncated_message", 2, [flow(1)]),
    "set beyond its message": Damage(
        ipfix_message(WHOLE, set_of(256, record(2), length=17)), "ipfix", "truncated_set", 32, [flow(1), flow(2)]
    ),
    "set length below 4": Damage(
        ipfix_message(WHOLE, set_of(256, b"", length=3)), "ipfix", "bad_length", 32, [flow(1)]
    ),
    "set length of 0": Damage(ipfix_message(WHOLE, set_of(256, b"", length=0)), "ipfix", "bad_length", 32, [flow(1)]),
    "value beyond its set": Damage(
        ipfix_message(set_of(2, template(257, DESCRIPTION)), set_of(257, variable(b"ge") + b"\xfe" + bytes(10)), WHOLE),
        *("ipfix", "truncated_record", 35),  # 16 and 12, the head of a set, and the 3 octets of the first record
        *([{"interfaceName": "ge"}, flow(1)], [257]),
    ),
    "long value beyond its set": Damage(
        ipfix_message(set_of(2, template(257, DESCRIPTION)), set_of(257, b"\xff\xff\xff"), WHOLE),
        *("ipfix", "truncated_record", 32, [flow(1)], [257]),
    ),
    "length of a value beyond its set": Damage(
        ipfix_message(set_of(2, template(257, DESCRIPTION)), set_of(257, b"\xff\1"), WHOLE),
        *("ipfix", "truncated_record", 32, [flow(1)], [257]),
    ),
    "cut template": Damage(
        ipfix_message(set_of(2, template(257, FIELDS) + template(258, FIELDS, count=4)), WHOLE),
        *("ipfix", "bad_template", 36, [flow(1)], [257]),
    ),
    "cut options template": Damage(
        ipfix_message(set_of(3, options_template(257, [(149, 4)], FIELDS)[:-4]), WHOLE),
        *("ipfix", "bad_template", 20, [flow(1)]),
    ),
}
OTHER_DAMAGE = {
    "v9 set beyond its datagram": Damage(
        netflow9_datagram(WHOLE, set_of(256, record(2), length=17)),
        *("netflow9", "truncated_set", 36, [flow(1), flow(2)]),
    ),
    "v9 set length below 4": Damage(
        netflow9_datagram(WHOLE, set_of(256, b"", length=3)), "netflow9", "bad_length", 36, [flow(1)]
    ),
    "v9 cut template": Damage(
        netflow9_datagram(set_of(0, template(257, FIELDS) + template(258, FIELDS, count=4)), WHOLE),
        *("netflow9", "bad_template", 40, [flow(1)], [257]),
    ),
    "v9 options template of lengths that no fields have": Damage(
        netflow9_datagram(set_of(1, bytes.fromhex("0101 0003 0004 0001 0004 0022 0004")), WHOLE),
        *("netflow9", "bad_template", 24, [flow(1)]),
    ),
    "v5 count beyond its records": Damage(
        netflow5_datagram([netflow5_record()], count=2), "netflow5", "count_mismatch", 2
    ),
    "sFlow sample beyond its datagram": Damage(
        sflow.datagram([sflow.sample(0, 2, sflow.counters_sample([]), length=20)]), "sflow5", "truncated_sample", 28
    ),
    "sFlow sample shorter than its head": Damage(
        sflow.datagram([sflow.sample(0, 2, bytes(8))]), "sflow5", "truncated_sample", 28
    ),
    "sFlow record beyond its sample": Damage(
        sflow.one_counters(sflow.record(0, 1, b"", length=88)), "sflow5", "truncated_record", 48
    ),
    "sFlow count beyond its samples": Damage(sflow.datagram([], count=1), "sflow5", "count_mismatch", 28),
}
SPECIFICATIONS = {
    "ipfix": "RFC 7011 §9.1",
    "netflow9": "RFC 3954 §5",
    "netflow5": None,
    "sflow5": "sFlow version 5, section 5",
}


def taught(make_decoder: Callable[..., Decoder], **settings: Any) -> Decoder:
    """A decoder that knows template 256 of v9 and IPFIX, with a set that waits for 300 in each."""
    decoder = make_decoder(**settings)
    learn9(decoder)
    learn10(decoder)
    decoder.decode(netflow9_datagram(set_of(300, b"wait"), sequenceNumber=2), "r1")
    decoder.decode(ipfix_message(set_of(300, b"wait")), "r1")
    return decoder


@pytest.mark.conformance("IPFIX-9.1-01", "IPFIX-9.1-02", "IPFIX-9.1-03", "IPFIX-7-04")
@pytest.mark.parametrize("damage", [*IPFIX_DAMAGE.values(), *OTHER_DAMAGE.values()], ids=[*IPFIX_DAMAGE, *OTHER_DAMAGE])
def test_damage_in_both_modes(make_decoder: Callable[..., Decoder], damage: Damage) -> None:
    lenient = taught(make_decoder)
    message = lenient.decode(damage.octets, "r1")
    first = next(problem for problem in message["problems"] if problem.get("malformed"))
    assert (first["code"], first["offset"]) == (damage.code, damage.offset)
    if damage.protocol in ("ipfix", "netflow9"):
        assert message["flows"] == list(damage.flows)
    assert [number for event, number in events(message) if event == "learned"] == list(damage.taught)
    assert sum(row["malformed"] for row in lenient.statistics()) == 1

    strict = taught(make_decoder, strict=True)
    error = refused(strict, damage.octets)
    assert (error.offset, error.protocol, error.spec) == (
        damage.offset,
        damage.protocol,
        SPECIFICATIONS[damage.protocol],
    )
    assert str(error) == first["message"]
    assert known(strict) == {256: STORED}
    assert sum(row["malformed"] for row in strict.statistics()) == 0


HEADERS = {
    "no version": (b"\0", TruncatedDatagram),
    "version 11": (b"\0\x0b" + ipfix_message(WHOLE)[2:], UnknownVersion),
    "IPFIX header": (ipfix_message()[:15], TruncatedDatagram),
    "IPFIX length": (ipfix_message(WHOLE, length=15), MalformedMessage),
    "v9 header": (netflow9_datagram()[:19], TruncatedDatagram),
    "v5 header": (netflow5_datagram([])[:23], TruncatedDatagram),
    "sFlow header": (sflow.datagram([])[:27], TruncatedDatagram),
    "sFlow address": (sflow.datagram([], agent=sflow.u32(3) + bytes(16)), MalformedMessage),
}


@pytest.mark.conformance("IPFIX-9.1-01", "IPFIX-9.1-03")
@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize(("octets", "error"), HEADERS.values(), ids=HEADERS)
def test_headers_that_give_no_message_change_nothing(
    make_decoder: Callable[..., Decoder], strict: bool, octets: bytes, error: type[Exception]
) -> None:
    decoder = taught(make_decoder, strict=strict)
    before = state(decoder)
    for exporter in ("r1", "r2"):
        with pytest.raises(error):
            decoder.decode(octets, exporter)
    assert state(decoder) == before


RELIABILITY = [(276, 1)]  # a boolean
SOUND = {
    "padding that is not zero": (ipfix_message(set_of(256, record(1) + b"\xff\xff\xff")), []),
    "a template that is not known": (ipfix_message(WHOLE, set_of(257, b"\xff")), ["missing_template"]),
    "a reserved set": (ipfix_message(WHOLE, set_of(4, b"abcd")), ["unknown_set"]),
    "octets behind the message": (ipfix_message(WHOLE) + b"junk", ["trailing_octets"]),
    "octets behind the last set": (ipfix_message(WHOLE, b"abc"), ["trailing_octets"]),
    "a reserved template id": (ipfix_message(set_of(2, template(255, FIELDS)), WHOLE), ["bad_template"]),
    "no scope": (ipfix_message(set_of(3, options_template(257, [], FIELDS))), ["bad_template"]),
    "more scope than fields": (
        ipfix_message(set_of(3, bytes.fromhex("0101 0001 0002 0095 0004"))),
        ["bad_template"],
    ),
    "a boolean of 7": (ipfix_message(set_of(2, template(257, RELIABILITY)), set_of(257, b"\7")), ["bad_value"]),
    "ill-formed text": (ipfix_message(set_of(2, template(257, DESCRIPTION)), set_of(257, b"\1\xff")), ["bad_value"]),
    "records without octets": (
        ipfix_message(set_of(2, template(257, [(1, 0)])), set_of(257, b"abcd")),
        ["no_progress"],
    ),
    "too many values": (ipfix_message(set_of(256, b"".join(map(record, range(1, 9))))), ["limit"]),
    "too many templates": (ipfix_message(set_of(2, b"".join(template(n, FIELDS) for n in (257, 258)))), ["limit"]),
    "v9 without fields": (netflow9_datagram(set_of(0, template(257, [])), sequenceNumber=3), ["bad_template"]),
    "v5 octets behind its records": (netflow5_datagram([netflow5_record()]) + b"junk", ["trailing_octets"]),
    "sFlow octets behind its samples": (sflow.datagram([]) + b"junk", ["trailing_octets"]),
}


@pytest.mark.conformance("IPFIX-9.1-03")
@pytest.mark.parametrize(("octets", "expected"), SOUND.values(), ids=SOUND)
def test_other_problems_raise_nothing(make_decoder: Callable[..., Decoder], octets: bytes, expected: list[str]) -> None:
    limits = Limits(values=12, templates_per_exporter=3)  # two of them are known
    lenient, strict = (taught(make_decoder, strict=each, limits=limits) for each in (False, True))
    message = strict.decode(octets, "r1")
    assert codes(message) == expected
    assert message == lenient.decode(octets, "r1")
    assert told(strict) == told(lenient)


@pytest.mark.conformance("IPFIX-9.1-01")
def test_problems_that_are_not_listed_raise_as_well(make_decoder: Callable[..., Decoder]) -> None:
    decoder = make_decoder(strict=True, limits=Limits(problems=1))
    error = refused(decoder, names(1, CUT, set_of(4, b"abcd")))
    # 16, a set of 8, the template's of 12, the head of the data set
    assert (str(error), error.offset) == ("problems not listed, from octet 40: 1", 40)


def test_copies_are_strict(make_decoder: Callable[..., Decoder]) -> None:
    decoder = taught(make_decoder, strict=True)
    for copied in (
        pickle.loads(pickle.dumps(decoder)),
        Decoder.restore(decoder.snapshot(pending=True), strict=True),
    ):
        refused(copied, names(1, CUT))
        assert copied.decode(ipfix_message(WHOLE), "r1")["flows"] == [flow(1)]
        copied.forget("r1")
        refused(copied, names(1, CUT))
        copied.reset()
        refused(copied, ipfix_message(WHOLE, length=99))


@pytest.mark.parametrize("value", [None, 1, "yes"])
def test_strict_is_a_bool(value: Any) -> None:
    with pytest.raises(WrongType, match="strict="):
        Decoder(strict=value)
