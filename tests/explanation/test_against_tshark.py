"""Fields stand where tshark says that they stand, in one recorded datagram of each protocol.  ``reference.py``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from netflowparse import Decoder
from netflowparse.explanation import Explanation
from tests.capture_reader import read_datagrams
from tests.conftest import RECORDINGS

EXPECTED: dict[str, Any] = json.loads((Path(__file__).parent / "tshark.json").read_text())
#: parts of words that are one leaf here, and one padding of 7 octets that tshark takes for two
WITHIN = {
    **dict.fromkeys(("cflow.padding", "cflow.reserved"), "padding"),
    **dict.fromkeys(("eth.dst.ig", "eth.dst.lg"), "destinationMacAddress"),
    **dict.fromkeys(("eth.src.ig", "eth.src.lg"), "sourceMacAddress"),
    **dict.fromkeys(("ip.version", "ip.hdr_len", "ipv6.version", "ipv6.flow"), "version"),
    "tcp.hdr_len": "flags",
}
#: the same of names that begin so
BITS = {"tcp.flags.": "flags", "ip.flags.": "fragment", "ip.frag_offset": "fragment"}
TWICE = "cflow.abstimeend"  # tshark counts offsets twice where it tells this one
#: leaves in which nothing of a packet is told, and what follows the headers of packets
WITHOUT = {"not told", "payload"}


def explanation_of(recording: str, number: int) -> Explanation:
    """The explanation of a datagram, after those before it."""
    decoder = Decoder()
    *before, octets = read_datagrams(RECORDINGS / f"{recording}.pcap")[:number]
    for each in before:
        decoder.decode(each, "r1")
    return decoder.explain(octets, "r1")


@pytest.mark.parametrize("recording", EXPECTED)
def test_fields(recording: str) -> None:
    explanation = explanation_of(recording, EXPECTED[recording]["datagram"])
    fields = [tuple(each) for each in EXPECTED[recording]["fields"]]
    spans = {(leaf.offset, len(leaf.octets)) for leaf in explanation}
    for offset, octets, name in fields:
        if (offset, octets) not in spans and name != TWICE:
            leaf = explanation.at(offset)
            assert offset + octets <= leaf.end
            known = WITHIN.get(name) or next((word for part, word in BITS.items() if name.startswith(part)), None)
            assert leaf.name == known or leaf.name in WITHOUT, name
    there = {(offset, octets) for offset, octets, _ in fields}
    others = {leaf.name for leaf in explanation if (leaf.offset, len(leaf.octets)) not in there}
    assert others <= WITHOUT | {"padding", "flowEndMilliseconds"}
