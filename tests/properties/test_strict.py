"""Whatever comes: strict mode refuses what lenient mode calls malformed, and nothing else."""

from __future__ import annotations

import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netflowparse import Decoder, Limits
from tests.message_builder import (
    EXPORT_TIME,
    VARIABLE,
    ipfix_message,
    netflow5_datagram,
    netflow5_record,
    netflow9_datagram,
    netflow9_options_template,
    options_template,
    set_of,
    template,
)
from tests.protocols.messages import malformed
from tests.strategies import sflow_datagrams, spoiled
from tests.strict_decoders import DESCRIPTION, refused, state, told

SHAPES = [[(1, 4)], [(1, 2), (2, 2)], DESCRIPTION, [(2, 1), (82, VARIABLE)], [(50, 4)], [(154, 8)]]
IDS = st.integers(256, 258)
contents = st.one_of(
    st.tuples(
        st.just("data"), IDS, st.sampled_from([b"", bytes(4), bytes(7), b"\3abc", b"\0\2ab", b"\x09ab", b"\xff"])
    ),
    st.tuples(st.just("data"), IDS, st.sampled_from([bytes(4), b"\3abc"])),
    st.tuples(st.sampled_from(["template", "template", "options"]), IDS, st.sampled_from(SHAPES)),
    st.tuples(st.just("withdraw"), st.sampled_from([2, 3, 256, 257, 258]), st.sampled_from([2, 3])),
)


def set_from(protocol: str, what: str, number: int, how: Any) -> bytes:
    """One set of a message."""
    ipfix = protocol == "ipfix"
    if what == "data":
        return set_of(number, how)
    if what == "template":
        return set_of(2 if ipfix else 0, template(number, how))
    if what == "options":
        build = options_template if ipfix else netflow9_options_template
        return set_of(3 if ipfix else 1, build(number, [(1, 1)], how))
    return set_of(how, number.to_bytes(2, "big") + bytes(2))


@st.composite
def datagrams(draw: st.DrawFn) -> bytes:
    """One datagram, whole or spoiled."""
    protocol = draw(st.sampled_from(["ipfix", "ipfix", "netflow9", "netflow9", "netflow5", "sflow5"]))
    if protocol == "sflow5":
        return draw(sflow_datagrams)
    if protocol == "netflow5":
        return draw(spoiled(netflow5_datagram([netflow5_record()] * draw(st.integers(0, 2)))))
    sets = [set_from(protocol, *content) for content in draw(st.lists(contents, max_size=4))]
    header = {
        "exportTime": EXPORT_TIME + draw(st.integers(0, 40)),
        "sequenceNumber": draw(st.integers(0, 9)),
        "observationDomainId" if protocol == "ipfix" else "sourceId": draw(st.sampled_from([0, 0, 0, 1])),
    }
    build = ipfix_message if protocol == "ipfix" else netflow9_datagram
    return draw(spoiled(build(*sets, **header)))


received = st.tuples(
    datagrams(),
    st.sampled_from(["r1", "r1", "r2"]),
    st.sampled_from([None, None, EXPORT_TIME + 20]),
    st.sampled_from(["udp", "tcp"]),
)
settings = st.fixed_dictionaries(
    {
        "history": st.sampled_from([False, False, False, True, 5]),
        "template_lifetime": st.sampled_from([None, None, 10, "adapt"]),
        "resolve": st.booleans(),
        "quirks": st.sampled_from(["auto", "auto", ()]),
        "limits": st.builds(
            Limits,
            exporters=st.sampled_from([1, 9]),
            domains_per_exporter=st.sampled_from([1, 9]),
            templates_per_exporter=st.sampled_from([1, 2, 99]),
            template_fields_per_exporter=st.sampled_from([2, 99]),
            pending_sets_per_exporter=st.sampled_from([1, 2, 99]),
            pending_octets=st.sampled_from([600, 2000, 99_999]),
            facts_per_exporter=st.sampled_from([1, 2, 99]),
            sample_sources_per_exporter=st.sampled_from([1, 99]),
            problems=st.sampled_from([1, 99]),
        ),
    }
)


@pytest.mark.conformance("IPFIX-9.1-01", "IPFIX-9.1-03")
@pytest.mark.parametrize("is_compiled", [True, False], ids=["compiled", "reference"])
def test_whatever_comes(is_compiled: bool) -> None:
    @given(settings, st.lists(received, min_size=1, max_size=8))
    def check(chosen: dict[str, Any], stream: list[Any]) -> None:
        strict = Decoder(**chosen, compiled=is_compiled, strict=True)
        twin = Decoder(**chosen, compiled=is_compiled)
        for octets, exporter, now, transport in stream:
            before, own = pickle.dumps(twin), state(strict)
            try:
                message = twin.decode(octets, exporter, now=now, transport=transport)
            except ValueError as error:
                with pytest.raises(type(error)):
                    strict.decode(octets, exporter, now=now, transport=transport)
                assert state(strict) == own
                continue
            if malformed(message):
                assert str(refused(strict, octets, exporter, now=now, transport=transport))
                twin = pickle.loads(before)
            else:
                assert strict.decode(octets, exporter, now=now, transport=transport) == message
                assert told(strict) == told(twin)

    check()
