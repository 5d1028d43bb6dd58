"""The start and the end of flows in one unit, as the usual columns have them."""

import csv
import io

import pytest

from netflowparse import Decoder
from netflowparse.cli.arguments import parse_arguments
from netflowparse.cli.command import run
from netflowparse.cli.flow_times import with_times
from tests.conftest import ROOT

from .fakes import message

CAPTURES = ROOT / "tests" / "captures"
HEADER = {"version": 10, "exportTime": 1_700_000_006}


@pytest.mark.parametrize(
    ("told", "start"),
    [
        ({"flowStartNanoseconds": 1_700_000_002_654_999_999}, 1_700_000_002_654),
        ({"flowStartMicroseconds": 1_700_000_002_654_999}, 1_700_000_002_654),
        ({"flowStartDeltaMicroseconds": 1_867_000}, 1_700_000_004_133),
        ({"flowStartSeconds": 1_700_000_002}, 1_700_000_002_000),
        ({"flowStartSeconds": 1, "flowStartMicroseconds": 1_500_000}, 1500),  # the finer one
        ({"flowStartMilliseconds": 7, "flowStartSeconds": 1_700_000_002}, 7),  # the flow's own
        ({"flowStartSeconds": [1, 2]}, 1000),  # of several the first
        ({"flowStartSysUpTime": 5}, None),
        ({}, None),
    ],
)
def test_units(told, start):
    given = message("x", HEADER, flows=[{"octetDeltaCount": 1, **told}])
    (flow,) = with_times(given)["flows"]
    assert (flow.get("flowStartMilliseconds"), flow["octetDeltaCount"]) == (start, 1)
    assert given["flows"] == [{"octetDeltaCount": 1, **told}]


def test_no_delta_without_the_time_of_the_export():
    (flow,) = with_times(message("x", {"version": 9}, flows=[{"flowEndDeltaMicroseconds": 5}]))["flows"]
    assert flow == {"flowEndDeltaMicroseconds": 5}


@pytest.mark.parametrize(
    ("file", "words", "first"),
    [
        ("softflowd-ipfix-ether.pcap", [], ("1700000002654", "1700000003362")),
        ("openvswitch-ipfix.pcap", [], ("1795457682133", "1795457682173")),
        ("office/ipfix.pcap", ["--resolve"], ("1795718305571", "1795718316899")),
        ("office/ipfix.pcap", [], ("", "")),
    ],
)
@pytest.mark.parametrize(
    ("names", "columns"),
    [([], ("flowStartMilliseconds", "flowEndMilliseconds")), (["--names", "ecs"], ("event.start", "event.end"))],
)
def test_recordings(file, words, first, names, columns):
    out = io.StringIO()
    words = ["--format", "csv", *words, *names, str(CAPTURES / file)]
    run(parse_arguments(words), Decoder(resolve="--resolve" in words), out, None)
    row = next(csv.DictReader(io.StringIO(out.getvalue())))
    assert tuple(row[column] for column in columns) == first
