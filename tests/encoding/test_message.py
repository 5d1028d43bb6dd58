"""``encode`` itself: its arguments, the caller's registry, and copies, which are never divided."""

from __future__ import annotations

from typing import Any

import pytest

from netflowparse import Decoder, EncodeError, Registry, UsageError, WrongType, encode
from tests.encoding.by_hand import ipfix


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        ({"message": []}, WrongType, "message is list: expected a dict"),
        ({"message": {}, "registry": {}}, WrongType, "registry"),
        ({"message": {}, "max_length": 1400.0}, WrongType, "max_length=1400.0: expected an int"),
        ({"message": {}, "max_length": True}, WrongType, "max_length=True: expected an int"),
        ({"message": {}, "max_length": 63}, UsageError, "max_length=63: expected 64 to 65535 octets"),
        ({"message": {}, "max_length": 65_536}, UsageError, "max_length=65536: expected 64 to 65535 octets"),
        ({"message": {}, "long_lengths": 1}, WrongType, "long_lengths"),
        ({"message": ipfix(), "templates": 5}, WrongType, "templates is int: expected templates, such as a list"),
    ],
)
def test_arguments(arguments: dict[str, Any], error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text.replace("(", "\\(")):
        encode(**arguments)


def test_registry_of_the_caller() -> None:
    registry = Registry()
    registry.add("pen,element_id,name,data_type\n64999,1,queueDepth,unsigned32\n")
    (octets,) = encode(ipfix({"queueDepth": 7}), registry=registry)
    assert octets[16:].hex() == "0002001001000001800100040000fde70100000800000007"


@pytest.mark.parametrize("protocol", ["netflow5", "netflow9", "ipfix", "sflow5"])
def test_copies_are_never_divided(protocol: str) -> None:
    """Of any protocol: what does not fit in what was asked for is refused."""
    flow = {"sourceIPv4Address": "192.0.2.1", **({"samplingInterval": 1} if protocol == "sflow5" else {})}
    (datagram,) = encode({"protocol": protocol, "flows": [flow] * 10})
    message = Decoder(keep_octets=True).decode(datagram, "exporter")
    assert encode(message, max_length=len(datagram)) == [datagram]
    with pytest.raises(EncodeError, match="expected at most 64"):
        encode(message, max_length=64)
