"""A collector as a user writes it: datagrams in, flows and counts out, a snapshot kept between two runs."""

from __future__ import annotations

import json
import socket
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator
from pathlib import Path
from typing import Any, assert_type

import netflowparse
from netflowparse.configuration import DecoderSettings
from netflowparse.types import Flow, Message, ProblemCode, RefusalCode, StatisticsRow, Transport

SETTINGS: DecoderSettings = {
    "limits": netflowparse.Limits(exporters=100, pending_seconds=600),
    "resolve": True,
    "template_lifetime": "adapt",
    "exporters": {"192.0.2.1": netflowparse.ExporterSettings(sampling_interval=1000, interfaces={1: "uplink"})},
}


def open_decoder(path: Path) -> netflowparse.Decoder:
    if not path.exists():
        return netflowparse.Decoder(**SETTINGS)
    snapshot = json.loads(path.read_text())
    return netflowparse.Decoder.restore(snapshot, **SETTINGS)


def close_decoder(decoder: netflowparse.Decoder, path: Path) -> None:
    path.write_text(json.dumps(decoder.snapshot(pending=True)))


class Collector:
    def __init__(self, decoder: netflowparse.Decoder) -> None:
        self.decoder = decoder
        self.problems: Counter[tuple[Hashable, ProblemCode | RefusalCode]] = Counter()
        self.lost = 0

    def take(self, octets: bytes, address: str, transport: Transport = "udp") -> Iterator[Flow]:
        try:
            message = self.decoder.decode(octets, exporter=address, transport=transport)
        except netflowparse.UnknownVersion as error:
            print(error.version, error.hint, error.offset)
            return
        except netflowparse.DecodeError as error:
            print(error.protocol, error.spec)
            return
        for part in (*message["late"], message):
            yield from self.flows(part)

    def flows(self, message: Message) -> list[Flow]:
        assert_type(message["header"]["version"], int)
        self.problems.update((message["exporter"], problem["code"]) for problem in message["problems"])
        if message["sequence"]["event"] == "gap":
            self.lost += message["sequence"]["missing"] or 0
        if "completed" in message:
            return message["completed"]["flows"]
        return message["flows"]

    def metrics(self) -> dict[str, int]:
        rows: list[StatisticsRow] = self.decoder.statistics()
        return {"datagrams": sum(row["datagrams"] for row in rows), "lost": sum(row["lost"] for row in rows)}


def run(receiver: socket.socket, collector: Collector) -> None:
    while True:
        octets, (address, _) = receiver.recvfrom(65535)
        for flow in collector.take(octets, address):
            print(json.dumps(flow))


def run_stream(chunks: Iterable[bytes], collector: Collector, peer: str) -> None:
    stream = netflowparse.MessageStream()
    for chunk in chunks:
        for offset, octets, skipped in stream.feed(chunk):
            assert_type(offset, int)
            assert_type(skipped, int)
            for flow in collector.take(octets, peer, "tcp"):
                print(json.dumps(flow))
    collector.decoder.forget(peer)


def end(collector: Collector) -> list[dict[str, Any]]:
    return [flow for message in collector.decoder.flush() for flow in message["flows"]]
