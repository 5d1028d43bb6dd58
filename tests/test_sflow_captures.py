"""Every sFlow case of ../shared/captures decodes to what tshark and ``sflow_oracle`` make of it, or a table says why.

What ``sflow_oracle`` reads is compared with tshark's values, by their places, wherever tshark has any; then every leaf
of our output with what ``sflow_oracle`` reads.
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from netflowparse import DecodeError, Decoder
from tests.plain import assert_plain
from tests.sflow_oracle import Body, kind_of, samples_of, structure_of, wanted
from tests.test_captures import CAPTURES, MANIFEST, is_sflow, load

Pairs = list[tuple[str, Any]]  # (name, value)
Told = tuple[str, Pairs, list[tuple[str, Pairs]]]  # a sample as tshark reads it: format, words, and records

SLIP = "the sample's length leaves out 16 octets of its record: it rules, though tshark reads on"
#: (case, leaf of our output) -> why it is not what is expected
EXPLAINED = {
    ("gp-sflow-router-ipv6", leaf): SLIP
    for leaf in (
        *(f"extended_router.{name}" for name in ("nexthop", "src_mask_len", "dst_mask_len", "undecoded")),
        "ipNextHopIPv6Address",
    )
}
#: (case, code or quirk) -> why a whole datagram has it
EXPECTED_PROBLEMS = {
    ("gp-sflow-router-ipv6", "truncated_record"): SLIP,
    ("gp-sflow-router-ipv6", "trailing_octets"): "those 16 octets",
    ("gp-sflow-router", "sflow_length_slip"): "the sample's length leaves out 4 octets of its record",
    ("gf-sflow-expanded", "trailing_octets"): "332 octets of somebody's buffer behind the 5 samples that are counted",
}
TSHARK_LOST = "tshark does not skip a counter record that it does not know: what it shows behind the head is not there"

MALFORMED = {"td-sflow-short": "8 octets, by a fuzzer: the agent's address is not there"}

HEADER = {
    "version": "version",
    "agent_address": "agentAddress",
    "sub_agent_id": "subAgentId",
    "sequence_number": "sequenceNumber",
    "uptime": "sysUpTime",
    "num_samples": "sampleCount",
}
COMPACT = "sequence_number source_id_type source_id_index sampling_rate sample_pool drops input output"
#: Format of a sample -> tshark's names for its words, by their places
WORD_NAMES = {
    "0:1": COMPACT,
    "0:2": "sequence_number source_id_type source_id_index",
    "0:3": COMPACT.replace("input output", "input_format input_value output_format output_value"),
    "0:4": "sequence_number source_id_type source_id_index",
}
#: Structure -> tshark's names for its leaves and for the lengths of its lists, by their places
TSHARK_NAMES = {
    "sampled_header": "protocol frame_length stripped header",
    "sampled_ethernet": "length src_mac dst_mac type",
    "extended_switch": "src_vlan src_priority dst_vlan dst_priority",
    "extended_router": "nexthop src_mask_len dst_mask_len",
    "extended_gateway": "nexthop as src_as src_peer_as dst_as_path_len as_path_type as_path_len dst_as dst_as dst_as "
    "communities_len community community community community localpref",
    "if_counters": "ifIndex ifType ifSpeed ifDirection ifStatus ifInOctets ifInUcastPkts ifInMulticastPkts "
    "ifInBroadcastPkts ifInDiscards ifInErrors ifInUnknownProtos ifOutOctets ifOutUcastPkts ifOutMulticastPkts "
    "ifOutBroadcastPkts ifOutDiscards ifOutErrors ifPromiscuousMode",
    "ethernet_counters": "dot3StatsAlignmentErrors dot3StatsFCSErrors dot3StatsSingleCollisionFrames "
    "dot3StatsMultipleCollisionFrames dot3StatsSQETestErrors dot3StatsDeferredTransmissions dot3StatsLateCollisions "
    "dot3StatsExcessiveCollisions dot3StatsInternalMacTransmitErrors dot3StatsCarrierSenseErrors "
    "dot3StatsFrameTooLongs dot3StatsInternalMacReceiveErrors dot3StatsSymbolErrors",
    "vlan_counters": "vlan_id octets ucastPkts multicastPkts broadcastPkts discards",
    "processor": "5s_cpu 1m_cpu 5m_cpu total_memory free_memory",
}


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every value that holds no other, and where it stands."""
    if isinstance(value, dict | list) and value:
        for key, each in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(each, f"{path}.{key}" if path else str(key))
    else:
        yield path, value


def in_wire_order(value: Any) -> Iterator[Any]:
    """The values of a structure as they are sent: a list's length before its items."""
    if isinstance(value, list):
        yield len(value)
    if isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from in_wire_order(each)
    else:
        yield value


def manifest() -> list[dict[str, str]]:
    """The rows of all cases that hold sFlow; ``gl-mixed-nprobe`` mixes other protocols."""
    if not MANIFEST.exists():
        return []
    with MANIFEST.open() as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [row for row in rows if row["protocol"] == "sflow5" or row["case"] == "td-mixed-hp"]


def told(sample: dict[str, Any]) -> Told:
    """A sample of an expected file: its format, words, and records."""
    records: list[tuple[str, Pairs]] = [
        (format_of(record), [(name, raw if value is None else value) for name, raw, value in record["fields"]])
        for record in sample["records"]
    ]
    return format_of(sample), list(sample["fields"].items()), records


def format_of(part: dict[str, Any]) -> str:
    """The format of a sample or record of an expected file."""
    return f"{part['enterprise']}:{part['format']}"


class Comparison:
    """Compares datagrams of one case or recording with all that is expected of them."""

    def __init__(self, case: str) -> None:
        self.case = case
        self.fields = self.by_tshark = 0
        self.explained: Counter[str] = Counter()
        self.unexplained: list[str] = []

    def differs(self, where: str, reason: str | None, text: str) -> None:
        """Count a difference as explained or not."""
        if reason is None:
            self.unexplained.append(f"{where}: {text}")
        else:
            self.explained[reason] += 1

    def equal(self, got: Any, want: Any, where: str = "") -> None:
        """Compare all leaves of two values, and that neither has others."""
        ours, theirs = dict(leaves(got, where)), dict(leaves(want, where))
        for path in {**theirs, **ours}:
            self.fields += 1
            value, other = ours.get(path, "not there"), theirs.get(path, "nothing")
            if value != other or type(value) is not type(other):
                self.differs(path, EXPLAINED.get((self.case, path)), f"{value!r}, expected {other!r}")

    def datagram(self, message: Any, octets: bytes, header: dict[str, Any], samples: list[Told]) -> None:
        """Compare one datagram: the header, every sample, and what there is to complain of."""
        self.equal(message["header"], {HEADER[name]: value for name, value in header.items()}, "header")
        for problem in [*(each["code"] for each in message["problems"]), *message["quirks"]]:
            self.differs("problems", EXPECTED_PROBLEMS.get((self.case, problem)), problem)
        self.equal([message["late"], message["options"], message.get("unknown_samples", [])], [[], [], []], "rest")
        ours = {"flow": iter(message["flows"]), "counter": iter(message["counters"])}
        for sample, theirs in zip(samples_of(octets), samples, strict=True):
            self.sample_of_tshark(*sample, *theirs)
            got = dict(next(ours[kind_of(sample[0])], {}))
            got.pop("continuity", None)
            self.equal(got, wanted(*sample))
        self.equal([list(ours["flow"]), list(ours["counter"])], [[], []], "more samples")

    def sample_of_tshark(
        self, number: str, words: list[int], records: list[Body], theirs: str, names: Pairs, their_records: Any
    ) -> None:
        """Compare what a sample must give with tshark's reading of it."""
        assert number == theirs
        if number not in WORD_NAMES:
            assert (names, their_records) == ([], [])
            return
        self.oracles(number, names, WORD_NAMES[number], words)
        for index, (record_number, fields) in enumerate(their_records):
            assert record_number == records[index][0]
            if not fields and kind_of(number) == "counter":
                self.explained[TSHARK_LOST] += sum(len(pairs) for _, pairs in their_records[index:])
                return
            known = structure_of(kind_of(number), records[index])
            assert known is not None
            self.oracles(known[0], fields, TSHARK_NAMES[known[0]], list(in_wire_order(known[1])))
        assert len(records) == len(their_records)

    def oracles(self, where: str, theirs: Pairs, names: str, values: list[Any]) -> None:
        """Compare tshark's named values with those that ours must be, one place after the other."""
        assert [name for name, _ in theirs] == names.split()
        self.by_tshark += len(values)
        if [value for _, value in theirs] != values:
            self.unexplained.append(f"{where}: tshark has {theirs}, the tables give {values}")


def compare(row: dict[str, str], *, compiled: bool) -> Comparison:
    """Decode the datagrams of a case in order and compare them; those of malformed cases must be complained of."""
    comparison, decoder = Comparison(row["case"]), Decoder(compiled=compiled)
    expected = json.loads((CAPTURES / "expected" / f"{row['case']}.json").read_text())["datagrams"]
    for datagram, want in zip(load("capfile").read(CAPTURES / row["file"]), expected, strict=True):
        if not is_sflow(datagram.payload):
            continue
        try:
            message = decoder.decode(datagram.payload, datagram.exporter)
        except DecodeError as error:
            comparison.differs("datagram", MALFORMED.get(row["case"]), str(error))
            continue
        assert_plain(message)
        assert row["expect"] == "decode" or message["problems"]
        samples = [told(sample) for sample in want["samples"]]
        comparison.datagram(message, datagram.payload, {"version": want["version"], **want["header"]}, samples)
    return comparison


def cases() -> list[Any]:
    """One parameter a case; a single skipped one where the captures are not there."""
    nothing = pytest.param(None, id="none", marks=pytest.mark.skip(reason="../shared/captures is not here"))
    return [pytest.param(row, id=row["case"]) for row in manifest()] or [nothing]


@pytest.mark.parametrize("row", cases())
def test_case(row: dict[str, str], compiled: bool) -> None:
    comparison = compare(row, compiled=compiled)
    assert comparison.unexplained == []
    assert comparison.fields + len(comparison.explained) > 0


def test_sum(shared_captures: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Prints the figures of the whole corpus."""
    comparisons = [compare(row, compiled=True) for row in manifest()]
    fields, by_tshark = sum(each.fields for each in comparisons), sum(each.by_tshark for each in comparisons)
    explained = sum((each.explained for each in comparisons), Counter())
    unexplained = sum(len(each.unexplained) for each in comparisons)
    with capsys.disabled():
        counts = f"{fields} fields compared, {by_tshark} with tshark's"
        print(f"\n{len(comparisons)} sFlow cases, {counts}, {explained.total()} explained, {unexplained} unexplained")
    reasons = {TSHARK_LOST, *EXPLAINED.values(), *EXPECTED_PROBLEMS.values(), *MALFORMED.values()}
    assert set(explained) == reasons  # a reason that explains nothing any more goes
    assert (len(comparisons), explained.total(), unexplained) == (20, 37, 0)
    assert fields > 11_000
    assert by_tshark > 7_300


def test_no_octet_of_a_cut_record_is_lost(shared_captures: Path, compiled: bool) -> None:
    """What a sample's length leaves out of a record stands in the problem that says so."""
    row = next(row for row in manifest() if row["case"] == "gp-sflow-router-ipv6")
    datagram = load("capfile").read(shared_captures / row["file"])[0]
    message = Decoder(compiled=compiled).decode(datagram.payload, datagram.exporter)
    expected = json.loads((shared_captures / "expected" / "gp-sflow-router-ipv6.json").read_text())
    trailing = next(each for each in message["problems"] if each["code"] == "trailing_octets")
    (record,) = expected["datagrams"][0]["samples"][0]["records"]
    assert message["flows"][0]["extended_router"]["undecoded"] + trailing["octets"] == record["raw"]
