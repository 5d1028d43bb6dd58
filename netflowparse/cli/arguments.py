"""What the user may say on the command line.  Words only: nothing is opened here."""

from __future__ import annotations

import argparse
import difflib
import ipaddress
import re
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import PurePath
from typing import Any, NoReturn

from .._version import __version__
from ..names import VOCABULARIES
from .help_text import DESCRIPTION, MODULE, epilog
from .status import Status
from .terminal import CHOICES, Paint, wants_colour

FORMATS = ("json", "csv")
WIDEST_HELP = 100  # columns
INSTALLED = "netflowparse"  # the command that the package installs
MEANT = {"--csv": "--format csv", "--json": "--format json"}  # said for -> the option that there is
MEANT_NAMES = {"elastic": "ecs", "elasticsearch": "ecs", "opensearch": "ecs"}
MODES = {
    "--messages": "a line of JSON for each whole message: header, records, templates, sequence, problems",
    "--summary": "tables of exporters, templates, samplers, interfaces and problems instead of the records",
    "--explain": "an annotated tree of each datagram: offset, octets, field, value, section of the specification, "
    "problem",
}


@dataclass(frozen=True)
class Arguments:
    """One command line."""

    files: tuple[str, ...]
    mode: str = "records"  # "records", "messages", "summary" or "explain"
    fields: tuple[str, ...] = ()  # empty: all
    names: str | None = None  # a vocabulary of netflowparse.names
    format: str = "json"  # one of FORMATS
    ports: frozenset[int] = frozenset()  # empty: all
    by_port: bool = False
    exporter: str | None = None
    resolve: bool = False
    color: str = "auto"  # one of CHOICES
    quiet: bool = False


def parse_arguments(argv: Sequence[str] | None = None) -> Arguments:
    """Return what the command line says; leaves by ``SystemExit`` 2 when it makes no sense."""
    parser = build_parser()
    known, unknown = parser.parse_known_args(argv)
    if unknown:
        parser.error(f"unrecognized arguments: {' '.join(unknown)}{_meant(parser, unknown)}")
    said = vars(known)
    arguments = Arguments(**said | {"files": tuple(said["files"]), "ports": frozenset(said["ports"])})
    if arguments.mode != "records":
        for option, is_said in (
            ("--fields", arguments.fields),
            ("--names", arguments.names),
            ("--format csv", arguments.format == "csv"),
        ):
            if is_said:
                parser.error(f"{option} is for records, and --{arguments.mode} prints none")
        if arguments.resolve and arguments.mode != "messages":
            parser.error(f"--resolve completes flows, and --{arguments.mode} prints none")
    if arguments.names == "logstash" and arguments.format == "csv" and not arguments.fields:
        parser.error("--format csv with --names logstash needs --fields: its names differ by protocol")
    return arguments


class _Parser(argparse.ArgumentParser):
    """Argparse, with bold titles on a terminal and mistakes told in one line."""

    def print_help(self, file: Any = None) -> None:
        """Print the help."""
        paint = Paint(wants_colour(file or sys.stdout))
        text = re.sub(r"^[a-z].*:$", lambda title: paint(title[0], "bold"), self.format_help(), flags=re.MULTILINE)
        self._print_message(text, file or sys.stdout)

    def error(self, message: str) -> NoReturn:
        """Leave with the exit code of wrong usage."""
        if message.endswith("required: FILE"):
            message += ' ("-" is standard input)'
        self.exit(Status.USAGE, f"netflowparse: {message} (see {called()} --help)\n")


def called() -> str:
    """Return what the user has called: the command that was installed, or the module."""
    return INSTALLED if PurePath(sys.argv[0]).stem == INSTALLED else MODULE


def _meant(parser: argparse.ArgumentParser, unknown: Sequence[str]) -> str:
    """Return what to say after the words that are no options: which options the first may have been meant for."""
    word = unknown[0].partition("=")[0]
    options = [option for action in parser._actions for option in action.option_strings if option.startswith("--")]
    return _idea(word, options, MEANT, 0.7)


def _idea(word: str, choices: Sequence[str], meant: Mapping[str, str], alike: float) -> str:
    """Return what to ask for instead of a *word*: what it is known to be *meant* for, or a choice so much *alike*."""
    near = [meant[word]] if word in meant else difflib.get_close_matches(word, choices, 1, alike)
    return f"; did you mean {near[0]}?" if near else ""


def build_parser() -> argparse.ArgumentParser:
    """Return what takes command lines apart, and prints the help."""
    width = min(shutil.get_terminal_size().columns - 2, WIDEST_HELP)
    parser = _Parser(
        prog="netflowparse",
        usage=f"{called()} [options] FILE [FILE ...]",
        description=DESCRIPTION,
        epilog=epilog(called()),
        formatter_class=partial(argparse.RawDescriptionHelpFormatter, max_help_position=22, width=width),
        allow_abbrev=False,
        add_help=False,
    )
    parser.add_argument("files", metavar="FILE", nargs="+", help=argparse.SUPPRESS)
    _add_modes(parser.add_argument_group("what is printed (default: a line of JSON for each record)"))
    _add_forms(parser.add_argument_group("how records are printed"))
    _add_input(parser.add_argument_group("what is decoded"))
    others = parser.add_argument_group("others")
    others.add_argument(
        "--color",
        metavar="WHEN",
        choices=CHOICES,
        default="auto",
        help="colours in tables, trees and on stderr, never in JSON and CSV: always, never, or auto (the default): on "
        "a terminal, unless NO_COLOR is set or TERM is dumb",
    )
    others.add_argument(
        "-q",
        "--quiet",
        action="store_true",
        help="say nothing on stderr about problems, lost, skipped and cut datagrams, and show no progress; failures "
        "are still told, and so are --fields that gave nothing",
    )
    others.add_argument("-h", "--help", action="help", help="print this and exit")
    others.add_argument("--version", action="version", version=f"netflowparse {__version__}", help="print it and exit")
    return parser


def _add_modes(group: argparse._ArgumentGroup) -> None:
    either = group.add_mutually_exclusive_group()
    for option, says in MODES.items():
        either.add_argument(option, dest="mode", action="store_const", const=option[2:], default="records", help=says)


def _add_forms(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--fields",
        metavar="A,B,C",
        type=_fields,
        default=(),
        help="only these keys of records, in this order, a flat object for each record that has one of them; a.b is "
        "key b inside a; exporter, protocol, kind (flow, options, ...) and header.KEY are the message's",
    )
    group.add_argument(
        "--names",
        metavar="WHOSE",
        type=_vocabulary,
        help=f"flows and options records under the names of {', '.join(VOCABULARIES[:-1])} or {VOCABULARIES[-1]}; what "
        "has no name there keeps its key, and so do counter samples; --fields are then these names",
    )
    group.add_argument(
        "--format",
        metavar="FORM",
        choices=FORMATS,
        default="json",
        help="json (the default), or csv: a header, then a row for each record; without --fields the usual columns of "
        "flows, and what has none is told at the end",
    )


def _add_input(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--port",
        dest="ports",
        metavar="N",
        type=_port,
        action="append",
        default=[],
        help="only UDP datagrams sent to this port (may be given again); "
        "without it every UDP datagram is tried and what is none of NetFlow, IPFIX and sFlow is counted as skipped",
    )
    group.add_argument(
        "--by-port",
        action="store_true",
        help="tell exporters apart by address:port instead of by address "
        "(for several exporters behind one address; loses templates when an exporter changes its port)",
    )
    group.add_argument(
        "--exporter",
        metavar="NAME",
        type=_exporter,
        help="of captures: only what this address sent; of raw datagram and IPFIX files, which hold no address: what "
        "their exporter is called (default: null for datagrams, the file's name for IPFIX files of several messages)",
    )
    group.add_argument(
        "--resolve",
        action="store_true",
        help="add to flows what their exporters say in options records: sampling, names of interfaces, VRFs and "
        "applications, times by the system's start; not with --summary and --explain, which print no flows",
    )


def _port(text: str) -> int:
    if text.isascii() and text.isdigit() and int(text) <= 0xFFFF:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no UDP port: expected 0 to 65535")


def _exporter(text: str) -> str:
    """Return an address as captures give it, any other name as it is."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return text
    mapped = address.ipv4_mapped if address.version == 6 else None
    return str(mapped or address)


def _vocabulary(text: str) -> str:
    if text in VOCABULARIES:
        return text
    idea = _idea(text.lower(), VOCABULARIES, MEANT_NAMES, 0.6)
    choices = ", ".join(map(repr, VOCABULARIES))
    raise argparse.ArgumentTypeError(f"invalid choice: {text!r} (choose from {choices}){idea}")


def _fields(text: str) -> tuple[str, ...]:
    fields = tuple(field.strip() for field in text.split(","))
    if not all(fields):
        raise argparse.ArgumentTypeError(f"{text!r} has an empty name: expected names with commas between them")
    for field in fields:
        if fields.count(field) > 1:
            raise argparse.ArgumentTypeError(f"{field!r} is there twice")
    return fields
