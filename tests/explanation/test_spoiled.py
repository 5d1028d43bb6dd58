"""Any datagram is explained whole, on both engines alike, whatever came before."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from netflowparse import DecodeError, Decoder, Registry
from netflowparse.template import Template
from tests import message_builder as build
from tests import sflow_builder as sflow
from tests.properties.test_any_octets import octets
from tests.strategies import bodies, registry_and_template, spoiled, usual_samples

from .checks import check

datagrams = st.one_of(octets, st.builds(lambda samples: sflow.datagram(samples), st.lists(usual_samples(), max_size=3)))


@given(st.lists(st.tuples(datagrams, st.sampled_from(["udp", "tcp"]), st.booleans()), max_size=4))
def test_any_octets(series: list[tuple[bytes, str, bool]]) -> None:
    decoders = [Decoder(), Decoder(compiled=False)]
    for datagram, transport, is_decoded in series:
        explanations = [each.explain(datagram, "a", transport=transport) for each in decoders]
        check(explanations[0], datagram)
        assert explanations[0] == explanations[1]
        for each in decoders if is_decoded else ():
            try:
                each.decode(datagram, "a", transport=transport)
            except DecodeError:
                continue


@given(registry_and_template(), st.lists(bodies, max_size=3), st.data())
def test_any_template(drawn: tuple[Registry, Template], some: list[bytes], data: st.DataObject) -> None:
    """Names of any kind, any lengths, records whole and cut."""
    registry, template = drawn
    ipfix = template.protocol == "ipfix"
    fields = [
        (each.enterprise, each.id, each.length) if ipfix and each.enterprise else (each.id, each.length)
        for each in template.fields
    ]
    scope = template.scope_count
    if scope is None:
        taught = build.set_of(2 if ipfix else 0, build.template(256, fields))
    elif ipfix:
        taught = build.set_of(3, build.options_template(256, fields[:scope], fields[scope:]))
    else:
        taught = build.set_of(1, build.netflow9_options_template(256, fields[:scope], fields[scope:]))
    pack = build.ipfix_message if ipfix else build.netflow9_datagram
    datagram = data.draw(spoiled(pack(taught, *(build.set_of(256, body) for body in some))))
    decoders = [Decoder(registry=registry), Decoder(registry=registry, compiled=False)]
    explanations = [each.explain(datagram, "a") for each in decoders]
    check(explanations[0], datagram)
    assert explanations[0] == explanations[1]
    assert all(line.isprintable() for line in str(explanations[0]).split("\n"))
    explanations[0]._repr_html_()
