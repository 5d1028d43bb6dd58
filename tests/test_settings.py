"""What the caller says of one exporter: what is accepted, made uniform, refused."""

from __future__ import annotations

import pickle

import pytest

from netflowparse.errors import UsageError, WrongType
from netflowparse.settings import ExporterSettings


def test_nothing_is_known_by_default() -> None:
    settings = ExporterSettings()
    assert (settings.quirks, settings.template_lifetime, settings.sequence_unit) == (None, None, "datagrams")
    assert settings.sampling_interval is None
    assert (settings.interface_sampling, settings.interfaces, settings.vrfs, settings.applications) == ({}, {}, {}, {})


def test_mappings_are_copied() -> None:
    interfaces, rates = {7: "eth7"}, {7: 100, 8: 2.5}
    settings = ExporterSettings(interfaces=interfaces, interface_sampling=rates, vrfs={1: "red"})
    interfaces.clear()
    rates.clear()
    assert (settings.interfaces, settings.interface_sampling, settings.vrfs) == (
        {7: "eth7"},
        {7: 100, 8: 2.5},
        {1: "red"},
    )


def test_equality_and_pickling() -> None:
    one = ExporterSettings(sampling_interval=1000, applications={"13:0453": "x"}, quirks=["sampler_zero", "auto"])
    other = ExporterSettings(sampling_interval=1000, applications={"13:453": "x"}, quirks=("auto", "sampler_zero"))
    assert one == other == pickle.loads(pickle.dumps(one))
    assert one != ExporterSettings(
        sampling_interval=1001, applications={"13:453": "x"}, quirks=("auto", "sampler_zero")
    )


@pytest.mark.parametrize("lifetime", [None, 1, 1800, "adapt", "never"])
def test_lifetimes(lifetime: object) -> None:
    assert ExporterSettings(template_lifetime=lifetime).template_lifetime == lifetime  # type: ignore[arg-type]


@pytest.mark.conformance("APPID-4.2-03", "APPID-4.1-02")
@pytest.mark.parametrize(
    ("spelled", "expected"),
    [
        ("13:453", "13:453"),
        ("13:0453", "13:453"),
        ("013:453", "13:453"),
        ("20:12356:40567", "20:12356:40567"),
        ("20:012356:0", "20:12356:0"),
        ("20:12356", "20:12356"),  # an enterprise without a selector
        ("3", "3"),  # an engine alone
        ("255:79228162514264337593543950335", "255:79228162514264337593543950335"),  # 96 bits
    ],
)
def test_application_ids_are_made_uniform(spelled: str, expected: str) -> None:
    assert ExporterSettings(applications={spelled: "name"}).applications == {expected: "name"}


def test_of_two_spellings_the_last_counts() -> None:
    assert ExporterSettings(applications={"13:453": "old", "13:0453": "new"}).applications == {"13:453": "new"}


@pytest.mark.parametrize(
    ("field", "value", "kind"),
    [
        ("quirks", "no_such_rule", UsageError),
        ("quirks", 3, WrongType),
        ("template_lifetime", 0, UsageError),
        ("template_lifetime", "forever", WrongType),
        ("template_lifetime", True, WrongType),
        ("template_lifetime", 1.5, WrongType),
        ("sequence_unit", "flows", UsageError),
        ("sequence_unit", 1, WrongType),
        ("sampling_interval", 0, UsageError),
        ("sampling_interval", -5, UsageError),
        ("sampling_interval", float("nan"), UsageError),
        ("sampling_interval", float("inf"), UsageError),
        ("sampling_interval", True, WrongType),
        ("sampling_interval", "1000", WrongType),
        ("interface_sampling", {7: 0.5}, UsageError),
        ("interface_sampling", [7], WrongType),
        ("interfaces", {"7": "eth7"}, WrongType),
        ("interfaces", {7: 7}, WrongType),
        ("interfaces", {-1: "x"}, UsageError),
        ("interfaces", {1 << 32: "x"}, UsageError),
        ("vrfs", {True: "x"}, WrongType),
        ("applications", {13: "x"}, WrongType),
        ("applications", {"13:453": None}, WrongType),
        ("applications", {"": "x"}, UsageError),
        ("applications", {"13:": "x"}, UsageError),
        ("applications", {"13:+4": "x"}, UsageError),
        ("applications", {"13:٤": "x"}, UsageError),
        ("applications", {"13:4:5": "x"}, UsageError),
        ("applications", {"256:1": "x"}, UsageError),
        ("applications", {"20": "x"}, UsageError),
        ("applications", {"20:4294967296:1": "x"}, UsageError),
    ],
)
def test_what_is_refused(field: str, value: object, kind: type[UsageError]) -> None:
    with pytest.raises(UsageError, match=field) as caught:
        ExporterSettings(**{field: value})  # type: ignore[arg-type]
    assert type(caught.value) is kind
    assert "expected" in str(caught.value)


@pytest.mark.parametrize(
    ("kind", "names", "expected"),
    [
        ("nbar", {"13:453": "smtp"}, {"13:453": "smtp"}),
        ("nbar", {13 << 24 | 453: "smtp", 1 << 24 | 8: "egp"}, {"13:453": "smtp", "1:8": "egp"}),
        ("nbar", {"218104261": "smtp"}, {"13:453": "smtp"}),  # 13 * 16777216 + 453
        ("nbar", "218104261,smtp\n3:25,mail\n", {"13:453": "smtp", "3:25": "mail"}),
        ("fortinet", {40567: "GitHub"}, {"20:12356:40567": "GitHub"}),
        ("fortinet", "id,name\n40567,GitHub\n\n16072,DNS\n", {"20:12356:40567": "GitHub", "20:12356:16072": "DNS"}),
        ("velocloud", {"0070": "x"}, {"20:45346:70": "x"}),
        ("ndpi", '\ufeffid,name\r\n5,"DNS, plain"\r\n', {"22:5": "DNS, plain"}),
        ("ndpi", "5, DNS", {"22:5": " DNS"}),
        ("ndpi", "", {}),
        ("ndpi", {}, {}),
    ],
)
def test_application_tables(kind: str, names: object, expected: dict[str, str]) -> None:
    table = ExporterSettings.application_table(kind, names)  # type: ignore[arg-type]
    assert table == expected
    assert ExporterSettings(applications=table).applications == expected


@pytest.mark.parametrize(
    ("kind", "names", "error"),
    [
        ("cisco", {}, UsageError),
        (None, {}, WrongType),
        ("ndpi", None, WrongType),
        ("ndpi", {5: 5}, WrongType),
        ("ndpi", {5.0: "x"}, WrongType),
        ("ndpi", {True: "x"}, WrongType),
        ("ndpi", {-5: "x"}, UsageError),
        ("ndpi", {"22:5": "x"}, UsageError),
        ("nbar", {1 << 32: "x"}, UsageError),
        ("nbar", {"13:x": "x"}, UsageError),
        ("ndpi", "5,DNS\nid,name\n", UsageError),  # headings stand above
        ("ndpi", "5,DNS,more\n", UsageError),
        ("ndpi", "5\n", UsageError),
        ("ndpi", '5,"DNS\n', UsageError),
    ],
)
def test_tables_that_are_refused(kind: str, names: object, error: type[UsageError]) -> None:
    with pytest.raises(UsageError, match="expected") as caught:
        ExporterSettings.application_table(kind, names)  # type: ignore[arg-type]
    assert type(caught.value) is error
