"""Rows in columns; what a narrow terminal makes of them."""

import pytest

from netflowparse.cli.tables import aligned
from netflowparse.cli.wording import Number

ROWS = [("id", "words"), (1, "one two three four five six seven eight nine ten eleven"), (22, "")]
WIDE = [("exporter", "octets", "kind"), ("192.0.2.1", 1000, "a"), ("2001:db8::1", 2, "b c")]


def test_numbers_and_their_titles_stand_at_the_right():
    assert aligned([("a", "number"), ("bcd", 5), ("e", 123)]) == "  a    number\n  bcd       5\n  e       123\n"
    assert aligned([("a", "rate", "none"), ("bcd", Number("5.0"), "-"), ("e", "-", "-")]) == (
        "  a    rate  none\n  bcd   5.0  -\n  e       -  -\n"
    )


def test_control_characters_are_spelled():
    assert aligned([("a",), ("b\x1b[2J",)]) == "  a\n  b\\x1b[2J\n"


@pytest.mark.parametrize("columns", [None, 80, 62])
def test_what_fits_stays(columns):
    assert aligned(ROWS, columns) == (
        "  id  words\n   1  one two three four five six seven eight nine ten eleven\n  22\n"
    )


def test_long_texts_are_folded_beside():
    assert aligned(ROWS, 42) == (
        "  id  words\n   1  one two three four five six seven\n      eight nine ten eleven\n  22\n"
    )


def test_or_beneath():
    assert aligned(ROWS, 36) == (
        "  id\n      words\n   1\n      one two three four five six\n      seven eight nine ten eleven\n  22\n"
    )


def test_what_is_too_wide_is_turned():
    assert aligned(WIDE, 20) == (
        "  exporter  192.0.2.1\n"
        "  octets    1000\n"
        "  kind      a\n"
        "\n"
        "  exporter  2001:db8::1\n"
        "  octets    2\n"
        "  kind      b c\n"
    )


@pytest.mark.parametrize("columns", range(50, 100))
def test_no_line_is_as_wide_as_the_terminal(columns):
    text = aligned(
        [("exporter", "template", "fields"), ("192.0.2.1", 256, ", ".join(["octetDeltaCount"] * 9))], columns
    )
    assert max(map(len, text.splitlines())) < columns
    assert text.count("octetDeltaCount") == 9
