"""Whether an installed package works: ``python -I .ci/smoke.py``, by an interpreter that has nothing else.

Run it with ``-I`` and from another folder: what is tried then is what was installed, without the extra ``pcap``.
"""

from __future__ import annotations

import json
import subprocess
import sys
import sysconfig
from importlib.metadata import version
from pathlib import Path

import netflowparse
from netflowparse import files, flows, interpret, names, types

DATAGRAM = bytes.fromhex(  # the README's: NetFlow v5, one record
    "0005 0001 00002710 65E0F000 00000000 0000002A 00 00 0000"
    "C0000201 C6336401 00000000 0001 0002 0000000A 000005DC 00001388 00002328"
    "C350 01BB 00 1B 06 00 FDE8 FDE9 18 18 0000"
)
COMMAND = Path(sysconfig.get_path("scripts"), "netflowparse")


def run(*command: str, octets: bytes = b"") -> tuple[int, str, str]:
    """The exit code of a command, and what it printed to both."""
    done = subprocess.run(command, input=octets, capture_output=True, timeout=60, check=False)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def check_library() -> None:
    """Decode, look elements up, write, explain, keep: each once."""
    package = Path(netflowparse.__file__).parent
    assert package.is_relative_to(sysconfig.get_path("purelib")), package
    assert (package / "py.typed").exists()
    assert version("netflowparse") == netflowparse.__version__
    decoder = netflowparse.Decoder()
    message = decoder.decode(DATAGRAM, "192.0.2.1")
    assert message["flows"][0]["octetDeltaCount"] == 1500, message
    assert netflowparse.encode(message)[0][24:] == DATAGRAM[24:]
    assert "destinationTransportPort" in str(netflowparse.explain(DATAGRAM))
    assert netflowparse.Decoder.restore(decoder.snapshot()).statistics() == decoder.statistics()
    registry = netflowparse.Registry()
    assert sum(registry.lookup(0, number) is not None for number in range(1, 600)) > 490
    assert registry.describe("protocolIdentifier")["labels"][6] == "TCP"
    assert names.rename(message["flows"][0], "ecs", dotted=True)["destination.port"] == 443
    assert flows.split_biflow(message["flows"][0]) == message["flows"]
    assert interpret.forwarding_status(64) == {"status": "forwarded", "reason": 0}
    assert files.compression(DATAGRAM) is None
    assert types.__all__


def check_command() -> None:
    """The command and the module say the same, and what is wrong is told."""
    for command in ([str(COMMAND)], [sys.executable, "-I", "-m", "netflowparse"]):
        code, out, error = run(*command, "--version")
        assert (code, out.split(), error) == (0, ["netflowparse", netflowparse.__version__], "")
        code, out, error = run(*command, "--help")
        assert (code, error) == (0, "")
        assert "examples:" in out
        code, out, error = run(*command, "-", octets=DATAGRAM)
        assert code == 0, error
        assert json.loads(out)["flow"]["sourceIPv4Address"] == "192.0.2.1"
        code, out, error = run(*command, "/nowhere.pcap")
        assert code
        assert not out
        assert "/nowhere.pcap" in error


if __name__ == "__main__":
    check_library()
    check_command()
    print(f"netflowparse {netflowparse.__version__} works: {Path(netflowparse.__file__).parent}")
