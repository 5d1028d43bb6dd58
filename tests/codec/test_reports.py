"""Which options templates report something that a specification defines, by their elements alone."""

from __future__ import annotations

import pytest

from netflowparse.codec.reports import report_of
from netflowparse.template import FieldSpecifier, Template

# The element numbers are those of the tables in RFC 7011 §4, RFC 5610 §3.9, RFC 6759 §4.3 and §5, RFC 8038 §5.3.
STATISTICS = [41, 42, 40]  # messages, flow records and octets that were exported
METERING = [164, 165]  # packets and octets that were ignored
EXPORTING = [166, 167, 168]  # flows, packets and octets that were not sent
TYPES = [339, 344, 345, 342, 343, 341, 340]  # what RFC 5610 says of an element, its data type first


def options(scope: list[int], fields: list[int], *, protocol: str = "ipfix", enterprise: int = 0) -> Template:
    """An options template of IANA's elements, those that are no scope of another *enterprise* perhaps."""
    specifiers = [FieldSpecifier(0, each, 4) for each in scope]
    specifiers += [FieldSpecifier(enterprise, each, 4) for each in fields]
    return Template(protocol, 300, len(scope), tuple(specifiers))


@pytest.mark.conformance("IPFIX-4-01", "IPFIX-4.1-01", "IPFIX-4.2-01", "IPFIX-4.3-01", "IPFIX-4.4-01")
@pytest.mark.conformance("APPID-4.3-01", "APPID-5-01")
@pytest.mark.parametrize(
    ("scope", "fields", "report"),
    [
        ([149], STATISTICS, "metering_statistics"),
        ([143], STATISTICS, "metering_statistics"),
        ([149, 143], STATISTICS, "metering_statistics"),
        ([143, 149, 10], [8, 40, 12, 41, 85, 42], "metering_statistics"),
        ([149], STATISTICS[:2], None),
        ([149], STATISTICS[1:], None),
        ([141], STATISTICS, None),  # of a line card: RFC 7011 appendix A.4
        ([149, *STATISTICS], [], None),
        ([149], [*METERING, 322, 322], "metering_reliability"),
        ([143], [323, *METERING, 323], "metering_reliability"),
        ([149, 143], [165, 324, 164, 325, 10], "metering_reliability"),  # times of two kinds
        ([149], [*METERING, 322], None),
        ([149], METERING, None),
        ([149], [164, 322, 322], None),
        ([130], [*METERING, 322, 322], None),
        ([130], [*EXPORTING, 324, 324], "exporting_reliability"),
        ([131], [*EXPORTING, 325, 325], "exporting_reliability"),
        ([144], [322, 168, 167, 166, 322, 41], "exporting_reliability"),
        ([144], [*EXPORTING, 322], None),
        ([144], [*EXPORTING[:2], 322, 322], None),
        ([149], [*EXPORTING, 322, 322], None),
        ([145], [173], "flow_keys"),
        ([149, 145], [210, 173], "flow_keys"),
        ([149], [173], None),
        ([145], [34], None),
        ([346, 303], TYPES, "element_type"),
        ([303, 346], [341, 339], "element_type"),
        ([346, 303], TYPES[1:], None),
        ([303], TYPES, None),
        ([346], [303, 339], "element_type"),
        ([95], [96, 94], "application_table"),
        ([95], [94], "application_table"),
        ([95], [96, 372], "application_table"),
        ([95], [372, 373, 374, 288, 289, 290], "application_attributes"),
        ([95], [290], "application_attributes"),
        ([95], [82], None),
        ([10], [96, 95], None),
        ([137], [8, 12], "common_properties"),
        ([137], [], "common_properties"),
        ([137, 95], [96], "common_properties"),  # of flows that refer to it, of nothing else
        ([8], [137], None),
        ([145, 287], [445], "mib_field"),
        ([287, 145], [451, 452, 445], "mib_field"),
        ([145], [287, 445], None),
        ([145, 287], [451], None),
    ],
)
def test_reports_are_told_by_their_elements(scope: list[int], fields: list[int], report: str | None) -> None:
    assert report_of(options(scope, fields)) == report


@pytest.mark.conformance("IPFIX-4-01")
def test_elements_of_enterprises_are_others() -> None:
    assert report_of(options([149], STATISTICS, enterprise=64999)) is None
    assert report_of(options([145], [173], enterprise=29305)) is None


def test_only_options_of_ipfix_are_reports() -> None:
    assert report_of(options([149], STATISTICS, protocol="netflow9")) is None
    assert report_of(options([149], STATISTICS)._replace(scope_count=None)) is None
    assert report_of(options([], [149, *STATISTICS])) is None
