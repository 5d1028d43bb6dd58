"""Scapy, imported once and quietly; runs of the command line with a decoder that answers what it was told."""

from __future__ import annotations

import io
import warnings
from typing import Any

import pytest

from netflowparse.cli.arguments import parse_arguments
from netflowparse.cli.command import run

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import scapy.layers.inet6
    import scapy.layers.l2
    import scapy.utils  # noqa: F401

    from .fakes import FakeDecoder, Outcome, pcap_octets


@pytest.fixture
def run_cli():
    """Return a function: run the command line with a fake decoder and give what came out."""

    def run_it(*argv: object, answers: dict[bytes, Any] | None = None) -> Outcome:
        decoder, out, err = FakeDecoder(answers), io.StringIO(), io.StringIO()
        code = run(parse_arguments([str(word) for word in argv]), decoder, out, err)
        return Outcome(code, out.getvalue(), err.getvalue(), decoder.seen)

    return run_it


@pytest.fixture
def capture(tmp_path):
    """Return a function: write a capture of these frames."""

    def write(*frames, name="a.pcap"):
        path = tmp_path / name
        path.write_bytes(pcap_octets(list(frames)))
        return path

    return write
