"""Which output the user wants, made of the parts that the other modules have."""

from __future__ import annotations

from functools import partial
from typing import TextIO

from ..decoder import Decoder
from .arguments import Arguments
from .lines import Lines, Output, message_lines, record_lines
from .losses import loss_notes
from .renaming import renamed_lines
from .report import Report
from .rows import csv_rows, csv_text, flat_lines
from .selection import Selection
from .selection_notes import facts_of, notes_of
from .summary import Summary
from .terminal import Paint, columns_of, wants_colour
from .trees import Trees


def output_for(arguments: Arguments, decoder: Decoder, stdout: TextIO, report: Report, *, live: bool) -> Output:
    """Return the output that *arguments* ask for of *decoder*, on *stdout*; *live*: someone waits for each message."""
    paint = Paint(wants_colour(stdout, arguments.color))
    if arguments.mode == "summary":
        return Summary(stdout, report, decoder.statistics, decoder.knowledge, paint, columns=columns_of(stdout))
    if arguments.mode == "explain":
        return Trees(stdout, paint, columns=columns_of(stdout), live=live)
    output = _lines(arguments, decoder, stdout, report, live=live)
    report.ask_at_end(lambda: loss_notes(decoder.statistics()))
    return output


def _lines(arguments: Arguments, decoder: Decoder, stdout: TextIO, report: Report, *, live: bool) -> Output:
    if arguments.mode == "messages":
        return Lines(stdout, message_lines, live=live)
    if arguments.format == "csv" or arguments.fields:
        return _selected(arguments, decoder, stdout, report, live=live)
    if arguments.names:
        return Lines(stdout, partial(renamed_lines, vocabulary=arguments.names), live=live)
    return Lines(stdout, record_lines, live=live)


def _selected(arguments: Arguments, decoder: Decoder, stdout: TextIO, report: Report, *, live: bool) -> Output:
    selection = Selection(arguments.fields, arguments.names)
    facts = None if arguments.resolve else lambda: facts_of(decoder)
    report.ask_at_end(lambda: notes_of(selection, facts), urgent=lambda: selection.is_in_vain)
    if arguments.format == "csv":
        (header,) = csv_text([list(selection.fields)])
        return Lines(stdout, csv_rows(selection), live=live, header=header)
    return Lines(stdout, flat_lines(selection), live=live)
