"""An ``if_counters`` record, built from the layout document."""

from __future__ import annotations

from tests.sflow_builder import record, u32, u64

LAYOUT = (
    *(("if_index", u32), ("if_type", u32), ("if_speed", u64), ("if_direction", u32), ("if_status", u32)),
    ("if_in_octets", u64),
    *((f"if_in_{name}_pkts", u32) for name in ("ucast", "multicast", "broadcast")),
    *((f"if_in_{name}", u32) for name in ("discards", "errors", "unknown_protos")),
    ("if_out_octets", u64),
    *((f"if_out_{name}_pkts", u32) for name in ("ucast", "multicast", "broadcast")),
    *(("if_out_discards", u32), ("if_out_errors", u32), ("if_promiscuous_mode", u32)),
)


def if_counters(index: int, **counters: int) -> bytes:
    """A counter record 0:1; what is not given is 0."""
    given = {"if_index": index, **counters}
    assert given.keys() <= dict(LAYOUT).keys()
    body = b"".join(pack(given.get(name, 0)) for name, pack in LAYOUT)
    assert len(body) == 88
    return record(0, 1, body)
