"""The decoder as a caller sees it: what it knows, forgets, and carries into another process."""

from __future__ import annotations

import gc
import inspect
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import netflowparse
from netflowparse import Decoder, Limits, Registry, UsageError, WrongType
from netflowparse.codec import shapes
from netflowparse.state.domains import Domain
from tests import message_builder as build
from tests.capture_reader import read_datagrams
from tests.conftest import RECORDINGS

TEMPLATE = build.ipfix_message(build.set_of(2, build.template(256, [(8, 4), (64_999, 1, 1)])))
DATA = build.ipfix_message(build.set_of(256, bytes((192, 0, 2, 1, 7))))
FLOW = {"sourceIPv4Address": "192.0.2.1", "pen64999_ie1": "07"}


def test_templates_in_force(decoder: Decoder) -> None:
    decoder.decode(TEMPLATE, "r1")
    decoder.decode(TEMPLATE, "r1", now=build.EXPORT_TIME + 60)
    assert decoder.templates() == [
        {
            "exporter": "r1",
            "protocol": "ipfix",
            "domain": 1,
            "template_id": 256,
            "scope_count": None,
            "fields": [
                {"name": "sourceIPv4Address", "enterprise": 0, "id": 8, "length": 4},
                {"name": "pen64999_ie1", "enterprise": 64_999, "id": 1, "length": 1},
            ],
            "learned": build.EXPORT_TIME,
            "refreshed": build.EXPORT_TIME + 60,
        }
    ]


def test_forgetting(decoder: Decoder) -> None:
    for exporter in ("r1", "r2"):
        decoder.decode(TEMPLATE, exporter)
    assert repr(decoder) == "<Decoder: 2 exporters>"
    assert decoder.forget("r1")
    assert not decoder.forget("r1")
    assert decoder.decode(DATA, "r1")["flows"] == []
    assert decoder.decode(DATA, "r2")["flows"] == [FLOW]
    decoder.reset()
    assert decoder.templates() == []


def test_pickled_with_what_it_remembers(decoder: Decoder) -> None:
    decoder.decode(TEMPLATE, "r1")
    decoder.decode(DATA, "r1")
    copy = pickle.loads(pickle.dumps(decoder))
    assert copy.templates() == decoder.templates()
    following = build.ipfix_message(build.set_of(256, bytes((192, 0, 2, 1, 7))), sequenceNumber=1)
    for each in (decoder, copy):
        message = each.decode(following, "r1")
        assert message["flows"] == [FLOW]
        assert message["sequence"] == {"expected": 1, "missing": 0, "event": "in_order"}


def test_what_the_registry_learns_counts_at_once(make_decoder: Callable[..., Decoder]) -> None:
    registry = Registry()
    decoder = make_decoder(registry=registry)
    decoder.decode(TEMPLATE, "r1")
    assert decoder.decode(DATA, "r1")["flows"] == [FLOW]
    registry.add([{"pen": 64_999, "element_id": 1, "name": "queueDepth", "data_type": "unsigned8"}])
    assert decoder.decode(DATA, "r1")["flows"] == [{"sourceIPv4Address": "192.0.2.1", "queueDepth": 7}]
    assert decoder.templates()[0]["fields"][1]["name"] == "queueDepth"
    assert decoder.decode(TEMPLATE, "r1")["templates"][0]["fields"][1]["name"] == "queueDepth"


def test_messages_share_nothing(decoder: Decoder) -> None:
    first = decoder.decode(TEMPLATE, "r1")
    first["templates"][0]["fields"].clear()
    first["problems"].append({"code": "x", "message": "x", "offset": 0})
    first["quirks"].append("x")
    second = decoder.decode(TEMPLATE, "r1")
    assert [field["name"] for field in second["templates"][0]["fields"]] == ["sourceIPv4Address", "pen64999_ie1"]
    assert (second["problems"], second["quirks"]) == ([], [])


@pytest.mark.parametrize(
    ("octet_values", "of_octets"),
    [("hex", ["0102", "", "0a0b0c", "0708", "3:443"]), ("bytes", [b"\1\2", b"", b"\n\x0b\x0c", b"\7\x08", "3:443"])],
)
def test_octets_as_hex_or_bytes(
    make_decoder: Callable[..., Decoder], octet_values: str, of_octets: list[object]
) -> None:
    """What no type explains: unknown elements, octetArray, addresses of other lengths; texts stay texts."""
    fields = [(64_999, 1, 2), (313, 0), (8, 3), (12, build.VARIABLE), (95, 3)]
    decoder = make_decoder(octet_values=octet_values)
    decoder.decode(build.ipfix_message(build.set_of(2, build.template(256, fields))), "r1")
    data = bytes.fromhex("0102 0a0b0c 02 0708 0301bb")
    (flow,) = decoder.decode(build.ipfix_message(build.set_of(256, data)), "r1")["flows"]
    assert list(flow.values()) == of_octets
    assert repr(pickle.loads(pickle.dumps(decoder)).decode(build.ipfix_message(), "r2")["flows"]) == "[]"


def test_registry_and_limits_are_fixed() -> None:
    decoder = Decoder(limits=Limits(exporters=3))
    assert decoder.limits.exporters == 3
    with pytest.raises(AttributeError):
        decoder.registry = Registry()  # type: ignore[misc]


@pytest.mark.parametrize("compile_after", [0, 6, 20])
def test_compiling_in_mid_stream_changes_nothing(compile_after: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shapes, "COMPILE_AFTER", compile_after)
    for path in sorted(RECORDINGS.glob("*.pcap")):
        if "sflow" in path.name:
            continue
        decoders = [Decoder(compiled=compiled) for compiled in (True, False)]
        for datagram in read_datagrams(path):
            compiled, interpreted = (decoder.decode(datagram, "r1") for decoder in decoders)
            assert compiled == interpreted


class Raw:
    """As scapy's."""

    def __bytes__(self) -> bytes:
        return DATA


@pytest.mark.parametrize(("datagram", "hint"), [(Raw(), "; bytes(datagram) makes some"), (Path("x"), ""), ("x", "")])
def test_what_is_no_octets(datagram: Any, hint: str) -> None:
    with pytest.raises(WrongType) as caught:
        Decoder().decode(datagram, None)
    expected = f"datagram is {type(datagram).__name__}: expected bytes, bytearray or memoryview{hint}"
    assert str(caught.value) == expected


def test_the_default_of_flush_is_readable() -> None:
    assert "exporter: 'Hashable' = <every exporter>" in str(inspect.signature(Decoder.flush))


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"registry": {}}, "registry={}: expected a Registry"),
        ({"limits": 5}, "limits=5: expected a Limits"),
        ({"compiled": "no"}, "compiled='no': expected a bool"),
        ({"compiled": 1}, "compiled=1: expected a bool"),
        ({"strict": 1}, "strict=1: expected a bool"),
        ({"history": "1"}, "history='1': expected a bool, or int seconds"),
        ({"exporters": ["r1"]}, "exporters is list: expected a mapping to ExporterSettings"),
        ({"exporters": {"r1": {}}}, "exporters['r1'] is dict: expected ExporterSettings"),
    ],
)
def test_settings_of_the_wrong_kind(wrong: dict[str, object], why: str) -> None:
    with pytest.raises(WrongType) as caught:
        Decoder(**wrong)  # type: ignore[arg-type]
    assert str(caught.value) == why
    with pytest.raises(UsageError, match="history=0: expected a bool, or at least 1 second"):
        Decoder(history=0)
    with pytest.raises(UsageError, match="'hex' or 'bytes'"):
        Decoder(octet_values="base64")  # type: ignore[arg-type]


def test_octets_that_are_gone() -> None:
    view = memoryview(DATA)
    view.release()
    with pytest.raises(UsageError, match=r"^datagram: operation forbidden on released memoryview object"):
        Decoder().decode(view, "r1")


def test_the_decoder_behind_the_module() -> None:
    netflowparse.reset()
    assert netflowparse.decode(DATA, "r1")["problems"][0]["code"] == "missing_template"
    netflowparse.decode(TEMPLATE, "r1")
    assert netflowparse.decode(DATA, "r1")["flows"] == [FLOW]
    netflowparse.reset()
    assert netflowparse.decode(DATA, "r1")["flows"] == []
    netflowparse.reset()


def test_what_is_forgotten_is_given_back_at_once() -> None:
    """Without the garbage collector, which may be long in coming."""
    decoder = Decoder()
    templates = build.set_of(0, build.template(256, [(8, 4), (12, 4)]))
    gc.collect()
    gc.disable()
    try:
        for number in range(10):
            decoder.decode(build.netflow9_datagram(templates, build.set_of(256, bytes(16))), number)
        assert sum(type(each) is Domain for each in gc.get_objects()) >= 10
        before = sum(type(each) is Domain for each in gc.get_objects())
        for number in range(9):
            assert decoder.forget(number)
        assert sum(type(each) is Domain for each in gc.get_objects()) == before - 9
        decoder.reset()
        assert sum(type(each) is Domain for each in gc.get_objects()) == before - 10
    finally:
        gc.enable()
