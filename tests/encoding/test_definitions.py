"""Which template a record is written by."""

from __future__ import annotations

from typing import Any

import pytest

from netflowparse import Decoder, EncodeError, Registry, encode
from netflowparse.encoding.definitions import Definitions
from netflowparse.encoding.templates import definition_of
from tests.packet.stacks import STACKS

REGISTRY = Registry()


def definitions(*described: dict[str, Any], protocol: str = "ipfix") -> Definitions:
    made = Definitions(protocol, REGISTRY)
    for each in described:
        made.add(definition_of(each, protocol, REGISTRY, ()))
    return made


def template(template_id: int, *fields: Any, scope: int | None = None) -> dict[str, Any]:
    return {"template_id": template_id, "scope_count": scope, "fields": list(fields)}


def id_for(made: Definitions, record: dict[str, Any], *, options: bool = False) -> int:
    return made.spell(record, (), options=options)[0].template.template_id


def test_the_keys_decide() -> None:
    made = definitions(
        template(300, "octetDeltaCount", "packetDeltaCount"),
        template(301, "octetDeltaCount"),
        template(302, "octetDeltaCount", "octetDeltaCount"),
        template(303, "observationDomainId", "octetDeltaCount", scope=1),
        template(304, "octetDeltaCount", "observationDomainId", scope=1),
    )
    assert id_for(made, {"packetDeltaCount": 1, "octetDeltaCount": 1}) == 300
    assert id_for(made, {"octetDeltaCount": 1}) == 301
    assert id_for(made, {"octetDeltaCount": [1, 2]}) == 302
    assert id_for(made, {"scope": {"observationDomainId": 1}, "octetDeltaCount": 1}, options=True) == 303
    assert id_for(made, {"scope": {"octetDeltaCount": 1}, "observationDomainId": 1}, options=True) == 304
    assert made.unsent == []


def test_made_templates_are_used_again() -> None:
    made = definitions(template(256, "vlanId"))
    flows = [{"octetDeltaCount": 1}, {"interfaceName": "a"}, {"octetDeltaCount": 2}, {"interfaceName": "b" * 300}]
    assert [id_for(made, flow) for flow in flows] == [257, 258, 257, 258]
    assert [each.template.template_id for each in made.unsent] == [257, 258]


def test_values_that_no_template_has_room_for() -> None:
    """One that was made is no promise: another one is made; one that was given is, and says what is wrong."""
    made = definitions()
    assert id_for(made, {"octetDeltaCount": 1}) == 256
    assert id_for(made, {"octetDeltaCount": 2**64}) == 257
    assert id_for(made, {"octetDeltaCount": None, "packetDeltaCount": 1}) == 258
    assert id_for(made, {"octetDeltaCount": 5, "packetDeltaCount": 1}) == 258  # a length before each value
    made = definitions(template(300, {"name": "octetDeltaCount", "length": 1}))
    with pytest.raises(EncodeError) as caught:
        id_for(made, {"octetDeltaCount": 256})
    assert caught.value.path == ("octetDeltaCount",)


def test_removed() -> None:
    made = definitions(template(300, "octetDeltaCount"))
    made.remove(300)
    assert id_for(made, {"octetDeltaCount": 1}) == 256
    made.remove(256)
    made.unsent.clear()
    assert id_for(made, {"octetDeltaCount": 1}) == 256
    assert [each.template.template_id for each in made.unsent] == [256]
    made = definitions(template(300, "octetDeltaCount"), template(301, "octetDeltaCount"))
    made.remove(300)
    assert id_for(made, {"octetDeltaCount": 1}) == 301  # which was the same but for its id


def test_templates_that_lack_what_may_follow_from_others() -> None:
    """They are found by the other keys, and are not those of a record whose time follows from nothing."""
    time = {"flowStartMilliseconds": 5}
    scoped = {"scope": {"lineCardId": 1}, "octetDeltaCount": 1}
    made = definitions(template(300, "octetDeltaCount"), template(301, "lineCardId", "octetDeltaCount", scope=1))
    assert id_for(made, {"octetDeltaCount": 1, **time}) == 256
    assert id_for(made, {"scope": {"lineCardId": 1, **time}, "octetDeltaCount": 1}, options=True) == 257
    assert id_for(made, scoped, options=True) == 301


@pytest.mark.parametrize(("others", "found"), [(31, True), (32, False)])
def test_a_record_is_tried_with_so_many_templates(others: int, found: bool) -> None:
    """Those for its keys whose lengths differ; of those given first."""
    narrow = [
        template(300 + length, {"name": "octetDeltaCount", "length": 1}, {"name": "interfaceName", "length": length})
        for length in range(1, others + 1)
    ]
    made = definitions(*narrow, template(400, "octetDeltaCount", "interfaceName"))
    record = {"octetDeltaCount": 256, "interfaceName": ""}
    if found:
        assert id_for(made, record) == 400
        return
    with pytest.raises(EncodeError) as caught:
        id_for(made, record)
    assert (caught.value.path, caught.value.why) == (("octetDeltaCount",), "256, expected an int that fits 1 octet")


def test_reserved_ids() -> None:
    made = definitions()
    made.reserve([{"subTemplateMultiList": {"entries": [{"template_id": 256, "records": []}, {"template_id": 258}]}}])
    assert [id_for(made, {key: 1}) for key in ("octetDeltaCount", "packetDeltaCount", "vlanId")] == [257, 259, 260]


def test_no_id_is_free() -> None:
    made = definitions()
    made.reserve([{"basicList": [{"template_id": number} for number in range(256, 65_536)]}])
    with pytest.raises(EncodeError) as caught:
        made.spell({"octetDeltaCount": 1}, ("flows", 0), options=False)
    assert (caught.value.path, caught.value.why) == (("flows", 0), "no template id is free")


def test_layers_of_packets() -> None:
    """With ``packet_sections`` they stand beside the octets: what no element stands for is told by these alone."""
    stack = STACKS[0]
    message = {"protocol": "ipfix", "flows": [{"dataLinkFrameSection": stack.octets.hex(), "vlanId": 5}]}
    decoder = Decoder(packet_sections=True)
    read: Any = decoder.decode(encode(message)[0], "exporter")
    assert read["flows"][0].keys() > {"dataLinkFrameSection", "vlanId", "sourceMacAddress"}
    (again,) = encode({**read, "templates": []})
    assert decoder.decode(again, "again")["flows"] == read["flows"]


@pytest.mark.parametrize("given", [True, False])
def test_work_is_linear_in_records(given: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """A record is compared with given templates that have its keys, and with none of those that were made."""
    compared = []
    covers = Definitions._covers
    monkeypatch.setattr(Definitions, "_covers", lambda *asked: compared.append(asked) or covers(*asked))  # type: ignore[func-returns-value]
    keys = [f"ie{number}" for number in range(20_000, 20_200)]
    made = definitions(*(template(256 + place, {"name": key, "length": 1}) for place, key in enumerate(keys) if given))
    for key in keys * 2:
        made.spell({key: "00"}, (), options=False)
    assert len(compared) == (400 if given else 0)
