"""What one options record says of its exporter: sampling, names, init time, common properties, MIB fields.

RFC 7011 §3.4.2, RFC 5477 §8 (sampling), RFC 6759 §4.3 and §5 (applications), RFC 5473 (common properties), RFC 8038
(MIB fields); interface, VRF and sampler tables are the practice of vendors.  Nothing is kept here.

A record is taken as decoded: scope fields apart under "scope", values of any kind, lists where an element comes twice.
A value that is not of the kind it should be says nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import isfinite
from typing import Any, TypeAlias

Key: TypeAlias = int | str | None  # what a fact is about; None: the whole domain
Interval: TypeAlias = int | float  # 1 in so many packets is sampled

INTERFACE = "interface"
VRF = "vrf"
APPLICATION = "application"
EXPORTER = "exporter"
PROPERTIES = "properties"
MIB_FIELD = "mib_field"
SAMPLER = "sampler"
SELECTOR = "selector"
INTERFACE_SAMPLING = "interface_sampling"
LINE_CARD_SAMPLING = "line_card_sampling"
TEMPLATE_SAMPLING = "template_sampling"
DOMAIN_SAMPLING = "domain_sampling"

LARGEST_PLACE = 0xFFFF  # of templates, and of fields in them
LARGEST_INTERVAL = 1 << 64  # of a probability, which may be as small as a float can
SAMPLING_INTERVAL = "samplingInterval"
PROPERTIES_ID = "commonPropertiesId"
MIB_OBJECT = "mibObjectIdentifier"
NO_ELEMENTS = ("scope", "report")  # keys of a record
INIT_TIME = "systemInitTimeMilliseconds"
#: where an interface's index stands; the first is NetFlow v9's scope
INTERFACES = ("interface", "ingressInterface", "egressInterface", "ingressPhysicalInterface", "egressPhysicalInterface")
#: what sampling can be about, the narrowest first: the kind of the fact, and where its key stands
SUBJECTS = (
    (SAMPLER, ("samplerId",)),
    (SELECTOR, ("selectorId",)),
    (INTERFACE_SAMPLING, INTERFACES),
    (LINE_CARD_SAMPLING, ("lineCard", "lineCardId")),
    (TEMPLATE_SAMPLING, ("template", "templateId")),
)
#: elements from which an interval is told
INTERVAL_ELEMENTS = frozenset(
    {
        SAMPLING_INTERVAL,
        "samplerRandomInterval",
        "samplingPacketInterval",
        "samplingPacketSpace",
        "samplingSize",
        "samplingPopulation",
        "samplingProbability",
    }
)
_SAMPLING = {
    "samplingAlgorithm": int,
    "samplerMode": int,
    "samplerName": str,
    "selectorAlgorithm": int,
    "selectorName": str,
    "samplingTimeInterval": int,  # µs
    "samplingTimeSpace": int,  # µs
}
#: kind -> the values that its facts may have beside an interval, and their Python types; of properties any
VALUES: dict[str, dict[str, type]] = {
    INTERFACE: {"interfaceName": str, "interfaceDescription": str},
    VRF: {"VRFname": str},
    APPLICATION: {
        "applicationName": str,
        "applicationDescription": str,
        "applicationCategoryName": str,
        "applicationSubCategoryName": str,
        "applicationGroupName": str,
        "p2pTechnology": str,
        "tunnelTechnology": str,
        "encryptedTechnology": str,
    },
    EXPORTER: {INIT_TIME: int, "exporterIPv4Address": str, "exporterIPv6Address": str},
    MIB_FIELD: {
        MIB_OBJECT: str,  # this and the engine's id in hex
        "mibObjectName": str,
        "mibObjectDescription": str,
        "mibObjectSyntax": str,
        "mibModuleName": str,
        "mibSubIdentifier": int,
        "mibIndexIndicator": int,
        "mibContextEngineID": str,
        "mibContextName": str,
        "mibCaptureTimeSemantics": int,
    },
    **{kind: _SAMPLING for kind, _ in SUBJECTS},
    DOMAIN_SAMPLING: _SAMPLING,
}
#: kinds of facts that have an interval
SAMPLING_KINDS = frozenset(kind for kind, values in VALUES.items() if values is _SAMPLING)
#: element -> the kind of facts that have it, and its type; the domain's for all that sampling can be about
_ELEMENTS = {
    name: (kind, expected)
    for kind, values in VALUES.items()
    if (values is not _SAMPLING or kind == DOMAIN_SAMPLING) and kind != MIB_FIELD
    for name, expected in values.items()
}
#: where the keys of names stand
_NAMED = (
    (INTERFACE, INTERFACES, int),
    (VRF, ("ingressVRFID", "egressVRFID"), int),
    (APPLICATION, ("applicationId",), str),
)


def is_interval(value: object) -> bool:
    """Whether *value* can be an interval: 1 in N, N at least 1; 0 is what exporters send that do not know."""
    return (type(value) is int and value >= 1) or (type(value) is float and value >= 1 and isfinite(value))


def interval_of(said: Mapping[str, Any]) -> Interval | None:
    """1 in how many packets is sampled by what a record says of itself: an int where it is whole; None: unknown."""
    get = said.get
    for name in (SAMPLING_INTERVAL, "samplerRandomInterval"):
        if is_interval(value := get(name)):
            return value
    taken, skipped = get("samplingPacketInterval"), get("samplingPacketSpace")  # packets; RFC 5477 §8.2
    if type(taken) is int and type(skipped) is int and taken > 0 <= skipped:
        return _ratio(taken + skipped, taken)
    size, population = get("samplingSize"), get("samplingPopulation")  # n out of N
    if type(size) is int and type(population) is int and 0 < size <= population:
        return _ratio(population, size)
    probability = get("samplingProbability")
    if type(probability) is float and 0 < probability <= 1:
        interval = 1 / probability
        if interval <= LARGEST_INTERVAL:
            return int(interval) if interval.is_integer() else interval
    return None


def _ratio(whole: int, part: int) -> Interval:
    quotient, rest = divmod(whole, part)
    return whole / part if rest else quotient


def facts_of(record: Mapping[str, Any]) -> Iterator[tuple[str, Key, dict[str, Any]]]:
    """(kind, key, values) of each fact that an options *record* states; values by their elements' names.

    Sampling has its interval as ``samplingInterval``, None where the record does not tell it after all.  Properties
    have the record's fields as they are, none of them where the record withdraws the properties.
    """
    scope = record.get("scope")
    if not isinstance(scope, dict):
        scope = {}
    if PROPERTIES_ID in scope:  # what the record says holds of flows that refer to it, of nothing else
        if type(scope[PROPERTIES_ID]) is int:
            yield PROPERTIES, scope[PROPERTIES_ID], {name: record[name] for name in record if name not in NO_ELEMENTS}
        return
    said = {**record, **scope}
    values: dict[str, dict[str, Any]] = {}
    for name, value in said.items():
        kind, expected = _ELEMENTS.get(name, _NOTHING)
        if type(value) is expected:
            values.setdefault(kind, {})[name] = value
    if not INTERVAL_ELEMENTS.isdisjoint(said):
        values.setdefault(DOMAIN_SAMPLING, {})[SAMPLING_INTERVAL] = interval_of(said)
    if DOMAIN_SAMPLING in values:
        subject = _subject(scope, record)
        if subject is not None:
            yield *subject, values[DOMAIN_SAMPLING]
    for kind, places, kind_of_key in _NAMED:
        if kind in values:
            key = _first(places, scope, record)
            if type(key) is kind_of_key and key != "":
                yield kind, key, values[kind]
    if EXPORTER in values:
        yield EXPORTER, None, values[EXPORTER]
    if MIB_OBJECT in record:
        yield from _mib_field(scope, record)


def spelled(key: object) -> str:
    """What a fact about *key* is kept under, and found by.

    A text, whose hash nobody can foresee: senders choose the numbers, and thousands can be had that a dict has to
    compare one by one, as all that differ by multiples of 2^61 - 1.
    """
    return repr(key)


def mib_key(template_id: int, index: int) -> str:
    """The key of what is said of one field, counted from 0, of a template."""
    return f"{template_id}:{index}"


def mib_place(key: str) -> tuple[int, int]:
    """The template and the field that a key of ``mib_key`` names; ValueError for any other."""
    template_id, index = map(int, key.split(":"))
    if mib_key(template_id, index) != key or not max(template_id, index) <= LARGEST_PLACE:
        raise ValueError(f"key {key!r:.80}")
    return template_id, index


def _mib_field(scope: Mapping[str, Any], record: Mapping[str, Any]) -> Iterator[tuple[str, Key, dict[str, Any]]]:
    """What MIB object the field of a template holds that *scope* names.  RFC 8038 §5.3."""
    template_id, index = scope.get("templateId"), scope.get("informationElementIndex")
    if type(template_id) is not int or type(index) is not int or max(template_id, index) > LARGEST_PLACE:
        return
    values = {}
    for name, expected in VALUES[MIB_FIELD].items():
        value = record.get(name)
        value = value.hex() if type(value) is bytes else value
        if type(value) is expected:
            values[name] = value
    if MIB_OBJECT in values:
        yield MIB_FIELD, mib_key(template_id, index), values


def _subject(scope: Mapping[str, Any], record: Mapping[str, Any]) -> tuple[str, Key] | None:
    """What sampling is about; None where it is about something that cannot be told."""
    for kind, places in SUBJECTS:
        key = _first(places, scope, record)
        if key is not _ABSENT:
            return (kind, key) if type(key) is int else None
    return DOMAIN_SAMPLING, None


def _first(places: tuple[str, ...], *where: Mapping[str, Any]) -> Any:
    """The value under the first of *places* that is there, or ``_ABSENT``."""
    for said in where:
        for place in places:
            if place in said:
                return said[place]
    return _ABSENT


_ABSENT = object()
_NOTHING: tuple[str, type | None] = ("", None)
