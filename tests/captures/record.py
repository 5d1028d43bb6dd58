"""Make the recordings in this directory again, from real exporters on this machine.

    python tests/captures/record.py [NAME…]

Needs Debian 12 with softflowd, pmacct, fprobe and openvswitch-switch, Python with scapy, and root (for Open vSwitch and
fprobe).  Every exporter measures the traffic of traffic.py and sends to a free port of 127.0.0.1; without names
everything is recorded, and truth.json is written too.
"""

import contextlib
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

import traffic
from scapy.layers.inet import IP, UDP
from scapy.layers.l2 import Ether
from scapy.packet import Raw
from scapy.utils import wrpcap

HERE = pathlib.Path(__file__).resolve().parent
SILENCE = 2.0  # seconds without a datagram, after the exporter has ended, that end a recording
USUAL_PORT = {"netflow": 2055, "psamp": 4739, "ipfix": 4739, "sflow": 6343}  # written instead of the free port


class Recorder:
    """A UDP socket on 127.0.0.1 and a thread that keeps (time, source port, payload) of all that reaches it."""

    def __init__(self):
        self.datagrams = []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.settimeout(SILENCE)
        self.port = self._socket.getsockname()[1]
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._receive)

    def _receive(self):
        while True:
            try:
                payload, (_, source_port) = self._socket.recvfrom(65535)
            except TimeoutError:
                if self._ending.is_set():
                    return
            else:
                self.datagrams.append((time.time(), source_port, payload))

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._ending.set()
        self._thread.join()
        self._socket.close()


def write_recording(path, datagrams, port):
    """Write *datagrams* as a classic pcap: the Ethernet, IPv4 and UDP headers are made here, with *port*."""
    frames = []
    for received, source_port, payload in datagrams:
        ether = Ether(src="00:00:00:00:00:00", dst="00:00:00:00:00:00")
        frame = ether / IP(src="127.0.0.1", dst="127.0.0.1") / UDP(sport=source_port, dport=port) / Raw(payload)
        frame.time = received
        frames.append(frame)
    wrpcap(str(path), frames)


def run(*command, **more):
    """Run a command to its end; what it printed is shown only if it fails."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60, **more)
    if done.returncode:
        sys.exit(f"{command[0]} failed:\n{done.stdout.decode(errors='replace')}")


@contextlib.contextmanager
def running(*command, scratch, seconds):
    """Start a command in a session of its own, in *scratch*; after the body and *seconds* more interrupt all of it."""
    with open(scratch / f"{command[0]}.log", "wb") as log:
        process = subprocess.Popen(command, cwd=scratch, stdout=log, stderr=log, start_new_session=True)
        try:
            yield process
            time.sleep(seconds)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGINT)
            process.wait(30)


def softflowd(scratch, port, *options):
    """Softflowd reads the capture, sends every flow at its end, and stops."""
    run(
        "softflowd",
        "-d",
        "-r",
        "traffic.pcap",
        "-n",
        f"127.0.0.1:{port}",
        "-p",
        "pid",
        "-c",
        "control",
        *options,
        cwd=scratch,
    )


def pmacctd(scratch, port, plugin, **settings):
    """Pmacctd reads the capture and waits; nfprobe sends the flows that are left when it is interrupted."""
    settings = {
        "daemonize": "false",
        "pcap_savefile": "traffic.pcap",
        "pcap_savefile_wait": "true",
        "plugins": plugin,
        f"{plugin}_receiver": f"127.0.0.1:{port}",
    } | settings
    lines = [f"{key}: {value}\n" for key, value in settings.items()]
    (scratch / "pmacctd.conf").write_text("".join(lines), encoding="ascii")
    with running("pmacctd", "-f", "pmacctd.conf", scratch=scratch, seconds=6):
        pass


def nfprobe(scratch, port, version):
    """Pmacctd's NetFlow and IPFIX plugin."""
    pmacctd(
        scratch,
        port,
        "nfprobe",
        nfprobe_version=version,
        nfprobe_source_ip="127.0.0.1",
        aggregate="src_host, dst_host, src_port, dst_port, proto, tos, src_mac, dst_mac, vlan, tcpflags",
        nfprobe_timeouts="tcp=1:tcp.rst=1:tcp.fin=1:udp=1:icmp=1:general=1:maxlife=60:expint=1",
    )


def sfprobe(scratch, port):
    """Pmacctd's sFlow plugin: it samples every second packet and sends counters too."""
    pmacctd(scratch, port, "sfprobe", sfprobe_agentip="192.0.2.77", sampling_rate=2)


def openvswitch(scratch, port, table, *columns):
    """A userspace switch with dummy ports p1 (clients) and p2 (servers); ovs-appctl puts every frame into its port."""
    os.environ.update(OVS_RUNDIR=str(scratch), OVS_DBDIR=str(scratch), OVS_LOGDIR=str(scratch))
    run("ovsdb-tool", "create", scratch / "conf.db", "/usr/share/openvswitch/vswitch.ovsschema")
    remote, control = f"unix:{scratch}/db.sock", scratch / "switch.ctl"
    with (
        running("ovsdb-server", scratch / "conf.db", f"--remote=p{remote}", scratch=scratch, seconds=0),
        running(
            "ovs-vswitchd",
            remote,
            "--enable-dummy=override",
            "--disable-system",
            f"--unixctl={control}",
            scratch=scratch,
            seconds=0,
        ) as switch,
    ):
        run(
            "ovs-vsctl",
            f"--db={remote}",
            "--timeout=10",
            "--retry",
            "add-br",
            "br0",
            "--",
            "set",
            "bridge",
            "br0",
            "datapath_type=dummy",
            "--",
            "add-port",
            "br0",
            "p1",
            "--",
            "set",
            "interface",
            "p1",
            "type=dummy",
            "--",
            "add-port",
            "br0",
            "p2",
            "--",
            "set",
            "interface",
            "p2",
            "type=dummy",
            "--",
            "--id=@exporter",
            "create",
            table,
            f'targets="127.0.0.1:{port}"',
            *columns,
            "--",
            "set",
            "bridge",
            "br0",
            f"{table}=@exporter",
        )
        for packet in traffic.packets():
            name = "p1" if packet.src == traffic.CLIENT_MAC else "p2"
            run("ovs-appctl", "-t", control, "netdev-dummy/receive", name, bytes(packet).hex())
        time.sleep(4)
        run("ovs-appctl", "-t", control, "exit")
        switch.wait(30)


def fprobe(scratch, port, version):
    """Fprobe reads the capture from its standard input."""
    with open(scratch / "traffic.pcap", "rb") as frames:
        run("fprobe", "-i", "-", "-f", "ip", "-n", str(version), "-l", "2:recording", f"127.0.0.1:{port}", stdin=frames)


SAMPLE_ALL = ("sampling=1", "obs_domain_id=123", "obs_point_id=456", "cache_active_timeout=1", "cache_max_flows=100")
RECORDINGS = {
    "softflowd-netflow1": (softflowd, "-v", "1"),
    "softflowd-netflow5": (softflowd, "-v", "5"),
    "softflowd-netflow9": (softflowd, "-v", "9"),
    "softflowd-netflow9-sampled": (softflowd, "-v", "9", "-s", "2"),
    "softflowd-ipfix": (softflowd, "-v", "10", "-a"),
    "softflowd-ipfix-biflow": (softflowd, "-v", "10", "-b", "-a"),
    "softflowd-ipfix-ether": (softflowd, "-v", "10", "-T", "ether", "-A", "nano", "-a"),
    "softflowd-psamp": (softflowd, "-v", "psamp", "icmp6 or vlan 100"),
    "pmacctd-netflow5": (nfprobe, 5),
    "pmacctd-netflow9": (nfprobe, 9),
    "pmacctd-ipfix": (nfprobe, 10),
    "pmacctd-sflow": (sfprobe,),
    "openvswitch-netflow5": (openvswitch, "netflow", "active_timeout=1", "engine_type=7", "engine_id=9"),
    "openvswitch-ipfix": (openvswitch, "ipfix", *SAMPLE_ALL),
    "openvswitch-sflow": (openvswitch, "sflow", "agent=127.0.0.1", "sampling=1", "header=128", "polling=1"),
    "fprobe-netflow1": (fprobe, 1),
    "fprobe-netflow5": (fprobe, 5),
    "fprobe-netflow7": (fprobe, 7),
}


def record(name):
    """Make one recording, named in RECORDINGS."""
    exporter, *arguments = RECORDINGS[name]
    port = next(port for protocol, port in USUAL_PORT.items() if protocol in name)
    with tempfile.TemporaryDirectory() as directory, Recorder() as recorder:
        scratch = pathlib.Path(directory)
        wrpcap(str(scratch / "traffic.pcap"), traffic.packets())
        exporter(scratch, recorder.port, *arguments)
    if not recorder.datagrams:
        sys.exit(f"{name}: the exporter sent nothing")
    write_recording(HERE / f"{name}.pcap", recorder.datagrams, port)
    return len(recorder.datagrams)


def main(names):
    """Record *names*, or everything and truth.json."""
    if unknown := set(names) - set(RECORDINGS):
        sys.exit(f"no such recording: {', '.join(sorted(unknown))}; there are: {', '.join(RECORDINGS)}")
    if not names:
        lines = ",\n".join(json.dumps(flow) for flow in traffic.truth(traffic.packets()))
        (HERE / "truth.json").write_text(f"[\n{lines}\n]\n", encoding="ascii")
    for name in names or RECORDINGS:
        print(f"{name}: {record(name)} datagrams")


if __name__ == "__main__":
    main(sys.argv[1:])
