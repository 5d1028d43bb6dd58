"""Write what other decoders read in the datagrams of ``peer_messages``: peers.json beside this file.

    python tests/encoding/peers.py

Needs tshark, nfcapd and nfdump (Debian 12: 4.0.17, 1.7.1), and netflume 0.6.0 of PyPI.  ``netflowparse`` writes the
datagrams and nothing else here: what is stored as a peer's is what the peer has printed, under its own names.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import pathlib
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
from types import ModuleType
from typing import Any
from xml.etree import ElementTree

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PORTS = {"netflow": 2055, "ipfix": 4739}
NFCAPD_PORT = 29_995
NFDUMP = ("netflow1", "netflow5", "netflow7", "netflow9", "ipfix", "ipfix-biflow")  # it keeps flows alone
NETFLUME = ("netflow5", "netflow9", "netflow9-options", "ipfix", "ipfix-enterprise", "ipfix-options", "ipfix-biflow")
NETFLUME += ("ipfix-times",)


def pcap(datagrams: list[bytes], port: int) -> bytes:
    """Datagrams as a capture: Ethernet, IPv4, UDP."""
    octets = struct.pack("<4sHHiIII", b"\xd4\xc3\xb2\xa1", 2, 4, 0, 0, 65535, 1)
    for number, datagram in enumerate(datagrams):
        udp = struct.pack("!HHHH", 50_000, port, 8 + len(datagram), 0) + datagram
        ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), number, 0, 64, 17, 0, bytes(4), bytes(4))
        frame = bytes(12) + b"\x08\0" + ip + udp
        octets += struct.pack("<IIII", number, 0, len(frame), len(frame)) + frame
    return octets


def reference() -> ModuleType:
    """The module that makes tshark's readings of the recordings."""
    spec = importlib.util.spec_from_file_location("reference", ROOT / "tests" / "captures" / "reference.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def tshark(reader: ModuleType, kinds: dict[str, str], name: str, datagrams: list[bytes]) -> list[Any]:
    """Headers and records as tests/captures/README.md describes them."""
    port = PORTS["ipfix" if name.startswith("ipfix") else "netflow"]
    with tempfile.NamedTemporaryFile(suffix=".pcap") as file:
        file.write(pcap(datagrams, port))
        file.flush()
        ports = ["-d", f"udp.port=={port},cflow"]
        document = ElementTree.fromstring(reader.tshark("-n", "-r", file.name, *ports, "-T", "pdml"))
    templates: dict[Any, Any] = {}
    return [reader.datagram(tree, templates, kinds) for tree in document.iterfind("packet/proto[@name='cflow']")]


def netflume(datagrams: list[bytes]) -> list[Any]:
    """Flows and options as netflume has them, without what it adds about where they came from."""
    from netflume import Decoder

    decoder = Decoder()
    found = []
    for datagram in datagrams:
        message = decoder.decode(datagram, "192.0.2.1")
        found.append({"header": message.header, "flows": message.flows, "options": message.options})
    return found


def nfdump(datagrams: list[bytes]) -> list[Any]:
    """Flows as nfdump prints what nfcapd has stored of the datagrams."""
    with tempfile.TemporaryDirectory() as folder:
        collector = subprocess.Popen(
            ["nfcapd", "-b", "127.0.0.1", "-p", str(NFCAPD_PORT), "-w", folder],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(1)
        with contextlib.closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as sender:
            for datagram in datagrams:
                sender.sendto(datagram, ("127.0.0.1", NFCAPD_PORT))
        time.sleep(1)
        collector.send_signal(signal.SIGTERM)
        collector.wait(10)
        (path,) = pathlib.Path(folder).glob("nfcapd.2*")
        printed = subprocess.run(
            ["nfdump", "-r", str(path), "-o", "json", "-N"],
            check=True,
            env={"TZ": "UTC", "PATH": "/usr/bin:/bin"},
            capture_output=True,
            timeout=30,
        ).stdout
    return [{key: value for key, value in flow.items() if key != "received"} for flow in json.loads(printed)]


def main() -> None:
    """Write the file."""
    sys.path.insert(0, str(ROOT))
    from netflowparse import encode
    from tests.encoding.peer_messages import MESSAGES

    reader = reference()
    kinds = reader.field_kinds()
    document: dict[str, Any] = {}
    for name, message in MESSAGES.items():
        datagrams = encode(message)
        peers: dict[str, Any] = {"tshark": tshark(reader, kinds, name, datagrams)}
        if name in NETFLUME:
            peers["netflume"] = netflume(datagrams)
        if name in NFDUMP:
            peers["nfdump"] = nfdump(datagrams)
        document[name] = {"datagrams": [each.hex() for each in datagrams], **peers}
    lines = [f"{json.dumps(name)}: {json.dumps(found)}" for name, found in document.items()]
    (HERE / "peers.json").write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="ascii")


if __name__ == "__main__":
    main()
