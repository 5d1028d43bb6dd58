"""Chosen fields of records: flat lines, CSV, other collectors' names, and what is told of what is left out."""

import csv
import io
import json

import pytest

from netflowparse.cli.renaming import renamed_lines
from netflowparse.cli.rows import cell, csv_rows, flat_lines
from netflowparse.cli.selection import ABSENT, USUAL, Selection, value_inside

from .fakes import frame, message

FLOW = {"sourceIPv4Address": "192.0.2.1", "octetDeltaCount": 1500, "inner": {"sourceIPv4Address": "10.0.0.1"}}


def full_message():
    late = message("r2", {"version": 9, "sourceId": 7, "exportTime": 5}, flows=[{"octetDeltaCount": 1}])
    return message(
        "r1",
        flows=[FLOW, {"mplsVpn": None}],
        options=[{"scope": {"interface": 3}, "samplingInterval": 100}],
        counters=[{"source_index": 4}],
        late=[late],
    )


def lines(fields, names=None, given=None):
    return [json.loads(line) for line in flat_lines(Selection(fields, names))(given or full_message())]


def test_fields_in_their_order_without_what_is_absent():
    assert lines(["octetDeltaCount", "sourceIPv4Address"]) == [
        {"octetDeltaCount": 1},
        {"octetDeltaCount": 1500, "sourceIPv4Address": "192.0.2.1"},
    ]
    (line,) = flat_lines(Selection(["octetDeltaCount", "sourceIPv4Address"], None))(message("x", flows=[FLOW]))
    assert line == '{"octetDeltaCount":1500,"sourceIPv4Address":"192.0.2.1"}\n'


def test_none_is_a_value():
    assert lines(["mplsVpn"]) == [{"mplsVpn": None}]


def test_fields_inside_others():
    assert lines(["inner.sourceIPv4Address", "scope.interface"]) == [
        {"inner.sourceIPv4Address": "10.0.0.1"},
        {"scope.interface": 3},
    ]
    assert lines(["scope"]) == [{"scope": {"interface": 3}}]


def test_fields_of_messages_alone_are_there_for_every_record():
    assert lines(["kind", "exporter", "protocol", "header.exportTime"]) == [
        {"kind": "flow", "exporter": "r2", "protocol": "netflow9", "header.exportTime": 5},
        {"kind": "flow", "exporter": "r1", "protocol": "netflow9"},
        {"kind": "flow", "exporter": "r1", "protocol": "netflow9"},
        {"kind": "options", "exporter": "r1", "protocol": "netflow9"},
        {"kind": "counters", "exporter": "r1", "protocol": "netflow9"},
    ]


def test_fields_of_messages_beside_those_of_records():
    assert lines(["exporter", "samplingInterval"]) == [{"exporter": "r1", "samplingInterval": 100}]


@pytest.mark.parametrize(
    ("names", "fields", "first"),
    [
        ("cisco", ["IN_BYTES", "inner.IPV4_SRC_ADDR"], {"IN_BYTES": 1500, "inner.IPV4_SRC_ADDR": "10.0.0.1"}),
        ("ecs", ["source.ip", "inner.source.ip"], {"source.ip": "192.0.2.1", "inner.source.ip": "10.0.0.1"}),
        ("goflow2", ["src_addr", "exporter"], {"src_addr": "192.0.2.1", "exporter": "r1"}),
        ("logstash", ["ipv4_src_addr"], {"ipv4_src_addr": "192.0.2.1"}),
        ("ecs", ["sourceIPv4Address"], None),  # that is not what it is called there
    ],
)
def test_fields_are_names_where_those_are_wanted(names, fields, first):
    assert lines(fields, names, message("r1", flows=[FLOW])) == ([first] if first else [])


def test_a_vocabulary_may_have_a_name_that_messages_have_too():
    """Logstash calls protocolIdentifier so: never the message's, not even where a record has none."""
    flows = [{"protocolIdentifier": 6}, {"octetDeltaCount": 1}]
    assert lines(["protocol", "in_bytes"], "logstash", message("r1", flows=flows)) == [{"protocol": 6}, {"in_bytes": 1}]


def test_names_of_whole_lines():
    """Counter samples have no names anywhere, nor has the header."""
    found = [json.loads(line) for line in "".join(renamed_lines(full_message(), "ecs")).splitlines()]
    head = {"exporter": "r1", "protocol": "netflow9", "header": {"version": 9, "sourceId": 7}}
    assert found[1:] == [
        {**head, "flow": {"source": {"ip": "192.0.2.1", "bytes": 1500}, "inner": {"source": {"ip": "10.0.0.1"}}}},
        {**head, "flow": {"mplsVpn": None}},
        {**head, "options": {"scope": {"interface": 3}, "samplingInterval": 100}},
        {**head, "counters": {"source_index": 4}},
    ]
    assert found[0]["flow"] == {"source": {"bytes": 1}}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1500, "1500"),
        (-1, "-1"),
        (None, ""),
        (True, "true"),
        (0.5, "0.5"),
        (1e300, "1e+300"),
        ("", '""'),  # the only cell of its row
        ("Zürich", "Zürich"),
        ('a "b", c', '"a ""b"", c"'),
        ("a\r\nb\x1b[2J", "a\\r\\nb\\x1b[2J"),  # a row is a line, and steers no terminal
        ([1, 2], '"[1,2]"'),
        ({"a": "é\n"}, '"{""a"":""\\u00e9\\n""}"'),
    ],
)
def test_cells(value, text):
    assert "".join(csv_rows(Selection(["a"], None))(message("x", flows=[{"a": value}]))) == (text or '""') + "\n"
    assert "\n" not in str(cell(value))


def test_csv_has_one_header_and_reads_back(run_cli, capture):
    answers = {b"\x00\x091": full_message(), b"\x00\x092": message("", flows=[{"octetDeltaCount": 2, "a": 'x,"y"'}])}
    path = capture(*map(frame, answers))
    outcome = run_cli("--format", "csv", "--fields", "octetDeltaCount,exporter,a,inner", path, answers=answers)
    assert list(csv.reader(io.StringIO(outcome.out))) == [
        ["octetDeltaCount", "exporter", "a", "inner"],
        ["1", "r2", "", ""],
        ["1500", "192.0.2.1", "", '{"sourceIPv4Address":"10.0.0.1"}'],
        ["2", "192.0.2.1", 'x,"y"', ""],
    ]
    assert (outcome.code, outcome.err) == (0, "")


def test_csv_of_nothing_is_a_header(run_cli, capture):
    outcome = run_cli("--format", "csv", capture())
    assert (outcome.code, outcome.out) == (3, ",".join(USUAL) + "\n")


def test_usual_columns_are_for_flows_and_the_rest_is_told(run_cli, capture):
    path = capture(frame(b"\x00\x091"))
    answers = {b"\x00\x091": full_message()}
    outcome = run_cli("--format", "csv", path, answers=answers)
    rows = list(csv.DictReader(io.StringIO(outcome.out)))
    assert [(row["exporter"], row["header.exportTime"], row["octetDeltaCount"]) for row in rows] == [
        ("r2", "5", "1"),
        ("192.0.2.1", "", "1500"),
        ("192.0.2.1", "", ""),
    ]
    assert outcome.err.splitlines() == [
        "netflowparse: without a column: 2 keys of flows (inner, mplsVpn); --fields chooses",
        "netflowparse: without a row: options 1, counters 1; --fields chooses",
    ]
    assert run_cli("-q", "--format", "csv", path, answers=answers).err == ""


@pytest.mark.parametrize(
    ("names", "some"),
    [("ecs", {"source.ip", "source.port", "event.start"}), ("cisco", {"IPV4_SRC_ADDR", "IPV6_SRC_ADDR", "IN_BYTES"})],
)
def test_usual_columns_have_other_names(names, some):
    fields = Selection((), names).fields
    assert some <= set(fields)
    assert len(set(fields)) == len(fields)
    assert {"exporter", "header.exportTime"} <= set(fields)


def test_fields_that_no_record_has_are_told(run_cli, capture):
    answers = {b"\x00\x091": message("", flows=[FLOW])}
    fields = "octetDeltaCuont,sourceIPv4Address,zzz,inner.sourceIPv4Address"
    outcome = run_cli("--fields", fields, capture(frame(b"\x00\x091")), answers=answers)
    assert outcome.err.splitlines() == [
        "netflowparse: --fields: no record has octetDeltaCuont; did you mean octetDeltaCount?",
        "netflowparse: --fields: no record has zzz",
        "netflowparse: --fields: 3 keys of records: inner, octetDeltaCount, sourceIPv4Address",
    ]
    assert outcome.code == 0


def test_fields_of_headers_that_no_message_has_are_told(run_cli, capture):
    answers = {b"\x00\x091": message("", {"version": 9, "exportTime": 5}, flows=[FLOW])}
    path = capture(frame(b"\x00\x091"))
    outcome = run_cli("--fields", "header.exporttime,octetDeltaCount", path, answers=answers)
    assert (outcome.out, outcome.err) == (
        '{"octetDeltaCount":1500}\n',
        "netflowparse: --fields: no record has header.exporttime; did you mean header.exportTime?\n",
    )
    outcome = run_cli("--fields", "header.exportTime,exporter,octetDeltaCount", path, answers=answers)
    assert outcome.err == ""


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ("foo", ["foo", "3 keys of records: inner, octetDeltaCount, sourceIPv4Address"]),
        ("foo,octetDeltaCount", []),
        ("foo,exporter", ["foo", "3 keys of records: inner, octetDeltaCount, sourceIPv4Address"]),
        ("exporter", []),
    ],
)
def test_a_selection_that_matched_nothing_is_told_though_quiet(run_cli, capture, fields, told):
    answers = {b"\x00\x091": message("", flows=[FLOW])}
    outcome = run_cli("-q", "--fields", fields, capture(frame(b"\x00\x091")), answers=answers)
    begins = ["--fields: no record has ", "--fields: "]
    assert outcome.err.splitlines() == [f"netflowparse: {a}{b}" for a, b in zip(begins, told, strict=False)]
    assert outcome.code == 0


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("a", {"b.c": 1, "b": {"d": 2}}),
        ("a.b.c", 1),
        ("a.b.d", 2),
        ("a.b.e", ABSENT),
        ("a.b.c.d", ABSENT),
        ("x", ABSENT),
    ],
)
def test_dots_may_be_part_of_keys(path, value):
    assert value_inside({"a": {"b.c": 1, "b": {"d": 2}}}, path) == value
