"""No dict that a decoder keeps, or fills for a message, is keyed by what its senders can make collide."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from types import FunctionType, ModuleType
from typing import Any

import pytest

from netflowparse import Decoder, Limits, Registry
from netflowparse.state.properties import MOST_PROPERTIES, Properties
from tests.message_builder import Field, ipfix_message, options_template, set_of, template
from tests.sflow_builder import datagram, flow_sample_expanded, sample

from .attacks import data, options
from .collisions import COLLISIONS, MODULUS, WIDTH, colliding
from .counting import Datagram, decode_all

FEW = 50  # entries, with which no dict is slow
NARROW = 1 << 16  # numbers below are all in different places of a dict that holds many of them


def large_dicts(decoder: Decoder) -> Iterator[Any]:
    """All dicts and sets with many entries that *decoder* holds, but for its registry and the constants of modules."""
    modules = [module for name, module in sys.modules.items() if name.startswith("netflowparse.")]
    seen, todo = {id(value) for module in modules for value in vars(module).values()}, [decoder]
    while todo:
        each = todo.pop()
        if id(each) in seen or isinstance(each, type | ModuleType | FunctionType | Registry):
            continue
        seen.add(id(each))
        if isinstance(each, dict | set | frozenset) and len(each) >= FEW and not is_namespace(each):
            yield each
        todo += gc.get_referents(each)


def is_namespace(keys: Any) -> bool:
    """Whether what is kept there are names of this package's code."""
    return all(isinstance(key, str) and key.isidentifier() for key in keys)


def is_foreseeable(key: Any) -> bool:
    """Whether who sends *key* knows its hash: a number is its own, and numbers together have one that never changes."""
    if isinstance(key, tuple):
        return all(map(is_foreseeable, key))
    return isinstance(key, int | float | type(None))


def assert_no_collisions(keys: Any) -> None:
    """Each of *keys* has a hash of its own, and wide ones one that nobody can foresee."""
    assert len(set(map(hash, keys))) == len(keys)
    assert not any(is_foreseeable(key) and not (isinstance(key, int) and key < NARROW) for key in keys)


def interfaces(octets: int) -> list[Datagram]:
    """Names of interfaces that collide in all but their highest bits."""
    return options([(10, 4)], [(82, 1)], [(each << 20).to_bytes(4, "big") + b"\5" for each in range(octets // 20)])


def addresses(octets: int) -> list[Datagram]:
    fields: list[Field] = [(8, 4), (27, 16), (56, 6)]
    records = ((each << 12).to_bytes(4, "big") + each.to_bytes(16) + each.to_bytes(6) for each in range(octets // 26))
    return data(fields, b"".join(records))


def sources(octets: int) -> list[Datagram]:
    samples = [sample(0, 3, flow_sample_expanded([], source_id=(each << 16, each))) for each in range(octets // 80)]
    return [Datagram(datagram(samples))]


def elements(octets: int) -> list[Datagram]:
    records = [(each << 8 | 1).to_bytes(4, "big") + b"\0\1\3" for each in range(octets // 20)]
    return options([(346, 4), (303, 2)], [(339, 1)], records)


def domains(octets: int) -> list[Datagram]:
    return [Datagram(ipfix_message(observationDomainId=each << 20)) for each in range(octets // 80)]


FLOODS = {
    **{name: attack.make for name, attack in COLLISIONS.items() if name.startswith("colliding")},
    "interfaces": interfaces,
    "addresses": addresses,
    "sources": sources,
    "elements": elements,
    "domains": domains,
}
#: those of fields that no template has, which nobody remembers
FORGOTTEN = {"colliding MIB fields"}


@pytest.mark.fault("RS-25")
@pytest.mark.parametrize("name", FLOODS)
def test_what_is_remembered_cannot_be_made_to_collide(make_decoder: Any, compiled: bool, name: str) -> None:
    decoder = make_decoder()
    decode_all(decoder, FLOODS[name](6_000))
    found = list(large_dicts(decoder))
    assert bool(found) is (name not in FORGOTTEN and (compiled or name != "addresses"))
    for keys in found:
        assert_no_collisions(keys)


@pytest.mark.fault("RS-25")
def test_nor_what_flows_refer_to() -> None:
    properties = Properties()
    numbers = [int.from_bytes(each, "big") for each in colliding(4_000)]
    for number in numbers:
        properties.add({"commonPropertiesId": number})
        properties.add({"commonPropertiesId": [number, 1]})
    properties.add({"commonPropertiesId": numbers[:MOST_PROPERTIES]})
    assert list(properties.unresolved.values()) == [*numbers[:1], 1, *numbers[1:]]
    for keys in (properties.unresolved, properties._expansions):
        assert len(keys) >= len(numbers)
        assert_no_collisions(keys)


@pytest.mark.fault("RS-25")
def test_numbers_that_collide_are_told_apart(make_decoder: Any) -> None:
    """The names of interfaces and the properties of such numbers are not those of others."""
    decoder = make_decoder(resolve=True, limits=Limits(facts_per_exporter=400))
    one, other = 5, 5 + MODULUS
    assert hash(one) == hash(other)
    scope, fields = [(10, WIDTH)], [(82, 1)]
    named = b"".join(number.to_bytes(WIDTH, "big") + name for number, name in ((one, b"a"), (other, b"b")))
    seen = b"".join(number.to_bytes(WIDTH, "big") for number in (other, one, other + MODULUS))
    sets = set_of(3, options_template(300, scope, fields)), set_of(300, named), set_of(2, template(301, scope))
    message = decoder.decode(ipfix_message(*sets, set_of(301, seen)), "r1")
    assert [flow.get("ingress_interface_name") for flow in message["flows"]] == ["b", "a", None]
    assert [row["key"] for row in decoder.knowledge("r1")] == [one, other]


def test_wide_keys_come_back_from_a_snapshot(make_decoder: Any, compiled: bool) -> None:
    decoder = make_decoder()
    decode_all(decoder, [*COLLISIONS["colliding interfaces"].make(1_000), *sources(2_000), *elements(1_000)])
    again = Decoder.restore(decoder.snapshot(), compiled=compiled)
    assert again.knowledge("r1") == decoder.knowledge("r1")
    assert again.snapshot() == decoder.snapshot()
    for keys in large_dicts(again):
        assert_no_collisions(keys)


def test_nobody_can_name_fields_that_no_template_has(decoder: Decoder) -> None:
    """RFC 8038: places are of 16 bits, whatever the width in which they come."""
    for width, kept in ((2, 1), (3, 0)):
        place = ((1 << 8 * width) - 1).to_bytes(width, "big")
        said = options([(145, width), (287, width)], [(445, 1)], [place * 2 + b"\x2b"])
        decode_all(decoder, [each._replace(exporter=width) for each in said])
        assert len(decoder.knowledge(width)) == kept
