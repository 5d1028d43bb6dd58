"""Which element's values are named by which sub-registry, and the labels read from there.

The tables below are the only place where that is written down; the CSV files hold the labels themselves.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from facts import DATA_TYPES, SEMANTICS, UNITS, FactError, Row, codes, first_filled, read

Labels = dict[int, str]


class SubRegistry(NamedTuple):
    """*elements* whose values *file* names: its column of values, its columns of labels in order of preference."""

    elements: tuple[str, ...]
    file: str
    value: str = "Value"
    labels: tuple[str, ...] = ("Name",)


SUB_REGISTRIES = (
    SubRegistry(("anonymizationTechnique",), "ipfix/ipfix-anonymization-technique.csv"),
    SubRegistry(("biflowDirection",), "ipfix/ipfix-biflow-direction.csv"),
    SubRegistry(("classificationEngineId",), "ipfix/classification-engine-ids.csv"),
    SubRegistry(("dataLinkFrameType",), "ipfix/ipfix-data-link-frame-type.csv"),
    SubRegistry(
        ("dot1qPriority", "dot1qCustomerPriority", "dot1qServiceInstancePriority"),
        "other/dot1q-priority.csv",
        "value",
        ("name",),
    ),
    SubRegistry(("ethernetType",), "other/ethertypes.csv", "ethertype", ("name",)),
    SubRegistry(("firewallEvent",), "ipfix/ipfix-firewall-event.csv"),
    SubRegistry(("flowEndReason",), "ipfix/ipfix-flow-end-reason.csv"),
    SubRegistry(("flowSelectorAlgorithm",), "ipfix/ipfix-flowselectoralgorithm.csv", "ID", ("Technique",)),
    SubRegistry(("igmpType",), "other/igmp-types.csv", "type", ("name",)),
    SubRegistry(("informationElementDataType",), DATA_TYPES),
    SubRegistry(("informationElementSemantics",), SEMANTICS),
    SubRegistry(("informationElementUnits",), UNITS),
    SubRegistry(("mibCaptureTimeSemantics",), "ipfix/ipfix-mib-capture-time-semantics.csv"),
    SubRegistry(("mplsTopLabelType",), "ipfix/ipfix-mpls-label-type.csv"),
    SubRegistry(("natEvent",), "ipfix/ipfix-nat-event-type.csv", labels=("Event Name",)),
    SubRegistry(("natOriginatingAddressRealm",), "ipfix/ipfix-nat-originating-address-realm.csv"),
    SubRegistry(
        ("natQuotaExceededEvent",), "ipfix/ipfix-nat-quota-exceeded-event.csv", labels=("Quota Exceeded Event Name",)
    ),
    SubRegistry(
        ("natThresholdEvent",), "ipfix/ipfix-nat-threshold-event.csv", labels=("Threshold Exceeded Event Name",)
    ),
    SubRegistry(("natType",), "ipfix/ipfix-nat-type.csv"),
    SubRegistry(("observationPointType",), "ipfix/ipfix-observation-point-type.csv"),
    SubRegistry(
        ("protocolIdentifier", "nextHeaderIPv6", "ipv6ExtensionHeaderType"),
        "other/protocol-numbers-1.csv",
        "Decimal",
        ("Keyword", "Protocol"),
    ),
    SubRegistry(("selectorAlgorithm",), "ipfix/psamp-parameters-1.csv", "ID"),
    SubRegistry(("srhIPv6ActiveSegmentType",), "ipfix/ipfix-ipv6-srh-segment-type.csv"),
    SubRegistry(
        ("srhSegmentIPv6EndpointBehavior",), "other/srv6-endpoint-behaviors.csv", labels=("Endpoint Behavior",)
    ),
    SubRegistry(("valueDistributionMethod",), "ipfix/ipfix-value-distribution-method.csv"),
)

# Labels that the published text does not give, or gives wrongly: IANA has a whole sentence for engines 21 and 22, and
# calls both realms private (the element's own text says 2 is public).
OVERRIDES: dict[str, Labels] = {
    "classificationEngineId": {21: "Qosmos ixEngine", 22: "ntop nDPI"},
    "natOriginatingAddressRealm": {1: "private", 2: "public"},
}

# Fields of NetFlow v5's header, by their name in netflow-v5/enumerations.csv -> their key; one is an element too.
HEADER_KEYS = {"engine_type": "engineType", "sampling_mode": "samplingMode"}

# Elements whose deployed bit order differs from the printed one: no labels are better than wrong ones.
UNTRUSTED = ("ipv6ExtensionHeaders",)


def value_labels(folder: Path, ids: dict[int, str], netflow9: dict[int, str]) -> dict[str, Labels]:
    """{key: {value: label}}.  *ids* and *netflow9* give the key of an IANA element id and of a v9 field type."""
    found: dict[str, Labels] = {}
    for table in SUB_REGISTRIES:
        labels = codes(folder, table.file, first_filled(*table.labels), table.value)
        for element in table.elements:
            found[element] = labels | OVERRIDES.get(element, {})
    found["forwardingStatus"] = forwarding_status(folder)
    for version, types, both in ((4, "icmpTypeIPv4", "icmpTypeCodeIPv4"), (6, "icmpTypeIPv6", "icmpTypeCodeIPv6")):
        found[types], found[both] = icmp(folder, version)
    for row, element in _embedded(folder, ids):
        if row["kind"] == "value":
            _add(found, row, element, row.number("key"), row["label"])
    for row in read(folder, "netflow-v9/value-enumerations.csv", "field_type", "value", "name"):
        if row.number("field_type") not in netflow9:
            raise row.error(f"field type {row['field_type']} is not in netflow-v9/field-types.csv")
        _add(found, row, netflow9[row.number("field_type")], row.number("value"), row["name"])
    for row in read(folder, "netflow-v5/enumerations.csv", "field", "value", "name"):
        if row["field"] not in HEADER_KEYS:
            raise row.error(f"unknown field {row['field']!r}, expected one of {', '.join(HEADER_KEYS)}")
        _add(found, row, HEADER_KEYS[row["field"]], row.number("value"), row["name"])
    return _of_elements(found, {*ids.values(), *netflow9.values(), *HEADER_KEYS.values()})


def flag_labels(folder: Path, ids: dict[int, str]) -> dict[str, Labels]:
    """{element: {mask: label}}, masks ascending; a mask of several bits is a small number inside the flags.

    The label is "" where bits stand beside the flags that have no part in them.
    """
    found: dict[str, Labels] = {}
    for row in read(folder, "other/tcp-header-flags.csv", "mask_16bit", "name"):
        if row["name"] != "reserved":
            label = "" if row["name"] == "data offset" else row["name"]  # RFC 7125 §3: to be ignored
            _add(found, row, "tcpControlBits", row.number("mask_16bit"), label)
    headers = codes(folder, "ipfix/ipfix-ipv6extensionheaders-bits.csv", first_filled("Label"), "Bit")
    found["ipv6ExtensionHeadersFull"] = {1 << bit: label for bit, label in headers.items()}
    for row, element in _embedded(folder, ids):
        if row["kind"] != "value":
            key = row.number("key")
            _add(found, row, element, key if row["kind"] == "mask" else 1 << key, row["label"])
    return _of_elements(found, set(ids.values()))


def forwarding_status(folder: Path) -> Labels:
    """Labels of the whole octet: the status, and after a colon its reason.  RFC 7270 §4.12."""
    status = {row["Value"]: row["Description"] for row in read(folder, "ipfix/forwarding-status.csv", "Value")}
    labels = {0: status["00b"]}
    for bits, word in status.items():
        for value, reason in codes(folder, f"ipfix/forwarding-status-{bits}.csv", first_filled(), "Hex").items():
            labels[value] = f"{word}: {reason}"
    return labels


def icmp(folder: Path, version: int) -> tuple[Labels, Labels]:
    """Labels by type, and by type * 256 + code; a type that has no codes is named by its code 0 too."""
    types: Labels = {}
    both: Labels = {}
    for row in read(folder, "other/icmp-types-codes.csv", "ip_version", "type", "code", "name"):
        if row.number("ip_version") != version:
            continue
        if row["code"]:
            both[row.number("type") * 256 + row.number("code")] = row["name"]
        else:
            types[row.number("type")] = row["name"]
    with_codes = {value >> 8 for value in both}
    both |= {value << 8: label for value, label in types.items() if value not in with_codes}
    return types, both


def _embedded(folder: Path, ids: dict[int, str]) -> list[tuple[Row, str]]:
    """Rows of the codes that live inside element texts, each with its element."""
    found: list[tuple[Row, str]] = []
    for row in read(folder, "ipfix/ie-embedded-enumerations.csv", "element_id", "element", "kind", "key", "label"):
        if row["element"] in UNTRUSTED:
            continue
        if ids.get(row.number("element_id")) != row["element"]:
            raise row.error(f"{row['element']} is not element {row['element_id']}")
        if row["kind"] not in ("value", "mask", "lsb-bit"):
            raise row.error(f"unknown kind {row['kind']!r}, expected value, mask or lsb-bit")
        found.append((row, row["element"]))
    return found


def _add(found: dict[str, Labels], row: Row, element: str, value: int, label: str) -> None:
    if found.setdefault(element, {}).setdefault(value, label) != label:
        raise row.error(f"{element} {value} is {label!r}, but {found[element][value]!r} elsewhere")


def _of_elements(found: dict[str, Labels], keys: set[str]) -> dict[str, Labels]:
    for element in found:
        if element not in keys:
            raise FactError(f"labels.py: {element!r} is not a registered element any more")
    return {element: dict(sorted(labels.items())) for element, labels in sorted(found.items())}
