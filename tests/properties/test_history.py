"""Data decoded by its export time: a shuffled stream with redefinitions gives the flows of the ordered one."""

from __future__ import annotations

import json
import random
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netflowparse import Decoder
from tests.message_builder import EXPORT_TIME, ipfix_message, netflow9_datagram, set_of, template

SHAPES = [[(1, 4)], [(2, 4)], [(1, 2), (2, 2)], [(2, 1), (1, 3)], [(10, 4)]]  # of 4 octets all: any reads any data
IDS = st.integers(256, 257)

#: one message: seconds since the one before, and what it holds: (id, a shape to define; None: data; or a withdrawal)
contents = st.lists(
    st.tuples(IDS, st.one_of(st.integers(0, 4), st.none(), st.none(), st.just("withdraw"))), min_size=1, max_size=3
)
streams = st.lists(st.tuples(st.integers(0, 2), contents), min_size=1, max_size=25)


def build(stream: Any, protocol: str) -> list[bytes]:
    """The datagrams of a stream, in order; data is counted through, so that no two records are the same octets.

    IPFIX messages without data have the number of what follows them: two of them in one second cannot be put in order.
    """
    time, number, mark, alone, made = EXPORT_TIME, 2**32 - 5, 0, (0, 0), []
    for seconds, content in stream:
        time += seconds
        if protocol == "ipfix" and all(what is not None for _, what in content):
            time += alone == (time, number)
            alone = time, number
        sets, records = [], 0
        for template_id, what in content:
            if what is None:
                mark += 1
                sets.append(set_of(template_id, mark.to_bytes(4, "big")))
                records += 1
            elif what == "withdraw":
                if protocol == "ipfix":
                    sets.append(set_of(2, template_id.to_bytes(2, "big") + b"\0\0"))
            else:
                sets.append(set_of(2 if protocol == "ipfix" else 0, template(template_id, SHAPES[what])))
        if protocol == "ipfix":
            made.append(ipfix_message(*sets, exportTime=time % 2**32, sequenceNumber=number % 2**32))
            number += records
        else:
            made.append(netflow9_datagram(*sets, exportTime=time % 2**32, sequenceNumber=number % 2**32))
            number += 1
    return made


def decoded(decoder: Decoder, datagrams: list[bytes], transport: Any) -> Counter[str]:
    """The flows of datagrams, each with the export time of its own message."""
    messages = []
    for datagram in datagrams:
        message = decoder.decode(datagram, "r1", transport=transport)
        messages += [message, *message["late"]]
    messages += decoder.flush()
    return Counter(
        json.dumps([message["header"]["exportTime"], flow]) for message in messages for flow in message["flows"]
    )


@pytest.mark.fault("ST-03", "ST-08")
@pytest.mark.conformance("IPFIX-8.2-01", "IPFIX-8-07")
@pytest.mark.parametrize("compiled", [True, False], ids=["compiled", "reference"])
@given(streams, st.sampled_from(["netflow9", "ipfix"]), st.randoms(use_true_random=False))
def test_shuffled_as_ordered(compiled: bool, stream: Any, protocol: str, chance: random.Random) -> None:
    datagrams = build(stream, protocol)
    transport = "udp" if protocol == "netflow9" else "file"
    shuffled = datagrams.copy()
    chance.shuffle(shuffled)
    ordered = decoded(Decoder(compiled=compiled), datagrams, transport)
    assert decoded(Decoder(compiled=compiled, history=True), datagrams, transport) == ordered
    assert decoded(Decoder(compiled=compiled, history=True), shuffled, transport) == ordered
