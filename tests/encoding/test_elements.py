"""Keys back to numbers, and how many octets values take."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from netflowparse import Decoder, EncodeError, Registry, encode
from netflowparse.encoding.elements import element_of, field_type_of, length_for, natural_length, scope_type_of, typed
from netflowparse.interpret import nearest_time
from netflowparse.registry.element import unknown
from tests.message_builder import template

REGISTRY = Registry()
VARIABLE = 65_535


def record(flow: dict[str, Any], fields: list[Any], protocol: str = "ipfix") -> str:
    """The octets of a flow of one template whose record is *fields*, in hex."""
    (octets,) = encode({"protocol": protocol, "flows": [flow]})
    head = template(256, fields)
    start = {"ipfix": 16, "netflow9": 20}[protocol]
    assert octets[start + 4 : start + 4 + len(head)] == head
    return octets[start + 4 + len(head) + 4 :].hex()


@pytest.mark.parametrize(
    ("key", "numbers"),
    [
        ("sourceIPv4Address", (0, 8)),
        ("reverseOctetDeltaCount", (29305, 1)),
        ("ie32000", (0, 32000)),
        ("pen9_ie32767", (9, 32767)),
        ("pen4294967295_ie0", (4294967295, 0)),
    ],
)
def test_element_of(key: str, numbers: tuple[int, int]) -> None:
    assert element_of(key, REGISTRY, ())[:2] == numbers


@pytest.mark.parametrize(
    ("key", "number"),
    [("sourceIPv4Address", 8), ("ie50001", 50001), ("applicationId", 95), ("INGRESS_ACL_ID", 33000)],
)
def test_field_types(key: str, number: int) -> None:
    """Of NetFlow v9, whose vendors' types are numbers of their own."""
    assert field_type_of(key, REGISTRY, ())[0] == number


@pytest.mark.parametrize(
    ("key", "number"), [("system", 1), ("interface", 2), ("lineCard", 3), ("cache", 4), ("template", 5), ("scope9", 9)]
)
def test_scope_types(key: str, number: int) -> None:
    assert scope_type_of(key, REGISTRY, ())[0] == number


@pytest.mark.parametrize("key", ["card", "scope", "scope-1", "scope٣", f"scope{'1' * 5000}", 5, None])
def test_no_scope(key: Any) -> None:
    with pytest.raises(EncodeError):
        scope_type_of(key, REGISTRY, ("x",))


@pytest.mark.parametrize(
    ("key", "value", "length"),
    [
        ("octetDeltaCount", 1, 8),
        ("protocolIdentifier", 6, 1),
        ("protocolIdentifier", 256, 2),  # what an exporter has sent in more octets than the type has
        ("mibObjectValueInteger", -(2**31), 4),
        ("mibObjectValueInteger", -(2**31) - 1, 5),
        ("octetDeltaCount", None, 0),
        ("sourceIPv4Address", "192.0.2.1", 4),
        ("sourceIPv4Address", "c00002", 3),  # the hex of one that was cut
        ("dataRecordsReliability", None, 1),  # neither true nor false has an octet
        ("flowStartMicroseconds", None, 8),  # so has no time
        ("interfaceName", "eth0", VARIABLE),
        ("paddingOctets", "00", VARIABLE),
        ("applicationId", "13:453", VARIABLE),
    ],
)
@pytest.mark.conformance("APPID-4.2-01")
def test_length_for(key: str, value: Any, length: int) -> None:
    assert length_for(element_of(key, REGISTRY, ()), value, variable=True, path=()) == length


def test_lengths_that_each_value_needs() -> None:
    """NetFlow v9 has no variable lengths: texts have room, so that others fit the same template."""
    lengths = {"": 16, "x" * 16: 16, "x" * 17: 32, "ü" * 20: 64, "x" * 70_000: 65_534}
    element = element_of("interfaceName", REGISTRY, ())
    assert {text: length_for(element, text, variable=False, path=()) for text in lengths} == lengths
    assert length_for(element_of("paddingOctets", REGISTRY, ()), "0102", variable=False, path=()) == 2
    assert natural_length(element, variable=False) is None


@pytest.mark.conformance("APPID-4.2-01")
def test_application_ids() -> None:
    """Of variable length in IPFIX; in NetFlow v9 at least four octets: RFC 6759 §4.1."""
    assert record({"applicationId": "13:453"}, [(95, VARIABLE)]) == "030d01c5"
    assert record({"applicationId": "20:12356:40567"}, [(95, VARIABLE)]) == "0714000030449e77"
    assert record({"applicationId": "13:453"}, [(95, 4)], "netflow9") == "0d0001c5"
    assert record({"applicationId": ""}, [(95, VARIABLE)]) == "00"


@pytest.mark.parametrize(
    ("length", "value", "abstract_type"),
    [(0, None, "boolean"), (1, None, "boolean"), (4, None, "float32"), (8, None, "float64"), (3, None, "octetArray")],
)
@pytest.mark.parametrize("key", ["sendersOwn", ""])
def test_a_type_that_has_none(key: str, length: int, value: None, abstract_type: str) -> None:
    """What only its sender knows the type of, and has no value: an element by the name that the sender told."""
    element = typed(unknown(64999, 1), key, value, length, Registry())
    assert (element.key, element.type) == (key, abstract_type)


SECONDS_OF_2110 = 4_417_977_600  # 2110-01-01 00:00 UTC: more than 2^32 - 1


@pytest.mark.conformance("IPFIX-5.2-03")
def test_times_of_2110() -> None:
    """Seconds modulo 2^32, and NTP with the era left to be understood: RFC 7011 §5.2."""
    assert datetime.datetime.fromtimestamp(SECONDS_OF_2110, datetime.UTC).year == 2110
    (octets,) = encode({"protocol": "ipfix", "flows": [{"flowStartSeconds": SECONDS_OF_2110}]})
    (flow,) = Decoder().decode(octets, "exporter")["flows"]
    assert nearest_time(flow["flowStartSeconds"], SECONDS_OF_2110 - 86_400 * 365) == SECONDS_OF_2110
    modulo = SECONDS_OF_2110 % 2**32
    assert record({"flowStartSeconds": SECONDS_OF_2110}, [(150, 4)]) == f"{modulo:08x}"
    seconds = (SECONDS_OF_2110 + 2_208_988_800) % 2**32
    assert record({"flowStartMicroseconds": SECONDS_OF_2110 * 10**6}, [(154, 8)]) == f"{seconds:08x}00000000"
    assert record({"flowStartNanoseconds": SECONDS_OF_2110 * 10**9}, [(156, 8)]) == f"{seconds:08x}00000000"


@pytest.mark.conformance("IPFIX-6.1.9-02")
@pytest.mark.parametrize("microseconds", [1, 2, 123_456, 499_999, 500_000, 999_999])
def test_the_low_bits_of_microseconds_are_zero(microseconds: int) -> None:
    time = 1_700_000_000 * 10**6 + microseconds
    octets = bytes.fromhex(record({"flowStartMicroseconds": time}, [(154, 8)]))
    seconds, fraction = int.from_bytes(octets[:4], "big"), int.from_bytes(octets[4:], "big")
    assert seconds == 1_700_000_000 + 2_208_988_800
    assert fraction % 2**11 == 0
    assert 0 <= fraction * 10**6 / 2**32 - microseconds < 1


@pytest.mark.conformance("IPFIX-6.2-05")
@pytest.mark.parametrize(
    ("element", "length", "value", "why"),
    [
        ("octetDeltaCount", 1, 256, "256, expected an int that fits 1 octet"),
        ("octetDeltaCount", 7, 2**56, f"{2**56}, expected an int that fits 7 octets"),
        ("mibObjectValueInteger", 2, 2**15, "32768, expected an int that fits 2 octets"),
        ("mibObjectValueInteger", 2, -(2**15) - 1, "-32769, expected an int that fits 2 octets"),
        ("sourceIPv4Address", 3, "192.0.2.1", "'192.0.2.1', expected octets, or their hex text"),
        ("flowStartMilliseconds", 4, 1, "1, expected octets, or their hex text"),
        ("absoluteError", 2, 0.5, "0.5, expected octets, or their hex text"),
    ],
)
def test_reduced_only_where_that_is_allowed(element: str, length: int, value: Any, why: str) -> None:
    given = [{"template_id": 256, "scope_count": None, "fields": [{"name": element, "length": length}]}]
    with pytest.raises(EncodeError) as caught:
        encode({"protocol": "ipfix", "flows": [{element: value}]}, templates=given)
    assert (caught.value.path, caught.value.why) == (("flows", 0, element), why)


def test_a_float64_in_four_octets() -> None:
    given = [{"template_id": 256, "scope_count": None, "fields": [{"name": "absoluteError", "length": 4}]}]
    (octets,) = encode({"protocol": "ipfix", "flows": [{"absoluteError": -12.75}]}, templates=given)
    assert octets[-4:].hex() == "c14c0000"  # IEEE 754: sign 1, exponent 130, fraction 0x4c0000


def test_access_list_ids_of_a_firewall() -> None:
    """Their element is known as octets; three words with hyphens are twelve of them."""
    flow = {"INGRESS_ACL_ID": "0f8e7ff3-fc1a030f-00000000"}
    assert record(flow, [(33000, 12)], "netflow9") == "0f8e7ff3fc1a030f00000000"
    (octets,) = encode({"protocol": "ipfix", "flows": [flow]})
    assert Decoder().decode(octets, "exporter")["flows"] == [flow]


def test_elements_that_nobody_knows() -> None:
    """Octets in hex are octets; under a name of its own, what is none has the octets of a type that suits it."""
    assert record({"ie32000": "0a0b"}, [(32000, VARIABLE)]) == "020a0b"
    assert record({"ie32000": b"\x0a\x0b"}, [(32000, VARIABLE)]) == "020a0b"
    for value, length, octets in [
        (5, 8, "0000000000000005"),
        (-5, 8, "fffffffffffffffb"),
        (1.5, 8, "3ff8000000000000"),
        (True, 1, "01"),
        ("hello", "variable", "0568656c6c6f"),
        (b"hello", "variable", "0568656c6c6f"),
        ("02:00:00:00:00:01", 6, "020000000001"),
        ("192.0.2.1", 4, "c0000201"),
        ("2001:db8::1", 16, "20010db8000000000000000000000001"),
        ({"element": "ipTTL", "values": [7]}, "variable", "ff0006ff00c0000107"),
        ({"template_id": 300, "records": []}, "variable", "ff0003ff012c"),
        ({"entries": []}, "variable", "ff0001ff"),
    ]:
        fields = [{"name": "ownName", "id": 32000, "length": length}]
        message = {
            "protocol": "ipfix",
            "templates": [{"template_id": 256, "fields": fields}],
            "flows": [{"ownName": value}],
        }
        assert encode(message)[0][32:].hex().startswith(octets)


def test_nothing_has_no_type() -> None:
    given = [{"template_id": 256, "fields": [{"name": "ownName", "id": 32000, "length": 6}]}]
    with pytest.raises(EncodeError, match=r"flows\[0\] ownName: None, expected octets, or their hex text"):
        encode({"protocol": "ipfix", "flows": [{"ownName": None}]}, templates=given)


@pytest.mark.parametrize("value", [5, True, 1.5, "hello", {"element": "ipTTL", "values": []}])
def test_a_key_made_of_numbers_has_octets_alone(value: Any) -> None:
    """What would read back as hex is refused."""
    with pytest.raises(EncodeError) as caught:
        encode({"protocol": "ipfix", "flows": [{"ie20000": value}]})
    assert caught.value.path[:3] == ("flows", 0, "ie20000")


def test_hex_is_not_taken_for_text_where_a_template_fits() -> None:
    """A template of other lengths stands before the one that has those of the octets."""
    fields = [{"name": "ie32000", "enterprise": 0, "id": 32000, "length": length} for length in (17, 2)]
    given = [{"template_id": 256 + at, "scope_count": None, "fields": [each]} for at, each in enumerate(fields)]
    (octets,) = encode({"protocol": "ipfix", "flows": [{"ie32000": "0000"}]}, templates=given)
    assert octets[16:].hex() == "010100060000"


def test_repeated_elements_that_nobody_knows() -> None:
    """Each has the type of its own value, though they share a key."""
    fields = [{"name": "ownName", "enterprise": 0, "id": 32000, "length": length} for length in (2, 4)]
    given = [{"template_id": 256, "scope_count": None, "fields": fields}]
    (octets,) = encode({"protocol": "ipfix", "flows": [{"ownName": ["0000", "00000001"]}]}, templates=given)
    assert octets[20:].hex() == "0000000000010000"  # and padding
    (octets,) = encode({"protocol": "ipfix", "flows": [{"ownName": [7, "abcd"]}]}, templates=given)
    assert octets[20:].hex() == "0007616263640000"
