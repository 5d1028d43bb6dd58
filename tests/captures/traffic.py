"""The traffic that the exporters measure: the same packets on every run, and what is truly in them.

Here: conversations made with scapy from one seed, and their one-way flows counted packet by packet.  Not here:
exporters, sockets, files.  Addresses are those for documentation and private use (RFC 5737, RFC 3849, RFC 1918).
"""

import random

from scapy.layers.inet import GRE, ICMP, IP, TCP, UDP
from scapy.layers.inet6 import ICMPv6EchoReply, ICMPv6EchoRequest, IPv6
from scapy.layers.l2 import Dot1Q, Ether
from scapy.packet import Raw

SEED = 7011
START = 1_700_000_000  # 2023-11-14T22:13:20Z; packets follow within ten seconds, so that no exporter splits a flow
CLIENT_MAC, SERVER_MAC = "02:00:00:00:0a:01", "02:00:00:00:0b:01"


def conversation(client, server, vlan=None, tos=0, label=0):
    """Return two functions, request and reply, that put a transport layer into a frame of that direction."""

    def frame(source_mac, destination_mac, source, destination):
        def wrap(layers):
            ether = Ether(src=source_mac, dst=destination_mac)
            if vlan is not None:
                ether /= Dot1Q(vlan=vlan, prio=5)
            if ":" in source:
                return ether / IPv6(src=source, dst=destination, tc=tos, fl=label, hlim=61) / layers
            return ether / IP(src=source, dst=destination, tos=tos, ttl=61, id=1) / layers

        return wrap

    return frame(CLIENT_MAC, SERVER_MAC, client, server), frame(SERVER_MAC, CLIENT_MAC, server, client)


def tcp_frames(client, server, port, replies, rng, closing="FA"):
    """Yield one TCP connection: opened, one request, *replies* segments back, ended by the client with *closing*."""
    request, reply = conversation(client, server, tos=0x28)
    client_port = rng.randrange(32768, 61000)
    here, there = rng.getrandbits(31), rng.getrandbits(31)

    def up(flags, data=b""):
        return request(TCP(sport=client_port, dport=port, flags=flags, seq=here, ack=there) / Raw(data))

    def down(flags, data=b""):
        return reply(TCP(sport=port, dport=client_port, flags=flags, seq=there, ack=here) / Raw(data))

    yield from [up("S"), down("SA"), up("A"), up("PA", rng.randbytes(rng.randrange(20, 120)))]
    for _ in range(replies):
        yield down("PA", rng.randbytes(rng.randrange(40, 400)))
    yield up(closing)
    if closing == "FA":
        yield from [down("FA"), up("A")]


def udp_frames(client, server, port, requests, replies, rng, **network):
    """Yield *requests* UDP datagrams and then *replies* of them back; *network* is for conversation()."""
    request, reply = conversation(client, server, **network)
    client_port = rng.randrange(32768, 61000)
    for _ in range(requests):
        yield request(UDP(sport=client_port, dport=port) / Raw(rng.randbytes(rng.randrange(18, 90))))
    for _ in range(replies):
        yield reply(UDP(sport=port, dport=client_port) / Raw(rng.randbytes(rng.randrange(18, 300))))


def other_frames(rng):
    """Yield lists of frames for what has no ports: ICMP, ICMPv6, GRE, and IP protocol 253 (RFC 3692)."""
    request, reply = conversation("10.0.2.1", "10.0.2.2")
    data = rng.randbytes(56)
    yield [
        frame
        for n in range(4)
        for frame in (request(ICMP(type=8, id=9, seq=n) / data), reply(ICMP(type=0, id=9, seq=n) / data))
    ]
    request, reply = conversation("2001:db8::9", "2001:db8:1::9")
    yield [
        frame
        for n in range(3)
        for frame in (
            request(ICMPv6EchoRequest(id=9, seq=n, data=data)),
            reply(ICMPv6EchoReply(id=9, seq=n, data=data)),
        )
    ]
    request, _ = conversation("10.0.2.3", "10.0.2.4", tos=0xC0)
    yield [request(ICMP(type=3, code=1) / IP(src="10.0.2.4", dst="10.0.9.9") / UDP(sport=1, dport=2))]
    request, _ = conversation("10.0.2.5", "203.0.113.5")
    inner = IP(src="10.9.0.1", dst="10.9.0.2") / UDP(sport=500, dport=4500) / Raw(data)
    yield [request(GRE() / inner) for _ in range(3)]
    request, _ = conversation("10.0.2.6", "203.0.113.6")
    frame = request(Raw(data))
    frame[IP].proto = 253
    yield [frame, frame]


def conversations(rng):
    """Yield every conversation as a list of frames in the order in which they pass."""
    for n in range(7):
        closing = "RA" if n == 3 else "FA"
        yield list(tcp_frames(f"10.0.0.{n + 1}", f"192.0.2.{n + 1}", (443, 80, 22)[n % 3], n + 1, rng, closing))
    for n in range(2):
        yield list(tcp_frames(f"2001:db8::a{n}", "2001:db8:2::80", 8443, 3 + n, rng))
    for n in range(4):
        yield list(udp_frames(f"10.0.1.{n + 1}", "198.51.100.53", 53, 2, n % 3, rng, tos=0x20))
    for n in range(3):
        yield list(udp_frames(f"2001:db8::b{n}", "2001:db8:1::1", 123, 2, n, rng, tos=8, label=0x12345))
    yield list(udp_frames("10.0.3.1", "10.0.3.2", 7001, 6, 0, rng, vlan=100))
    yield list(udp_frames("2001:db8:3::1", "2001:db8:3::2", 7002, 3, 1, rng, vlan=200))
    yield from other_frames(rng)


def packets():
    """Return the frames of all conversations, interleaved, with `.time` set (microseconds since 1970 matter)."""
    rng = random.Random(SEED)
    timed = []
    for frames in conversations(rng):
        moment = rng.randrange(5_000_000)  # microseconds after START
        for frame in frames:
            timed.append((moment, frame))
            moment += rng.randrange(500, 250_000)
    made = []
    for moment, frame in sorted(timed, key=lambda item: item[0]):
        packet = Ether(bytes(frame))
        packet.time = START + moment / 1_000_000
        made.append(packet)
    return made


def flow_key(packet):
    """Return the packet's one-way flow: source, destination, ports (0 without any), protocol, ICMP word, VLAN."""
    ip = packet[IPv6] if IPv6 in packet else packet[IP]
    protocol = ip.nh if ip.version == 6 else ip.proto
    payload = bytes(ip.payload)
    sport = dport = icmp = 0
    if protocol in (6, 17):
        sport, dport = ip.payload.sport, ip.payload.dport
    elif protocol in (1, 58):
        icmp = payload[0] * 256 + payload[1]  # type * 256 + code, as elements 32 and 139 have it
    return ip.src, ip.dst, sport, dport, protocol, icmp, packet[Dot1Q].vlan if Dot1Q in packet else 0


def truth(made):
    """Return the one-way flows in *made* as sorted dicts: octets of whole IP packets, milliseconds since 1970."""
    names = ("src", "dst", "sport", "dport", "protocol", "icmp", "vlan")
    flows = {}
    for packet in made:
        ip = packet[IPv6] if IPv6 in packet else packet[IP]
        now = round(packet.time * 1_000_000) // 1000
        flow = flows.setdefault(
            flow_key(packet),
            {
                "tos": ip.tc if ip.version == 6 else ip.tos,
                "packets": 0,
                "octets": 0,
                "tcp_flags": 0,
                "first": now,
                "last": now,
            },
        )
        flow["packets"] += 1
        flow["octets"] += len(bytes(ip))
        flow["tcp_flags"] |= int(ip.payload.flags) if ip.payload.name == "TCP" else 0
        flow["last"] = now
    return [dict(zip(names, key, strict=True)) | flows[key] for key in sorted(flows)]
