"""What is said at the end of records that were lost on the way."""

import io

import pytest

from netflowparse import Decoder
from netflowparse.cli.arguments import parse_arguments
from netflowparse.cli.command import run
from netflowparse.cli.losses import loss_notes
from tests.conftest import ROOT

CAPTURE = str(ROOT / "tests" / "captures" / "openvswitch-netflow5.pcap")


def row(protocol, lost, counts_records=False):
    return {"protocol": protocol, "lost": lost, "counts_records": counts_records}


def test_a_line_by_what_was_counted():
    rows = [row("netflow5", 3), row("ipfix", 1), row("netflow9", 2), row("netflow9", 6, True), row("netflow7", 4)]
    assert list(loss_notes(rows)) == [
        "lost on the way, as sequence numbers tell: 7 flows, 1 record, 2 datagrams; --summary tells whose"
    ]
    assert list(loss_notes([row("netflow5", 0), row("sflow5", 0)])) == []


@pytest.mark.parametrize(
    ("words", "is_told"),
    [([], True), (["--messages"], True), (["--format", "csv"], True), (["-q"], False), (["--summary"], False)],
)
def test_recording(words, is_told):
    err = io.StringIO()
    assert run(parse_arguments([*words, CAPTURE]), Decoder(), io.StringIO(), err) == 0
    note = "netflowparse: lost on the way, as sequence numbers tell: 23 flows; --summary tells whose\n"
    assert (note in err.getvalue()) is is_told
