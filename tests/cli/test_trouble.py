"""What is said about datagrams and files that cannot be decoded, about problems, and the exit code."""

import pytest

from netflowparse.errors import MalformedMessage, TruncatedDatagram, UnknownVersion

from .fakes import frame, message, pcap_octets


def test_what_is_no_export_traffic_is_skipped(run_cli, capture):
    path = capture(frame(b"\x00\x09a"), frame(b"\xff\xff dns", port=53), frame(b"\x00\x09"))
    outcome = run_cli(path)
    assert (outcome.code, len(outcome.lines)) == (0, 1)
    assert outcome.err == "netflowparse: 2 UDP datagrams skipped: not NetFlow, IPFIX or sFlow\n"
    assert run_cli("--quiet", path).err == ""


def test_the_first_idea_of_what_was_skipped_is_told(run_cli, capture):
    ideas = {b"\xff1": "", b"\xff2": "two", b"\xff3": "three"}
    answers = {octets: UnknownVersion("version 0", version=0, hint=idea) for octets, idea in ideas.items()}
    outcome = run_cli(capture(*[frame(octets, port=6343) for octets in ideas]), answers=answers)
    assert (outcome.code, outcome.err.splitlines()) == (
        3,
        [
            "netflowparse: no NetFlow, IPFIX or sFlow datagrams found",
            "netflowparse: 3 UDP datagrams skipped: not NetFlow, IPFIX or sFlow; frame 2 to port 6343: two",
        ],
    )


def test_with_ports_nothing_is_skipped(run_cli, capture):
    path = capture(frame(b"\x00\x09a"), frame(b"\xff\xff"), frame(b"\x00\x09"), frame(b"\xff\xff", port=53))
    outcome = run_cli("--port", 2055, path)
    assert (outcome.code, len(outcome.lines)) == (4, 1)
    assert outcome.err == (
        f"netflowparse: {path}: frame 2: 192.0.2.1 to port 2055: version unknown\n"
        f"netflowparse: {path}: frame 3: 192.0.2.1 to port 2055: shorter than its header\n"
    )


def test_other_errors_are_failures(run_cli, capture):
    broken = b"\x00\x0abroken"
    answers = {broken: MalformedMessage("length 3, need at least 16")}
    outcome = run_cli(capture(frame(b"\x00\x09a"), frame(broken), name="b.pcap"), answers=answers)
    assert outcome.code == 4
    assert outcome.err.endswith("b.pcap: frame 2: 192.0.2.1 to port 2055: length 3, need at least 16\n")


def test_failures_are_counted_when_they_are_many(run_cli, capture):
    broken = b"\x00\x0abroken"
    answers = {broken: MalformedMessage("length 3")}
    outcome = run_cli(capture(*[frame(broken)] * 30), answers=answers)
    assert outcome.code == 3
    assert outcome.err.count("length 3") == 10
    assert outcome.err.endswith("netflowparse: 30 datagrams could not be decoded\n")


def problem(code, **facts):
    return {"code": code, "message": f"{code} here", "offset": 20, **facts}


def test_first_problem_of_each_kind_is_told(run_cli, capture):
    answers = {
        b"\x00\x091": message("", problems=[problem("missing_template", template_id=256, set_id=256)] * 2),
        b"\x00\x092": message(
            "", problems=[problem("missing_template", template_id=257), problem("bad_length", set_id=3)]
        ),
        b"\x00\x093": message("", late=[message("192.0.2.1", problems=[problem("bad_value", template_id=256)])]),
    }
    frames = [frame(octets) for octets in (b"\x00\x091", b"\x00\x092", b"\x00\x091", b"\x00\x093")]
    path = capture(*frames)
    outcome = run_cli(path, answers=answers)
    assert outcome.code == 0
    assert outcome.err.splitlines() == [
        f"netflowparse: {path}: frame 1: 192.0.2.1: missing_template: missing_template here",
        f"netflowparse: {path}: frame 2: 192.0.2.1: missing_template: missing_template here",
        f"netflowparse: {path}: frame 2: 192.0.2.1: bad_length: bad_length here",
        f"netflowparse: {path}: frame 4: 192.0.2.1: bad_value: bad_value here",
        "netflowparse: problems: missing_template 5, bad_length 1, bad_value 1",
    ]
    assert run_cli("-q", path, answers=answers).err == ""
    assert run_cli("--summary", path, answers=answers).err == ""


def test_problems_of_several_structures_are_several_kinds(run_cli, capture):
    facts = ({"structure": "sampled_header"}, {"structure": "if_counters"}, {"structure": "sampled_header"}, {})
    found = [problem("truncated_record", **each) | {"message": f"{each}"} for each in facts]
    path = capture(frame(b"\x00\x091"))
    outcome = run_cli(path, answers={b"\x00\x091": message("192.0.2.1", problems=found)})
    assert outcome.err.splitlines() == [
        *(f"netflowparse: {path}: frame 1: 192.0.2.1: truncated_record: {facts[index]}" for index in (0, 1, 3)),
        "netflowparse: problems: truncated_record 4",
    ]


def test_nothing_found(run_cli, capture):
    outcome = run_cli(capture())
    assert (outcome.code, outcome.out, outcome.err) == (
        3,
        "",
        "netflowparse: no NetFlow, IPFIX or sFlow datagrams found\n",
    )
    assert run_cli("--summary", capture()).out.startswith("Totals\n  exporters  ")


def test_files_that_cannot_be_read_do_not_stop_the_others(run_cli, capture, tmp_path):
    good = capture(frame(b"\x00\x09a"))
    text = tmp_path / "notes.txt"
    text.write_text("some notes\n")
    outcome = run_cli(tmp_path / "nothing", text, good)
    assert (outcome.code, len(outcome.lines)) == (1, 1)
    assert outcome.err == (
        f"netflowparse: {tmp_path}/nothing: No such file or directory\n"
        f"netflowparse: {text}: neither a capture nor a NetFlow, IPFIX or sFlow datagram: it is text\n"
    )


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "empty"),
        (b"\x89PNG\r\n\x1a\n", "neither a capture nor a NetFlow, IPFIX or sFlow datagram: version unknown"),
        (b"\xd4\xc3\xb2\xa1", "no usable pcap header"),
        (b"a" * 70_000, "neither a capture nor a NetFlow, IPFIX or sFlow datagram: it is text"),
        (b"\xff" * 70_000, "neither a capture nor a NetFlow, IPFIX or sFlow datagram"),
        (b"PK\x03\x04", "a zip archive: unpack it first"),
    ],
    ids=["empty", "picture", "half of a header", "long text", "long", "zip"],
)
def test_each_wrong_file_is_told_in_one_line(run_cli, tmp_path, content, complaint):
    path = tmp_path / "file"
    path.write_bytes(content)
    outcome = run_cli(path)
    assert (outcome.code, outcome.out, outcome.err) == (1, "", f"netflowparse: {path}: {complaint}\n")
    assert run_cli(tmp_path).err == f"netflowparse: {tmp_path}: Is a directory\n"


def test_raw_datagram_that_is_too_short_is_a_failure(run_cli, tmp_path):
    path = tmp_path / "v9.bin"
    path.write_bytes(b"\x00\x09")
    outcome = run_cli(path, answers={b"\x00\x09": TruncatedDatagram("2 octets")})
    assert (outcome.code, outcome.err) == (3, f"netflowparse: {path}: 2 octets\n")


def test_cut_last_frame_is_no_failure(run_cli, tmp_path):
    path = tmp_path / "a.pcap"
    path.write_bytes(pcap_octets([frame(b"\x00\x09a"), frame(b"\x00\x09b")])[:-1])
    outcome = run_cli(path)
    assert (outcome.code, len(outcome.lines)) == (0, 1)
    assert outcome.err == f"netflowparse: {path}: the file ends inside frame 2, which is left out\n"
