"""Every recording and capture, copied to the octet out of its messages' values, and said again without ``kept``."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from netflowparse import DecodeError, Decoder, EncodeError, encode
from tests.capture_reader import read_datagrams
from tests.conftest import RECORDINGS, SHARED
from tests.protocols import layouts
from tests.test_captures import load

MANIFEST = SHARED / "captures" / "MANIFEST.tsv"
COUNTED = ("length", "count")  # of headers: always those of what is written
NOTHING = ("rejected", "withdrawn", "withdrawal_ignored")  # events that define nothing
#: messages that cannot be said again by their values alone: case, and what is wrong
NOT_CANONICAL = {
    "ls-v9-nprobe-dpi": "flows[0] L7_PROTO_NAME: a string that is not UTF-8, whose escapes are longer than its field"
}
#: fields whose octets had to be kept.  IPFIX: softflowd's nanoseconds (.999 µs late), its and Citrix's microseconds,
#: whose low bits mean nothing (RFC 7011 §6.1.9); NetFlow v5: padding that is not zero; v9: a string that is not UTF-8
PATCHED = {"ipfix": 90}
PATCHED_OF_OTHERS = {"ipfix": 85, "netflow5": 11, "netflow9": 1}


class Copied(NamedTuple):
    """What came of one protocol's datagrams."""

    exact: Counter[str]
    fields: Counter[str]
    patched: Counter[str]
    refused: list[str]


def recordings() -> Iterator[tuple[str, list[tuple[bytes, str]]]]:
    """Those of this repository: name, and (datagram, exporter) pairs."""
    for path in sorted(RECORDINGS.glob("*.pcap")):
        if "sflow" not in path.name:
            yield path.stem, [(octets, "exporter") for octets in read_datagrams(path)]


def captures() -> Iterator[tuple[str, list[tuple[bytes, str]]]]:
    """Those of other projects."""
    with MANIFEST.open() as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    for row in rows:
        if row["protocol"] != "sflow5":
            datagrams = load("capfile").read(MANIFEST.parent / row["file"])
            yield row["case"], [(each.payload, each.exporter) for each in datagrams if each.payload[:2] != b"\0\0"]


def fields_of(message: Any) -> tuple[int, int]:
    """How many fields the records of a message have, and how many of them are patched."""
    kept = message["kept"]
    if "records" in kept:
        version = int(message["protocol"][-1])
        return kept["records"] * len(layouts.columns(layouts.RECORDS[version])), len(kept["patches"])
    data = [part for part in kept["sets"] if "template" in part]
    fields = sum(part["records"] * len(kept["templates"][part["template"]]["fields"]) for part in data)
    return fields, sum(len(part.get("patches", ())) for part in data)


def said(messages: list[Any]) -> dict[str, Any]:
    """What messages say together."""
    header = {key: value for key, value in messages[0]["header"].items() if key not in COUNTED}
    records = {key: [each for message in messages for each in message[key]] for key in ("flows", "options")}
    return {"header": header, **records}


def definitions(messages: list[Any]) -> list[Any]:
    """The templates that messages define."""
    events = [event for message in messages for event in message["templates"] if event["event"] not in NOTHING]
    return [{key: event[key] for key in ("template_id", "scope_count", "fields")} for event in events]


def say_again(message: Any, decoder: Decoder) -> None:
    """Write a message by its values alone, and read that."""
    again = [decoder.decode(octets, "again") for octets in encode({**message, "kept": None})]
    decoder.forget("again")
    assert said(again) == said([message])
    wanted = definitions([message])
    assert definitions(again)[: len(wanted)] == wanted


def copy_all(cases: Iterator[tuple[str, list[tuple[bytes, str]]]]) -> Copied:
    """Copy the datagrams of all cases; AssertionError where one differs."""
    copied, other = Copied(Counter(), Counter(), Counter(), []), Decoder()
    for name, datagrams in cases:
        decoder = Decoder(keep_octets=True)
        for octets, exporter in datagrams:
            try:
                message: Any = decoder.decode(octets, exporter)
            except DecodeError:
                continue
            protocol = message["protocol"]
            assert encode(json.loads(json.dumps(message))) == [octets], name
            copied.exact[protocol] += 1
            fields, patched = fields_of(message)
            copied.fields[protocol] += fields
            copied.patched[protocol] += patched
            for each in (message, *message["late"]):
                try:
                    say_again(each, other)
                except EncodeError:
                    copied.refused.append(name)
    return copied


@pytest.mark.conformance("LIB-12")
def test_recordings() -> None:
    copied = copy_all(recordings())
    assert +copied.patched == PATCHED
    assert copied.fields == {"netflow1": 867, "netflow5": 2100, "netflow7": 525, "netflow9": 1819, "ipfix": 6902}
    assert copied.refused == []
    assert copied.exact == {"netflow1": 3, "netflow5": 6, "netflow7": 1, "netflow9": 12, "ipfix": 131}


@pytest.mark.conformance("LIB-12")
def test_captures(shared_captures: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Prints the figures of the whole corpus."""
    copied = copy_all(captures())
    assert +copied.patched == PATCHED_OF_OTHERS
    assert set(copied.refused) == set(NOT_CANONICAL)
    exact, fields, patched = (sum(each.values()) for each in copied[:3])
    with capsys.disabled():
        print(f"\n{exact} datagrams copied to the octet; of {fields} fields {patched} had octets of their own")
    assert (exact, fields) == (415, 49_950)
