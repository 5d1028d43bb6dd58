"""Absolute flow times of datagrams whose header has a sysUpTime of 0: exporters that send it do not keep it."""

from __future__ import annotations

from ..errors import CLOCK_STEP, UNCERTAIN_TIME
from ..types import Flow
from .problems import Problems

SYSTEM_UP_TIME = 4  # its offset in the headers of v1 to v9


def drop_unknown_times(records: list[Flow], clocked: tuple[tuple[str, str], ...]) -> int:
    """Take absolute times out of *records*; how many records had some.

    *clocked* are the keys of the absolute times, and of the sysUpTimes behind them.  Where all of these are 0 like the
    header's, the export time is right and stays.
    """
    unknown = 0
    for record in records:
        if any(record[uptime] for _, uptime in clocked):
            unknown += 1
            for absolute, _ in clocked:
                del record[absolute]
    return unknown


def report_clock_step(problems: Problems, seconds: int, offset: int) -> None:
    """Note that the exporter has set its clock, by *seconds*: the exportTime at *offset* leads nowhere else."""
    way = "ahead of" if seconds > 0 else "behind"
    message = f"exportTime at octet {offset} is {abs(seconds)} s {way} the datagram's before: the clock was set"
    problems.add(CLOCK_STEP, message, offset, seconds=seconds)


def report_unknown_times(records: int, problems: Problems) -> None:
    """Note, once for the datagram, that *records* have no absolute times."""
    if records:
        message = f"sysUpTime 0, and later flow times (records: {records}): no absolute times can be told"
        problems.add(UNCERTAIN_TIME, message, SYSTEM_UP_TIME, count=records)
