"""A datagram that was written, as tshark reads it: recorded in ``tshark.json``, read again where tshark is there.

    python -m tests.encoding.sflow.test_tshark

writes the recording anew (made with tshark 4.0.17).
"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from scapy.layers.inet import IP, UDP
from scapy.layers.l2 import Ether
from scapy.utils import wrpcap

from netflowparse import encode

RECORDING = Path(__file__).with_name("tshark.json")
TSHARK = shutil.which("tshark")
Pairs = list[tuple[str, str]]

TCP_PACKET = {
    "destinationMacAddress": "02:00:00:00:00:02",
    "sourceMacAddress": "02:00:00:00:00:01",
    "vlan_tags": [{"tpid": 0x8100, "priority": 5, "dei": 1, "vlan": 100}],
    "ethernetType": 0x0800,
    "ipVersion": 4,
    "ipClassOfService": 184,
    "octetDeltaCount": 1496,
    "fragmentIdentification": 6699,
    "fragmentFlags": 0x40,
    "fragmentOffset": 0,
    "ipTTL": 63,
    "protocolIdentifier": 6,
    "sourceIPv4Address": "10.0.0.1",
    "destinationIPv4Address": "203.0.113.7",
    "sourceTransportPort": 443,
    "destinationTransportPort": 50000,
    "tcpSequenceNumber": 3735928559,
    "tcpControlBits": 0x18,
}
UDP_PACKET = {
    "ipVersion": 6,
    "ipClassOfService": 1,
    "flowLabelIPv6": 0x12345,
    "octetDeltaCount": 72,
    "protocolIdentifier": 17,
    "ipTTL": 64,
    "sourceIPv6Address": "2001:db8::a",
    "destinationIPv6Address": "2001:db8:1::b",
    "sourceTransportPort": 5353,
    "destinationTransportPort": 53,
}
GATEWAY = {
    "nexthop": "2001:db8::1",
    "as": 64500,
    "src_as": 64501,
    "src_peer_as": 64502,
    "dst_as_path": [{"type": 2, "asns": [64503, 64504]}],
    "communities": [65536001],
    "localpref": 100,
}
INTERFACE = {
    "if_index": 7,
    "if_type": 6,
    "if_speed": 10_000_000_000,
    "if_direction": 1,
    "if_status": 3,
    "if_in_octets": 2**40 + 1,
    "if_in_ucast_pkts": 11,
    "if_in_multicast_pkts": 12,
    "if_in_broadcast_pkts": 13,
    "if_in_discards": 14,
    "if_in_errors": 15,
    "if_in_unknown_protos": 16,
    "if_out_octets": 2**41 + 2,
    "if_out_ucast_pkts": 21,
    "if_out_multicast_pkts": 22,
    "if_out_broadcast_pkts": 23,
    "if_out_discards": 24,
    "if_out_errors": 25,
    "if_promiscuous_mode": 1,
}
MESSAGE: dict[str, Any] = {
    "protocol": "sflow5",
    "header": {"agentAddress": "192.0.2.1", "subAgentId": 3, "sequenceNumber": 77, "sysUpTime": 123456},
    "flows": [
        {
            "sampler": {"source_class": 0, "source_index": 7, "sequence_number": 42, "sample_pool": 21504, "drops": 5},
            "samplingInterval": 512,
            "ingressInterface": 7,
            "egress": {"format": 2, "value": 3},
            "sampled_header": {"header_protocol": 1, "frame_length": 1518, "stripped": 4, "header_length": 64},
            **TCP_PACKET,
            "extended_switch": {"src_vlan": 10, "src_priority": 1, "dst_vlan": 20, "dst_priority": 2},
            "extended_router": {"nexthop": "198.51.100.1", "src_mask_len": 24, "dst_mask_len": 16},
            "extended_gateway": GATEWAY,
        },
        {
            "sampler": {
                "source_class": 3,
                "source_index": 0x1000001,
                "sequence_number": 1,
                "sample_pool": 9,
                "drops": 0,
            },
            "samplingInterval": 4096,
            "ingressInterface": 0x50000000,
            "egressInterface": 12,
            "sampled_header": {"frame_length": 90, "header_length": 54},
            **UDP_PACKET,
        },
    ],
    "counters": [
        {
            "source_class": 0,
            "source_index": 7,
            "sequence_number": 9,
            "if_counters": INTERFACE,
            "processor": {"cpu_5s": 120, "cpu_1m": -1, "cpu_5m": 95, "total_memory": 2**33, "free_memory": 2**32 + 7},
        },
    ],
}
#: The values of MESSAGE by tshark's names, in wire order, and those that follow from them (lengths, counts).
EXPECTED = """
version=5 agenttype=1 agent=192.0.2.1 sub_agent_id=3 sequence_number=77 sysuptime=123456 numsamples=3
sampletype=1 flow_sample.sequence_number=42 flow_sample.source_id_class=0 flow_sample.index=7
flow_sample.sampling_rate=512 flow_sample.sample_pool=21504 flow_sample.dropped_packets=5
flow_sample.input_interface=7 flow_sample.output_interface_format=2 flow_sample.output_interface_value=3
flow_sample.flow_record=4
flow_record_format=1 header_protocol=1 header.frame_length=1518 header.payload_stripped=4
header.sampled_header_length=64
eth.dst=02:00:00:00:00:02 eth.src=02:00:00:00:00:01 eth.type=0x8100
vlan.priority=5 vlan.dei=1 vlan.id=100 vlan.etype=0x0800
ip.version=4 ip.hdr_len=20 ip.dsfield=0xb8 ip.len=1496 ip.id=0x1a2b ip.flags=0x02 ip.frag_offset=0 ip.ttl=63 ip.proto=6
ip.src=10.0.0.1 ip.dst=203.0.113.7
tcp.srcport=443 tcp.dstport=50000 tcp.seq_raw=3735928559 tcp.hdr_len=20 tcp.flags=0x0018
flow_record_format=1001 vlan.in=10 pri.in=1 vlan.out=20 pri.out=2
flow_record_format=1002 nexthop=198.51.100.1 nexthop.src_mask=24 nexthop.dst_mask=16
flow_record_format=1003 nexthop.v6=2001:db8::1 as=64500 srcAS=64501 peerAS=64502 dstASentries=1 as_type=2
dstAS=64503 dstAS=64504 communityEntries=1 dstAS=65536001 localpref=100
sampletype=3 flow_sample.sequence_number=1 flow_sample.source_id_type=3 flow_sample.source_id_index=16777217
flow_sample.sampling_rate=4096 flow_sample.sample_pool=9 flow_sample.dropped_packets=0
flow_sample.input_interface_format=0 flow_sample.input_interface_value=1342177280
flow_sample.output_interface.format=0 flow_sample.output_interface_value=12 flow_sample.flow_record=1
flow_record_format=1 header_protocol=12 header.frame_length=90 header.payload_stripped=0
header.sampled_header_length=54
ipv6.version=6 ip.version=6 ipv6.tclass=0x00000001 ipv6.flow=0x012345 ipv6.plen=32 ipv6.nxt=17 ipv6.hlim=64
ipv6.src=2001:db8::a ipv6.dst=2001:db8:1::b udp.srcport=5353 udp.dstport=53 udp.length=32
sampletype=2 counters_sample.sequence_number=9 counters_sample.source_id_type=0 counters_sample.source_id_index=7
counters_sample.counters_records=2
counters_record_format=1 ifindex=7 iftype=6 ifspeed=10000000000 ifdirection=1 ifadmin_status=1 ifoper_status=1
ifinoct=1099511627777 ifinpkt=11 ifinmcast=12 ifinbcast=13 ifindisc=14 ifinerr=15 ifinunk=16
ifoutoct=2199023255554 ifoutpkt=21 ifoutmcast=22 ifoutbcast=23 ifoutdisc=24 ifouterr=25 ifpromisc=1
counters_record_format=1001 cpu_5s=120 cpu_1m=4294967295 cpu_5m=95 total_memory=8589934592 free_memory=4294967303
"""
NAMES = {pair.split("=")[0] for pair in EXPECTED.split()}


def tshark_reads(datagram: bytes, folder: Path) -> Pairs:
    """(name, value) of what tshark shows of a datagram."""
    capture = folder / "sflow.pcap"
    wrpcap(
        str(capture),
        [
            Ether(dst="02:00:00:00:00:02")
            / IP(src="192.0.2.1", dst="192.0.2.2")
            / UDP(sport=6343, dport=6343)
            / datagram
        ],
    )
    command = [TSHARK or "tshark", "-n", "-r", str(capture), "-d", "udp.port==6343,sflow", "-T", "pdml"]
    document = ElementTree.fromstring(subprocess.run(command, capture_output=True, check=True, text=True).stdout)
    [tree] = document.iterfind("packet/proto[@name='sflow']")
    pairs = ((field.get("name") or "", field.get("show") or "") for field in tree.iter("field"))
    return [(own_name(name), value) for name, value in pairs if own_name(name) in NAMES]


def own_name(name: str) -> str:
    """tshark's name without its prefixes."""
    for prefix in ("sflow_245.", "sflow_5.", "sflow."):
        name = name.removeprefix(prefix)
    return name


def expected() -> Pairs:
    return [(name, value) for name, value in (pair.split("=") for pair in EXPECTED.split())]


def recorded() -> dict[str, Any]:
    recording: dict[str, Any] = json.loads(RECORDING.read_text())
    return recording


def test_what_was_written_is_what_tshark_has_read():
    [datagram] = encode(MESSAGE)
    assert datagram.hex() == recorded()["datagram"]
    assert [(name, value) for name, value in recorded()["tshark"]] == expected()
    assert len(expected()) > 120


@pytest.mark.skipif(TSHARK is None, reason="tshark is not here")
def test_tshark_reads_it_so(tmp_path):
    assert tshark_reads(encode(MESSAGE)[0], tmp_path) == expected()


if __name__ == "__main__":
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as temporary:
        [written] = encode(MESSAGE)
        pairs = tshark_reads(written, Path(temporary))
        lines = ",\n".join(json.dumps(pair) for pair in pairs)
        RECORDING.write_text(f'{{"datagram": "{written.hex()}",\n"tshark": [\n{lines}\n]}}\n')
