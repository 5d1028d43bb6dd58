"""Timestamps whose fractions count microseconds or nanoseconds, not 2^-32 s: by name, and by what an exporter shows."""

from __future__ import annotations

import pickle
import struct

import pytest

from netflowparse import ExporterSettings
from tests.message_builder import EXPORT_TIME, VARIABLE, ipfix_message, set_of, template, variable
from tests.protocols.test_quirks import read10

NTP = 2_208_988_800  # s from 1900 to 1970
SECOND = EXPORT_TIME
FRACTIONS = [
    pytest.param("microseconds_not_ntp", 154, 10**6, id="microseconds"),
    pytest.param("nanoseconds_not_ntp", 156, 10**9, id="nanoseconds"),
]


def ntp(fraction: int) -> bytes:
    return struct.pack(">II", SECOND + NTP, fraction)


def as_ntp(fraction: int, unit: int) -> int:
    """§6.1.9 clears the low 11 bits for microseconds."""
    return SECOND * unit + ((fraction & (~0x7FF if unit == 10**6 else ~0)) * unit >> 32)


@pytest.mark.parametrize(("rule", "element", "unit"), FRACTIONS)
@pytest.mark.parametrize("length", [8, VARIABLE])
def test_fractions_by_name(make_decoder, rule, element, unit, length):
    wrap = variable if length == VARIABLE else bytes
    values = [ntp(0), ntp(1), ntp(unit - 1), ntp(unit), bytes(8), struct.pack(">II", 1, 5)]
    message = read10(make_decoder(quirks=[rule]), [(element, length)], b"".join(map(wrap, values)))
    found = [next(iter(flow.values())) for flow in message["flows"]]
    start, era = SECOND * unit, (2**32 + 1 - NTP) * unit
    assert found == [start, start + 1, start + unit - 1, None, None, era + 5]
    assert [problem["code"] for problem in message["problems"]] == ["bad_value"]
    assert f"expected a fraction below {unit}" in message["problems"][0]["message"]
    assert message["quirks"] == [rule]


@pytest.mark.parametrize(("rule", "element", "unit"), FRACTIONS)
@pytest.mark.parametrize("settings", [{}, {"quirks": ["auto"]}])
@pytest.mark.parametrize("length", [8, VARIABLE])
def test_fractions_that_show_themselves(make_decoder, rule, element, unit, settings, length):
    """The first 50 are read as NTP has it, and stay so; what comes after is not, in other templates too."""
    wrap = variable if length == VARIABLE else bytes
    decoder, low = make_decoder(**settings), unit - 1
    other = set_of(2, template(300, [(element + 1, 8)])), set_of(300, ntp(low))
    assert next(iter(decoder.decode(ipfix_message(*other), "r1")["flows"][0].values())) == as_ntp(low, unit)
    for count in (30, 18):
        message = read10(decoder, [(element, length)], wrap(ntp(low)) * count + wrap(ntp(0)) + wrap(bytes(8)))
        assert message["flows"][0].popitem()[1] == as_ntp(low, unit)
        assert message["quirks"] == []
    decoder = pickle.loads(pickle.dumps(decoder))
    message = read10(decoder, [(element, length)], wrap(ntp(low)))
    assert (message["flows"][0].popitem()[1], message["quirks"]) == (as_ntp(low, unit), [])  # the 50th
    for octets, value in ((set_of(256, wrap(ntp(7))), 7), (other[1], low)):
        message = decoder.decode(ipfix_message(octets), "r1")
        assert (message["flows"][0].popitem()[1], message["quirks"]) == (SECOND * unit + value, [rule])
    message = decoder.decode(ipfix_message(*other), "r2")
    assert (message["flows"][0].popitem()[1], message["quirks"]) == (as_ntp(low, unit), [])


@pytest.mark.parametrize(("rule", "element", "unit"), FRACTIONS)
def test_fractions_of_data_decoded_by_its_time(make_decoder, rule, element, unit):
    """Definitions that are no longer in force are read by the rule as well."""
    decoder, low = make_decoder(history=True), unit - 1
    former, present = template(256, [(element, 8)]), template(256, [(element + 1, 8)])
    for each, count, time in (former, 1, SECOND), (present, 49, SECOND + 9):
        decoder.decode(ipfix_message(set_of(2, each), set_of(256, ntp(low) * count), exportTime=time), "r1")
    assert [flow.popitem()[1] for late in decoder.flush() for flow in late["flows"]] == [as_ntp(low, unit)] * 50
    for time in SECOND, SECOND + 9:
        decoder.decode(ipfix_message(set_of(256, ntp(low)), exportTime=time, sequenceNumber=1), "r1")
    late = [each for each in decoder.flush() if each["flows"]]
    assert [each["flows"][0].popitem()[1] for each in late] == [SECOND * unit + low] * 2
    assert [each["quirks"] for each in late] == [[rule]] * 2


@pytest.mark.parametrize(("rule", "element", "unit"), FRACTIONS)
def test_one_honest_fraction_is_enough(decoder, rule, element, unit):
    fields = [(element, 8), (element, 8)]  # lists
    read10(decoder, fields, ntp(5000) * 30 + ntp(0xC0000000) + ntp(5000))
    for _ in range(3):
        message = read10(decoder, fields, ntp(unit - 1) * 60)
        assert (message["flows"][0].popitem()[1], message["quirks"]) == ([as_ntp(unit - 1, unit)] * 2, [])


@pytest.mark.parametrize(("rule", "element", "unit"), FRACTIONS)
def test_chance_is_found_out(decoder, rule, element, unit):
    """50 low fractions in a row, and then one that is not: the rule had fired wrongly, and never does again."""
    read10(decoder, [(element, 8)], ntp(unit - 1) * 50)
    message = read10(decoder, [(element, 8)], ntp(0xC0000000) + ntp(7))
    assert [flow.popitem()[1] for flow in message["flows"]] == [None, SECOND * unit + 7]
    assert [problem["code"] for problem in message["problems"]] == ["bad_value"]
    for _ in range(2):
        message = read10(decoder, [(element, 8)], (ntp(0xC0000000) + ntp(unit - 1) * 60))
        assert message["flows"][0].popitem()[1] == as_ntp(0xC0000000, unit)
        assert (message["quirks"], message["problems"]) == ([], [])


@pytest.mark.parametrize(("rule", "element", "unit"), FRACTIONS)
@pytest.mark.parametrize("settings", [{"quirks": ()}, {"exporters": {"r1": ExporterSettings(quirks=())}}])
def test_fractions_by_the_standard_alone(make_decoder, rule, element, unit, settings):
    decoder = make_decoder(**settings)
    for _ in range(3):
        message = read10(decoder, [(element, 8)], ntp(unit - 1) * 60)
        assert (message["flows"][0].popitem()[1], message["quirks"]) == (as_ntp(unit - 1, unit), [])


def test_whole_seconds_tell_nothing(decoder):
    for _ in range(3):
        message = read10(decoder, [(154, 8)], ntp(0) * 60)
        assert message["quirks"] == []
    message = read10(decoder, [(154, 8)], ntp(0x80000000))
    assert message["flows"][0].popitem()[1] == SECOND * 10**6 + 500_000
