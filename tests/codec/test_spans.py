"""Fields of a record found again by their lengths."""

from __future__ import annotations

import pytest

from netflowparse import Registry
from netflowparse.codec.record import template_layout
from netflowparse.codec.spans import spans
from netflowparse.template import VARIABLE_LENGTH, FieldSpecifier, Template

LENGTHS = (2, VARIABLE_LENGTH, 0, 1)
FIELDS = tuple(FieldSpecifier(0, 32000, length) for length in LENGTHS)
LAYOUT = template_layout(Template("ipfix", 256, None, FIELDS), Registry())


@pytest.mark.parametrize(
    ("octets", "found"),
    [
        ("0102 03616263 09", [(0, 2), (3, 6), (6, 6), (6, 7)]),
        ("0102 ff0001 61 09", [(0, 2), (5, 6), (6, 6), (6, 7)]),
        ("0102 03616263", [(0, 2), (3, 6), (6, 6), (6, 7)]),  # the last one is cut
        ("0102 05616263", [(0, 2), (3, 8)]),
        ("0102 ff00", [(0, 2), (2, 5)]),
        ("0102", [(0, 2), (2, 3)]),
        ("01", [(0, 2)]),
    ],
)
def test_spans(octets: str, found: list[tuple[int, int]]) -> None:
    data = bytes.fromhex(octets)
    assert spans(LAYOUT.fields, data, 0, len(data)) == found
