"""The summary's tables, to the letter."""

import io

import pytest

from netflowparse.cli.report import Report
from netflowparse.cli.summary import Summary

from .fakes import message


def summary_of(*messages, report=None, statistics=()):
    out = io.StringIO()
    report = report or Report(lambda line: None, quiet=False, tell_problems=False)
    summary = Summary(out, report, lambda: list(statistics), lambda exporter: [])
    for one in messages:
        summary.add(one)
    summary.finish()
    return out.getvalue()


def template(identifier, event="learned", names=("octetDeltaCount", "packetDeltaCount"), scopes=None):
    fields = [{"name": name, "enterprise": 0, "id": 1, "length": 4} for name in names]
    return {"event": event, "template_id": identifier, "scope_count": scopes, "fields": fields}


def totals(exporter, protocol="netflow9", domain=7, datagrams=2, **numbers):
    """A row of a decoder's statistics, as far as the summary reads it."""
    numbers = {**dict.fromkeys(["lost", "gaps", "reordered", "duplicates", "restarts", "counts_records"], 0), **numbers}
    return {"exporter": exporter, "protocol": protocol, "domain": domain, "datagrams": datagrams, **numbers}


def no_template(identifier):
    return {
        "code": "missing_template",
        "message": f"set {identifier} at octet 20",
        "template_id": identifier,
        "offset": 20,
    }


def test_tables():
    report = Report(lambda line: None, quiet=False, tell_problems=False)
    report.skipped = 3
    v5 = {"version": 5, "engineType": 0, "engineId": 2}
    text = summary_of(
        message("192.0.2.1", problems=[no_template(256), no_template(300)]),
        message(
            "192.0.2.1",
            templates=[template(256), template(257, names=("interfaceName",), scopes=1)],
            flows=[{}] * 30,
            options=[{}],
            late=[message("192.0.2.1", flows=[{}] * 12)],
        ),
        message("192.0.2.1", templates=[template(256, "refreshed")]),
        message("198.51.100.20", v5, protocol="netflow5", flows=[{}] * 7),
        message("198.51.100.20", v5, protocol="netflow5"),
        message("198.51.100.20", {"version": 1}, protocol="netflow1"),
        report=report,
        statistics=[
            totals("192.0.2.1", lost=4, gaps=1),
            totals("198.51.100.20", "netflow5", 2, lost=120, gaps=2),
            totals("198.51.100.20", "netflow1", 0),
        ],
    )
    assert text == (
        "Exporters\n"
        "  exporter       protocol  domain  datagrams  flows  options  counters  no template  sequence\n"
        "  192.0.2.1      netflow9  7               3     42        1         0  300          "
        "4 datagrams lost in 1 gap\n"
        "  198.51.100.20  netflow5  0/2             2      7        0         0  -            "
        "120 flows lost in 2 gaps\n"
        "  198.51.100.20  netflow1  -               1      0        0         0  -            -\n"
        "\n"
        "Templates\n"
        "  template  exporter   protocol  domain  kind     events                  count  fields\n"
        "       256  192.0.2.1  netflow9  7       data     learned 1, refreshed 1      2  octetDeltaCount, "
        "packetDeltaCount\n"
        "       257  192.0.2.1  netflow9  7       options  learned 1                   1  interfaceName\n"
        "\n"
        "Problems\n"
        "  problem           count  for example\n"
        "  missing_template      2  192.0.2.1: set 256 at octet 20\n"
        "\n"
        "Totals\n"
        "  exporters                  2\n"
        "  datagrams                  6\n"
        "  flows                     49\n"
        "  options                    1\n"
        "  counters                   0\n"
        "  templates                  2\n"
        "  problems                   2\n"
        "  failed datagrams           0\n"
        "  skipped datagrams          3\n"
        "  datagrams to other ports   0\n"
        "\n"
    )


def test_nothing():
    """Where nothing was decoded there is nothing to be none of."""
    assert summary_of().startswith("Totals\n  exporters                 0\n")
    assert summary_of(message("x")).partition("\n\n")[2].startswith("Templates\n  none\n\nProblems\n  none\n\nTotals\n")


def test_many_fields_take_several_lines():
    names = [f"informationElementNumber{number}" for number in range(8)]
    lines = summary_of(message("x", templates=[template(400, names=names)])).splitlines()
    start = lines.index("Templates") + 2
    indent = lines[start].index("informationElementNumber0")
    assert lines[start][indent:] == ", ".join(names[:3]) + ","
    assert lines[start + 1] == " " * indent + ", ".join(names[3:6]) + ","
    assert lines[start + 2] == " " * indent + ", ".join(names[6:])


def test_withdrawn_template_keeps_its_fields():
    withdrawn = {"event": "withdrawn", "template_id": 256, "scope_count": None, "fields": []}
    text = summary_of(message("x", templates=[template(256)]), message("x", templates=[withdrawn]))
    assert (
        "256  x         netflow9  7       data  learned 1, withdrawn 1      2  octetDeltaCount, packetDeltaCount"
        in text
    )


@pytest.mark.parametrize(
    ("numbers", "text"),
    [
        ({"reordered": 1, "restarts": 1}, "1 reordered, 1 restart"),
        ({"lost": 1, "gaps": 1, "duplicates": 2}, "1 datagram lost in 1 gap, 2 duplicates"),
        ({"lost": 0, "gaps": 1, "reordered": 1}, "0 datagrams lost in 1 gap, 1 reordered"),  # all came late
        ({"lost": 9, "gaps": 3, "counts_records": True}, "numbers seem to count records: losses are not known"),
        ({}, "in order"),
        ({"datagrams": 1}, " -"),
    ],
)
def test_sequence_texts(numbers, text):
    assert summary_of(message("x"), statistics=[totals("x", **numbers)]).splitlines()[2].endswith(text)


def test_an_exporter_that_the_decoder_has_forgotten():
    assert summary_of(message("x")).splitlines()[2].endswith(" -")


def test_domains_in_words():
    agent = {"agentAddress": "192.0.2.7", "subAgentId": 3}
    text = summary_of(
        message("x", {"observationDomainId": 513}, protocol="ipfix"),
        message("x", {"engineType": 2, "engineId": 1}, protocol="netflow8"),
        message("x", {}, protocol="netflow7"),
        message("x", agent, protocol="sflow5"),
        message("x", {**agent, "agentAddress": None}, protocol="sflow5"),
        statistics=[totals("x", "ipfix", 513), totals("x", "netflow8", 513), totals("x", "sflow5", (None, 3), gaps=1)],
    )
    rows = [line.split(None, 7) for line in text.splitlines()[2:7]]
    assert [(row[1], row[2], row[7].split(None, 1)[1].strip()) for row in rows] == [
        ("ipfix", "513", "in order"),
        ("netflow8", "2/1", "in order"),
        ("netflow7", "-", "-"),
        ("sflow5", "192.0.2.7/3", "-"),
        ("sflow5", "-/3", "0 datagrams lost in 1 gap"),
    ]


def test_a_template_id_of_two_protocols_is_two_templates():
    text = summary_of(
        message("x", {"observationDomainId": 0}, protocol="ipfix", templates=[template(1024, names=("a",))]),
        message("x", {"sourceId": 0}, templates=[template(1024, names=("b",))]),
    )
    assert "1024  x         ipfix     0       data  learned 1      1  a\n" in text
    assert "1024  x         netflow9  0       data  learned 1      1  b\n" in text
    assert "  templates                 2\n" in text


def test_control_characters_cannot_reach_the_terminal():
    text = summary_of(message("x", problems=[{"code": "bad_value", "message": "\x1b[31mred\x9b", "offset": 0}]))
    assert "x: \\x1b[31mred\\x9b" in text
    assert "\x1b" not in text


def test_template_ids_in_the_order_of_numbers():
    text = summary_of(message("x", templates=[template(1000), template(256)]))
    assert text.index(" 256 ") < text.index(" 1000 ")
