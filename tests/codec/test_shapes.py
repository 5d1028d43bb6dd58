"""Shapes are shared by templates, compiled when it pays, and dropped when there are too many or names change."""

from __future__ import annotations

import pytest

from netflowparse import Limits, Registry
from netflowparse.codec import shapes as module
from netflowparse.codec.engine import Engine
from netflowparse.codec.shapes import ShapeCache
from netflowparse.template import FieldSpecifier, Template


def template(template_id: int, element: int = 1) -> Template:
    return Template("ipfix", template_id, None, (FieldSpecifier(0, element, 1),))


def cache(limits: Limits | None = None, registry: Registry | None = None) -> ShapeCache:
    limits = limits or Limits()
    return ShapeCache(Engine(limits), registry or Registry(), limits)


def test_templates_of_one_shape_share_it() -> None:
    shapes = cache()
    assert shapes.shape(template(256)) is shapes.shape(template(999))
    assert shapes.shape(template(256)) is not shapes.shape(template(256, 2))


def test_shapes_of_the_same_doubts_share_their_function() -> None:
    """A sender can have many shapes made, and what is compiled for each at once would cost it nothing."""
    shapes, version = cache(), FieldSpecifier(0, 60, 1)
    made = [
        shapes.shape(Template("ipfix", 256, None, (version, FieldSpecifier(0, each, 1)))) for each in (1, 2, 29, 29)
    ]
    assert made[0].doubt is not None
    assert made[0].doubt is made[1].doubt
    assert made[0].doubt is not made[2].doubt
    assert [made[2].doubt({"ipVersion": 4, "sourceIPv6PrefixLength": each}) for each in (128, 129)] == [False, True]


def test_shapes_differ_by_rules_and_by_the_clock() -> None:
    shapes, drawn = cache(), Template("netflow9", 256, None, (FieldSpecifier(0, 22, 4), FieldSpecifier(0, 33000, 12)))
    plain, ruled = shapes.shape(drawn), shapes.shape(drawn, frozenset({"asa_acl_id"}))
    clocked = shapes.shape(drawn, frozenset({"asa_acl_id"}), clocked=True)
    assert [each.quirks for each in (plain, ruled, clocked)] == [(), ("asa_acl_id",), ("asa_acl_id",)]
    assert [each.layout.clocked for each in (plain, ruled, clocked)] == [
        *((), (), (("flowStartMilliseconds", "flowStartSysUpTime"),))
    ]

    keys = [[key for key, _ in each.layout.display] for each in (plain, ruled, clocked) if each.layout]
    assert keys[0] == keys[1] == ["flowStartSysUpTime", "INGRESS_ACL_ID"]
    assert keys[2] == [*keys[0], "flowStartMilliseconds"]
    assert shapes.shape(drawn, frozenset({"asa_acl_id"})) is ruled


def test_icmp_is_looked_for_in_one_column() -> None:
    fields = (FieldSpecifier(0, 8, 4), FieldSpecifier(0, 4, 1), FieldSpecifier(0, 11, 2))
    shapes, rules = cache(), frozenset({"icmp_in_destination_port"})
    drawn = Template("netflow9", 256, None, fields)
    wide = drawn._replace(fields=(*fields[:1], FieldSpecifier(0, 4, 2), *fields[2:]))
    told = drawn._replace(fields=(*fields, FieldSpecifier(0, 32, 2)))
    found = [shapes.shape(each, rules) for each in (drawn, wide, told)] + [shapes.shape(drawn)]
    assert [(each.icmp, [call.rule for call in each.calls]) for each in found] == [
        ((4, 7), []),
        (None, ["icmp_in_destination_port"]),
        (None, []),
        (None, []),
    ]


def test_a_shape_is_compiled_after_a_few_records(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "COMPILE_AFTER", 6)
    shape = cache().shape(template(256))
    first = shape.read
    for octets in (bytes(5), bytes(1)):
        assert first is not None
        assert len(first(octets, 0, len(octets), 99, [], None)[0]) == len(octets)
        assert not hasattr(shape.read, "__source__")
    records, stop = shape.read(b"\1", 0, 1, 99, [], None)
    assert (records, stop) == ([{"octetDeltaCount": 1}], 1)
    assert hasattr(shape.read, "__source__")


@pytest.mark.conformance("IPFIX-11.4-01")
def test_the_oldest_shapes_are_dropped() -> None:
    for limits in (Limits(record_shapes=2), Limits(record_shape_fields=2)):
        shapes = cache(limits)
        first, second, third = (shapes.shape(template(256, element)) for element in (1, 2, 3))
        assert (first.read, first.layout) == (None, None)
        assert second.read is not None
        assert third.read is not None


def test_shapes_follow_the_registry() -> None:
    registry = Registry()
    shapes = cache(registry=registry)
    old = shapes.shape(template(256, 600))
    shapes.follow_registry()
    assert shapes.shape(template(256, 600)) is old
    registry.add([{"pen": 0, "element_id": 600, "name": "newElement", "data_type": "unsigned8"}])
    shapes.follow_registry()
    assert old.read is None
    assert shapes.shape(template(256, 600)).layout.names == ("newElement",)


def test_shapes_of_items_make_room_for_one_another() -> None:
    shapes = cache(Limits(record_shapes=2))
    first, second = (shapes.items("unsigned32", length) for length in (1, 2))
    assert shapes.items("unsigned32", 1) is first
    shapes.items("unsigned32", 3)  # in place of the first
    assert shapes.items("unsigned32", 2) is second
    assert shapes.items("unsigned32", 1) is not first
