"""What the user may say on the command line.  Words only: nothing is opened here."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass

from .._version import __version__

DESCRIPTION = """\
Decode NetFlow v1/5/6/7/8/9, IPFIX and sFlow v5 datagrams found in files.

FILE is a pcap or pcapng capture (needs scapy: pip install 'netflowparse[pcap]'), one raw datagram, or an
IPFIX file (RFC 5655: messages one after the other).  gzip and bzip2 are undone.  "-" is standard input.
All files feed one decoder, in the order given; data that comes before its template is printed when that comes.
"""

EXAMPLES = """\
examples:
  python -m netflowparse x.pcap                                    a line per flow, options record or counter sample
  python -m netflowparse x.pcap | jq 'select(.flow).flow'          only the flows
  python -m netflowparse x.pcap | jq 'select(.counters).counters'  only sFlow's counter samples
  python -m netflowparse --summary *.pcap.gz                       who exports what, how it is sampled, what is wrong
  python -m netflowparse --port 2055 --port 4739 x.pcap            only what these ports got; what fails there is told
  python -m netflowparse --messages template.bin data.bin
  python -m netflowparse --explain data.bin                        what each octet is, and what is wrong where
  tcpdump -U -w - udp port 2055 | python -m netflowparse -

a line:
  {"exporter":"192.0.2.1","protocol":"netflow9","header":{...},"flow":{...}}
  with "options" in place of "flow" for options records; of sFlow, "flow" is a flow sample, "counters" a counter
  sample, and "unknown_sample" a sample of a format that is not known

exit status:
  0    everything found was decoded
  1    some datagrams could not be decoded, or there were none
  2    wrong usage, or a file that could not be read or recognised (the others are still processed)
  130  interrupted       141  the reader of the output went away
"""


@dataclass(frozen=True)
class Arguments:
    """One command line."""

    files: tuple[str, ...]
    mode: str  # "records", "messages", "summary" or "explain"
    ports: frozenset[int]  # empty: all
    by_port: bool
    exporter: str | None
    resolve: bool
    quiet: bool


def parse_arguments(argv: Sequence[str] | None = None) -> Arguments:
    """Return what the command line says; leaves by ``SystemExit`` 2 when it makes no sense."""
    said = _parser().parse_args(argv)
    return Arguments(
        files=tuple(said.files),
        mode=said.mode,
        ports=frozenset(said.ports),
        by_port=said.by_port,
        exporter=said.exporter,
        resolve=said.resolve,
        quiet=said.quiet,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="netflowparse",
        usage="python -m netflowparse [options] FILE [FILE ...]",
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("files", metavar="FILE", nargs="+", help='capture or raw datagram file, "-" for standard input')
    _add_output(parser.add_mutually_exclusive_group())
    parser.set_defaults(mode="records")
    _add_choices(parser)
    parser.add_argument("--version", action="version", version=f"netflowparse {__version__}")
    return parser


def _add_output(output: argparse._MutuallyExclusiveGroup) -> None:
    output.add_argument(
        "--messages",
        dest="mode",
        action="store_const",
        const="messages",
        help="print one whole message per line: header, records, templates, sequence, problems",
    )
    output.add_argument(
        "--summary",
        dest="mode",
        action="store_const",
        const="summary",
        help="print tables of exporters, templates, samplers, interfaces and problems instead of the records",
    )
    output.add_argument(
        "--explain",
        dest="mode",
        action="store_const",
        const="explain",
        help="print an annotated tree of each datagram: offset, octets, field, value, section of the specification, "
        "problem",
    )


def _add_choices(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--port",
        dest="ports",
        metavar="N",
        type=_port,
        action="append",
        default=[],
        help="take only UDP datagrams sent to this port (may be given again); "
        "without it every UDP datagram is tried and what is none of NetFlow, IPFIX and sFlow is counted as skipped",
    )
    parser.add_argument(
        "--by-port",
        action="store_true",
        help="tell exporters apart by address:port instead of by address "
        "(for several exporters behind one address; loses templates when an exporter changes its port)",
    )
    parser.add_argument(
        "--exporter",
        metavar="NAME",
        help="name of the exporter of raw datagram and IPFIX files, which hold no address "
        "(default: null for datagrams, the file's name for IPFIX files of several messages)",
    )
    parser.add_argument(
        "--resolve",
        action="store_true",
        help="add to flows what their exporters say in options records: sampling, names of interfaces, VRFs and "
        "applications, times by the system's start",
    )
    parser.add_argument(
        "-q",
        "--quiet",
        action="store_true",
        help="say nothing on stderr about problems, skipped and cut datagrams; failures are still told",
    )


def _port(text: str) -> int:
    if text.isascii() and text.isdigit() and int(text) <= 0xFFFF:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no UDP port: expected 0 to 65535")
