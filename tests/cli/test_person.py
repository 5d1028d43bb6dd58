"""What a person sees: the command in a terminal of its own, with files as people have them."""

import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios

import pytest

from netflowparse.cli import main
from tests.conftest import RECORDINGS, ROOT

RECORDING = RECORDINGS / "softflowd-netflow9.pcap"
COMMAND = [sys.executable, "-m", "netflowparse"]


def environment(**more):
    kept = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLUMNS")}
    return {**kept, "PYTHONPATH": os.pathsep.join([str(ROOT), kept.get("PYTHONPATH", "")]), "TERM": "xterm", **more}


def in_terminal(*words, columns=80, **more):
    """Return what the command shows in a terminal that wide, standard streams all on it, and its exit code."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("4H", 24, columns, 0, 0))
    with subprocess.Popen(
        [*COMMAND, *map(str, words)], stdin=theirs, stdout=theirs, stderr=theirs, env=environment(**more)
    ) as process:
        os.close(theirs)
        shown = b""
        while piece := _read(ours):
            shown += piece
        os.close(ours)
    return shown.decode().replace("\r\n", "\n"), process.returncode


def _read(terminal):
    try:
        return os.read(terminal, 1 << 16)
    except OSError:  # as Linux says that nobody writes any more
        return b""


def shell(line, **more):
    """Return what a shell's *line* leaves: codes of all its parts, stdout, stderr."""
    script = f"netflowparse() {{ '{sys.executable}' -m netflowparse \"$@\"; }}; {line}; echo ${{PIPESTATUS[*]}} >&2"
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, env=environment(**more), check=True)
    *err, codes = done.stderr.splitlines()
    return [int(code) for code in codes.split()], done.stdout, err


@pytest.mark.parametrize("columns", [80, 120])
def test_summary_fits_the_terminal(columns):
    shown, code = in_terminal("--summary", RECORDING, columns=columns)
    plain = re.sub(r"\x1b\[[\d;]*m", "", shown)
    assert code == 0
    assert max(map(len, plain.splitlines())) < columns
    assert re.findall(r"\x1b\[1m(\w+)\x1b\[0m\n", shown) == ["Exporters", "Templates", "Problems", "Totals"]


def test_records_on_a_terminal_are_bare_json():
    shown, code = in_terminal("-q", "--color=always", RECORDING)
    assert (code, len([json.loads(line) for line in shown.splitlines()])) == (0, 40)


def test_a_mistake_is_one_line():
    assert in_terminal() == (
        'netflowparse: the following arguments are required: FILE ("-" is standard input) '
        "(see python -m netflowparse --help)\n",
        2,
    )


def test_nobody_types_a_capture():
    shown, code = in_terminal("-", NO_COLOR="1")
    assert (shown, code) == ("netflowparse: -: standard input is a terminal: pipe a capture into it\n", 1)


def test_head_ends_it_quietly(tmp_path):
    codes, out, err = shell(f"netflowparse -q {' '.join([str(RECORDING)] * 40)} | head -1")
    assert (codes[0], codes[1], err) == (141, 0, [])
    assert json.loads(out)["protocol"] == "netflow9"


@pytest.mark.parametrize("line", ["cat {} | netflowparse -q -", "netflowparse -q - < {}"], ids=["pipe", "file"])
@pytest.mark.parametrize("name", ["softflowd-netflow9.pcap", "python-ipfix.ipfix"])
def test_standard_input_is_like_a_file(capsys, name, line):
    path = RECORDINGS / name
    codes, out, err = shell(line.format(path))
    assert (codes[-1], err) == (0, [])
    assert main(["-q", str(path)]) == 0
    file = capsys.readouterr().out.replace(f'"exporter":"{path}"', '"exporter":"-"')
    assert out.splitlines() == file.splitlines()


def test_no_standard_input_or_output():
    assert shell("netflowparse - <&-") == ([1], "", ["netflowparse: -: there is no standard input"])
    assert shell(f"netflowparse {RECORDING} >&-") == (
        [1],
        "",
        ["netflowparse: cannot write: there is no standard output"],
    )


def test_a_full_disk():
    assert shell(f"netflowparse -q {RECORDING} >/dev/full")[::2] == (
        [1],
        ["netflowparse: cannot write: No space left on device"],
    )


def test_half_of_a_capture(tmp_path):
    """The last frame was being written when somebody copied the file."""
    path = tmp_path / "half.pcap"
    path.write_bytes(RECORDING.read_bytes()[:-10])
    codes, out, err = shell(f"netflowparse --summary {path}")
    assert codes == [0]
    assert err == [f"netflowparse: {path}: the file ends inside frame 2, which is left out"]
    assert re.search(r"^  datagrams +1$", out, re.MULTILINE)


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_that_may_not_be_read(tmp_path):
    path = tmp_path / "secret.pcap"
    path.touch(mode=0)
    assert shell(f"netflowparse {path}") == ([1], "", [f"netflowparse: {path}: Permission denied"])
