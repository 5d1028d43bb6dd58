"""Invariant: what is decoded can be written again.  With ``keep_octets`` a message becomes the octets that it was, also
after a journey through JSON; without, it becomes datagrams that say the same, or an ``EncodeError``.

    python -m fuzz.fuzz_round_trip --runs N
"""

from __future__ import annotations

import json
from typing import Any

from netflowparse import DecodeError, Decoder, EncodeError, encode
from netflowparse.quirks import WATCHED

from . import seeds
from .command import alone
from .harness import SessionHarness
from .steps import TRANSPORTS, Step, steps

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


def needs_history(message: Any, again: list[Any], known: list[dict[str, Any]]) -> bool:
    """Whether a message says what only its exporter's earlier datagrams, or its own order, make it say.

    Types that the exporter has described, rules that wait for evidence, lists whose template came earlier, or later,
    and is in no record; and octets left over in a sample can look like the head of another.
    """
    written = {quirk for each in again for quirk in each["quirks"]}
    return (
        any(row["kind"] == "element" for row in known)
        or not WATCHED.isdisjoint(written.union(message["quirks"]))
        or any(map(_unread, message["flows"] + message["options"]))
        or (SLIP in written and SLIP not in message["quirks"])
    )


def _unread(value: Any) -> bool:
    """Whether a list in *value* was left as octets for want of its template, or has no record that would tell it."""
    if isinstance(value, dict):
        octets = "template_id" in value and ("octets" in value or not value.get("records", True))
        return octets or any(map(_unread, value.values()))
    return isinstance(value, list) and any(map(_unread, value))


def check_canonical(message: Any, decoder: Decoder, known: list[dict[str, Any]]) -> str:
    """What came of writing the message canonically, to be counted; AssertionError where that says something else."""
    try:
        datagrams = encode(message)
    except EncodeError:
        return "refused"
    again = [decoder.decode(each, "again") for each in datagrams]
    decoder.forget("again")
    if needs_history(message, again, known):
        return "skipped"
    assert said(again) == said([message])
    wanted, found = definitions([message]), definitions(again)
    assert found[: len(wanted)] == wanted
    return "canonical"


class RoundTrip(SessionHarness):
    """Octets are a session; three decoders take it: with octets kept, without, and one for what is written."""

    def __init__(self) -> None:
        super().__init__()
        self._keeping, self._plain, self._other = Decoder(keep_octets=True), Decoder(), Decoder()

    def __call__(self, octets: bytes) -> None:
        """Decode each datagram of the session, and write it again both ways."""
        for decoder in (self._keeping, self._plain, self._other):
            decoder.reset()
        for step in steps(octets):
            self._there_and_back(step)

    def _there_and_back(self, step: Step) -> None:
        exporter, transport = step.exporter, TRANSPORTS[step.transport]
        try:
            message = self._plain.decode(step.datagram, exporter, transport=transport)
        except DecodeError:
            self.counts["errors"] += 1
            return
        kept = self._keeping.decode(step.datagram, exporter, transport=transport)
        assert encode(json.loads(json.dumps(kept, allow_nan=False))) == [step.datagram]
        known = self._plain.knowledge(exporter)
        self.counts[check_canonical(message, self._other, known)] += 1
        self.counts["messages"] += 1
        self.counts["flows"] += len(message["flows"])

    @staticmethod
    def seeds() -> list[bytes]:
        """Sessions of recordings."""
        return seeds.sessions(3)


HARNESS = RoundTrip

if __name__ == "__main__":
    alone(__file__)
