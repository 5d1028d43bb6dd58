"""What people see: lines for a terminal, HTML for notebooks, plain JSON values; nothing of a datagram steers them."""

from __future__ import annotations

import json
import re

import pytest

from netflowparse import Decoder, Registry, WrongType
from netflowparse.explanation import Explanation, Node
from netflowparse.explanation.page import MOST_NODES
from netflowparse.explanation.text import printable
from netflowparse.registry import Element
from tests.message_builder import VARIABLE, ipfix_message, netflow5_datagram, set_of, template, variable
from tests.plain import assert_plain

HOSTILE = "<b>\x1b[2J\n&\"'\u202e"
TEXT = """\
     0  28 octets                netflow5
     0  24 octets                  header                                              [NetFlow version 5, header]
     0  00 05                        version: 5 (unsigned16)
     2  00 01                        count: 1 (unsigned16)
                                       ! count_mismatch: header counts 1 records: 0 are there
     4  00 00 27 10                  sysUpTime: 10000 (unsigned32)
     8  65 e0 f0 00                  exportTime: 1709240320 (unsigned32)
    12  00 00 00 00                  exportNanoseconds: 0 (unsigned32)
    16  00 00 00 00                  sequenceNumber: 0 (unsigned32)
    20  00                           engineType: 0 (unsigned8)
    21  00                           engineId: 0 (unsigned8)
    22  00 00                        sampling: {"samplingMode": 0, "samplingInterval": 0} (unsigned16)
    24  4 octets                   record                                              [NetFlow version 5, record]
    24  c0 00 02 01                  sourceIPv4Address: 192.0.2.1 (ipv4Address)
                                       ! truncated_record: record at octet 24: 4 octets, need 48"""


def hostile() -> Explanation:
    """The explanation of a name and a value that would do harm."""
    registry = Registry()
    element = Element(64_999, 1, HOSTILE, HOSTILE, "string", "", "", "", "current")
    registry.element = lambda enterprise, number: element  # type: ignore[method-assign]
    octets = ipfix_message(set_of(2, template(256, [(64_999, 1, VARIABLE)])), set_of(256, variable(HOSTILE.encode())))
    return Decoder(registry=registry).explain(octets, "r1")


def test_lines() -> None:
    explanation = Decoder().explain(netflow5_datagram([bytes((192, 0, 2, 1))]), "r1")
    assert str(explanation) == TEXT
    assert repr(explanation) == "<Explanation: netflow5, 28 octets, problems: 2>"


def test_long_values_are_cut() -> None:
    octets = ipfix_message(set_of(2, template(256, [(82, VARIABLE)])), set_of(256, variable(b"x" * 300)))
    line = str(Decoder().explain(octets, "r1")).splitlines()[-1]
    assert line == f"    35  78 78 78 78 78 78 78 …{'':9}interfaceName: {'x' * 120}… (string)  [RFC 7011 §6.1.6]"


def test_nothing_steers_the_terminal() -> None:
    text = str(hostile())
    assert all(line.isprintable() for line in text.split("\n"))
    assert text.count("<b>\\x1b[2J\\n&\"'\\u202e") == 4  # of the template, twice of the value, of its length


def test_nothing_steers_the_page() -> None:
    page = hostile()._repr_html_()
    assert page.count("&lt;b&gt;\\x1b[2J\\n&amp;&quot;&#x27;\\u202e") == 4
    assert HOSTILE not in page
    assert "\x1b" not in page
    assert set(re.findall(r"</?([a-z]+)", page)) == {"style", "div", "details", "summary", "b", "small"}
    assert not re.search(r"src|href|url|@import|script|https?:", page)


def test_problems_are_on_the_page() -> None:
    page = Decoder().explain(netflow5_datagram([bytes(4)]), "r1")._repr_html_()
    assert page.count('<div class="problem">! ') == 2
    assert page.count("<details") == page.count("</details>") == page.count("<details open>") == 3
    quiet = Decoder().explain(netflow5_datagram([bytes(48)]), "r1")._repr_html_()
    assert (quiet.count("<details"), quiet.count("<details open>")) == (3, 1)


def test_a_page_has_an_end() -> None:
    decoder = Decoder()
    decoder.decode(ipfix_message(set_of(2, template(256, [(4, 1)]))), "r1")
    page = decoder.explain(ipfix_message(set_of(256, bytes(20_000))), "r1")._repr_html_()
    assert page.count("<b>") == MOST_NODES
    assert f"more than {MOST_NODES} parts are not shown" in page
    assert page.count("<details") == page.count("</details>")
    assert len(page) < 400_000


def test_plain_values() -> None:
    explanation = Decoder().explain(netflow5_datagram([bytes((192, 0, 2, 1))]), "r1")
    plain = explanation.to_dict()
    assert_plain(plain)
    assert json.loads(json.dumps(plain, allow_nan=False)) == plain
    assert plain["problems"] == list(explanation.problems)
    record = plain["root"]["children"][1]
    assert record == {
        "offset": 24,
        "length": 4,
        "name": "record",
        "type": "",
        "value": None,
        "rule": "NetFlow version 5, record",
        "problems": [],
        "children": [
            {
                "offset": 24,
                "length": 4,
                "name": "sourceIPv4Address",
                "type": "ipv4Address",
                "value": "192.0.2.1",
                "rule": "NetFlow version 5, record",
                "problems": [plain["problems"][1]],
                "octets": "c0000201",
            }
        ],
    }


def test_the_leaf_of_an_octet() -> None:
    explanation = Decoder().explain(netflow5_datagram([bytes(48)]), "r1")
    assert [explanation.at(offset).name for offset in (0, 1, 2, 23, 24, 71)] == [
        *("version", "version", "count", "sampling", "sourceIPv4Address", "padding")
    ]
    for offset in (-1, 72):
        with pytest.raises(IndexError, match=f"no octet {offset} in a datagram of 72"):
            explanation.at(offset)


def test_an_offset_that_is_none() -> None:
    explanation = Decoder().explain(netflow5_datagram([]), "r1")
    with pytest.raises(WrongType, match="offset='3': expected a int"):
        explanation.at("3")  # type: ignore[arg-type]


def test_the_leaf_of_any_octet() -> None:
    """Fields without octets before it, or behind it, have none."""
    fields = [(8, 0), (4, 1), (1, 0), (2, 0), (82, VARIABLE), (8, 0)]
    octets = ipfix_message(set_of(2, template(256, fields)), set_of(256, b"\7\0" * 3), set_of(300, b"a"))
    explanation = Decoder().explain(octets, "r1")
    expected = [leaf for leaf in explanation for _ in leaf.octets]
    assert [explanation.at(offset) for offset in range(len(octets))] == expected


def test_parts_without_a_section_say_so() -> None:
    """Others have that of the whole; on the page as on the terminal."""
    explanation = Decoder().explain(ipfix_message(set_of(300, b"ab")), "r1")
    assert str(explanation).splitlines()[-2].endswith("  [no section]")
    assert str(explanation).count("no section") == 1
    assert explanation._repr_html_().count('<small class="rule">no section</small>') == 1


def test_nodes_in_one_line() -> None:
    """However much is in them."""
    decoder = Decoder()
    octets = ipfix_message(set_of(2, template(256, [(4, 1), (82, VARIABLE)])), set_of(256, bytes(2_000)))
    root = decoder.explain(octets, "r1").root
    assert repr(root) == f"<Node at 0: ipfix, {len(octets)} octets, parts: 3>"
    text = decoder.explain(ipfix_message(set_of(2, template(256, [(8, 4)])), set_of(256, b"\1\2\3\4" * 2)), "r1")
    assert repr(text.at(32)) == "<Node at 32: sourceIPv4Address, 4 octets, value: '1.2.3.4'>"
    (refused,) = decoder.explain(b"\0\7", "r1").root.children
    assert repr(refused) == "<Node at 0: header, 2 octets, parts: 1>"


def test_backslashes_are_doubled_where_others_stand_for_octets() -> None:
    assert printable("a\\x1b") == "a\\x1b"
    assert printable("a\\x1b\x1b") == "a\\\\x1b\\x1b"


def test_nodes_do_not_change() -> None:
    node = Decoder().explain(netflow5_datagram([]), "r1").root
    with pytest.raises(AttributeError):
        node.value = 1  # type: ignore[misc]
    assert node == Node(*node)
    assert Decoder().explain(netflow5_datagram([]), "r1") != node
