"""Lists where they stand, and whole ones.  What records are in them: ``properties/test_lists.py``."""

from __future__ import annotations

from io import BytesIO

import pytest
from construct import SizeofError, StreamError

from netflowparse import Registry
from netflowparse.template import FieldSpecifier, Template
from netflowparse.wire.lists import WHOLE, Located
from tests.list_declarations import TemplateDeclarations

PORTS = Template("ipfix", 300, None, (FieldSpecifier(0, 7, 2), FieldSpecifier(0, 11, 2)))
DECLARATIONS = TemplateDeclarations({300: PORTS}, Registry())


def test_a_list_is_told_by_its_place() -> None:
    stream = BytesIO(b"?\x02ab" + b"\xff\x00\x01c" + b"rest")
    stream.read(1)
    assert Located("basicList", None).parse_stream(stream) == (2, 4)
    assert Located("basicList", None).parse_stream(stream) == (7, 8)
    assert Located("basicList", 3).parse_stream(stream) == (8, 11)
    with pytest.raises(StreamError):
        Located("basicList", 2).parse_stream(stream)


@pytest.mark.conformance("SD-4.5.1-06", "SD-5.1-01")
def test_the_long_prefix_is_written() -> None:
    assert Located("basicList", None).build(b"abc") == b"\xff\x00\x03abc"


def test_a_fixed_length_is_kept() -> None:
    assert Located("basicList", 3).build(b"abc") == b"abc"
    with pytest.raises(SizeofError, match="basicList of 2 octets, expected 3"):
        Located("basicList", 3).build(b"ab")


def test_whole_lists() -> None:
    """RFC 6313 §4.5.2 and §4.5.3, by hand: semantic, template id, (length,) records of two ports."""
    records = [{"f0": 80, "f1": 443}, {"f0": 1, "f1": 2}]
    octets = bytes.fromhex("03 012c 0050 01bb 0001 0002")
    value = {"semantic": 3, "template_id": 300, "records": records}
    assert WHOLE["subTemplateList"].build(value, declarations=DECLARATIONS) == octets
    octets = bytes.fromhex("04 012c 000c 0050 01bb 0001 0002  012c 0004")
    entries = [{"template_id": 300, "records": records}, {"template_id": 300, "records": []}]
    assert WHOLE["subTemplateMultiList"].build({"semantic": 4, "entries": entries}, declarations=DECLARATIONS) == octets
    parsed = WHOLE["subTemplateMultiList"].parse(octets[:-2] + b"\0\0", declarations=DECLARATIONS)  # length 0: as 4
    assert [[dict(record, _io=None) for record in entry.records] for entry in parsed.entries] == [
        [dict(record, _io=None) for record in records],
        [],
    ]


def test_records_of_a_template_that_is_not_there() -> None:
    with pytest.raises(KeyError):
        WHOLE["subTemplateList"].parse(bytes.fromhex("03 012d 00"), declarations=DECLARATIONS)
