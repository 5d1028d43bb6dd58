"""Invariant: what is decoded can be written again.  With ``keep_octets`` a message becomes the octets that it was, also
after a journey through JSON; without, it becomes datagrams that say the same, or an ``EncodeError``.

    python -m fuzz.fuzz_round_trip [--runs N] [--seed N]

Datagrams as in ``fuzz_one``.
"""

from __future__ import annotations

import json
import random
import sys
from typing import Any

from netflowparse import DecodeError, Decoder, EncodeError, encode
from netflowparse.types import Transport

from .corpus import main, seeds, spoil

TRANSPORTS: tuple[Transport, ...] = ("udp", "tcp")
COUNTS = ("length", "count", "sampleCount")  # of headers: always those of what is written
SLIP = "sflow_length_slip"
DERIVED = ("continuity",)  # of sFlow: what an earlier datagram said
NOTHING = ("rejected", "withdrawn", "withdrawal_ignored")  # events that define nothing


def said(messages: list[Any]) -> dict[str, Any]:
    """What the messages of one encoded message say together."""
    header = {key: value for key, value in messages[0]["header"].items() if key not in COUNTS}
    whole: dict[str, Any] = {"protocol": messages[0]["protocol"], "header": header}
    for key in ("flows", "options", "counters", "unknown_samples"):
        records = [record for message in messages for record in message.get(key, ())]
        whole[key] = [{name: value for name, value in each.items() if name not in DERIVED} for each in records]
    return whole


def definitions(messages: list[Any]) -> list[Any]:
    """The templates that messages define."""
    events = [event for message in messages for event in message["templates"]]
    return [
        {"template_id": each["template_id"], "scope_count": each["scope_count"], "fields": each["fields"]}
        for each in events
        if each["event"] not in NOTHING
    ]


def check_canonical(message: Any, decoder: Decoder) -> bool:
    """Whether the message can be written canonically; AssertionError where that says something else."""
    try:
        datagrams = encode(message)
    except EncodeError:
        return False
    again = [decoder.decode(each, "again") for each in datagrams]
    decoder.forget("again")
    if any(SLIP in each["quirks"] for each in again) and SLIP not in message["quirks"]:
        return False  # octets that are left over in a sample can look like the head of another
    assert said(again) == said([message])
    wanted, found = definitions([message]), definitions(again)
    assert found[: len(wanted)] == wanted
    return True


def run(runs: int, seed: int) -> dict[str, int]:
    """Decode *runs* spoiled datagrams and write them again; counts of what came of them."""
    chance = random.Random(seed)
    datagrams = seeds()
    keeping, plain, other = Decoder(keep_octets=True), Decoder(), Decoder()
    counts = {"messages": 0, "errors": 0, "canonical": 0, "flows": 0}
    for _ in range(runs):
        octets = spoil(chance.choice(datagrams), datagrams, chance)
        exporter, transport = chance.randrange(3), chance.choice(TRANSPORTS)
        try:
            message = plain.decode(octets, exporter, transport=transport)
        except DecodeError:
            counts["errors"] += 1
            continue
        try:
            kept = keeping.decode(octets, exporter, transport=transport)
            assert encode(json.loads(json.dumps(kept, allow_nan=False))) == [octets]
            counts["canonical"] += check_canonical(message, other)
        except Exception:
            print(f"seed {seed}: {octets.hex()}", file=sys.stderr)
            raise
        counts["messages"] += 1
        counts["flows"] += len(message["flows"])
    return counts


if __name__ == "__main__":
    main("fuzz_round_trip", __doc__, run)
