"""Cells of a notebook: decode, look at what came out, rename, explain, write datagrams."""

from __future__ import annotations

from collections import defaultdict
from typing import assert_type

import netflowparse
from netflowparse import explanation, files, flows, interpret, names
from netflowparse.registry import Element

datagrams: list[bytes] = []

messages = [netflowparse.decode(each, "192.0.2.1") for each in datagrams]
table = [flow for message in messages for flow in message["flows"]]
octets: defaultdict[str, int] = defaultdict(int)
for flow in table:
    octets[flow["sourceIPv4Address"]] += flow["octetDeltaCount"]
top = sorted(octets.items(), key=lambda item: -item[1])[:10]

# As other collectors name it; directions and tunnels apart.
renamed = [names.rename(flow, "ecs", dotted=True) for flow in table]
back = [names.restore(flow, "ecs") for flow in renamed]
shared = [row["name"] for row in names.table("cisco") if not row["one_to_one"]]
known = flows.NselConnections()
rows = [row for flow in table for row in flows.split_biflow(flow)] + flows.nsel_rows(table, known, exporter="192.0.2.1")
inner = [flows.decapsulate(flow) for flow in table]

# What the registry knows.
registry = netflowparse.Registry()
registry.add("pen,element_id,name,data_type\n64999,1,queueDepth,unsigned32\n")
assert_type(registry.lookup(0, 8), Element | None)
assert_type(registry.label("protocolIdentifier", 6), str | None)
labels: dict[int, str] = registry.describe("tcpControlBits")["labels"]

# What each octet is.
for each in datagrams:
    tree: explanation.Explanation = netflowparse.explain(each, "192.0.2.1")
    for leaf in tree:
        print(leaf.offset, leaf.end, leaf.name, leaf.value, [problem["code"] for problem in leaf.problems])
    print(tree.at(0).octets.hex(), tree.to_dict()["root"])

# And back to octets.
exact = netflowparse.Decoder(keep_octets=True, octet_values="bytes", quirks=["asa_acl_id"], history=60)
for each in datagrams:
    message = exact.decode(memoryview(each), ("site", 7), now=1_700_000_000)
    assert_type(netflowparse.encode(message, templates=exact.templates(), registry=registry), list[bytes])
    assert_type(files.checksum_holds(each, message), bool | None)

exporter = netflowparse.Exporter(
    "ipfix",
    header={"observationDomainId": 7},
    templates=[{"template_id": 256, "fields": ["sourceIPv4Address", "octetDeltaCount"]}],
    registry=registry,
)
sent = exporter.export([{"sourceIPv4Address": "192.0.2.1", "octetDeltaCount": 5}], now=1_700_000_000.5)
sent += exporter.export(table, 1_700_000_001, options=[{"scope": {"observationDomainId": 7}}])

# What values mean.
for message in messages:
    for record in message["options"]:
        interval = interpret.report_interval(record)
        if interval is not None:
            print(interval[1] - interval[0])
        print(interpret.flow_key_names(record, message["templates"]))
status = interpret.forwarding_status(table[0]["forwardingStatus"]) if table else None
if status is not None and status["status"] == "dropped":
    print(status["reason"] + 1)
