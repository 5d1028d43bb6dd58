"""Make the two recordings of the office again: what two exporters say of the same four minutes of traffic.

    python tests/captures/office/network.py

Needs Linux with network namespaces, root, Debian 12's softflowd, openvswitch-switch, ethtool and iputils-ping, and
Python with scapy.  The hosts of hosts.py are namespaces, with a cable (veth) each to an Open vSwitch in user space.
The switch samples into sFlow; softflowd looks at a mirror port, and exports IPFIX.  Both send to ports of 127.0.0.1.
"""

import contextlib
import os
import pathlib
import subprocess
import sys
import tempfile
import time

import hosts

HERE = pathlib.Path(__file__).resolve().parent
sys.path.append(str(HERE.parent))  # the script of the other recordings

from record import Recorder, run, running, write_recording  # noqa: E402

PREFIX = "office-"  # of all namespaces
SFLOW = ("sampling=64", "header=128", "polling=10")  # one packet in so many, octets of it, s between counters
SOFTFLOWD = ("-v", "10", "-s", "4", "-i", "mirror")  # IPFIX, one packet in four
TIMEOUTS = ("tcp=15", "tcp.rst=2", "tcp.fin=2", "udp=10", "icmp=10", "general=10", "maxlife=10", "expint=2")  # s


def ip(words):
    """Run one command of the program ip."""
    run("ip", *words.split())


@contextlib.contextmanager
def cables():
    """The hosts' namespaces, each with its cable into this one, and a cable for the mirror; gone afterwards."""
    try:
        for name, number in hosts.HOSTS.items():
            space = PREFIX + name
            ip(f"netns add {space}")
            ip(f"link add {name} type veth peer name eth0 netns {space} address 02:00:00:00:00:{number:02x}")
            ip(f"-n {space} address add {hosts.address(name)}/24 dev eth0")
            ip(f"-n {space} address add {hosts.address(name, 6)}/64 dev eth0 nodad")
            ip(f"netns exec {space} ethtool -K eth0 tx off tso off gso off")  # the switch wants whole checksums
            ip(f"-n {space} link set eth0 up")
            ip(f"-n {space} link set lo up")
            ip(f"link set {name} up addrgenmode none")
        ip("link add mirror type veth peer name mirror0")
        for name in ("mirror", "mirror0"):
            ip(f"link set {name} up promisc on addrgenmode none")
        yield
    finally:
        for name in hosts.HOSTS:
            subprocess.run(("ip", "netns", "delete", PREFIX + name), check=False)
        subprocess.run(("ip", "link", "delete", "mirror"), check=False)


@contextlib.contextmanager
def switch(scratch, port):
    """An Open vSwitch in user space, all cables in it, that sends sFlow to *port*."""
    os.environ.update(OVS_RUNDIR=str(scratch), OVS_DBDIR=str(scratch), OVS_LOGDIR=str(scratch))
    run("ovsdb-tool", "create", scratch / "conf.db", "/usr/share/openvswitch/vswitch.ovsschema")
    remote, control = f"unix:{scratch}/db.sock", scratch / "switch.ctl"
    database = ("ovsdb-server", scratch / "conf.db", f"--remote=p{remote}")
    daemon = ("ovs-vswitchd", remote, "--disable-system", f"--unixctl={control}")
    commands = ["add-br br0", "set bridge br0 datapath_type=netdev"]
    commands += [f"add-port br0 {name}" for name in (*hosts.HOSTS, "mirror0")]
    commands += ["--id=@port get port mirror0", "--id=@all create mirror name=all select-all=true output-port=@port"]
    commands += [f'--id=@sflow create sflow targets="127.0.0.1:{port}" agent=lo {" ".join(SFLOW)}']
    commands += ["set bridge br0 mirrors=@all sflow=@sflow"]
    with running(*database, scratch=scratch, seconds=0), running(*daemon, scratch=scratch, seconds=0):
        run("ovs-vsctl", f"--db={remote}", "--timeout=10", "--retry", *" -- ".join(commands).split())
        yield
        run("ovs-appctl", "-t", control, "exit")


def softflowd(scratch, port):
    """Softflowd on the mirror; it sends the flows that are left when it is interrupted."""
    command = ["softflowd", "-d", *SOFTFLOWD, "-n", f"127.0.0.1:{port}", "-p", "pid", "-c", "control"]
    for timeout in TIMEOUTS:
        command += ("-t", timeout)
    return running(*command, scratch=scratch, seconds=0)


def act():
    """Run every host in its namespace to the end."""
    start = str(time.time() + 5)
    spaces = [("ip", "netns", "exec", PREFIX + name, sys.executable, HERE / "hosts.py", name) for name in hosts.HOSTS]
    processes = [subprocess.Popen((*space, start)) for space in spaces]
    try:
        if any(process.wait(hosts.SECONDS + 30) for process in processes):
            sys.exit("a host failed")
    finally:
        for process in processes:
            process.kill()


def main():
    """Record both."""
    with Recorder() as sflow, Recorder() as ipfix, tempfile.TemporaryDirectory() as directory:
        scratch = pathlib.Path(directory)
        with cables(), switch(scratch, sflow.port), softflowd(scratch, ipfix.port):
            act()
            time.sleep(12)  # the last flows end
    write_recording(HERE / "ipfix.pcap", ipfix.datagrams, 4739)
    write_recording(HERE / "sflow.pcap", sflow.datagrams, 6343)
    print(f"IPFIX: {len(ipfix.datagrams)} datagrams, sFlow: {len(sflow.datagrams)}")


if __name__ == "__main__":
    main()
