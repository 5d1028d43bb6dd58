"""What a decoder knows, kept in a file: a collector that starts again reads data by the templates it had."""

from __future__ import annotations

import json
import os
import time

from collector import say

import netflowparse

EVERY = 60  # s between snapshots: 0.3 ms and some kB an exporter each


class StateFile:
    """The file with a decoder's snapshot; where the path is empty nothing is kept."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._due = time.monotonic()

    def restore(self) -> netflowparse.Decoder:
        """A decoder that knows what the file says; a new one without a file, or with one that cannot be used."""
        if not self.path or not os.path.exists(self.path):
            return netflowparse.Decoder()
        try:
            with open(self.path, encoding="utf-8") as file:
                return netflowparse.Decoder.restore(json.load(file))
        except ValueError as error:  # json's where the file is cut, SnapshotError where it is anything else
            say(state=self.path, refused=str(error))
            return netflowparse.Decoder()

    def save_when_due(self, decoder: netflowparse.Decoder) -> None:
        """Save once a minute, and for the first time at once, without the data that waits for templates.

        A collector that is killed begins with the snapshot before: data that has come out since would come out twice.
        """
        if self.path and time.monotonic() >= self._due:
            self.save(decoder, pending=False)

    def save(self, decoder: netflowparse.Decoder, *, pending: bool) -> None:
        """Save now; with *pending* the data that waits as well."""
        if not self.path:
            return
        self._due = time.monotonic() + EVERY
        try:
            write_whole(self.path, json.dumps(decoder.snapshot(pending=pending)))
        except OSError as error:  # a full disk ends no collector
            say(state=self.path, unwritten=str(error))


def write_whole(path: str, text: str) -> None:
    """Replace the file in one step: it holds the old text or the new one, whenever the machine stops."""
    beside = f"{path}.new"
    with open(beside, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(beside, path)
