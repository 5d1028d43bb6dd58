"""The tables of samplers and interfaces, from messages made by hand."""

import pytest

from netflowparse.cli.sflow_tables import InterfaceRow, SamplerRow, SflowTables, source_text, speed_text
from netflowparse.cli.tables import aligned
from netflowparse.cli.wording import Number, grouped

from .fakes import message

GIGABIT = 10**9
NAMES = ("octets", "ucast_pkts", "multicast_pkts", "broadcast_pkts", "errors", "discards")
ALL = {f"if_{way}_{name}": 0 for way in ("in", "out") for name in NAMES} | {"if_index": 3, "if_speed": GIGABIT}


def row_of(*steps):
    """The cells of an interface with these (sysUpTime, counters) and perhaps an event."""
    row = InterfaceRow()
    for uptime, counters, *event in steps:
        row.add(uptime, ALL | counters, *event or ["in_order"])
    return dict(zip(COLUMNS, row.cells()[:-2], strict=True))


COLUMNS = ("speed", *(f"{way} {name}" for name in ("octets", "packets", "errors", "discards") for way in ("in", "out")))


def test_changes_between_first_and_last():
    cells = row_of(
        (1000, {"if_in_octets": 500, "if_out_ucast_pkts": 7, "if_in_errors": 3}),
        (3000, {"if_in_octets": 700, "if_out_ucast_pkts": 9, "if_in_errors": 3, "if_out_discards": 1}),
        (
            6000,
            {
                "if_in_octets": 2_000_500,
                "if_out_ucast_pkts": 10,
                "if_out_multicast_pkts": 4,
                "if_out_broadcast_pkts": 3,
                "if_in_errors": 1503,
                "if_out_discards": 2,
            },
        ),
    )
    assert cells == {
        "speed": "1 Gbit/s",
        "in octets": "400,000.0",
        "out octets": "0.0",
        "in packets": "0.0",
        "out packets": "2.0",
        "in errors": "1,500",
        "out errors": "0",
        "in discards": "0",
        "out discards": "2",
    }


def test_one_sample_says_nothing():
    assert row_of((1000, {"if_in_octets": 500})) == {**dict.fromkeys(COLUMNS, "-"), "speed": "1 Gbit/s"}


def test_no_time_no_rate():
    cells = row_of((0, {}), (0, {"if_in_octets": 500, "if_in_errors": 2}))
    assert (cells["in octets"], cells["in errors"]) == ("-", "2")


def test_wraps():
    cells = row_of(
        (2**32 - 500, {"if_in_octets": 2**64 - 11, "if_out_ucast_pkts": 2**32 - 6, "if_in_errors": 2**32 - 2}),
        (500, {"if_in_octets": 9, "if_out_ucast_pkts": 4, "if_in_errors": 1}),
    )
    assert (cells["in octets"], cells["out packets"], cells["in errors"]) == ("20.0", "10.0", "3")


@pytest.mark.parametrize("uptime", [5000, 300], ids=["cleared", "started again, and nobody noticed"])
def test_counters_that_begin_again(uptime):
    cells = row_of(
        (1000, {"if_in_octets": 5_000, "if_in_ucast_pkts": 3 * 10**9, "if_in_errors": 7}),
        (3000, {"if_in_octets": 9_000, "if_in_ucast_pkts": 3 * 10**9 + 8, "if_in_errors": 8}),
        (uptime, {"if_in_octets": 100, "if_in_ucast_pkts": 1, "if_in_errors": 0}),
        (uptime + 2000, {"if_in_octets": 4_100, "if_in_ucast_pkts": 9, "if_in_errors": 5}),
    )
    assert (cells["in octets"], cells["in packets"], cells["in errors"]) == ("2,000.0", "4.0", "6")


def test_restart_that_the_numbers_tell():
    # What had grown until then is not known, though no counter went back.
    cells = row_of((1000, {}), (2000, {"if_in_octets": 10}), (9000, {"if_in_octets": 9999}, "restart"))
    assert cells["in octets"] == "10.0"


def test_late_samples_do_not_count():
    cells = row_of(
        (1000, {}),
        (3000, {"if_in_octets": 2000, "if_in_errors": 2}, "gap"),
        (2000, {"if_in_octets": 1000, "if_in_errors": 1}, "reordered"),
        (3000, {"if_in_octets": 2000, "if_in_errors": 2}, "duplicate"),
        (4000, {"if_in_octets": 3000, "if_in_errors": 3}),
    )
    assert (cells["in octets"], cells["in errors"]) == ("1,000.0", "3")


def test_counters_that_are_not_kept():
    not_kept = {"if_in_octets": 2**64 - 1, "if_out_multicast_pkts": 2**32 - 1, "if_in_errors": 2**32 - 1}
    cells = row_of((1000, not_kept), (2000, {**not_kept, "if_out_ucast_pkts": 5}))
    assert (cells["in octets"], cells["out packets"], cells["in errors"], cells["out errors"]) == ("-", "5.0", "-", "0")


def test_records_that_are_cut():
    row = InterfaceRow()
    for uptime in (1000, 2000):
        row.add(uptime, {"if_index": 3, "if_in_octets": uptime}, "in_order")
    assert row.cells() == ["-", "1,000.0", *["-"] * 7, "0", "0"]


def flow(number, *, rate=100, missing=0, event="in_order", pool=100, drops=0, effective=100.0):
    return {
        "sampler": {"source_class": 0, "source_index": 3, "sequence_number": number, "sample_pool": 0, "drops": 0},
        "samplingInterval": rate,
        "continuity": {
            "expected": None,
            "missing": missing,
            "event": event,
            "sample_pool_delta": pool,
            "drops_delta": drops,
            "effective_rate": effective,
        },
    }


def sampler_of(*flows):
    row = SamplerRow()
    for one in flows:
        row.add(one)
    return row.cells()


def test_sampler():
    first = flow(1, event="first", pool=None, drops=None, effective=None)
    assert sampler_of(first) == ["1 in 100", "-", "1", "0", "-", "-", "100"]
    late = flow(3, event="reordered", pool=None, drops=None, effective=None)
    gap = flow(5, event="gap", missing=3, pool=450, drops=1, effective=112.5)
    assert sampler_of(first, gap, late) == ["1 in 100", "112.5", "3", "2", "450", "1", "300"]
    assert sampler_of(late) == ["1 in 100", "-", "1", "0", "-", "-", "100"]
    assert sampler_of(late, first, gap)[3] == "3"  # what came before the gap fills none


def test_the_same_sample_twice_counts_once():
    assert sampler_of(flow(1), flow(1, event="duplicate"), flow(2))[2] == "2"


def test_many_rates():
    assert sampler_of(*(flow(rate, rate=rate) for rate in (1, 2, 3, 4)))[0] == "1 in 1, 1 in 2, 1 in 3, 1 in 4"
    cells = sampler_of(*(flow(rate, rate=rate) for rate in (1, 2, 3, 4, 5, 6)))
    assert (cells[0], cells[-1]) == ("1 in 1, 1 in 2, 1 in 3, 1 in 4, 2 more", "21")


def counters(index, **records):
    said = {"expected": 1, "missing": 0, "event": "in_order"}
    return {"source_class": 0, "source_index": index, "sequence_number": 1, "continuity": said, **records}


def interfaces_of(*samples):
    tables = SflowTables()
    tables.add("x", "y/0", message("x", {"sysUpTime": 5}, protocol="sflow5", counters=list(samples)))
    return [row[2:5] for row in dict(tables.tables())["Interfaces"][1:]]


def test_interfaces_by_number_and_name():
    twice = [ALL | {"if_index": 30}, ALL | {"if_index": 4}]
    assert interfaces_of(
        counters(30, if_counters=twice),
        counters(3, if_counters=ALL, port_name={"name": "eth3"}),
        counters(4, port_name={"name": "eth4"}),  # in a sample of its own
        counters(5, port_name={"name": "eth5"}),  # without counters
        counters(30, port_name={}),  # cut
        {**counters(7, if_counters={"octets": b""}), "source_class": 2},  # cut, of what is no interface
        {"rtmetric": {}},  # of no data source
    ) == [(3, "eth3", "1 Gbit/s"), (4, "eth4", "1 Gbit/s"), (30, "-", "1 Gbit/s")]


def sampled_interfaces(*flows):
    """Of each interface what stands in front of its counters, and the samples that name it."""
    tables = SflowTables()
    given = [ALL | {"if_index": 9}]
    part = message(
        "x", {"sysUpTime": 5}, protocol="sflow5", flows=list(flows), counters=[counters(9, if_counters=given)]
    )
    tables.add("x", "y/0", part)
    title, *rows = dict(tables.tables())["Interfaces"]
    assert (title[1], title[-2:]) == ("domain", ("samples in", "samples out"))
    assert {cell for row in rows for cell in row[5:-2]} == {"-"}
    return [(*row[2:5], *row[-2:]) for row in rows]


def test_interfaces_of_flow_samples():
    unknown = {"format": 0, "value": 0}
    discarded = {"sampler": flow(1)["sampler"], "continuity": {"missing": 0, "event": "first"}, "discarded_packet": {}}
    assert sampled_interfaces(
        flow(1) | {"ingressInterface": 10, "egressInterface": 2},
        flow(1) | {"ingressInterface": 10, "egressInterface": 2},  # the same again
        flow(2) | {"ingressInterface": 2, "egressInterface": 9},
        flow(3) | {"ingressInterface": 2, "egressInterface": 2},
        flow(4) | {"ingressInterface": 2, "egress": unknown},
        flow(5) | {"ingress": unknown, "egress": unknown},
        discarded | {"ingressInterface": 2, "egressInterface": 77},
        {"rtflow": {}, "samplingInterval": 1},  # of no data source
    ) == [
        (2, "-", "-", "3", "2"),
        (9, "-", "1 Gbit/s", "0", "1"),
        (10, "-", "-", "1", "0"),
    ]


def test_titles_of_samplers():
    tables = SflowTables()
    tables.add("x", "y/0", message("x", {"sysUpTime": 5}, protocol="sflow5", flows=[flow(1)]))
    title, row = dict(tables.tables())["Samplers"]
    assert (title[1], row[1]) == ("domain", "y/0")
    assert title[-3:] == ("packets seen since the first", "drops", "estimated packets")


def test_sources():
    assert [source_text(number, 5, False) for number in range(5)] == [
        "ifIndex 5",
        "smonVlan 5",
        "entPhysical 5",
        "logical 5",
        "4 5",
    ]
    assert source_text(7, 12, True) == "7 12 discards"


def test_speeds():
    bits = (0, 2**64 - 1, 500, 100_000_000, 2_500_000_000, 400 * 10**9, 2**63)
    assert [speed_text(number) for number in bits] == [
        *("-", "-", "500 bit/s", "100 Mbit/s", "2.5 Gbit/s", "400 Gbit/s", "9.223e+06 Tbit/s"),
    ]


def test_numbers_stand_at_the_right():
    assert (grouped(1234567), grouped(1234.56)) == ("1,234,567", "1,234.6")
    assert aligned([("a", "rate", "none"), ("bcd", Number("5.0"), "-"), ("e", "-", "-")]) == (
        "  a    rate  none\n  bcd   5.0  -\n  e       -  -\n"
    )
