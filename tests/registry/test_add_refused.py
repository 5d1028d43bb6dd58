"""Registry.add: definitions that are refused, with what was found and what was expected."""

import pytest

from netflowparse.errors import RegistryError, UsageError, WrongType
from netflowparse.registry import Element

from .rows import IANA_HEADINGS, VENDOR_HEADINGS, vendor_row


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (vendor_row(data_type="uint32"), "row 1: type is 'uint32', expected one of basicList, boolean"),
        (vendor_row(semantics="sum"), "row 1: semantics is 'sum', expected one of default"),
        (vendor_row(units="bytes"), "row 1: units is 'bytes', expected one of 4-octet words"),
        (vendor_row(status="fresh"), "row 1: status is 'fresh', expected one of current, deprecated"),
        (vendor_row(element_id=32768), "row 1: id is 32768, expected 0 to 32767"),
        (vendor_row(element_id="7-9"), "row 1: id is '7-9', expected a number"),
        (vendor_row(element_id=-1), "row 1: id is '-1', expected a number"),
        (vendor_row(element_id=10**5000), "row 1: id is 'a number of 16610 bits"),
        (vendor_row(pen=2**32), "row 1: enterprise is 4294967296, expected 0 to 4294967295"),
        (vendor_row(name=""), "row 1: name is ''"),
        (vendor_row(name="two\nlines"), r"row 1: name is 'two\\nlines'"),
        (vendor_row(name="n" * 256), r"\(256 characters\), expected 1 to 255"),
        (vendor_row(name="scope"), "row 1: name is 'scope', a reserved word"),
        (vendor_row(name="tunnel"), "row 1: name is 'tunnel', a reserved word"),
        (vendor_row(0, 8), "row 1: element 8 is sourceIPv4Address ipv4Address default current, found myCounter"),
        (vendor_row(9, 234, "FW_EXT_EVENT", "string"), "row 1: element 234 of enterprise 9 is FW_EXT_EVENT unsigned16"),
        (vendor_row(0, 600, "octetDeltaCount"), "row 1: name is 'octetDeltaCount', the key of element 1;"),
        (vendor_row(0, 600, "INGRESS_ACL_ID"), "the key of element 232 of enterprise 9"),
        (vendor_row(0, 600, "reverseOctetDeltaCount"), "the key of element 1 of enterprise 29305"),
        (vendor_row(0, 600, "initialTCPFlags"), "the key of element 14 of enterprise 6871"),
        (
            vendor_row(0, 600, "ie601"),
            "name is 'ie601', of the form of keys made of numbers; expected a name of its own",
        ),
        (vendor_row(29305, 1), "expected the reverse of IANA element 1"),
        (vendor_row(29305, 1234), "expected the reverse of IANA element 1234"),
        ({"ElementID": 600, "Name": "x"}, "row 1: no column 'Abstract Data Type'"),
        ({"pen": 9, "name": "x", "data_type": "string"}, "row 1: no column 'element_id' among pen, name, data_type"),
        ({}, "row 1: no column 'pen' among none"),
    ],
)
def test_refused_rows_say_what_was_found_and_expected(registry, row, message):
    with pytest.raises(RegistryError, match=message):
        registry.add([row])


def test_a_row_of_text_is_named_by_its_line(registry):
    with pytest.raises(RegistryError, match="row 4: type is 'bad'"):
        registry.add(f'{VENDOR_HEADINGS}\n99999,1,"a\n b",string,,,\n99999,2,c,bad,,,\n')
    with pytest.raises(RegistryError, match="row 2: not CSV text"):
        registry.add(f'{VENDOR_HEADINGS}\n99999,1,"a')
    with pytest.raises(RegistryError, match="not CSV text: field larger"):
        registry.add(f"{VENDOR_HEADINGS}\n99999,1,{'a' * 200_000},string,,,\n")


def test_all_or_nothing(registry):
    edition = registry.edition
    with pytest.raises(RegistryError, match="row 2: element 7 of enterprise 99999 is myCounter unsigned32 current"):
        registry.add([vendor_row(), vendor_row(data_type="string")])
    assert registry.lookup(99999, 7) is None
    assert registry.find("myCounter") is None
    assert registry.edition is edition


@pytest.mark.parametrize(
    ("text", "found"),
    [("my.csv", "my.csv"), ("/etc/x", "/etc/x"), ("", "none"), ("pen\n9\n", "pen"), ("n" * 999, "n" * 200 + ";")],
)
def test_text_without_our_headings_is_refused(registry, text, found):
    column = "element_id" if text.startswith("pen") else "pen"
    message = (
        f"^row 1: no column '{column}' among {found}.* expected CSV text, not a file name, with the columns of IANA"
    )
    with pytest.raises(RegistryError, match=message):
        registry.add(text)


@pytest.mark.parametrize("headings", [VENDOR_HEADINGS, f"{IANA_HEADINGS}\r\n", f"\ufeff{VENDOR_HEADINGS}\n\n"])
def test_headings_without_rows_add_nothing(registry, headings):
    edition = registry.edition
    registry.add(headings)
    assert registry.edition is edition


@pytest.mark.parametrize(
    "call",
    [
        lambda registry: registry.add(b"pen,element_id"),
        lambda registry: registry.add(None),
        lambda registry: registry.add(vendor_row()),
        lambda registry: registry.add(registry.lookup(0, 8)),
        lambda registry: registry.add(["a,b"]),
        lambda registry: registry.add([vendor_row(name=b"x")]),
        lambda registry: registry.add([vendor_row(element_id=True)]),
        lambda registry: registry.add([Element("9", 1, "x", "", "string", "", "", "", "current")]),
    ],
)
def test_wrong_kinds(registry, call):
    with pytest.raises(WrongType) as caught:
        call(registry)
    assert isinstance(caught.value, (UsageError, TypeError))
