"""Options templates whose records report something that a specification defines: recognised by their elements.

RFC 7011 §4 (statistics, reliability, flow keys), RFC 5473 (common properties), RFC 5610 §3.9 (types of elements),
RFC 6759 §4.3 and §5 (applications), RFC 8038 §5.3 (MIB fields).  The order of fields does not matter, nor do others
beside them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from ..template import FieldSpecifier, Template

REPORT = "report"  # the key under which a record has the name of its report
OBSERVATION_TIMES = range(322, 326)  # observationTimeSeconds to observationTimeNanoseconds


class _Report(NamedTuple):
    """A report by IANA's elements: out of each group one at least must be there, and so many observation times."""

    name: str
    scope: tuple[set[int], ...]  # in the scope
    fields: tuple[set[int], ...] = ()  # behind it
    times: int = 0
    anywhere: tuple[set[int], ...] = ()


#: a template that looks like several is the first of them
_REPORTS = (
    _Report("common_properties", ({137},)),
    _Report("metering_statistics", ({143, 149},), ({40}, {41}, {42})),
    _Report("metering_reliability", ({143, 149},), ({164}, {165}), times=2),
    _Report("exporting_reliability", ({130, 131, 144},), ({166}, {167}, {168}), times=2),
    _Report("flow_keys", ({145},), ({173},)),
    _Report("mib_field", ({145}, {287}), ({445},)),
    _Report("element_type", (), anywhere=({346}, {303}, {339})),
    _Report("application_table", ({95},), ({94, 96},)),
    _Report("application_attributes", ({95},), ({372, 373, 374, 288, 289, 290},)),
)


def report_of(template: Template) -> str | None:
    """The name of the report that records of *template* are; None of other templates, and of all of NetFlow v9."""
    if template.protocol != "ipfix" or template.scope_count is None:
        return None
    scope = set(_ids(template.fields[: template.scope_count]))
    fields = list(_ids(template.fields[template.scope_count :]))
    times = sum(each in OBSERVATION_TIMES for each in fields)
    parts = scope, set(fields), scope.union(fields)
    for report in _REPORTS:
        groups = report.scope, report.fields, report.anywhere
        if times >= report.times and all(map(_has_all, parts, groups)):
            return report.name
    return None


def _ids(fields: Iterable[FieldSpecifier]) -> Iterable[int]:
    """The ids of IANA's elements among *fields*."""
    return (field.id for field in fields if not field.enterprise)


def _has_all(ids: set[int], groups: tuple[set[int], ...]) -> bool:
    return not any(ids.isdisjoint(group) for group in groups)
