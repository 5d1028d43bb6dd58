"""Which datagrams the decoder is given, and under which exporter's name."""

import pytest

from .fakes import frame


def test_ports_and_names(run_cli, capture):
    path = capture(
        frame(b"\x00\x09a", port=2055),
        frame(b"\x00\x09b", port=4739, source="2001:db8::1"),
        frame(b"\x00\x09c", port=53),
        frame(b"\xff\xff", port=53),
    )
    assert [seen[:2] for seen in run_cli(path).seen] == [
        (b"\x00\x09a", "192.0.2.1"),
        (b"\x00\x09b", "2001:db8::1"),
        (b"\x00\x09c", "192.0.2.1"),
        (b"\xff\xff", "192.0.2.1"),
    ]
    outcome = run_cli("--port", 2055, "--port", 4739, "--by-port", path)
    assert outcome.seen == [
        (b"\x00\x09a", "192.0.2.1:50001", "udp"),
        (b"\x00\x09b", "[2001:db8::1]:50001", "udp"),
    ]
    assert (outcome.code, outcome.err) == (0, "")


@pytest.mark.fault("A-060")
def test_an_exporter_that_sends_from_many_ports_is_one(run_cli, capture):
    """Templates from one port, data from another."""
    path = capture(frame(b"\x00\x09a", source_port=50001), frame(b"\x00\x09b", source_port=50002))
    assert [exporter for _, exporter, _ in run_cli(path).seen] == ["192.0.2.1", "192.0.2.1"]
    assert [exporter for _, exporter, _ in run_cli("--by-port", path).seen] == ["192.0.2.1:50001", "192.0.2.1:50002"]


@pytest.mark.parametrize("said", [None, "192.0.2.1", "::ffff:192.0.2.1", "::FFFF:c000:201"])
def test_an_ipv4_address_mapped_into_ipv6_is_that_address(run_cli, capture, said):
    path = capture(frame(b"\x00\x09a", source="::ffff:192.0.2.1"), frame(b"\x00\x09b"))
    outcome = run_cli(*(("--exporter", said) if said else ()), path)
    assert [exporter for _, exporter, _ in outcome.seen] == ["192.0.2.1", "192.0.2.1"]


def test_exporter_of_raw_files(run_cli, tmp_path):
    path = tmp_path / "v9.bin"
    path.write_bytes(b"\x00\x09a")
    assert run_cli(path).seen == [(b"\x00\x09a", None, "udp")]
    outcome = run_cli("--exporter", "router 1", "--port", 2055, path)
    assert (outcome.seen, outcome.err) == ([(b"\x00\x09a", "router 1", "udp")], "")


@pytest.mark.parametrize(
    ("words", "exporters"),
    [
        (["--exporter", "192.0.2.1"], ["192.0.2.1", "192.0.2.1"]),
        (["--exporter", "2001:DB8::1"], ["2001:db8::1"]),
        (["--by-port", "--exporter", "192.0.2.1"], ["192.0.2.1:50001", "192.0.2.1:50002"]),
        (["--by-port", "--exporter", "192.0.2.1:50002"], ["192.0.2.1:50002"]),
    ],
)
def test_one_exporter_of_a_capture(run_cli, capture, words, exporters):
    path = capture(
        frame(b"\x00\x09a"),
        frame(b"\x00\x09b", source="2001:db8::1"),
        frame(b"\x00\x09c", source_port=50002),
        frame(b"\xff\xff", source="198.51.100.20"),
    )
    outcome = run_cli(*words, path)
    assert [exporter for _, exporter, _ in outcome.seen] == exporters
    assert (outcome.code, outcome.err, len(outcome.lines)) == (0, "", len(exporters))
    dropped = 4 - len(exporters)
    assert f"  datagrams of other exporters  {dropped}\n" in run_cli("--summary", *words, path).out


def test_an_exporter_that_a_capture_has_not(run_cli, capture):
    path = capture(*[frame(b"\x00\x09a", source=f"192.0.2.{number}") for number in (7, 1, 2, 3, 4, 7)])
    outcome = run_cli("--quiet", "--exporter", "10.0.0.1", path)
    assert (outcome.code, outcome.seen) == (3, [])
    assert outcome.err == (
        "netflowparse: no NetFlow, IPFIX or sFlow datagrams found: 6 datagrams of other exporters "
        "(192.0.2.7, 192.0.2.1, 192.0.2.2, 192.0.2.3, ...)\n"
    )


@pytest.mark.parametrize(("count", "dropped"), [(1, "1 datagram"), (2, "2 datagrams")])
def test_only_other_ports(run_cli, capture, count, dropped):
    path = capture(*[frame(b"\x00\x09a", port=53)] * count)
    outcome = run_cli("--port", 2055, path)
    assert (outcome.code, outcome.seen) == (3, [])
    assert outcome.err == f"netflowparse: no NetFlow, IPFIX or sFlow datagrams found: {dropped} to other ports\n"
    assert f"  datagrams to other ports  {count}\n" in run_cli("--summary", "--port", 2055, path).out
