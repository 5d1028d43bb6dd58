"""What the exit code says."""

from enum import IntEnum


class Status(IntEnum):
    """The exit codes; of several that hold the first of UNREADABLE, NOTHING and PARTLY is given."""

    DONE = 0
    UNREADABLE = 1  # a file could not be read or recognised, or the output not be written; 2 is argparse's for usage
    USAGE = 2
    NOTHING = 3  # no datagram was decoded
    PARTLY = 4  # some were, and some could not be
    INTERRUPTED = 130  # 128 + SIGINT, as shells count
    BROKEN_PIPE = 141  # 128 + SIGPIPE
