"""What a checker has to object to: each line has one mistake, and says which."""

from __future__ import annotations

import netflowparse
from netflowparse import Decoder, ExporterSettings, Limits, interpret
from netflowparse.configuration import DecoderSettings
from netflowparse.explanation import Explainer  # type: ignore[attr-defined]  # made by Decoder.explain alone
from netflowparse.types import KnowledgeRow, Message, Problem, TemplateEvent

decoder = Decoder()


def arguments(text: str) -> None:
    decoder.decode(text, "192.0.2.1")  # type: ignore[arg-type]  # octets, not text
    decoder.decode(b"", ["192.0.2.1"])  # type: ignore[arg-type]  # a list cannot be hashed
    decoder.decode(b"")  # type: ignore[call-arg]  # whose datagram it is
    decoder.decode(b"", None, transport="quic")  # type: ignore[arg-type]
    netflowparse.decode(b"", None, now="today")  # type: ignore[arg-type]
    netflowparse.explain(text)  # type: ignore[arg-type]
    netflowparse.encode([])  # type: ignore[arg-type]


def settings() -> None:
    Decoder(octet_values="base64")  # type: ignore[arg-type]
    Decoder(template_lifetime="never")  # type: ignore[arg-type]  # of ExporterSettings alone
    Decoder(limit=Limits())  # type: ignore[call-arg]
    Decoder(exporters={"192.0.2.1": 1000})  # type: ignore[dict-item]
    Decoder.restore({}, limit=Limits())  # type: ignore[call-arg]
    Decoder.restore({}, resolve="yes")  # type: ignore[arg-type]
    Decoder.restore("{}")  # type: ignore[arg-type]  # json.loads comes first
    DecoderSettings(resolves=True)  # type: ignore[typeddict-unknown-key]
    ExporterSettings(interfaces={"1": "uplink"})  # type: ignore[dict-item]
    ExporterSettings(sequence_unit="flows")  # type: ignore[arg-type]
    Limits().values = 1  # type: ignore[misc]  # frozen
    netflowparse.Exporter("netflow10")  # type: ignore[arg-type]
    netflowparse.Exporter("ipfix", templates=[256])  # type: ignore[list-item]


def messages(message: Message) -> None:
    print(message["flow"])  # type: ignore[typeddict-item]
    print(message["header"]["unixSecs"])  # type: ignore[typeddict-item]
    print(message["header"]["exportTime"].isoformat())  # type: ignore[attr-defined]
    print(message["sequence"]["missing"] + 1)  # type: ignore[operator]  # None where nothing can be said
    print(message["sequence"]["event"] == "lost")  # type: ignore[comparison-overlap]
    print(message["protocol"] == "netflow")  # type: ignore[comparison-overlap]
    print(message["completed"]["counters"])  # type: ignore[typeddict-item]
    print(message["exporter"].lower())  # type: ignore[attr-defined]  # any hashable


def problems(problem: Problem, event: TemplateEvent) -> None:
    print(problem["code"] == "template_missing")  # type: ignore[comparison-overlap]
    print(problem["limit"] + 1)  # type: ignore[operator]  # the name of a limit
    print(problem["set"])  # type: ignore[typeddict-item]
    print(event["event"] == "unchanged")  # type: ignore[comparison-overlap]
    print([field["length"] + 1 for field in event["fields"]])  # type: ignore[operator]  # may be "variable"
    problem["code"] = "mine"  # type: ignore[typeddict-item]


def rows(row: KnowledgeRow) -> None:
    print(row["kind"] == "interfaces")  # type: ignore[comparison-overlap]
    print(row["interface_name"])  # type: ignore[typeddict-item]
    print(decoder.statistics()[0]["drops"])  # type: ignore[typeddict-item]
    print(decoder.templates()[0]["domain"][0])  # type: ignore[index]  # a number, but of sFlow
    print(netflowparse.Registry().lookup(0, 8).name)  # type: ignore[union-attr]  # None where nobody defined it
    print(netflowparse.Registry().describe("flowId")["label"])  # type: ignore[typeddict-item]
    print(interpret.forwarding_status(64)["status"])  # type: ignore[index]


print(Explainer)
