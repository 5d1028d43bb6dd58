"""What describes a template, and the octets of its record."""

from __future__ import annotations

from typing import Any

import pytest

from netflowparse import Registry
from netflowparse.encoding.templates import definition_octets, definition_of, withdrawal_octets
from netflowparse.template import FieldSpecifier
from tests.message_builder import netflow9_options_template, options_template, template

REGISTRY = Registry()


def described(*fields: Any, **more: Any) -> dict[str, Any]:
    return {"template_id": 300, "fields": list(fields), **more}


@pytest.mark.parametrize(
    ("protocol", "field", "specifier"),
    [
        ("ipfix", "octetDeltaCount", (0, 1, 8)),
        ("ipfix", {"name": "octetDeltaCount"}, (0, 1, 8)),
        ("ipfix", {"id": 1}, (0, 1, 8)),
        ("ipfix", {"name": "octetDeltaCount", "length": 3}, (0, 1, 3)),
        ("ipfix", {"id": 7, "enterprise": 64999, "length": "variable"}, (64999, 7, 65535)),
        ("ipfix", "interfaceName", (0, 82, 65535)),
        ("ipfix", "sourceMacAddress", (0, 56, 6)),
        ("ipfix", "flowStartNanoseconds", (0, 156, 8)),
        ("ipfix", "absoluteError", (0, 320, 8)),
        ("ipfix", "reversePacketDeltaCount", (29305, 2, 8)),
        ("ipfix", "pen9_ie32767", (9, 32767, 65535)),
        ("netflow9", "octetDeltaCount", (0, 1, 8)),
        ("netflow9", "sourceIPv6Address", (0, 27, 16)),
        ("netflow9", {"name": "interfaceName", "length": 16}, (0, 82, 16)),
        ("netflow9", {"id": 65535, "length": 2}, (0, 65535, 2)),
    ],
)
def test_fields(protocol: str, field: Any, specifier: tuple[int, int, int]) -> None:
    """A name alone will do; lengths that are not there are the usual ones."""
    made = definition_of(described(field), protocol, REGISTRY, ())
    assert made.template.fields == (FieldSpecifier(*specifier),)


def test_names_count() -> None:
    """The key of an element that its exporter has described is not the registry's."""
    made = definition_of(
        described({"name": "queueDepth", "enterprise": 9, "id": 7, "length": 4}), "ipfix", REGISTRY, ()
    )
    assert (made.names, made.minimum_length) == (("queueDepth",), 4)


@pytest.mark.conformance("IPFIX-3.2-02")
def test_records() -> None:
    fields = ["octetDeltaCount", {"name": "reverseOctetDeltaCount", "length": 4}, "interfaceName"]
    specifiers = [(1, 8), (29305, 1, 4), (82, 65535)]
    made = definition_of(described(*fields), "ipfix", REGISTRY, ())
    assert definition_octets(made, ()) == (2, template(300, specifiers))
    made = definition_of(described(*fields, scope_count=2), "ipfix", REGISTRY, ())
    assert definition_octets(made, ()) == (3, options_template(300, specifiers[:2], specifiers[2:]))
    fields = [{"name": "system", "length": 4}, {"name": "interface", "length": 2}, "samplingInterval"]
    made = definition_of(described(*fields, scope_count=2), "netflow9", REGISTRY, ())
    assert definition_octets(made, ()) == (1, netflow9_options_template(300, [(1, 4), (2, 2)], [(34, 4)]))
    made = definition_of(described("octetDeltaCount"), "netflow9", REGISTRY, ())
    assert definition_octets(made, ()) == (0, template(300, [(1, 8)]))


def test_withdrawals() -> None:
    assert withdrawal_octets(300, options=False) == (2, b"\x01\x2c\0\0")
    assert withdrawal_octets(3, options=True) == (3, b"\0\3\0\0")
