"""The order of work: files to datagrams to messages to output; what to do when something breaks; the exit code."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence
from typing import TextIO

from ..decoder import Decoder
from ..errors import DecodeError, TruncatedDatagram, UnknownVersion
from ..quirks import unmapped
from .arguments import Arguments, parse_arguments
from .datagrams import UNKNOWN_KIND, Datagram, iter_datagrams
from .lines import Output, count_records
from .output import output_for
from .progress import Progress, wants_progress
from .report import Report
from .source import FileError, Source, open_source, regular_size
from .status import Status
from .terminal import Paint, wants_colour
from .trees import Trees

VERSION_OCTETS = 4  # of sFlow; others have two


def main(argv: Sequence[str] | None = None) -> int:
    """Return the exit code of one command line; see ``--help`` for what it does."""
    arguments = parse_arguments(argv)
    if sys.stdout is None:
        return _cannot_write("there is no standard output")
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # names may hold what the terminal's encoding lacks
    try:
        return run(arguments, Decoder(resolve=arguments.resolve), sys.stdout, sys.stderr)
    except KeyboardInterrupt:
        return Status.INTERRUPTED
    except BrokenPipeError:
        _forget_output()
        return Status.BROKEN_PIPE
    except OSError as error:  # files to read raise FileError: this is the output, on a full disk for one
        _forget_output()
        return _cannot_write(error.strerror or str(error))


def run(arguments: Arguments, decoder: Decoder, stdout: TextIO, stderr: TextIO | None) -> int:
    """Decode the files; return the exit code.  Raises BrokenPipeError when nobody reads the output any more."""
    sizes = [regular_size(file) for file in arguments.files]
    live = None in sizes
    total = None if live else sum(size or 0 for size in sizes)
    paint = Paint(wants_colour(stderr, arguments.color))
    progress = Progress(stderr, total, shown=not arguments.quiet and wants_progress(arguments.mode), paint=paint)
    tell_problems = arguments.mode not in ("summary", "explain")
    report = Report(progress.say, quiet=arguments.quiet, tell_problems=tell_problems, complain=progress.complain)
    output = output_for(arguments, decoder, stdout, report, live=live)
    session = Session(arguments, decoder, output, report, progress)
    interrupted = False
    try:
        for file in arguments.files:
            session.file(file)
    except KeyboardInterrupt:
        interrupted = True
    progress.clear()
    output.finish()
    stdout.flush()
    report.finish()
    return Status.INTERRUPTED if interrupted else report.exit_code()


class Session:
    """One run: every file goes through one decoder."""

    def __init__(
        self, arguments: Arguments, decoder: Decoder, output: Output, report: Report, progress: Progress
    ) -> None:
        """Bind the parts together; nothing is opened yet."""
        self._arguments = arguments
        self._decoder = decoder
        self._output = output
        self._report = report
        self._progress = progress

    def file(self, file: str) -> None:
        """Decode one file; what is wrong with it is told, and the next one can follow."""
        try:
            with open_source(file) as source:
                for datagram in iter_datagrams(source, lambda text: self._report.warning(file, text)):
                    self._datagram(source, datagram)
        except FileError as error:
            self._report.file_error(file, error)
        self._progress.next_file(regular_size(file) or 0)

    def _datagram(self, source: Source, datagram: Datagram) -> None:
        exporter, transport = self._exporter(source.name, datagram), datagram.transport
        if not self._is_wanted(datagram, exporter):
            self._progress.advance(0, source.position)
            return
        records, skipped, tree = 0, False, None
        if isinstance(self._output, Trees):
            tree = self._decoder.explain(datagram.octets, exporter, transport=transport)
        try:
            message = self._decoder.decode(datagram.octets, exporter, transport=transport)
        except DecodeError as error:
            skipped = self._failed(source.name, datagram, error)
        else:
            self._report.message(source.name, datagram, message)
            self._output.add(message)
            records = count_records(message)
        if isinstance(self._output, Trees) and not skipped:
            self._output.show(source.name, datagram, exporter, tree)
        self._progress.advance(records, source.position)

    def _is_wanted(self, datagram: Datagram, exporter: str | None) -> bool:
        """Whether the user wants a datagram of this port and exporter; others are counted."""
        arguments, report = self._arguments, self._report
        if arguments.ports and datagram.port is not None and datagram.port not in arguments.ports:
            report.other_ports += 1
            return False
        address = _address(datagram)
        if address is not None and arguments.exporter not in (None, exporter, address):
            report.other_exporters[address] += 1
            return False
        return True

    def _failed(self, file: str, datagram: Datagram, error: DecodeError) -> bool:
        """Tell of a datagram that has no message; whether it is none of ours, and only counted."""
        if datagram.address is None:
            if isinstance(error, UnknownVersion):
                raise FileError(f"{UNKNOWN_KIND}: {error}") from error
        elif not self._may_be_ours(datagram, error):
            self._report.skip(datagram, error)
            return True
        self._report.failure(file, datagram, error)
        return False

    def _may_be_ours(self, datagram: Datagram, error: DecodeError) -> bool:
        """Whether it is worth telling that a UDP datagram has no message; trees are for what is damaged above all."""
        if self._arguments.ports or not isinstance(error, (UnknownVersion, TruncatedDatagram)):
            return True
        return self._arguments.mode == "explain" and _tells_version(datagram.octets, error)

    def _exporter(self, file: str, datagram: Datagram) -> str | None:
        """Return the exporter's name: its address, with its port when wanted; for raw files what the user calls it."""
        address = _address(datagram)
        if address is None:
            if self._arguments.exporter is None and datagram.transport == "file":
                return file.encode("utf-8", "backslashreplace").decode()
            return self._arguments.exporter
        if not self._arguments.by_port:
            return address
        return f"[{address}]:{datagram.source_port}" if ":" in address else f"{address}:{datagram.source_port}"


def _address(datagram: Datagram) -> str | None:
    """The exporter's address: IPv4's itself where it is mapped into IPv6, as the decoder keeps it."""
    return None if datagram.address is None else str(unmapped(datagram.address))


def _tells_version(octets: bytes, error: DecodeError) -> bool:
    """Whether a datagram that has no message has a version that is decoded; two octets of 0 alone are none."""
    return error.protocol is not None and any(octets[:VERSION_OCTETS])


def _cannot_write(why: str) -> Status:
    if sys.stderr is not None:
        print(f"netflowparse: cannot write: {why}", file=sys.stderr)
    return Status.UNREADABLE


def _forget_output() -> None:
    """Make sure that nothing more is written: the interpreter flushes at its end, and would complain."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in filter(None, (sys.stdout, sys.stderr)):
        try:
            stream.flush()
        except OSError:
            os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
