"""The CSV files as IANA publishes them, read by iana/facts.py; rules that the generator and the package both know."""

import pytest

from netflowparse.registry import _iana, element, registry

ELEMENTS = "ipfix-information-elements.csv"
HEADINGS = (
    "ElementID,Name,Abstract Data Type,Data Type Semantics,Status,Description,Units,Range,Additional Information,"
    "Reference,Revision,Date"
)


@pytest.fixture
def facts(generator):
    return generator["facts"]


def test_elements_in_ianas_published_form(facts, tmp_path):
    (tmp_path / ELEMENTS).write_bytes(
        (
            f"\ufeff{HEADINGS},Comment\r\n"
            '0,Reserved,,,,,,,,"[RFC5102]",,2013-02-18,\r\n'
            '1,"octetDeltaCount\n",unsigned64,deltaCounter,current,"The number of octets, since the\r\n\r\n  previous '
            '""report"".\r\n  (if any)",octets,,"See [RFC791]\r\nfor the definition.",[RFC5102],0,2013-02-18,x\r\n'
            "2-3,Assigned for NetFlow v9 compatibility,,,,,,,,[RFC3954],,,\r\n"
            '9, sourceIPv4PrefixLength ,unsigned8,,deprecated,"text",bits,0-32,,[RFC5102],0,2013-02-18,\r\n'
            "416,,,,deprecated,,,,,,,,\r\n"
            "534-32767,Unassigned,,,,,,,,,,,\r\n"
        ).encode()
    )
    words = facts.Vocabulary({4: "unsigned64", 1: "unsigned8"}, {3: "deltaCounter"}, {1: "bits", 2: "octets"}, {})
    found = facts.iana_elements(tmp_path, words)
    assert [element[2:] for element in found] == [
        (1, "octetDeltaCount", "unsigned64", "deltaCounter", "octets", "", "current"),
        (9, "sourceIPv4PrefixLength", "unsigned8", "", "bits", "0-32", "deprecated"),
    ]
    assert [element.row.line for element in found] == [3, 10]


def test_codes_in_ianas_published_form(facts, tmp_path):
    (tmp_path / "codes.csv").write_text(
        "Value,Description,Reference\n"
        '0x00,"Unknown: no idea\nat all: none.",[RFC1]\n'
        "0x01, Plain label. ,[RFC1]\n"
        "2,Reserved,\n"
        "3,Unassigned,\n"
        "0x04-0xFE,Unassigned,\n"
        "0xFF,undefined,\n"
    )
    labels = facts.codes(tmp_path, "codes.csv", facts.first_filled("Name"))
    assert labels == {0: "Unknown", 1: "Plain label", 2: "Reserved", 255: "undefined"}


def test_a_name_column_outranks_the_description(facts, tmp_path):
    (tmp_path / "codes.csv").write_text("Value,Name,Description\n1,idle timeout,The Flow ended: idle.\n2,,Other: x\n")
    assert facts.codes(tmp_path, "codes.csv", facts.first_filled("Name")) == {1: "idle timeout", 2: "Other"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Value,Name\n1,a\n0x1,b\n", "codes.csv, line 3: duplicate Value 1"),
        ("Value,Name\none,a\n", "codes.csv, line 2: Value is 'one', expected a number or a range"),
        ("Value,Name\n9-3,a\n", "codes.csv, line 2: Value is '9-3', a range that ends before it begins"),
        ("Value,Name\n1,\n", "codes.csv, line 2: Value 1 has no label"),
        ("Value,Name\n1\n", "codes.csv, line 2: 1 cells, expected 2"),
        ("Code,Name\n1,a\n", "codes.csv: no column 'Value', found Code, Name"),
        ("", "codes.csv: no column 'Value', found nothing"),
        ('Value,Name\n1,"a\n', "codes.csv: not a CSV file in UTF-8: unexpected end of data"),
    ],
)
def test_refused_tables_are_named(facts, tmp_path, text, message):
    (tmp_path / "codes.csv").write_text(text)
    with pytest.raises(facts.FactError) as caught:
        facts.codes(tmp_path, "codes.csv", facts.first_filled("Name"))
    assert str(caught.value).startswith(message)


def test_rules_for_names_are_those_of_the_package(generator):
    keys = generator["keys"]
    names = [row[0] for row in _iana.ELEMENTS.values()]
    odd = [
        "",
        "scope",
        "ie",
        "ie1",
        "ie1x",
        "ie1\n",
        "ie\u0663",
        "Ie1",
        "scope6",
        "pen9_",
        "pen9_x",
        "pen9_ie1",
        "pen_x",
    ]
    for name in [*names, *map(element.reverse_name, names), *odd]:
        assert keys.is_generic(name) == element.is_generic(name)
        assert keys.reverse_name(name) == element.reverse_name(name)
    assert not any(map(element.is_generic, names))
    assert keys.RESERVED_WORDS == registry.RESERVED_WORDS
