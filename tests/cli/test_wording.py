"""Counts and foreign text, spelled for people."""

from netflowparse.cli.wording import counted, printable


def test_counted():
    assert [counted(number, "flow") for number in (0, 1, 2)] == ["0 flows", "1 flow", "2 flows"]


def test_printable():
    assert printable("Zürich 1") == "Zürich 1"
    assert printable("a\x1b[2Jb\n\udcff\u202e") == "a\\x1b[2Jb\\n\\udcff\\u202e"
