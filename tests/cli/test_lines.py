"""Messages become strict JSON lines, one per record or one per message."""

import io
import json

import pytest

from netflowparse.cli.lines import Lines, count_records, message_lines, record_lines

from .fakes import message

HEADER = {"version": 9, "sourceId": 7}


def full_message():
    late = message("192.0.2.1", {"version": 9, "sourceId": 7, "sequenceNumber": 1}, flows=[{"octetDeltaCount": 1}])
    return message(
        "192.0.2.1",
        flows=[{"octetDeltaCount": 2}, {"octetDeltaCount": 3}],
        options=[{"scope": {"system": 0}, "samplingInterval": 100}],
        counters=[{"source_index": 4}],
        late=[late],
    )


def test_record_lines():
    out = io.StringIO()
    Lines(out, record_lines).add(full_message())
    head = {"exporter": "192.0.2.1", "protocol": "netflow9", "header": HEADER}
    assert [json.loads(line) for line in out.getvalue().splitlines()] == [
        {**head, "header": {**HEADER, "sequenceNumber": 1}, "flow": {"octetDeltaCount": 1}},
        {**head, "flow": {"octetDeltaCount": 2}},
        {**head, "flow": {"octetDeltaCount": 3}},
        {**head, "options": {"scope": {"system": 0}, "samplingInterval": 100}},
        {**head, "counters": {"source_index": 4}},
    ]
    assert count_records(full_message()) == 5


def test_a_line_to_the_letter():
    (line,) = record_lines(message(("192.0.2.1", 2055), flows=[{"interfaceName": "Zürich\x9b\n", "mplsVpn": None}]))
    assert line == (
        '{"exporter":["192.0.2.1",2055],"protocol":"netflow9","header":{"version":9,"sourceId":7},'
        '"flow":{"interfaceName":"Z\\u00fcrich\\u009b\\n","mplsVpn":null}}\n'
    )


@pytest.mark.parametrize(
    "flows",
    [
        [{}, {}, {"a": [{"b": 1}, {"c": 2}]}, {}],
        [{"a": '"},"\\n",{"', "b": "\n"}, {"a": '},"\n",{'}, {"a": "{" * 9}],
        [{"a": [{"b": 1}, "\n", {"c": 2}]}, {"a": 1}, {"a": [{}, "\n", {}]}],  # what stands between two records
    ],
    ids=["empty ones", "quotes and braces", "lists like the row of records"],
)
def test_each_record_has_its_line_whatever_it_holds(flows):
    lines = "".join(record_lines(message("x", flows=flows))).splitlines()
    head = {"exporter": "x", "protocol": "netflow9", "header": HEADER}
    assert [json.loads(line) for line in lines] == [{**head, "flow": flow} for flow in flows]


def test_message_lines():
    out = io.StringIO()
    lines = Lines(out, message_lines)
    lines.add(full_message())
    lines.add(message(None))
    lines.finish()
    assert [json.loads(line) for line in out.getvalue().splitlines()] == [full_message(), message(None)]


def test_nothing_but_strict_json():
    with pytest.raises(ValueError, match="not JSON compliant"):
        list(record_lines(message("x", flows=[{"value": float("nan")}])))


@pytest.mark.parametrize("spell", [record_lines, message_lines])
@pytest.mark.parametrize("live", [False, True])
def test_live_output_is_flushed(spell, live):
    flushes = []
    out = io.StringIO()
    out.flush = lambda: flushes.append(out.getvalue())
    Lines(out, spell, live=live).add(message("x", flows=[{}]))
    assert len(flushes) == live


def test_message_without_records_gives_no_line():
    out = io.StringIO()
    Lines(out, record_lines, live=True).add(message("x"))
    assert out.getvalue() == ""


def test_records_that_are_completed_have_a_kind_of_their_own():
    """They stand in place of lines that came before, and are not counted again."""
    late = {**message("192.0.2.1"), "completed": {"flows": [{"octetDeltaCount": 1}], "options": [{"scope": {}}]}}
    lines = [json.loads(line) for line in record_lines(message("192.0.2.1", late=[late]))]
    assert [{*line} - {"exporter", "protocol", "header"} for line in lines] == [
        {"completed_flow"},
        {"completed_options"},
    ]
    assert lines[0]["completed_flow"] == {"octetDeltaCount": 1}
    assert count_records(message("192.0.2.1", late=[late])) == 0
