"""A decoder's whole session against a simple model: templates, data early and late, losses, repeats, restarts."""

from __future__ import annotations

import json
import pickle
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from netflowparse import Decoder, Limits
from tests.message_builder import (
    EXPORT_TIME,
    ipfix_message,
    netflow9_datagram,
    netflow9_options_template,
    options_template,
    set_of,
    template,
)

NAMES = {1: "octetDeltaCount", 2: "packetDeltaCount", 10: "ingressInterface", 14: "egressInterface"}
SHAPES = [[(1, 4)], [(1, 8), (2, 4)], [(2, 2), (10, 4), (14, 4)], [(10, 1), (2, 2)], [(14, 4), (10, 4), (2, 2)]]
IDS = st.integers(256, 257)
DOMAINS = st.sampled_from([0, 0, 0, 1])
LIFETIME = 600  # s
PENDING_SECONDS = 900
OUTCOMES = ("held", "replayed", "expired", "failed")
PROTOCOLS = {"r1": ("netflow9", "udp"), "r2": ("ipfix", "tcp"), ("r3", 4739): ("ipfix", "udp")}
EXPORTERS = st.sampled_from(list(PROTOCOLS))


@dataclass(frozen=True)
class Definition:
    """What a template says: fields of one of SHAPES, of an options template the first one scope."""

    shape: int
    options: bool

    def octets(self, protocol: str, template_id: int) -> bytes:
        """The set that teaches it."""
        fields = SHAPES[self.shape]
        netflow9 = protocol == "netflow9"
        if not self.options:
            return set_of(0 if netflow9 else 2, template(template_id, fields))
        build = netflow9_options_template if netflow9 else options_template
        return set_of(1 if netflow9 else 3, build(template_id, fields[:1], fields[1:]))

    def records(self, protocol: str, content: bytes) -> list[dict[str, Any]]:
        """What the content of a data set says by it."""
        fields = SHAPES[self.shape]
        size = sum(length for _, length in fields)
        found = []
        for start in range(0, len(content) - size + 1, size):
            values, position = [], start
            for number, length in fields:
                name = NAMES[number]
                if self.options and not values and protocol == "netflow9":
                    name = {1: "system", 2: "interface"}.get(number, f"scope{number}")
                value: Any = int.from_bytes(content[position : position + length], "big")
                if name.startswith("scope"):
                    value = content[position : position + length].hex()
                values.append((name, value))
                position += length
            found.append({"scope": dict(values[:1]), **dict(values[1:])} if self.options else dict(values))
        return found


@dataclass
class Waiting:
    """A data set that waits."""

    content: bytes
    time: int
    withdrawn: set[bool] = field(default_factory=set)


@dataclass
class DomainModel:
    """What a decoder should know of one domain."""

    templates: dict[int, tuple[Definition, int]] = field(default_factory=dict)  # and when it was last repeated
    waiting: dict[int, list[Waiting]] = field(default_factory=dict)
    number: int = 2**32 - 40  # of the next datagram, or record
    heard: int | None = None  # the number expected
    lost: int = 0
    outcomes: dict[str, int] = field(default_factory=lambda: dict.fromkeys(OUTCOMES, 0))


class Session(RuleBasedStateMachine):
    """Each rule sends something, and compares what comes out with what the model says."""

    compiled = True

    @initialize()
    def start(self) -> None:
        """A decoder that has heard nothing."""
        self.settings: dict[str, Any] = {
            "compiled": self.compiled,
            "template_lifetime": LIFETIME,
            "limits": Limits(pending_seconds=PENDING_SECONDS),
        }
        self.decoder = Decoder(**self.settings)
        self.model: dict[tuple[Any, int], DomainModel] = {}
        self.heard: set[Any] = set()
        self.time = EXPORT_TIME

    def domain(self, exporter: Any, number: int) -> DomainModel:
        """The model of a domain."""
        return self.model.setdefault((exporter, number), DomainModel())

    def send(self, exporter: Any, number: int, *sets: bytes) -> tuple[bytes, Any]:
        """Send a datagram; its octets, and the message."""
        protocol, transport = PROTOCOLS[exporter]
        model = self.domain(exporter, number)
        header = {"exportTime": self.time, "sequenceNumber": model.number}
        if protocol == "netflow9":
            uptime = (self.time - EXPORT_TIME + 100) * 1000
            octets = netflow9_datagram(*sets, sysUpTime=uptime, sourceId=number, **header)
        else:
            octets = ipfix_message(*sets, observationDomainId=number, **header)
        message = self.decoder.decode(octets, exporter, transport=transport)
        self.heard.add(exporter)
        assert (message["exporter"], message["protocol"]) == (exporter, protocol)
        if protocol == "netflow9":
            expected = model.heard
            missing = 0 if expected is None else (model.number - expected) % 2**32
            event = "first" if expected is None else "gap" if missing else "in_order"
            assert message["sequence"] == {"expected": expected, "missing": missing, "event": event}
            model.lost += missing
            model.number = model.heard = (model.number + 1) % 2**32
        return octets, message

    def read(self, exporter: Any, model: DomainModel, template_id: int, content: bytes) -> list[dict[str, Any]] | None:
        """What a data set gives, None where it waits."""
        if template_id in model.templates:
            definition, repeated = model.templates[template_id]
            if PROTOCOLS[exporter][1] != "udp" or self.time - repeated <= LIFETIME:
                return definition.records(PROTOCOLS[exporter][0], content)
            del model.templates[template_id]
        if content:
            model.waiting.setdefault(template_id, []).append(Waiting(content, self.time))
            model.outcomes["held"] += 1
        return None if content else []

    def expire(self, model: DomainModel) -> int:
        """Give up what has waited too long; how many sets."""
        expired = 0
        for template_id, sets in list(model.waiting.items()):
            kept = [each for each in sets if self.time - each.time <= PENDING_SECONDS]
            expired += len(sets) - len(kept)
            model.waiting[template_id] = kept
            if not kept:
                del model.waiting[template_id]
        model.outcomes["expired"] += expired
        return expired

    def learn(
        self, exporter: Any, model: DomainModel, template_id: int, definition: Definition
    ) -> tuple[str, list[list[dict[str, Any]]]]:
        """The event of a definition, and the records of each set that it makes readable."""
        protocol, transport = PROTOCOLS[exporter]
        before = model.templates.get(template_id)
        if before is not None and transport == "udp" and self.time - before[1] > LIFETIME:
            before = None
        changed = "conflict" if transport == "tcp" else "replaced"
        event = "learned" if before is None else "refreshed" if before[0] == definition else changed
        model.templates[template_id] = definition, self.time
        if event == "refreshed":
            return event, []
        late = []
        for waiting in model.waiting.pop(template_id, []):
            if definition.options in waiting.withdrawn:
                model.outcomes["failed"] += 1
            else:
                model.outcomes["replayed"] += 1
                late.append(definition.records(protocol, waiting.content))
        return event, late

    @rule(exporter=EXPORTERS, number=DOMAINS, template_id=IDS, shape=st.integers(0, 4), options=st.booleans())
    def teach(self, exporter: Any, number: int, template_id: int, shape: int, options: bool) -> None:
        """Learn, refresh or replace; sets that waited come late."""
        definition, model = Definition(shape, options), self.domain(exporter, number)
        _, message = self.send(exporter, number, definition.octets(PROTOCOLS[exporter][0], template_id))
        event, late = self.learn(exporter, model, template_id, definition)
        self.expire(model)
        assert [(each["event"], each["template_id"]) for each in message["templates"]] == [(event, template_id)]
        assert message["flows"] == message["options"] == []
        assert [each["options" if options else "flows"] for each in message["late"]] == late

    @rule(
        exporter=EXPORTERS,
        number=DOMAINS,
        template_id=IDS,
        content=st.binary(max_size=40),
        twice=st.booleans(),
        cut=st.integers(0, 6),
    )
    def tell(self, exporter: Any, number: int, template_id: int, content: bytes, twice: bool, cut: int) -> None:
        """Data, of a known template or early; perhaps sent twice, perhaps cut."""
        model, protocol = self.domain(exporter, number), PROTOCOLS[exporter][0]
        there = content[: len(content) - cut] if cut and len(content) > cut else content
        missing = len(content) - len(there)
        octets = set_of(template_id, there, length=len(content) + 4)
        header = {"length": 16 + len(octets)} if protocol == "ipfix" else {}
        expected = self.read(exporter, model, template_id, there)
        sent, message = self.send(exporter, number, octets)
        self.expire(model)
        self.compare(message, expected, template_id, header)
        assert [each for each in message["problems"] if each["code"] == "truncated_set"] == [
            each for each in message["problems"] if each.get("missing") == missing and missing
        ]
        if protocol == "ipfix":
            model.number = (model.number + len(expected or ())) % 2**32
        if twice:
            again = self.read(exporter, model, template_id, there)
            message = self.decoder.decode(sent, exporter, transport=PROTOCOLS[exporter][1])
            self.compare(message, again, template_id, header)
            if protocol == "netflow9":
                assert message["sequence"]["event"] == "duplicate"

    def compare(self, message: Any, expected: list[dict[str, Any]] | None, template_id: int, header: Any) -> None:
        """The records of a message, or the problem that they wait."""
        waiting = [each["template_id"] for each in message["problems"] if each["code"] == "missing_template"]
        if expected is None:
            assert waiting == [template_id]
        assert message["flows"] + message["options"] == (expected or [])

    @rule(
        exporter=EXPORTERS,
        number=DOMAINS,
        template_id=IDS,
        content=st.binary(min_size=1, max_size=30),
        shape=st.integers(0, 4),
    )
    def tell_then_teach(self, exporter: Any, number: int, template_id: int, content: bytes, shape: int) -> None:
        """Data before its template in one datagram: it joins the datagram's flows, what waited before comes late."""
        model, definition = self.domain(exporter, number), Definition(shape, False)
        before = self.read(exporter, model, template_id, content)
        own = int(before is None and (not model.templates.get(template_id)))
        _, message = self.send(
            exporter, number, set_of(template_id, content), definition.octets(PROTOCOLS[exporter][0], template_id)
        )
        event, late = self.learn(exporter, model, template_id, definition)
        self.expire(model)
        if own:
            assert message["flows"] == late.pop()
        else:
            assert message["flows"] + message["options"] == before
        assert [each["flows"] for each in message["late"]] == late
        assert message["templates"][0]["event"] == event
        if PROTOCOLS[exporter][0] == "ipfix":
            model.number = (model.number + len(message["flows"]) + len(message["options"])) % 2**32

    @rule(exporter=EXPORTERS, number=DOMAINS, template_id=IDS, options=st.booleans(), every=st.booleans())
    def withdraw(self, exporter: Any, number: int, template_id: int, options: bool, every: bool) -> None:
        """Withdrawals, obeyed over TCP alone; NetFlow v9 has none."""
        protocol, transport = PROTOCOLS[exporter]
        if protocol == "netflow9":
            return
        model, set_id = self.domain(exporter, number), 3 if options else 2
        withdrawn = set_id if every else template_id
        _, message = self.send(exporter, number, set_of(set_id, withdrawn.to_bytes(2, "big") + b"\0\0"))
        gone = []
        repeated = model.templates[template_id][1] if template_id in model.templates and not every else self.time
        if transport == "udp" and self.time - repeated > LIFETIME:
            del model.templates[template_id]  # looked at, and outlived
        if transport == "tcp":
            ids = list(range(256, 258)) if every else [template_id]
            gone = [each for each in ids if each in model.templates and model.templates[each][0].options is options]
            for each in ids:
                for waiting in model.waiting.get(each, ()):
                    waiting.withdrawn.add(options)
            for each in gone:
                del model.templates[each]
        self.expire(model)
        events = sorted((each["event"], each["template_id"]) for each in message["templates"])
        assert events == ([("withdrawn", each) for each in gone] or [("withdrawal_ignored", withdrawn)])

    @rule(template_id=IDS, shape=st.integers(0, 4), options=st.booleans(), of=st.booleans(), every=st.booleans())
    def withdraw_before_it_is_taught(self, template_id: int, shape: int, options: bool, of: bool, every: bool) -> None:
        """Data, a withdrawal, a definition: rare enough by chance."""
        self.tell("r2", 0, template_id, b"abcdefgh", twice=False, cut=0)
        self.withdraw("r2", 0, template_id, of, every)
        self.teach("r2", 0, template_id, shape, options)

    @rule(exporter=EXPORTERS, number=DOMAINS, lost=st.integers(1, 5))
    def lose(self, exporter: Any, number: int, lost: int) -> None:
        """Datagrams that never come."""
        model = self.domain(exporter, number)
        model.number = (model.number + lost) % 2**32

    @rule(seconds=st.sampled_from([1, 299, 300, 301, 599, 600]))
    def wait(self, seconds: int) -> None:
        """Time goes on."""
        self.time += seconds

    @rule(how=st.sampled_from(["snapshot", "pickle"]))
    def restart_the_collector(self, how: str) -> None:
        """What was known goes into another decoder."""
        if how == "pickle":
            self.decoder = pickle.loads(pickle.dumps(self.decoder))
        else:
            text = json.dumps(self.decoder.snapshot(pending=True), allow_nan=False)
            self.decoder = Decoder.restore(json.loads(text), **self.settings)

    @rule(exporter=EXPORTERS)
    def forget(self, exporter: Any) -> None:
        """All that is known of an exporter goes, and nothing of the others."""
        assert self.decoder.forget(exporter) == (exporter in self.heard)
        self.heard.discard(exporter)
        for key in [each for each in self.model if each[0] == exporter]:
            del self.model[key]

    @invariant()
    def knows_what_the_model_knows(self) -> None:
        """Templates in force, sets that wait, and what became of those that do not."""
        rows = {(row["exporter"], row["domain"], row["template_id"]): row for row in self.decoder.templates()}
        assert {
            key: ([(f["id"], f["length"]) for f in row["fields"]], row["scope_count"], row["refreshed"])
            for key, row in rows.items()
        } == {
            (exporter, number, template_id): (SHAPES[known.shape], 1 if known.options else None, repeated)
            for (exporter, number), model in self.model.items()
            for template_id, (known, repeated) in model.templates.items()
        }
        assert {
            (row["exporter"], row["domain"], row["template_id"]): (row["sets"], row["octets"], row["oldest"])
            for row in self.decoder.pending()
        } == {
            (*key, template_id): (len(sets), sum(len(each.content) for each in sets), sets[0].time)
            for key, model in self.model.items()
            for template_id, sets in model.waiting.items()
        }
        for row in self.decoder.statistics():
            model = self.model[row["exporter"], row["domain"]]
            assert {name: row[name] for name in model.outcomes} == model.outcomes  # type: ignore[literal-required]
            ended = row["replayed"] + row["expired"] + row["evicted"] + row["failed"]
            assert (row["held"], row["evicted"]) == (ended + row["pending_sets"], 0)
            if row["protocol"] == "netflow9":
                assert row["lost"] == model.lost


@pytest.mark.fault("ST-03", "ST-04", "ST-05", "RS-26")
@pytest.mark.conformance("IPFIX-8-01", "IPFIX-8-02", "IPFIX-8-06", "NF9-7-03", "NF9-9-01", "LIB-05")
def test_session(compiled: bool) -> None:
    """2,000 steps and more for each engine."""
    machine = type("Session", (Session,), {"compiled": compiled})
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        machine, settings=settings(max_examples=45, stateful_step_count=50)
    )
