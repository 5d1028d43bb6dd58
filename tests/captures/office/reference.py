"""Write what tshark counts in the two recordings of the office: tshark.json.

    python tests/captures/office/reference.py

Needs tshark (made with 4.0.17) and nothing of netflowparse.
"""

import json
import pathlib
import subprocess

HERE = pathlib.Path(__file__).resolve().parent


def datagrams(name, dissector, *fields):
    """Yield, for each datagram, a list of the values of each field, in the order in which they stand in it."""
    command = ["tshark", "-n", "-r", f"{HERE / name}.pcap", "-d", dissector, "-T", "fields"]
    for field in fields:
        command += ["-e", field]
    lines = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout.splitlines()
    for line in lines:
        yield [values.split(",") if values else [] for values in line.split("\t")]


def add(sums, key, *numbers):
    """Add one, and each number, to the sums under the key."""
    before = sums.get(key, [0] * (1 + len(numbers)))
    sums[key] = [old + new for old, new in zip(before, (1, *map(int, numbers)), strict=True)]


def main():
    """Write the file."""
    flows, samples = {}, {}
    for columns in datagrams("ipfix", "udp.port==4739,cflow", "cflow.protocol", "cflow.packets", "cflow.octets"):
        for protocol, packets, octets in zip(*columns, strict=True):
            add(flows, protocol, packets, octets)
    for addresses, lengths in datagrams("sflow", "udp.port==6343,sflow", "eth.src", "sflow_245.header.frame_length"):
        for address, length in zip(addresses[1:], lengths, strict=True):  # the first is the datagram's own
            add(samples, address, length)
    counts = {"ipfix": flows, "sflow": samples}
    (HERE / "tshark.json").write_text(json.dumps(counts, indent=1, sort_keys=True) + "\n", encoding="ascii")


if __name__ == "__main__":
    main()
