"""The declared formats have the sizes of their specifications, and build what they read."""

from __future__ import annotations

import pytest
from construct import Construct

from netflowparse.wire import ipfix, netflow5, netflow8, netflow9, sets


@pytest.mark.parametrize(
    ("declaration", "size"),
    [
        (netflow5.Header1, 16),
        (netflow5.Header5, 24),
        (netflow5.Header6, 24),
        (netflow5.Header7, 24),
        (netflow8.Header8, 28),
        (netflow5.Record1, 48),
        (netflow5.Record5, 48),
        (netflow5.Record6, 52),
        (netflow5.Record7, 52),
        (netflow9.Header, 20),
        (netflow9.FieldSpecifier, 4),
        (netflow9.OptionsTemplateHeader, 6),
        (ipfix.MessageHeader, 16),
        (ipfix.OptionsTemplateHeader, 6),
        (sets.SetHeader, 4),
        (sets.TemplateHeader, 4),
        *zip(netflow8.RECORDS.values(), (28, 28, 32, 32, 40, 32, 40, 44, 32, 32, 32, 32, 40, 40), strict=True),
    ],
)
def test_sizes(declaration: Construct, size: int) -> None:
    assert declaration.sizeof() == size


@pytest.mark.parametrize(
    ("octets", "fields"),
    [
        ("0008 0004", {"id": 8, "length": 4, "enterprise": None}),
        ("8008 0004 00000009", {"id": 0x8008, "length": 4, "enterprise": 9}),
        ("8001 ffff 00000000", {"id": 0x8001, "length": 65535, "enterprise": 0}),
    ],
)
@pytest.mark.conformance("IPFIX-3.2-01", "IPFIX-3.2-02", "IPFIX-3.2-04")
def test_enterprise_number_follows_its_bit(octets: str, fields: dict[str, int | None]) -> None:
    parsed = ipfix.FieldSpecifier.parse(bytes.fromhex(octets))
    assert {key: parsed[key] for key in fields} == fields
    assert ipfix.FieldSpecifier.build(fields) == bytes.fromhex(octets)
