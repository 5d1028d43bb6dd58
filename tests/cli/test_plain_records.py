"""Plain records of captures are taken without scapy: whatever the file, the same comes out as when scapy reads all."""

import gzip
import random
import struct
import tracemalloc

import pytest

from netflowparse.cli import capture, source
from netflowparse.cli.capture import iter_frames
from netflowparse.cli.source import FileError, open_source

from .fakes import pcap_octets

FRAMES = [bytes([number]) * length for number, length in enumerate([60, 1400, 0, 61, 62, 63, 1, 300] * 3)]


def block(kind, body, order):
    body += bytes(-len(body) % 4)
    length = struct.pack(order + "I", len(body) + 12)
    return struct.pack(order + "I", kind) + length + body + length


def packet(number, frame, order, interface=0, options=b""):
    head = struct.pack(order + "5I", interface, number >> 4, number << 28 & 0xFFFFFFFF, len(frame), len(frame))
    return block(6, head + frame + bytes(-len(frame) % 4) + options, order)


def section(order, *interfaces):
    """Of interfaces (link type, option of the resolution of their times)."""
    described = [
        block(1, struct.pack(order + "HHI", link_type, 0, 0xFFFF) + resolution, order)
        for link_type, resolution in interfaces
    ]
    return block(0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1), order) + b"".join(described)


def pcapng_octets(order):
    """Two sections of different byte orders, two interfaces each, blocks of other kinds and with options in between."""
    other = ">" if order == "<" else "<"
    blocks = []
    for each in (order, other):
        units = struct.pack(each + "HHB3xHH", 9, 1, 9, 0, 0)  # nanoseconds
        blocks.append(section(each, (1, b""), (101, units)))
        for number, frame in enumerate(FRAMES):
            comment = struct.pack(each + "HH4sHH", 1, 4, b"text", 0, 0) if number % 7 == 3 else b""
            blocks.append(packet(number, frame, each, number % 2, comment))
            if number % 9 == 4:
                blocks.append(block(3, struct.pack(each + "I", len(frame)) + frame, each))  # a simple packet
                blocks.append(block(0x0BAD, b"of someone's own", each))
    return b"".join(blocks)


FILES = {f"pcap {order}": pcap_octets(FRAMES, order=order) for order in "<>"} | {
    f"pcapng {order}": pcapng_octets(order) for order in "<>"
}


def read(path):
    """Frames, warnings, and the error that ended the file."""
    frames, warnings, error = [], [], None
    try:
        with open_source(str(path)) as opened:
            for frame in iter_frames(opened, warnings.append):
                frames.append(frame)
    except FileError as caught:
        error = str(caught)
    return frames, warnings, error


@pytest.fixture
def both(tmp_path, monkeypatch):
    """Return a function: read these octets as a file, as usual and by scapy alone, in pieces of *chunk* octets."""

    def read_both(octets, chunk):
        path = tmp_path / "capture"
        path.write_bytes(octets)
        with monkeypatch.context() as patch:
            patch.setattr(source, "CHUNK", chunk)
            usual = read(path)
        with monkeypatch.context() as patch:
            patch.setattr(capture, "LONGEST", -1)  # no record is plain
            return usual, read(path)

    return read_both


@pytest.mark.parametrize("chunk", [32, 100, 1000, 1 << 16])
@pytest.mark.parametrize("name", FILES)
def test_whole_files(both, name, chunk):
    usual, by_scapy = both(FILES[name], chunk)
    assert usual == by_scapy
    assert [frame.octets for frame in usual[0]][:3] == FRAMES[:3]
    assert usual[1:] == ([], None)


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("at_hand", range(0, 33, 4))
def test_a_block_whose_head_is_cut_by_the_octets_at_hand(both, order, at_hand):
    """It is of the second interface, and nothing is learned of the first one from it."""
    units = struct.pack(order + "HHB3xHH", 9, 1, 9, 0, 0)
    begin = section(order, (1, b""), (101, units))
    before = begin + b"".join(packet(number, bytes(60), order) for number in range(3))
    octets = before + packet(3, bytes(60), order, 1) + b"".join(packet(number, bytes(60), order) for number in (4, 5))
    usual, by_scapy = both(octets, len(before) + at_hand)
    assert usual == by_scapy
    assert [frame.link_type for frame in usual[0]] == [1, 1, 1, 101, 1, 1]


@pytest.mark.parametrize("name", FILES)
def test_most_records_are_plain(tmp_path, monkeypatch, name):
    path = tmp_path / "capture"
    path.write_bytes(FILES[name])
    left = []
    opened = capture._open_reader

    class Counted:
        def __init__(self, reader):
            self.reader = reader

        def __getattr__(self, attribute):
            return getattr(self.reader, attribute)

        def __next__(self):
            left.append(1)
            return next(self.reader)

    monkeypatch.setattr(capture, "_open_reader", lambda source: Counted(opened(source)))
    frames, _, _ = read(path)
    if name.startswith("pcapng"):  # first of each interface, those with options, simple ones, those behind others
        assert (len(frames), len(left)) == (54, 33)
    else:
        assert (len(frames), len(left)) == (24, 1)  # the end


@pytest.mark.parametrize("name", FILES)
def test_damaged_and_cut_files(both, name):
    dice = random.Random(name)
    for _ in range(150):
        octets = bytearray(FILES[name])
        for _ in range(dice.randrange(4)):
            place = dice.randrange(8, len(octets)) if dice.random() < 0.7 else dice.randrange(24, 140)
            octets[place] = dice.choice([0, 1, 6, 0xFF, octets[place] ^ 4, dice.randrange(256)])
        if dice.random() < 0.5:
            del octets[dice.randrange(40, len(octets)) :]
        usual, by_scapy = both(bytes(octets), dice.choice([64, 500, 1 << 16]))
        assert usual == by_scapy


@pytest.mark.parametrize("name", FILES)
def test_damaged_and_cut_gzip(both, name):
    dice = random.Random(name)
    whole = gzip.compress(FILES[name])
    for _ in range(60):
        octets = bytearray(whole)
        octets[dice.randrange(10, len(octets))] ^= 1 << dice.randrange(8)
        if dice.random() < 0.5:
            del octets[dice.randrange(20, len(octets)) :]
        usual, by_scapy = both(bytes(octets), 1 << 16)
        assert usual == by_scapy


@pytest.mark.parametrize("order", "<>")
def test_frames_longer_than_scapy_gives(both, order):
    frames = [bytes(60), bytes(0x10000), bytes(61), bytes(0x50000), bytes(62)]
    (frames_read, warnings, error), by_scapy = both(pcap_octets(frames, snap=1 << 20, order=order), 1 << 16)
    assert (frames_read, warnings, error) == by_scapy
    assert [len(frame.octets) for frame in frames_read] == [60, 0xFFFF, 61, 0xFFFF, 62]


@pytest.mark.parametrize("kind", ["pcap", "pcapng"])
def test_memory_is_flat(tmp_path, kind):
    path = tmp_path / "capture"
    frames = [bytes(1400)] * 3000  # 4 MB
    if kind == "pcap":
        path.write_bytes(pcap_octets(frames))
    else:
        blocks = (packet(number, frame, "<") for number, frame in enumerate(frames))
        path.write_bytes(section("<", (1, b"")) + b"".join(blocks))
    with open_source(str(path)) as opened:
        reading = iter_frames(opened, lambda warning: None)
        next(reading)  # scapy is imported
        tracemalloc.start()
        try:
            count = sum(1 for _ in reading)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert count == 2999
    assert peak < 6 * source.CHUNK
