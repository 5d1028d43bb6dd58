"""Every case of ../shared/captures whose data needs templates gives the same flows when its templates come last."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any, NamedTuple

import pytest

from netflowparse import DecodeError, Decoder
from tests.conftest import SHARED
from tests.test_captures import load, manifest

CAPTURES = SHARED / "captures"
TEMPLATE_SETS = {9: (0, 1), 10: (2, 3)}  # by version
HEADER = {9: 20, 10: 16}  # octets


class Datagram(NamedTuple):
    """One datagram of a case."""

    exporter: str
    octets: bytes


def datagrams(row: dict[str, str]) -> list[Datagram]:
    """The v9 and IPFIX datagrams of a case."""
    found = load("capfile").read(CAPTURES / row["file"])
    wanted = {version.to_bytes(2, "big") for version in HEADER}
    return [Datagram(each.exporter, each.payload) for each in found if each.payload[:2] in wanted]


def split(datagram: Datagram) -> tuple[Datagram, Datagram | None]:
    """The datagram without its template sets, and one with nothing else if there are any."""
    octets = datagram.octets
    version = octets[1]
    position, end = HEADER[version], len(octets)
    if version == 10:
        end = min(end, int.from_bytes(octets[2:4], "big"))
    rest, templates = octets[:position], octets[:position]
    while end - position >= 4:
        set_id, length = (int.from_bytes(octets[at : at + 2], "big") for at in (position, position + 2))
        after = end if length < 4 else min(position + length, end)
        if set_id in TEMPLATE_SETS[version] and length >= 4:
            templates += octets[position:after]
        else:
            rest += octets[position:after]
        position = after
    rest += octets[position:]
    alone = len(templates) > HEADER[version]
    whole = [_with_length(datagram.exporter, each) for each in (rest, templates)]
    return whole[0], whole[1] if alone else None


def _with_length(exporter: str, octets: bytes) -> Datagram:
    if octets[1] == 10:
        octets = octets[:2] + len(octets).to_bytes(2, "big") + octets[4:]
    return Datagram(exporter, octets)


def records(decoder: Decoder, sent: list[Datagram]) -> Counter[str]:
    """Everything that is decoded of datagrams: exporter, header times and the record, as text, with its number."""
    found: Counter[str] = Counter()
    for datagram in sent:
        try:
            message = decoder.decode(datagram.octets, datagram.exporter)
        except DecodeError:
            continue
        for part in (message, *message["late"]):
            count(found, part)
    for part in decoder.flush():
        count(found, part)
    return found


def count(found: Counter[str], message: Any) -> None:
    """Count the records of one message."""
    header = {key: value for key, value in message["header"].items() if key not in ("length", "count")}
    for kind in ("flows", "options"):
        for record in message[kind]:
            found[json.dumps([message["exporter"], header, kind, record])] += 1


def cases() -> list[Any]:
    """One parameter a case that has templates; a single skipped one where the captures are not there."""
    nothing = pytest.param(None, id="none", marks=pytest.mark.skip(reason="../shared/captures is not here"))
    rows = [row for row in manifest() if row["expect"] == "decode" and row["protocol"] != "netflow5"]
    return [pytest.param(row, id=row["case"]) for row in rows] or [nothing]


@pytest.mark.conformance("IPFIX-8-04", "IPFIX-8-05", "IPFIX-8-06", "IPFIX-9.3-01", "NF9-9-01", "NF9-9-02")
@pytest.mark.parametrize("row", cases())
def test_templates_last(row: dict[str, str], compiled: bool) -> None:
    sent = datagrams(row)
    parts = [split(each) for each in sent]
    templates = [each for _, each in parts if each is not None]
    assert records(Decoder(compiled=compiled), [*(data for data, _ in parts), *templates]) == records(
        Decoder(compiled=compiled), sent
    )
