"""What the hosts of the office do for four minutes.  One host: python hosts.py NAME START (s since 1970).

Here: names, addresses, and the conversations as a timetable.  Not here: the network and its exporters (network.py),
which starts one process for each host, in a network namespace of its own.  Only the standard library is needed.
"""

import asyncio
import contextlib
import random
import socket
import sys
import time

SECONDS = 240
HOSTS = {  # name -> last part of 10.0.0.N and of 2001:db8::N
    "anna": 11,
    "ben": 12,
    "carla": 13,
    "dora": 14,
    "files": 20,
    "video": 30,
    "dns": 53,
    "web": 80,
}
CHUNK = b"x" * 1400  # octets; of one UDP datagram of the video, too
HTTPS, DNS, BACKUP, VIDEO, VOICE = 443, 53, 873, 5004, 16384


def address(name, version=4):
    """The host's address."""
    return f"10.0.0.{HOSTS[name]}" if version == 4 else f"2001:db8::{HOSTS[name]}"


class Echo(asyncio.DatagramProtocol):
    """A UDP service that answers a datagram with the octets that *answer* makes of it, None for none."""

    def __init__(self, answer):
        self.answer = answer

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, peer):
        reply = self.answer(data)
        if reply is not None:
            self.transport.sendto(reply, peer)


async def udp_service(port, answer):
    """Listen on a UDP port, IPv4."""
    loop = asyncio.get_running_loop()
    await loop.create_datagram_endpoint(lambda: Echo(answer), local_addr=("0.0.0.0", port))


async def serve_pages(reader, writer):
    """Answer a request that begins with a size with so many octets; one that is empty (a scan's) with nothing."""
    if request := await reader.readline():
        await reader.readline()
        for _ in range(int(request) // len(CHUNK) + 1):
            writer.write(CHUNK)
            await writer.drain()
    writer.close()


async def serve_backup(reader, writer):
    """Take all that comes."""
    while await reader.read(65536):
        pass
    writer.close()


async def until(start, second):
    """Sleep until so many seconds after the start."""
    await asyncio.sleep(max(0, start + second - time.time()))


async def browse(start, rng):
    """Ask the name server, fetch a page over IPv4 or IPv6, read it, and again."""
    dns = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    dns.setblocking(False)
    dns.connect((address("dns"), DNS))
    loop = asyncio.get_running_loop()
    await until(start, rng.uniform(0, 5))
    while time.time() < start + SECONDS - 5:
        for _ in range(rng.randrange(1, 4)):
            await loop.sock_sendall(dns, rng.randbytes(rng.randrange(30, 60)))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(loop.sock_recv(dns, 512), 2)
        size = min(int(rng.paretovariate(1.2) * 8_000), 600_000)
        reader, writer = await asyncio.open_connection(address("web", rng.choice((4, 6))), HTTPS)
        writer.write(f"{size}\n{'h' * rng.randrange(200, 600)}\n".encode())
        while await reader.read(65536):
            pass
        writer.close()
        await asyncio.sleep(rng.expovariate(0.9))


async def backup(start, begin, end, rate):
    """Send *rate* octets a second to the file server, between two seconds."""
    await until(start, begin)
    _, writer = await asyncio.open_connection(address("files"), BACKUP)
    while (now := time.time()) < start + end:
        for _ in range(rate // len(CHUNK) // 20):
            writer.write(CHUNK)
        await writer.drain()
        await asyncio.sleep(max(0, now + 0.05 - time.time()))
    writer.close()


async def stream(start, begin, end, peer, port, size, gap):
    """Send a UDP datagram of *size* octets every *gap* seconds, between two seconds."""
    await until(start, begin)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        out.bind(("0.0.0.0", port + 2))
        for number in range(int((end - begin) / gap)):
            await until(start, begin + number * gap)
            out.sendto(CHUNK[:size], (address(peer), port))


async def ping(start):
    """Ask every server every second whether it is there."""
    await until(start, 1)
    count = str(SECONDS - 6)
    commands = [("ping", "-q", "-c", count, address(name)) for name in ("files", "dns", "web")]
    processes = [
        await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.DEVNULL) for command in commands
    ]
    await asyncio.gather(*(process.wait() for process in processes))


async def scan(start, begin, peer, ports):
    """Try to open a TCP connection to each port of a host, a hundred a second."""
    await until(start, begin)
    for port in ports:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as knock:
            knock.setblocking(False)
            knock.connect_ex((address(peer), port))
            await asyncio.sleep(0.01)


def timetable(name, start, rng):
    """The conversations that the host begins, as coroutines."""
    if name in ("anna", "ben", "carla", "dora"):
        yield browse(start, rng)
    if name == "ben":
        yield backup(start, 60, 95, 1_000_000)
        yield backup(start, 150, 170, 1_500_000)
    if name == "video":
        yield stream(start, 20, 215, "carla", VIDEO, 1316, 0.008)
    if name in ("anna", "dora"):
        yield stream(start, 110, 190, "dora" if name == "anna" else "anna", VOICE, 172, 0.02)
    if name == "files":
        yield ping(start)
    if name == "dora":
        yield scan(start, 200, "web", range(1, 1025))


async def main(name, start):
    """Serve and act as the host until the four minutes are over."""
    rng = random.Random(name)
    if name == "web":
        for version in (4, 6):
            await asyncio.start_server(serve_pages, address("web", version), HTTPS)
    if name == "files":
        await asyncio.start_server(serve_backup, address("files"), BACKUP)
    if name == "dns":
        await udp_service(DNS, lambda query: query + rng.randbytes(rng.randrange(16, 300)))
    for port in (VIDEO, VOICE):
        await udp_service(port, lambda _: None)
    acting = [asyncio.create_task(conversation) for conversation in timetable(name, start, rng)]
    await asyncio.gather(*acting)
    await until(start, SECONDS)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], float(sys.argv[2])))
