"""Capture files written by scapy, and by hand where they must be broken: the same datagrams come out."""

import bz2
import gzip
import logging
import os
import struct

import pytest
from scapy.layers.inet import IP, UDP, fragment
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import ARP, Dot1Q, Ether
from scapy.utils import PcapReader, RawPcapWriter, wrpcap, wrpcapng

from netflowparse.cli.datagrams import iter_datagrams
from netflowparse.cli.source import FileError, Source, open_source
from tests.conftest import RECORDINGS

from .fakes import pcap_octets

MACS = {"src": "02:00:00:00:00:01", "dst": "02:00:00:00:00:02"}
LARGE = b"\x00\x09" + bytes(range(256)) * 12
FRAMES = [
    Ether(**MACS) / IP(src="192.0.2.1") / UDP(sport=50001, dport=2055) / b"\x00\x09one",
    Ether(**MACS) / ARP(),
    Ether(**MACS) / Dot1Q(vlan=5) / IPv6(src="2001:db8::1") / UDP(sport=50002, dport=4739) / b"\x00\x0atwo",
    *fragment(Ether(**MACS) / IP(src="192.0.2.3", id=9) / UDP(sport=50003, dport=2055) / LARGE, 1480),
]
EXPECTED = [
    ("frame 1", "192.0.2.1", 50001, 2055, b"\x00\x09one"),
    ("frame 3", "2001:db8::1", 50002, 4739, b"\x00\x0atwo"),
    ("frame 6", "192.0.2.3", 50003, 2055, LARGE),
]
CAPTURES = sorted(RECORDINGS.glob("*.pcap"))


def read(path):
    """Return the datagrams of a file, the warnings, and the error that ended it."""
    datagrams, warnings, error = [], [], None
    try:
        with open_source(str(path)) as source:
            for datagram in iter_datagrams(source, warnings.append):
                datagrams.append(datagram)
    except FileError as caught:
        error = str(caught)
    return datagrams, warnings, error


def rows(datagrams):
    return [(one.place, one.address, one.source_port, one.port, one.octets) for one in datagrams]


@pytest.mark.parametrize("write", [wrpcap, wrpcapng])
def test_pcap_and_pcapng_give_the_same(tmp_path, write):
    path = tmp_path / "capture"
    write(str(path), FRAMES)
    datagrams, warnings, error = read(path)
    assert rows(datagrams) == EXPECTED
    assert {one.transport for one in datagrams} == {"udp"}
    assert warnings == []
    assert error is None


@pytest.mark.parametrize("compress", [gzip.compress, bz2.compress])
def test_compressed(tmp_path, compress):
    path = tmp_path / "capture"
    path.write_bytes(compress(pcap_octets([bytes(frame) for frame in FRAMES])))
    datagrams, warnings, error = read(path)
    assert rows(datagrams) == EXPECTED
    assert (warnings, error) == ([], None)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("nano", [False, True])
def test_both_byte_orders_and_resolutions(tmp_path, order, nano):
    path = tmp_path / "capture.pcap"
    with RawPcapWriter(str(path), linktype=1, endianness=order, nano=nano) as writer:
        writer.write(FRAMES)
    assert rows(read(path)[0]) == EXPECTED


def test_pcapng_of_several_interfaces(tmp_path):
    # Interface 0 is Ethernet, interface 1 raw IP; the simple packet block at the end belongs to interface 0.
    ethernet, raw = bytes(FRAMES[0]), bytes(FRAMES[0][IP])
    section = block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))
    interfaces = block(1, struct.pack("<HHI", 1, 0, 0x40000)) + block(1, struct.pack("<HHI", 101, 0, 0x40000))
    enhanced = block(6, struct.pack("<5I", 1, 0, 0, len(raw), len(raw)) + raw)
    simple = block(3, struct.pack("<I", len(ethernet)) + ethernet)
    path = tmp_path / "capture.pcapng"
    path.write_bytes(section + interfaces + enhanced + simple)
    datagrams, warnings, error = read(path)
    assert [one.octets for one in datagrams] == [b"\x00\x09one", b"\x00\x09one"]
    assert (warnings, error) == ([], None)


def block(kind, body):
    body += bytes(-len(body) % 4)
    length = len(body) + 12
    return struct.pack("<II", kind, length) + body + struct.pack("<I", length)


@pytest.mark.parametrize("write", [wrpcap, wrpcapng])
@pytest.mark.parametrize("cut", [1, 30, 110])
def test_cut_last_frame_is_a_warning(tmp_path, write, cut):
    path = tmp_path / "capture"
    write(str(path), FRAMES[:3])
    path.write_bytes(path.read_bytes()[:-cut])
    datagrams, warnings, error = read(path)
    left = 2 if cut > 100 else 3
    assert rows(datagrams) == EXPECTED[:1]
    assert error is None
    assert warnings == [f"the file ends inside frame {left}, which is left out"]


def test_cut_right_behind_the_frame_header(tmp_path):
    path = tmp_path / "capture"
    frame = bytes(FRAMES[0])
    path.write_bytes(pcap_octets([frame, frame])[: -len(frame)])
    datagrams, warnings, error = read(path)
    assert rows(datagrams) == EXPECTED[:1]
    assert warnings == ["the file ends inside frame 2, which is left out"]
    assert error is None


def test_cut_compressed_file_is_a_warning(tmp_path):
    path = tmp_path / "capture.pcap.gz"
    whole = gzip.compress(pcap_octets([bytes(FRAMES[0])] * 2))
    path.write_bytes(whole[:-20])
    datagrams, warnings, error = read(path)
    assert error is None
    assert warnings == [f"the file ends inside frame {len(datagrams) + 1}, which is left out"]


def test_damaged_compressed_file_is_an_error(tmp_path):
    path = tmp_path / "capture.pcap.gz"
    whole = bytearray(gzip.compress(pcap_octets([bytes(FRAMES[0])] * 2)))
    whole[-8] ^= 1  # the checksum
    path.write_bytes(whole)
    datagrams, _, error = read(path)
    assert rows(datagrams)[0] == EXPECTED[0]
    assert error.startswith("damaged after frame 2: CRC check failed")


def test_snap_length_is_noticed(tmp_path):
    path = tmp_path / "capture.pcap"
    path.write_bytes(pcap_octets([bytes(frame) for frame in FRAMES], snap=68))
    datagrams, warnings, error = read(path)
    assert [one.octets for one in datagrams] == [b"\x00\x09one", b"\x00\x0a"]
    assert warnings == [
        "4 packets cut by the capture's snap length: record with a larger one",
        "1 fragmented datagram left out: fragments are missing",
    ]
    assert error is None


def test_unknown_link_type_is_a_warning(tmp_path):
    path = tmp_path / "capture.pcap"
    path.write_bytes(pcap_octets([bytes(FRAMES[0])] * 2, link_type=147))
    datagrams, warnings, error = read(path)
    assert (datagrams, error) == ([], None)
    assert warnings == ["2 frames of link type 147, which is not known here"]


def test_what_scapy_says_becomes_a_warning(tmp_path, capsys):
    path = tmp_path / "capture.pcapng"
    wrpcapng(str(path), FRAMES[:1])
    octets = path.read_bytes()
    frame = block(6, struct.pack("<5I", 7, 0, 0, 60, 60) + bytes(60))  # interface 7 was never described
    path.write_bytes(octets + frame * 12)  # more than are kept
    before = logging.getLogger("scapy").handlers[:]
    datagrams, warnings, error = read(path)
    assert rows(datagrams) == EXPECTED[:1]
    assert warnings == ["scapy says: PcapNg: invalid interface id 7/1"]
    assert error is None
    assert capsys.readouterr().err == ""
    assert logging.getLogger("scapy").handlers == before


def test_header_that_makes_no_sense_is_an_error(tmp_path):
    path = tmp_path / "capture.pcap"
    path.write_bytes(pcap_octets([])[:20])
    assert read(path) == ([], [], "no usable pcap header")


@pytest.mark.parametrize(
    ("octets", "error"),
    [
        (b"", "empty"),
        (b"snoop\x00\x00\x00", "a snoop capture: convert it with editcap"),
        (b"\x28\xb5\x2f\xfd....", "compressed with zstd: decompress it first"),
        (b"\x1f\x8b broken gzip", "Unknown compression method"),
        (b"\x00\x09" + bytes(70000), "neither a capture nor a NetFlow, IPFIX or sFlow datagram"),
    ],
)
def test_files_that_are_nothing(tmp_path, octets, error):
    path = tmp_path / "file"
    path.write_bytes(octets)
    assert read(path) == ([], [], error)


def test_file_that_is_not_there(tmp_path):
    assert read(tmp_path / "nothing") == ([], [], "No such file or directory")
    assert read(tmp_path) == ([], [], "Is a directory")


@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.stem)
def test_recorded_captures_agree_with_scapy(path):
    expected = []
    with PcapReader(str(path)) as reader:
        for packet in reader:
            if UDP in packet and packet[UDP].len is not None:
                payload = bytes(packet[UDP].payload)[: packet[UDP].len - 8]
                expected.append((packet[1].src, packet[UDP].sport, packet[UDP].dport, payload))
    datagrams, warnings, error = read(path)
    assert len(expected) > 0
    assert [(one.address, one.source_port, one.port, one.octets) for one in datagrams] == expected
    assert (warnings, error) == ([], None)


# Raw files.

HEADER = bytes.fromhex("000a 0010 65000000 00000001 00000007")


def test_raw_datagram(tmp_path):
    path = tmp_path / "v9.bin"
    path.write_bytes(b"\x00\x09datagram")
    (datagram,), warnings, error = read(path)
    assert datagram == ("datagram", b"\x00\x09datagram", None, 0, None, "udp")
    assert (warnings, error) == ([], None)


def test_single_ipfix_message_is_a_datagram(tmp_path):
    path = tmp_path / "message.ipfix"
    path.write_bytes(HEADER)
    assert read(path) == ([("message 1", HEADER, None, 0, None, "udp")], [], None)


def test_ipfix_file(tmp_path):
    longer = b"\x00\x0a\x00\x18" + HEADER[4:] + bytes(8)
    path = tmp_path / "messages.ipfix"
    path.write_bytes(HEADER + longer + HEADER)
    datagrams, warnings, error = read(path)
    assert [(one.place, one.octets, one.transport) for one in datagrams] == [
        ("message 1", HEADER, "file"),
        ("message 2", longer, "file"),
        ("message 3", HEADER, "file"),
    ]
    assert (warnings, error) == ([], None)


def test_ipfix_file_that_ends_early(tmp_path):
    longer = b"\x00\x0a\x00\x18" + HEADER[4:] + bytes(4)
    path = tmp_path / "messages.ipfix"
    path.write_bytes(HEADER + longer)
    datagrams, warnings, error = read(path)
    assert [one.octets for one in datagrams] == [HEADER, longer]
    assert (warnings, error) == (["the file ends inside message 2"], None)
    path.write_bytes(HEADER + longer[:9])
    datagrams, warnings, error = read(path)
    assert [one.octets for one in datagrams] == [HEADER]
    assert (warnings, error) == (["the file ends inside message 2"], None)


@pytest.mark.parametrize("rest", [b"garbage", b"\x00\x0a\x00\x0f" + bytes(12)])
def test_ipfix_file_with_something_else_inside(tmp_path, rest):
    path = tmp_path / "messages.ipfix"
    path.write_bytes(HEADER + HEADER + rest)
    datagrams, warnings, error = read(path)
    assert len(datagrams) == 2
    assert warnings == []
    assert error == "no IPFIX message at octet 32, after 2 messages"


@pytest.mark.parametrize("more", [1, 2], ids=["which ends the file", "and one more"])
def test_ipfix_file_goes_on_behind_damage(tmp_path, more):
    """An octet is lost in the second message: its length takes one of the third, which is found all the same."""
    data = b"\x00\x0a\x00\x18" + HEADER[4:] + bytes.fromhex("0100 0008 01020304")
    path = tmp_path / "messages.ipfix"
    path.write_bytes(data + data[:-1] + data * more)
    datagrams, warnings, error = read(path)
    assert [one.octets for one in datagrams] == [data, data[:-1] + b"\0", *[data] * more]
    assert [one.place for one in datagrams] == [f"message {number}" for number in range(1, 3 + more)]
    assert {one.transport for one in datagrams} == {"file"}
    assert warnings == []
    assert error == f"no IPFIX message at octet 48, after 2 messages, {more} found behind"


@pytest.mark.parametrize(
    ("octets", "found", "where"),
    [(b"\x00\x09datagram", [], ""), (HEADER * 2, [HEADER, HEADER], "damaged after message 2: ")],
    ids=["datagram", "IPFIX file"],
)
def test_raw_file_that_is_damaged(tmp_path, octets, found, where):
    compressed = bytearray(gzip.compress(octets))
    compressed[-8] ^= 1  # the checksum
    path = tmp_path / "file.gz"
    path.write_bytes(compressed)
    datagrams, warnings, error = read(path)
    assert ([one.octets for one in datagrams], warnings) == (found, [])
    assert error.startswith(f"{where}CRC check failed")


# What the progress line asks.


def test_position_is_of_the_file_itself(tmp_path):
    path = tmp_path / "v9.bin.gz"
    path.write_bytes(gzip.compress(b"\x00\x09" + bytes(5000)))
    with open_source(str(path)) as source:
        assert source.read(6000) == b"\x00\x09" + bytes(5000)
        assert source.position() == path.stat().st_size < 100


def test_position_in_a_pipe_is_what_was_taken():
    outlet, inlet = os.pipe()
    with open(inlet, "wb") as pipe:
        pipe.write(b"\x00\x09datagram")
    with Source("a pipe", open(outlet, "rb")) as source:
        assert source.read(4) == b"\x00\x09da"
        assert source.position() == 4
