"""Statistics, pending data and knowledge as plain rows, over all protocols."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.message_builder import (
    EXPORT_TIME,
    ipfix_message,
    netflow5_datagram,
    netflow5_record,
    netflow9_datagram,
    netflow9_options_template,
    options_template,
    set_of,
    template,
)
from tests.protocols.messages import FIELDS, record
from tests.sflow_builder import one_flow

#: of a domain of which nothing is to be told
QUIET: dict[str, Any] = {
    **dict.fromkeys(("options", "counters", "problems", "malformed", "lost", "gaps", "reordered", "duplicates"), 0),
    **dict.fromkeys(("restarts", "clock_steps", "templates", "template_fields", "templates_expired", "facts"), 0),
    **dict.fromkeys(("facts_evicted", "sample_sources", "pending_sets", "pending_octets"), 0),
    **dict.fromkeys(("held", "replayed", "expired", "evicted", "failed"), 0),
    "counts_records": False,
    "first_heard": EXPORT_TIME,
    "last_heard": EXPORT_TIME,
}


def test_every_protocol_is_counted(decoder: Any) -> None:
    v5 = [netflow5_record()] * 3
    decoder.decode(netflow5_datagram(v5, sequenceNumber=10, engineType=1, engineId=2), "r1")
    decoder.decode(netflow5_datagram(v5, sequenceNumber=20, engineType=1, engineId=2, exportTime=EXPORT_TIME + 9), "r1")
    decoder.decode(netflow9_datagram(set_of(0, template(256, FIELDS)), set_of(256, record(1) * 2), sourceId=7), "r1")
    decoder.decode(netflow9_datagram(set_of(300, b"1234"), b"\1\2\0\2", sourceId=7, sequenceNumber=2), "r1")
    decoder.decode(ipfix_message(set_of(3, options_template(256, [(141, 4)], [(41, 2)])), set_of(256, bytes(12))), "r2")
    decoder.decode(one_flow(), "r3")
    rows = decoder.statistics()
    assert json.loads(json.dumps(rows, allow_nan=False))[0]["exporter"] == "r1"
    assert [(row.pop("exporter"), row.pop("protocol"), row.pop("domain")) for row in rows] == [
        ("r1", "netflow5", 0x0102),
        ("r1", "netflow9", 7),
        ("r2", "ipfix", 1),
        ("r3", "sflow5", ("192.0.2.1", 0)),
    ]
    v9 = {"datagrams": 2, "flows": 2, "problems": 2, "malformed": 1, "templates": 1, "template_fields": 3}
    assert rows == [
        {**QUIET, "datagrams": 2, "flows": 6, "lost": 7, "gaps": 1, "last_heard": EXPORT_TIME + 9},
        {**QUIET, **v9, "held": 1, "pending_sets": 1, "pending_octets": 4 + 512},
        {**QUIET, "datagrams": 1, "flows": 0, "options": 2, "templates": 1, "template_fields": 2},
        {**QUIET, "datagrams": 1, "flows": 1, "first_heard": None, "last_heard": None, "sample_sources": 1},
    ]


def test_knowledge_tells_who_said_it_and_when(decoder: Any) -> None:
    teach = set_of(1, netflow9_options_template(256, [(2, 4)], [(82, 4)]))
    decoder.decode(netflow9_datagram(teach, set_of(256, b"\0\0\0\7eth7"), sourceId=3), ("192.0.2.1", 9995))
    assert decoder.knowledge(("192.0.2.1", 9995)) == [
        {
            "protocol": "netflow9",
            "domain": 3,
            "kind": "interface",
            "key": 7,
            "interfaceName": "eth7",
            "source": "options",
            "template_id": 256,
            "time": EXPORT_TIME,
            "scope": {"interface": 7},
        }
    ]
    assert (decoder.knowledge("192.0.2.1"), decoder.statistics()[0]["facts"]) == ([], 1)


@pytest.mark.conformance("IPFIX-9.1-04")
def test_malformed_messages_of_each_exporter_are_counted(decoder: Any) -> None:
    """A caller that wants to know of malfunction now compares with the counts that it saw before."""
    good = ipfix_message(set_of(2, template(256, FIELDS)))
    bad = ipfix_message(set_of(256, record(1), length=200))  # a set past its message

    def counted() -> dict[Any, tuple[int, int]]:
        return {row["exporter"]: (row["malformed"], row["datagrams"]) for row in decoder.statistics()}

    decoder.decode(good, "r1")
    decoder.decode(good, "r2")
    assert counted() == {"r1": (0, 1), "r2": (0, 1)}
    for times in (1, 2, 3):
        assert decoder.decode(bad, "r1")["problems"][0]["malformed"] is True
        assert counted() == {"r1": (times, 1 + times), "r2": (0, 1)}
    decoder.decode(good, "r1")
    assert counted() == {"r1": (3, 5), "r2": (0, 1)}
    decoder.decode(ipfix_message(set_of(300, b"1234")), "r1")  # no template: a problem, but no damage
    assert counted()["r1"] == (3, 6)
