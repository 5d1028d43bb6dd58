"""The summary's tables, to the letter."""

import io

from netflowparse.cli.report import Report
from netflowparse.cli.summary import Summary

from .fakes import message


def summary_of(*messages, report=None):
    out = io.StringIO()
    summary = Summary(out, report or Report(lambda line: None, quiet=False, tell_problems=False))
    for one in messages:
        summary.add(one)
    summary.finish()
    return out.getvalue()


def template(identifier, event="learned", names=("octetDeltaCount", "packetDeltaCount"), scopes=None):
    fields = [{"name": name, "enterprise": 0, "id": 1, "length": 4} for name in names]
    return {"event": event, "template_id": identifier, "scope_count": scopes, "fields": fields}


def sequence(event, missing=0):
    return {"expected": 1, "missing": missing, "event": event}


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
        message("192.0.2.1", problems=[no_template(256), no_template(300)], sequence=sequence("first")),
        message(
            "192.0.2.1",
            templates=[template(256), template(257, names=("interfaceName",), scopes=1)],
            flows=[{}] * 30,
            options=[{}],
            late=[message("192.0.2.1", flows=[{}] * 12)],
        ),
        message("192.0.2.1", sequence=sequence("gap", 4), templates=[template(256, "refreshed")]),
        message("198.51.100.20", v5, protocol="netflow5", flows=[{}] * 7, sequence=sequence("gap", 100)),
        message("198.51.100.20", v5, protocol="netflow5", sequence=sequence("gap", 20)),
        message("198.51.100.20", {"version": 1}, protocol="netflow1", sequence=sequence("uncertain", None)),
        report=report,
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
    assert summary_of().startswith("Exporters\n  none\n\nTemplates\n  none\n\nProblems\n  none\n\nTotals\n")


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


def test_sequence_texts():
    text = summary_of(message("x", sequence=sequence("reordered")), message("x", sequence=sequence("restart")))
    assert text.splitlines()[2].endswith("1 reordered, 1 restart")
    text = summary_of(*[message("x", sequence=sequence("duplicate"))] * 2, message("x", sequence=sequence("gap", 1)))
    assert text.splitlines()[2].endswith("1 datagram lost in 1 gap, 2 duplicates")
    assert summary_of(message("x")).splitlines()[2].endswith("in order")


def test_what_comes_late_was_not_lost():
    two = {"protocol": "netflow5", "header": {"version": 5, "count": 2}}
    for parts, lost in (({}, "2 datagrams"), (two, "1 flow"), ({"protocol": "ipfix", "flows": [{}] * 3}, "0 records")):
        text = summary_of(
            message("x", sequence=sequence("gap", 3), **parts), message("x", sequence=sequence("reordered"), **parts)
        )
        assert text.splitlines()[2].endswith(f"{lost} lost in 1 gap, 1 reordered")


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
