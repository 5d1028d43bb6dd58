"""Every NetFlow and IPFIX case of ../shared/captures decodes to what an independent one saw, or a table says why."""

from __future__ import annotations

import csv
import importlib.util
import json
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from netflowparse import DecodeError, Decoder, Element
from tests.conftest import SHARED
from tests.plain import assert_plain

CAPTURES = SHARED / "captures"
MANIFEST = CAPTURES / "MANIFEST.tsv"
NTP_ZERO = "design §2: an NTP timestamp of 0 means not set and is None; the oracle has no type and prints 0"

#: (case, field key) -> why our value and the expected one differ, and who is right
EXPLAINED = {
    (case, key): NTP_ZERO
    for case in ("ls-ipfix-netscaler", "ls-ipfix-netscaler-late")
    for key in ("5951/158", "5951/170")
}
#: problems of cases that are expected to decode: (case, code) -> why
EXPECTED_PROBLEMS = {
    ("ls-v9-nprobe-dpi", "bad_value"): "a name of 16 octets with other memory after its NUL: not UTF-8",
    ("tg-v9-ports", "truncated_set"): "the message length is 2 octets short of its last set",
    ("tg-v9-ports", "trailing_octets"): "those 2 octets",
    ("ce-ipfix-from-nfv9", "bad_template"): "v9's octet counts in an IPFIX options template",
    ("ls-ipfix-netscaler", "clock_step"): "captured two weeks apart",
    ("ls-ipfix-netscaler-late", "clock_step"): "captured two weeks apart",
    ("fl-v9-cisco", "clock_step"): "captured months apart",
    ("bk-ipfix-ether", "clock_step"): "the template was exported in 1994",
    ("rec-v5-softflowd", "uncertain_time"): "sysUpTime 0 in a replay",
    ("rec-v9-softflowd", "uncertain_time"): "sysUpTime 0 in a replay",
    ("rec-v9-softflowd-sampled", "uncertain_time"): "sysUpTime 0 in a replay",
}
#: lists (RFC 6313) that tshark leaves as octets; those there are hold MAC addresses alone
STRUCTURED = json.loads((CAPTURES / "facts" / "structured.json").read_text()) if MANIFEST.exists() else []
SEMANTICS = {3: "allOf"}
HEADER_KEYS = {
    "count": "count",
    "sys_uptime": "sysUpTime",
    "unix_secs": "exportTime",
    "unix_nsecs": "exportNanoseconds",
    "sequence": "sequenceNumber",
    "source_id": "sourceId",
    "engine_type": "engineType",
    "engine_id": "engineId",
    "length": "length",
    "export_time": "exportTime",
    "observation_domain": "observationDomainId",
}


def manifest() -> list[dict[str, str]]:
    """The rows of all cases that hold NetFlow or IPFIX."""
    if not MANIFEST.exists():
        return []
    with MANIFEST.open() as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [row for row in rows if row["protocol"] != "sflow5"]


def load(name: str) -> ModuleType:
    """A module of the captures' own folder."""
    spec = importlib.util.spec_from_file_location(f"shared_{name}", CAPTURES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def is_sflow(payload: bytes) -> bool:
    """Whether the payload is an sFlow datagram: test_sflow_captures compares those."""
    return payload[:2] == b"\0\0"


def template_comes_later(sets: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The data sets whose template stands behind them in their own datagram."""
    return [
        each
        for number, each in enumerate(sets)
        if each.get("missing_template")
        and any(template["id"] == each["id"] for later in sets[number:] for template in later.get("templates", ()))
    ]


class Comparison:
    """Decodes the datagrams of one case in order and compares all that is expected of them."""

    def __init__(self, row: dict[str, str], *, compiled: bool) -> None:
        self.case = row["case"]
        self.decoder = Decoder(compiled=compiled)
        self.same = load("compare").same
        self.compared = 0
        self.explained: list[str] = []
        self.unexplained: list[str] = []
        malformed = row["expect"] == "malformed"
        expected = json.loads((CAPTURES / "expected" / f"{self.case}.json").read_text())["datagrams"]
        datagrams = load("capfile").read(CAPTURES / row["file"])
        assert len(expected) == len(datagrams)
        for number, (datagram, want) in enumerate(zip(datagrams, expected, strict=True)):
            if is_sflow(datagram.payload):
                continue
            try:
                message = self.decoder.decode(datagram.payload, datagram.exporter)
            except DecodeError as error:
                if not malformed:
                    self.unexplained.append(f"datagram {number}: {error}")
                continue
            assert_plain(message)
            if not malformed:
                self.datagram(number, message, want)

    def note(self, key: str, text: str) -> None:
        """Count a difference as explained or not."""
        explained = EXPLAINED.get((self.case, key))
        (self.explained if explained else self.unexplained).append(f"{key}: {text}")

    def equal(self, what: str, got: Any, want: Any) -> None:
        """Compare two plain values."""
        self.compared += 1
        if got != want:
            self.note(what, f"{got!r}, expected {want!r}")

    def datagram(self, number: int, message: Any, want: dict[str, Any]) -> None:
        """Compare header, templates, records and missing templates of one datagram."""
        at = f"datagram {number}"
        for key, value in want["header"].items():
            if message["protocol"] == "netflow9" and key.startswith("engine"):
                continue  # the oracle takes elements 38 and 39 of a record for header fields
            if key == "sampling":
                header = message["header"]
                self.equal(f"{at} sampling", header["samplingMode"] << 14 | header["samplingInterval"], value)
            else:
                self.equal(f"{at} {key}", message["header"][HEADER_KEYS[key]], value)
        self.templates(at, message, want)
        ahead = template_comes_later(want["sets"])
        missing = [each["id"] for each in want["sets"] if each.get("missing_template") and each not in ahead]
        codes = [problem["set_id"] for problem in message["problems"] if problem["code"] == "missing_template"]
        self.equal(f"{at} missing templates", codes, missing)
        for problem in message["problems"]:
            if problem["code"] != "missing_template" and (self.case, problem["code"]) not in EXPECTED_PROBLEMS:
                self.note(at, problem["message"])
        records = [(each.get("options", False), record) for each in want["sets"] for record in each.get("records", ())]
        flows, options = iter(message["flows"]), iter(message["options"])
        counts = Counter(is_options for is_options, _ in records)
        if ahead:  # the oracle gives them no records; test_templates_last compares ours
            assert want["sets"][: len(ahead)] == ahead
            message["flows"] = message["flows"][len(message["flows"]) - counts[False] :]
        self.equal(f"{at} flows", len(message["flows"]), counts[False])
        self.equal(f"{at} options", len(message["options"]), counts[True])
        for is_options, record in records:
            got = next(options if is_options else flows, None)
            if got is not None:
                self.record(got, record, message["protocol"])

    def templates(self, at: str, message: Any, want: dict[str, Any]) -> None:
        """Compare the template records that can be used."""
        expected = [each for one in want["sets"] for each in one.get("templates", ()) if not each.get("malformed")]
        met = [event for event in message["templates"] if event["event"] != "rejected"]
        self.equal(f"{at} templates", [event["template_id"] for event in met], [each["id"] for each in expected])
        for event, each in zip(met, expected, strict=False):
            keys = [
                [
                    f"scope:{field['id']}"
                    if message["protocol"] == "netflow9" and index < (event["scope_count"] or 0)
                    else f"{field['enterprise']}/{field['id']}"
                    if field["enterprise"]
                    else str(field["id"]),
                    0xFFFF if field["length"] == "variable" else field["length"],
                ]
                for index, field in enumerate(event["fields"])
            ]
            self.equal(f"{at} template {each['id']}", keys, each["fields"])
            self.equal(f"{at} scope of {each['id']}", event["scope_count"], each.get("scope"))

    def record(self, got: dict[str, Any], fields: list[list[Any]], protocol: str) -> None:
        """Compare every field of one record, and that there is no other."""
        scope = dict(got.get("scope", {}))
        rest = {key: value for key, value in got.items() if key != "scope"}
        taken: Counter[str] = Counter()
        for field in fields:
            key = self.element(field[0], protocol).key
            where = scope if key in scope and (field[0].startswith("scope:") or key not in rest) else rest
            self.compared += 1
            if key not in where:
                self.note(field[0], f"{key} is not there")
                continue
            value = where[key]
            if isinstance(value, list):
                value = value[taken[key]]
            taken[key] += 1
            if isinstance(value, dict):
                self.equal(field[0], value, self.list_value(field[1]))
            elif self.is_raw(field, value, protocol) or self.same(field, value) is not True:
                self.note(field[0], f"{key} {value!r}, expected {field[1:]!r}")
        extra = {*scope, *rest} - {*taken} - {"flowStartMilliseconds", "flowEndMilliseconds"}
        for protocol_number, family in ((1, "IPv4"), (58, "IPv6")):
            if f"icmpType{family}" in extra and rest["protocolIdentifier"] == protocol_number:
                number = rest.get(f"icmpType{family}") * 256 + rest[f"icmpCode{family}"]
                self.equal(f"icmp {family}", number, rest["destinationTransportPort"])
                extra -= {f"icmpType{family}", f"icmpCode{family}"}
        if extra:
            self.note("record", f"more than expected: {sorted(extra)}")

    def list_value(self, octets: str) -> dict[str, Any]:
        """The value of a list whose *octets*, in hex, another script has laid out."""
        (said,) = {json.dumps(row["value"]) for row in STRUCTURED if row["case"] == self.case and row["raw"] == octets}
        value = json.loads(said)
        entries = [{"template_id": each["template"], "records": each["records"]} for each in value["entries"]]
        for entry in entries:
            entry["records"] = [
                {self.element(field, "ipfix").key: bytes.fromhex(octets).hex(":") for field, octets in record}
                for record in entry["records"]
            ]
        return {"semantic": SEMANTICS[value["semantic"]], "entries": entries}

    def is_raw(self, field: list[Any], value: Any, protocol: str) -> bool:
        """Whether *value* is the field's octets in hex although its type says more."""
        raw = field[2] is not None and value == field[1] and str(field[2]).lower() != value
        return raw and self.element(field[0], protocol).type != "octetArray"

    def element(self, field: str, protocol: str) -> Element:
        """The element of an expected field."""
        registry = self.decoder.registry
        if field.startswith("scope:"):
            return registry.netflow9_scope(int(field.removeprefix("scope:")))
        if "/" in field:
            enterprise, element = map(int, field.split("/"))
            return registry.element(enterprise, element)
        return registry.element(0, int(field)) if protocol == "ipfix" else registry.netflow9(int(field))


def cases() -> list[Any]:
    """One parameter a case; a single skipped one where the captures are not there."""
    nothing = pytest.param(None, id="none", marks=pytest.mark.skip(reason="../shared/captures is not here"))
    return [pytest.param(row, id=row["case"]) for row in manifest()] or [nothing]


@pytest.mark.parametrize("row", cases())
def test_case(row: dict[str, str], compiled: bool) -> None:
    comparison = Comparison(row, compiled=compiled)
    assert comparison.unexplained == []


def test_sum(shared_captures: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Prints the figures of the whole corpus."""
    comparisons = [Comparison(row, compiled=True) for row in manifest()]
    fields = sum(each.compared for each in comparisons)
    explained = sum(len(each.explained) for each in comparisons)
    unexplained = sum(len(each.unexplained) for each in comparisons)
    with capsys.disabled():
        print(f"\n{len(comparisons)} cases, {fields} fields compared, {explained} explained, {unexplained} unexplained")
    assert (len(comparisons), explained, unexplained) == (75, 8, 0)
    assert fields > 49_000
