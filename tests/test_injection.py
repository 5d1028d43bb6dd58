"""Names that want to be code: whoever says them, they are keys of dicts, spelled out nowhere but as whole strings."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable
from typing import Any

import pytest

from netflowparse import Decoder, Element, ExporterSettings, Registry, RegistryError
from netflowparse.codec import source
from tests.list_builder import ALL_OF, BASIC, basic_list, field
from tests.message_builder import (
    VARIABLE,
    ipfix_message,
    netflow9_datagram,
    options_template,
    set_of,
    template,
    variable,
)

PEN = 9999
HARMLESS = "harmless"
NAMES = [
    "'",
    '"',
    "'''",
    '"""',
    "\\",
    "\\'",
    "x'] = 1; raise SystemExit #",
    "'}) or exit() or ({'",
    "{octets}",
    "%s",
    "#",
    "}]",
    "__import__('os')",
    "__class__",
    "None",
    "lambda",
    "class",
    "octets",
    "records",
    "append",
    "f0",
    "ünïcödé",
    "ﬁ",  # a ligature: Python takes the name fi for the same
    "n" * 255,
]
REFUSED = [
    "",
    "\n",
    "a\nraise SystemExit",
    "\r",
    "\0",
    "\t",
    "\x1b[31m",
    "\u2028",
    "\u202e",
    "\ud800",
    "n" * 256,
    "n" * 10_000,
]


def element(enterprise: int, number: int, name: str, kind: str) -> Element:
    """An element of which nothing more is said."""
    return Element(enterprise, number, name, name, kind, "", "", "", "current")


class Texts(list[str]):
    """The texts of the functions that are generated while it is there."""

    def shapes(self, name: str) -> list[str]:
        """What they say, with every string that is *name* replaced; they are forgotten."""
        shapes = []
        for text in self:
            tree = ast.parse(text)
            for node in ast.walk(tree):
                if isinstance(node, ast.Constant) and node.value == name:
                    node.value = "key"
            shapes.append(ast.dump(tree))
        self.clear()
        return shapes


@pytest.fixture
def texts(monkeypatch: pytest.MonkeyPatch) -> Texts:
    """The texts of the functions that are generated from now on."""
    made = Texts()
    define = source.define

    def note(text: str, filename: str, scope: dict[str, Any]) -> Any:
        made.append(text)
        return define(text, filename, scope)

    monkeypatch.setattr(source, "define", note)
    return made


def decoded(decoder: Decoder) -> Any:
    """A message with elements 1 and 2 of PEN: in flows, alone and doubled, as scope, and as the element of a list."""
    sets = [
        set_of(2, template(256, [(PEN, 1, VARIABLE), (PEN, 2, 4), (PEN, 1, VARIABLE)])),
        set_of(3, options_template(257, [(PEN, 2, 4)], [(PEN, 1, VARIABLE)])),
        set_of(2, template(258, [(BASIC, VARIABLE)])),
        set_of(256, variable(b"a") + bytes(4) + variable(b"b")),
        set_of(257, bytes((0, 0, 0, 7)) + variable(b"c")),
        set_of(258, field(basic_list(ALL_OF, 1, VARIABLE, variable(b"d"), pen=PEN))),
    ]
    return decoder.decode(ipfix_message(*sets), "r1")


@pytest.mark.parametrize("name", NAMES)
def test_names_that_a_caller_adds(name: str, make_decoder: Callable[..., Decoder], texts: Texts) -> None:
    """The code is the same for any name, but for one string in it."""
    shapes = []
    for each in (name, HARMLESS):
        registry = Registry()
        registry.add([element(PEN, 1, each, "string"), element(PEN, 2, "other", "unsigned32")])
        message = decoded(make_decoder(registry=registry))
        assert message["problems"] == []
        assert message["flows"] == [
            {each: ["a", "b"], "other": 0},
            {"basicList": {"semantic": "allOf", "element": each, "values": ["d"]}},
        ]
        assert message["options"] == [{"scope": {"other": 7}, each: "c"}]
        assert [field["name"] for field in message["templates"][0]["fields"]] == [each, "other", each]
        json.dumps(message, allow_nan=False)
        shapes.append(texts.shapes(each))
    assert shapes[0] == shapes[1]


@pytest.mark.parametrize("name", NAMES)
def test_names_of_netflow9(name: str, make_decoder: Callable[..., Decoder], texts: Texts) -> None:
    shapes = []
    for each in (name, HARMLESS):
        registry = Registry()
        registry.add([element(0, 30_000, each, "unsigned16")])
        octets = netflow9_datagram(set_of(0, template(256, [(30_000, 2), (8, 4)])), set_of(256, b"\0\7\xc0\0\2\1"))
        message = make_decoder(registry=registry).decode(octets, "r1")
        assert message["flows"] == [{each: 7, "sourceIPv4Address": "192.0.2.1"}]
        shapes.append(texts.shapes(each))
    assert shapes[0] == shapes[1]


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.parametrize("form", ["element", "row", "text"])
def test_names_that_are_refused(name: str, form: str) -> None:
    registry = Registry()
    given: Any = {
        "element": [element(PEN, 1, name, "string")],
        "row": [{"pen": PEN, "element_id": 1, "name": name, "data_type": "string"}],
        "text": f'pen,element_id,name,data_type\n{PEN},1,"{name}",string\n',
    }[form]
    if form == "text" and " " in name:  # as in IANA's tables, white space in a cell is one space
        registry.add(given)
        assert registry.element(PEN, 1).name == "a raise SystemExit"
        return
    with pytest.raises(RegistryError, match="1 to 255 printable characters"):
        registry.add(given)
    assert registry.lookup(PEN, 1) is None


@pytest.mark.parametrize("text", [*NAMES, *REFUSED[1:]])
def test_texts_that_settings_give(text: str, make_decoder: Callable[..., Decoder], texts: Texts) -> None:
    """Names of interfaces are values, whoever gives them: they are in no text at all."""
    decoder = make_decoder(resolve=True, exporters={"r1": ExporterSettings(interfaces={7: text})})
    learn = set_of(0, template(256, [(10, 4)]))
    (flow,) = decoder.decode(netflow9_datagram(learn, set_of(256, bytes((0, 0, 0, 7)))), "r1")["flows"]
    assert flow == {
        "ingressInterface": 7,
        "ingress_interface_name": text,
        "resolved": {"ingress_interface_name": "settings"},
    }
    given = texts.shapes(text)
    plain = make_decoder(resolve=True)
    plain.decode(netflow9_datagram(learn, set_of(256, bytes((0, 0, 0, 7)))), "r1")
    assert given == texts.shapes(text)
