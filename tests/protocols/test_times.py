"""Times of flows: uptimes of v5 and v9 made absolute, across wraps; what IPFIX can and cannot tell."""

import pytest

from tests.message_builder import ipfix_message, netflow9_datagram, set_of, template
from tests.plain import assert_plain
from tests.protocols.layouts import datagram, record5
from tests.protocols.messages import codes, malformed

EXPORT = 0x65E0F000 * 1000  # ms
START, END = "flowStartMilliseconds", "flowEndMilliseconds"


@pytest.fixture(params=["netflow5", "netflow9"])
def timed(request, decoder):
    """(start, end) of a flow in a datagram of either version with these clocks; and the whole message."""

    def decode(sys_uptime, first, last, export_time=0x65E0F000):
        if request.param == "netflow5":
            octets = datagram(5, [record5(first=first, last=last)], sys_uptime=sys_uptime, unix_secs=export_time)
        else:
            body = first.to_bytes(4, "big") + last.to_bytes(4, "big")
            sets = set_of(0, template(256, [(22, 4), (21, 4)])), set_of(256, body)
            octets = netflow9_datagram(*sets, sysUpTime=sys_uptime, exportTime=export_time)
        message = decoder.decode(octets, "r1")
        assert_plain(message)
        (flow,) = message["flows"]
        assert (flow["flowStartSysUpTime"], flow["flowEndSysUpTime"]) == (first, last)  # raw values stay
        return flow.get(START), flow.get(END), message

    return decode


@pytest.mark.fault("TM-01")
def test_all_zero_is_the_export_time(timed):
    start, end, message = timed(0, 0, 0)
    assert (start, end, message["problems"]) == (EXPORT, EXPORT, [])


@pytest.mark.conformance("NF5-3-04", "NF9-8-04")
@pytest.mark.fault("TM-02", "TM-03", "TM-04", "TM-06")
@pytest.mark.parametrize(
    ("sys_uptime", "first", "last", "start", "end"),
    [
        pytest.param(10_000, 5_000, 9_000, -5_000, -1_000, id="before export"),
        pytest.param(10_000, 10_000, 10_000, 0, 0, id="at export"),
        pytest.param(10_000, 0, 0, -10_000, -10_000, id="at boot"),
        pytest.param(1_000, 0xFFFFF000, 0xFFFFFF00, -5_096, -1_256, id="sysUpTime wrapped"),
        pytest.param(66_892_000, 66_892_000, 66_892_160, 0, 160, id="last is ahead of sysUpTime"),
        pytest.param(0xFFFFFFFF, 0xFFFFFFFF, 99, 0, 100, id="last is ahead and wrapped"),
        pytest.param(10_000, 9_000, 5_000, -1_000, -5_000, id="last before first"),
        pytest.param(2**31, 0, 1, -(2**31), 1 - 2**31, id="half the range ago is still the past"),
        pytest.param(2**31 + 1, 0, 1, 2**31 - 1, -(2**31), id="a millisecond more is the future"),
        pytest.param(4, 2**31 + 4, 2**31 + 3, -(2**31), 2**31 - 1, id="so across a wrap"),
    ],
)
def test_the_difference_of_uptimes_is_signed(timed, sys_uptime, first, last, start, end):
    found_start, found_end, message = timed(sys_uptime, first, last)
    assert (found_start - EXPORT, found_end - EXPORT) == (start, end)
    assert message["problems"] == []
    ahead = any(0 < each <= 100_000 for each in (start, end))  # noted: no clock wraps within 100 s
    assert message["quirks"] == (["last_after_uptime"] if ahead else [])


@pytest.mark.fault("TM-05")
@pytest.mark.parametrize(("first", "last"), [(12_345, 0), (0, 12_345), (12_345, 12_345)])
def test_without_a_clock_times_stay_raw(timed, first, last):
    start, end, message = timed(0, first, last)
    assert (start, end) == (None, None)
    (problem,) = message["problems"]
    assert (problem["code"], problem["offset"]) == ("uncertain_time", 4)
    assert not malformed(message)


@pytest.mark.fault("TM-07")
@pytest.mark.parametrize("export_time", [0, 0xFFFFFFFF])
def test_extreme_export_times_are_numbers(timed, export_time):
    assert timed(10_000, 4_000, 10_500, export_time)[:2] == (export_time * 1000 - 6_000, export_time * 1000 + 500)


def test_nanoseconds_of_version_5_count_as_whole_milliseconds(decoder):
    message = decoder.decode(datagram(5, [record5(first=9_999, last=10_000)], unix_nsecs=123_999_999), "r1")
    assert (message["flows"][0][START], message["flows"][0][END]) == (EXPORT + 122, EXPORT + 123)


def test_a_template_read_with_and_without_a_clock(decoder):
    """The same data set in turn under headers with and without a sysUpTime."""
    learn, data = set_of(0, template(256, [(22, 4), (21, 4)])), set_of(256, bytes.fromhex("00001388 00002328"))
    for uptime in (10_000, 0, 10_000, 0):
        message = decoder.decode(netflow9_datagram(learn, data, sysUpTime=uptime), "r1")
        expected = {"flowStartSysUpTime": 5_000, "flowEndSysUpTime": 9_000}
        if uptime:
            expected |= {START: EXPORT - 5_000, END: EXPORT - 1_000}
        assert message["flows"] == [expected]
        assert codes(message) == ([] if uptime else ["uncertain_time"])


def test_absolute_times_of_a_record_are_not_overwritten(decoder):
    """A v9 record that brings its own flowStartMilliseconds (152) keeps it; only the other one is added."""
    learn = set_of(0, template(256, [(22, 4), (21, 4), (152, 8)]))
    data = set_of(256, bytes.fromhex("00001388 00002328") + (777).to_bytes(8, "big"))
    (flow,) = decoder.decode(netflow9_datagram(learn, data), "r1")["flows"]
    assert (flow[START], flow[END]) == (777, EXPORT - 1_000)


def test_a_record_with_its_own_absolute_times_needs_no_clock(decoder):
    """Both absolute times are in the record: a sysUpTime of 0 leaves nothing uncertain."""
    learn = set_of(0, template(256, [(22, 4), (21, 4), (152, 8), (153, 8)]))
    data = set_of(256, bytes.fromhex("00001388 00002328") + (777).to_bytes(8, "big") + (999).to_bytes(8, "big"))
    message = decoder.decode(netflow9_datagram(learn, data, sysUpTime=0), "r1")
    assert (message["flows"][0][START], message["flows"][0][END]) == (777, 999)
    assert message["problems"] == []


@pytest.mark.fault("TM-08")
def test_ipfix_uptimes_alone_stay_raw(decoder):
    learn, data = set_of(2, template(256, [(22, 4), (21, 4)])), set_of(256, bytes.fromhex("00001388 00002328"))
    message = decoder.decode(ipfix_message(learn, data), "r1")
    assert message["flows"] == [{"flowStartSysUpTime": 5_000, "flowEndSysUpTime": 9_000}]
    assert message["problems"] == []


def test_ipfix_uptimes_with_the_system_start(decoder):
    """systemInitTimeMilliseconds (160) in the record itself makes its uptimes absolute."""
    learn = set_of(2, template(256, [(22, 4), (21, 4), (160, 8)]))
    data = set_of(256, bytes.fromhex("00001388 00002328") + (EXPORT - 10_000).to_bytes(8, "big"))
    (flow,) = decoder.decode(ipfix_message(learn, data), "r1")["flows"]
    assert (flow[START], flow[END]) == (EXPORT - 5_000, EXPORT - 1_000)


@pytest.mark.fault("TM-09")
@pytest.mark.conformance("IPFIX-5.1-01")
@pytest.mark.parametrize("delta", [0, 0xFFFFFFFF])
def test_delta_times_stay_raw(decoder, delta):
    """flowStartDeltaMicroseconds (158) may reach back before 1970."""
    learn, data = set_of(2, template(256, [(158, 4)])), set_of(256, delta.to_bytes(4, "big"))
    message = decoder.decode(ipfix_message(learn, data, exportTime=10), "r1")
    assert message["flows"] == [{"flowStartDeltaMicroseconds": delta}]
    assert not malformed(message)


@pytest.mark.fault("TM-10")
@pytest.mark.conformance("IPFIX-5.2-02")
@pytest.mark.parametrize(
    ("seconds", "unix"),
    [
        (0xE9848D00, 0xE9848D00 - 2208988800),  # 2024, era 0
        (0xFFFFFFFF, 0xFFFFFFFF - 2208988800),  # the last second of era 0
        (0x00000001, 2**32 + 1 - 2208988800),  # era 1 began 2036-02-07
        (0x02000000, 2**32 + 0x02000000 - 2208988800),  # 2037
    ],
)
def test_ntp_eras(decoder, seconds, unix):
    learn = set_of(2, template(256, [(154, 8), (156, 8)]))
    data = set_of(256, seconds.to_bytes(4, "big") + bytes(4) + seconds.to_bytes(4, "big") + bytes(4))
    message = decoder.decode(ipfix_message(learn, data, exportTime=2114380800), "r1")  # 2037-01-01
    assert message["flows"] == [
        {"flowStartMicroseconds": unix * 1_000_000, "flowStartNanoseconds": unix * 1_000_000_000}
    ]
