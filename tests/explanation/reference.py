"""Write what tshark says of where the fields of some recorded datagrams stand: tshark.json beside this file.

    python -m tests.explanation.reference

Needs tshark (made with 4.0.17) and nothing of netflowparse.  For each datagram, which is told by its recording and its
number there, the fields that have no parts: offset from the datagram's start, octets, tshark's name.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

HERE = Path(__file__).resolve().parent
RECORDINGS = HERE.parent / "captures"
UDP_HEADER = 8  # octets
#: recording -> the number of a datagram in it
CHOSEN = {
    "fprobe-netflow1": 2,
    "openvswitch-netflow5": 1,
    "pmacctd-netflow9": 1,
    "pmacctd-ipfix": 1,
    "pmacctd-sflow": 6,
}


def fields_of(packet: ElementTree.Element) -> Iterator[tuple[int, int, str]]:
    """(offset, octets, name) of the fields without parts in the datagram that a packet carries."""
    protocols = list(packet)
    names = [protocol.get("name") for protocol in protocols]
    udp = protocols[names.index("udp")]
    start = int(udp.get("pos", "")) + UDP_HEADER
    for protocol in protocols[names.index("udp") + 1 :]:
        for field in protocol.iter("field"):
            size = int(field.get("size", "0"))
            inside = any(int(part.get("size", "0")) for part in field.iter("field") if part is not field)
            if size and not inside and field.get("hide") != "yes":
                yield int(field.get("pos", "")) - start, size, str(field.get("name"))


def main() -> None:
    """Ask tshark, and write."""
    found = {}
    for recording, number in CHOSEN.items():
        command = ["tshark", "-r", str(RECORDINGS / f"{recording}.pcap"), "-T", "pdml"]
        root = ElementTree.fromstring(subprocess.run(command, check=True, capture_output=True).stdout)
        found[recording] = sorted(set(fields_of(root.findall("packet")[number - 1])))
    lines = [f'"{recording}": {{"datagram": {number}, "fields": [' for recording, number in CHOSEN.items()]
    blocks = [
        line + "\n" + ",\n".join(json.dumps(field) for field in found[recording]) + "\n]}"
        for line, recording in zip(lines, CHOSEN, strict=True)
    ]
    (HERE / "tshark.json").write_text("{" + ",\n".join(blocks) + "}\n")


if __name__ == "__main__":
    main()
