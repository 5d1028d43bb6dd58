"""Any lists, nested to depth 4: what Construct builds, both engines and Construct itself read back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from netflowparse import Decoder, Registry
from netflowparse.template import VARIABLE_LENGTH, FieldSpecifier, Template
from netflowparse.wire.lists import WHOLE, Located
from tests.list_builder import BASIC, MULTI, SUB_TEMPLATE
from tests.list_declarations import TemplateDeclarations
from tests.message_builder import ipfix_message, options_template, set_of, template
from tests.plain import assert_plain

DEEPEST = 4
SEMANTICS = {0: "noneOf", 1: "exactlyOneOf", 2: "oneOrMoreOf", 3: "allOf", 4: "ordered", 255: "undefined", 77: 77}
TYPES = {BASIC: "basicList", SUB_TEMPLATE: "subTemplateList", MULTI: "subTemplateMultiList"}
ADDRESSES = st.integers(0, 255).map(lambda number: f"192.0.2.{number}")
#: (enterprise, element, length) -> its key, and values
LEAVES: dict[tuple[int, int, int], tuple[str, st.SearchStrategy[Any]]] = {
    (0, 4, 1): ("protocolIdentifier", st.integers(0, 255)),
    (0, 1, 3): ("octetDeltaCount", st.integers(0, 2**24 - 1)),
    (0, 8, 4): ("sourceIPv4Address", ADDRESSES),
    (0, 82, VARIABLE_LENGTH): ("interfaceName", st.text(max_size=5)),
    (29305, 2, 8): ("reversePacketDeltaCount", st.integers(0, 2**64 - 1)),
    (64999, 3, 2): ("pen64999_ie3", st.binary(min_size=2, max_size=2).map(bytes.hex)),
}
LISTS = {(0, element, VARIABLE_LENGTH): name for element, name in TYPES.items()}
#: template id -> scope count, and its fields
TEMPLATES: dict[int, tuple[int | None, list[tuple[int, int, int]]]] = {
    300: (None, [(0, 4, 1), (29305, 2, 8)]),
    301: (None, [(0, 82, VARIABLE_LENGTH)]),
    302: (None, [(0, 8, 4), (0, SUB_TEMPLATE, VARIABLE_LENGTH)]),
    303: (None, [(0, BASIC, VARIABLE_LENGTH), (64999, 3, 2), (0, MULTI, VARIABLE_LENGTH)]),
    304: (1, [(0, 4, 1), (0, BASIC, VARIABLE_LENGTH)]),
}
KNOWN = {
    template_id: Template("ipfix", template_id, scope, tuple(FieldSpecifier(*each) for each in fields))
    for template_id, (scope, fields) in TEMPLATES.items()
}

Pair = tuple[Any, Any]  # what Construct builds from, and what a message has


@st.composite
def value(draw: st.DrawFn, field: tuple[int, int, int], depth: int) -> Pair:
    """A value of one element."""
    if field in LISTS:
        return draw(a_list(LISTS[field], depth + 1))
    built = draw(LEAVES[field][1])
    return built, built


@st.composite
def records(draw: st.DrawFn, template_id: int, depth: int) -> Pair:
    """Records of a template; without lists at the deepest level."""
    scope, fields = TEMPLATES[template_id]
    built, expected = [], []
    for _ in range(draw(st.integers(0, 2))):
        pairs = [draw(value(field, depth)) for field in fields]
        built.append({f"f{index}": pair[0] for index, pair in enumerate(pairs)})
        keyed = {LISTS.get(field) or LEAVES[field][0]: pair[1] for field, pair in zip(fields, pairs, strict=True)}
        if scope:
            key = next(iter(keyed))
            keyed = {"scope": {key: keyed.pop(key)}, **keyed}
        expected.append(keyed)
    return built, expected


def template_ids(depth: int) -> st.SearchStrategy[int]:
    """Ids of templates whose records are not too deep."""
    deep = depth >= DEEPEST
    return st.sampled_from([each for each, (_, fields) in TEMPLATES.items() if not (deep and LISTS.keys() & {*fields})])


@st.composite
def a_list(draw: st.DrawFn, abstract_type: str, depth: int) -> Pair:
    """A list of that type."""
    semantic = draw(st.sampled_from(sorted(SEMANTICS)))
    built: dict[str, Any] = {"semantic": semantic}
    expected: dict[str, Any] = {"semantic": SEMANTICS[semantic]}
    if abstract_type == "basicList":
        fields = [*LEAVES, *(LISTS if depth < DEEPEST else ())]
        field = draw(st.sampled_from(fields))
        enterprise, element, length = field
        pairs = [draw(value(field, depth)) for _ in range(draw(st.integers(0, 3)))]
        number = element | 0x8000 if enterprise else element
        values = [pair[0] for pair in pairs]
        built |= {"id": number, "length": length, "enterprise": enterprise or None, "values": values}
        expected |= {"element": LISTS.get(field) or LEAVES[field][0], "values": [pair[1] for pair in pairs]}
    elif abstract_type == "subTemplateList":
        template_id = draw(template_ids(depth))
        several = draw(records(template_id, depth))
        built |= {"template_id": template_id, "records": several[0]}
        expected |= {"template_id": template_id, "records": several[1]}
    else:
        ids = draw(st.lists(template_ids(depth), max_size=2))
        entries = [draw(records(each, depth)) for each in ids]
        for made, half in ((built, 0), (expected, 1)):
            made["entries"] = [
                {"template_id": each, "records": pair[half]} for each, pair in zip(ids, entries, strict=True)
            ]
    return built, expected


any_list = st.sampled_from(sorted(TYPES.values())).flatmap(
    lambda abstract_type: st.tuples(st.just(abstract_type), a_list(abstract_type, 1))
)


def plain(parsed: Any) -> Any:
    """What Construct has parsed, in dicts and lists."""
    if isinstance(parsed, dict):
        return {key: plain(each) for key, each in parsed.items() if key != "_io"}
    return [plain(each) for each in parsed] if isinstance(parsed, list) else parsed


def taught(make_decoder: Callable[..., Decoder]) -> Decoder:
    """A decoder that knows ``TEMPLATES``, and 400, 401 and 402 with a list of each type."""
    decoder = make_decoder()
    learned = [
        template(each, [field[1:] if not field[0] else field for field in fields])
        for each, (scope, fields) in TEMPLATES.items()
        if scope is None
    ]
    learned += [template(400 + number, [(element, VARIABLE_LENGTH)]) for number, element in enumerate(TYPES)]
    options = options_template(304, [(4, 1)], [(BASIC, VARIABLE_LENGTH)])
    message = decoder.decode(ipfix_message(set_of(2, b"".join(learned)), set_of(3, options)), "r1")
    assert message["problems"] == []
    return decoder


DECLARATIONS = TemplateDeclarations(KNOWN, Registry())


@given(any_list)
def test_what_is_built_is_read(pair: tuple[str, Pair]) -> None:
    abstract_type, (built, expected) = pair
    octets = Located(abstract_type, None).build(built, declarations=DECLARATIONS)
    assert octets[:3] == b"\xff" + (len(octets) - 3).to_bytes(2, "big")  # the long prefix, RFC 6313 §5.1
    number = 400 + list(TYPES.values()).index(abstract_type)
    for compiled in (True, False):
        decoder = taught(lambda compiled=compiled: Decoder(compiled=compiled))
        message = decoder.decode(ipfix_message(set_of(number, octets), sequenceNumber=0), "r1")
        assert message["problems"] == []
        assert message["flows"] == [{abstract_type: expected}]


@given(any_list)
def test_what_is_built_is_parsed(pair: tuple[str, Pair]) -> None:
    abstract_type, (built, _) = pair
    octets = WHOLE[abstract_type].build(built, declarations=DECLARATIONS)
    assert plain(WHOLE[abstract_type].parse(octets, declarations=DECLARATIONS)) == built


@given(any_list, st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), max_size=3), st.integers(0, 12))
def test_engines_agree_on_lists_that_are_spoiled(
    pair: tuple[str, Pair], changes: list[tuple[int, int]], cut: int
) -> None:
    abstract_type, (built, _) = pair
    octets = bytearray(WHOLE[abstract_type].build(built, declarations=DECLARATIONS))
    for at, octet in changes:
        octets[at % len(octets)] = octet
    spoiled = bytes(octets[: max(len(octets) - cut, 0)])
    body = b"\xff" + len(spoiled).to_bytes(2, "big") + spoiled
    number = 400 + list(TYPES.values()).index(abstract_type)
    messages = []
    for compiled in (True, False):
        decoder = taught(lambda compiled=compiled: Decoder(compiled=compiled))
        messages.append(decoder.decode(ipfix_message(set_of(number, body), sequenceNumber=0), "r1"))
    assert messages[0] == messages[1]
    assert len(messages[0]["flows"]) == 1
    assert not any(problem.get("malformed") for problem in messages[0]["problems"])
    assert_plain(messages[0])
