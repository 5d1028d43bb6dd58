"""Tables of what exporters of NetFlow and IPFIX say of themselves, to the letter, by hand and from recordings."""

import io

import pytest

from netflowparse import Decoder
from netflowparse.cli.arguments import parse_arguments
from netflowparse.cli.command import run
from netflowparse.cli.known_tables import KnownTables
from netflowparse.cli.tables import aligned
from tests.conftest import ROOT

CAPTURES = ROOT / "tests" / "captures"


def fact(kind, key=None, *, domain=0, **values):
    return {"protocol": "netflow9", "domain": domain, "kind": kind, "key": key, **values}


def tables_of(**facts):
    """The tables of exporters, each with its facts, as text."""
    known = KnownTables(lambda exporter: facts[exporter]).tables(facts)
    return "".join(f"{title}\n{aligned(rows)}" for title, rows in known)


def test_tables():
    text = tables_of(
        r2=[fact("domain_sampling", samplingInterval=2.5, selectorAlgorithm=3)],
        r1=[
            fact("sampler", 10, samplingInterval=1000, samplerName="core", samplerMode=2),
            fact("sampler", 9, samplingInterval=None, samplingAlgorithm=77),
            fact("interface", 3, domain=256, interfaceName="Gi0/3", interfaceDescription="up\x1b[31mlink"),
            fact("vrf", 5, VRFname="red"),
            fact("application", "13:453", applicationName="dns", applicationDescription="names"),
            fact("application", "13:53", applicationName="ssh"),
            fact("exporter", systemInitTimeMilliseconds=1),
        ],
    )
    assert text == (
        "Samplers of NetFlow and IPFIX\n"
        "  exporter  protocol  domain  said of     sampling rate  name  algorithm\n"
        "  r1        netflow9  0       sampler 9   -              -     77\n"
        "  r1        netflow9  0       sampler 10  1 in 1000      core  random\n"
        "  r2        netflow9  0       all flows   1 in 2.5       -     Random n-out-of-N Sampling\n"
        "Interfaces of NetFlow and IPFIX\n"
        "  exporter  protocol  domain  interface  name   description\n"
        "  r1        netflow9  256             3  Gi0/3  up\\x1b[31mlink\n"
        "VRFs and applications\n"
        "  exporter  protocol  domain  kind         number  name  description\n"
        "  r1        netflow9  0       application  13:53   ssh   -\n"
        "  r1        netflow9  0       application  13:453  dns   names\n"
        "  r1        netflow9  0       vrf          5       red   -\n"
    )


def test_what_nobody_has_said_is_no_table():
    assert tables_of(r1=[]) == ""


def test_many_rows_and_long_names():
    interfaces = [fact("interface", number, interfaceName="x" * 1000) for number in reversed(range(60))]
    title, _, *lines = tables_of(r1=interfaces).splitlines()
    assert title == "Interfaces of NetFlow and IPFIX (the first 50 of 60)"
    assert [line.split()[3] for line in lines] == [str(number) for number in range(50)]
    assert {line.split()[4] for line in lines} == {"x" * 80 + "..."}


def test_headers_that_tell():
    known = KnownTables(lambda exporter: [])
    for interval, mode in ((100, 1), (100, 1), (0, 0), (200, 2)):
        known.add("r1", "netflow5", "0/2", {"samplingInterval": interval, "samplingMode": mode})
    ((_, rows),) = known.tables(["r1"])
    assert rows[1:] == [
        ("r1", "netflow5", "0/2", "all flows", "1 in 100", "-", "packet interval"),
        ("r1", "netflow5", "0/2", "all flows", "1 in 200", "-", "random"),
    ]


@pytest.mark.parametrize(
    ("file", "row"),
    [
        (
            "softflowd-netflow9-sampled.pcap",
            "  127.0.0.1  netflow9  0       interface 0  1 in 2         -     deterministic\n",
        ),
        (
            "office/ipfix.pcap",
            "  127.0.0.1  ipfix     0       all flows  1 in 4         -     Systematic count-based Sampling\n",
        ),
    ],
)
def test_recordings(file, row):
    out = io.StringIO()
    run(parse_arguments(["--summary", str(CAPTURES / file)]), Decoder(), out, None)
    assert row in out.getvalue().partition("Samplers of NetFlow and IPFIX\n")[2]
