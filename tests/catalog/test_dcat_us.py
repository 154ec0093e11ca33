"""data.json feeds after Project Open Data 1.1, and one defect at a time."""

import datetime as dt
import json
from typing import Any

import pytest

from catalog.exchange.reading import read_catalogue
from catalog.exchange.record import Copy, Taken
from catalog.exchange.refusals import FileRefused, Refused
from ledger.conditions import Opening

DATASET: dict[str, Any] = {
    "@type": "dcat:Dataset",
    "accessLevel": "restricted public",
    "rights": "Registration is required.",
    "accrualPeriodicity": "R/P3M",
    "contactPoint": {"fn": "Milk Desk", "hasEmail": "mailto:milk@example.gov"},
    "description": "Milk yield by county.<br>Yearly.",
    "distribution": [
        {"downloadURL": "https://example.gov/milk.csv", "mediaType": "text/csv", "title": "Milk"},
        {"accessURL": "https://example.gov/api/milk", "format": "API", "title": "Milk API"},
    ],
    "identifier": "milk-1",
    "issued": "2014-07-30",
    "modified": "2024-11-27T17:03:49.000Z",
    "keyword": ["milk", "milk", "farms"],
    "theme": ["agriculture"],
    "language": ["us-EN"],
    "license": "https://creativecommons.org/publicdomain/zero/1.0/",
    "landingPage": "HTTPS://example.gov/milk",
    "publisher": {"name": "Dairy Office", "subOrganizationOf": {"name": "Department"}},
    "spatial": "United States",
    "temporal": "1980/2013",
    "title": "Milk yield",
}


def items(*datasets: Any) -> list[Any]:
    return list(read_catalogue(json.dumps({"dataset": datasets}).encode()).items)


def taken(**changes: Any) -> Taken:
    [found] = items(DATASET | changes)
    assert isinstance(found, Taken), found
    return found


def codes(found: Taken) -> list[tuple[str, str]]:
    return [(remark.code, remark.field) for remark in found.remarks]


def test_it_reads_every_field() -> None:
    record = taken().record
    assert (record.key, record.title, record.owner, record.language) == (
        "milk-1",
        "Milk yield",
        "Dairy Office",
        "en",
    )
    assert record.summary == "Milk yield by county.\nYearly."
    assert record.contact == "Milk Desk, milk@example.gov"
    assert (record.keywords, record.themes) == (("milk", "farms"), ("agriculture",))
    assert (record.issued, record.modified) == (dt.date(2014, 7, 30), dt.date(2024, 11, 27))
    assert (record.temporal_from, record.temporal_until) == (dt.date(1980, 1, 1), dt.date(2013, 12, 31))
    assert (record.frequency, record.frequency_words) == ("quarterly", "R/P3M")
    assert (record.opening, record.rights) == (Opening.RESTRICTED, "Registration is required.")
    assert record.landing_page == "https://example.gov/milk"
    assert record.copies == (
        Copy("file", "Milk", "CSV", "text/csv", "https://example.gov/milk.csv"),
        Copy("interface", "Milk API", "API", "", "https://example.gov/api/milk"),
    )
    assert not taken().remarks


@pytest.mark.parametrize(
    ("level", "opening"),
    [
        ("public", Opening.PUBLIC),
        ("restricted public", Opening.RESTRICTED),
        ("non-public", Opening.NON_PUBLIC),
    ],
)
def test_it_reads_access_levels(level: str, opening: Opening) -> None:
    assert taken(accessLevel=level).record.opening == opening


@pytest.mark.parametrize(
    ("interval", "code"),
    [
        ("R/PT1S", "realTime"),
        ("R/PT1H", "daily"),
        ("R/P1D", "daily"),
        ("R/P3.5D", "weekly"),
        ("R/P1W", "weekly"),
        ("R/P2W", "monthly"),
        ("R/P1M", "monthly"),
        ("R/P6M", "semiannual"),
        ("R/P1Y", "annual"),
        ("R/P2Y", "irregular"),
        ("irregular", "irregular"),
        ("", ""),
    ],
)
def test_it_promises_no_more_than_the_source(interval: str, code: str) -> None:
    assert taken(accrualPeriodicity=interval).record.frequency == code


@pytest.mark.parametrize(
    ("field", "value", "remark"),
    [
        ("accrualPeriodicity", "R/PXY", ("frequency_unknown", "accrualPeriodicity")),
        ("accrualPeriodicity", "R/P0D", ("frequency_unknown", "accrualPeriodicity")),
        ("accessLevel", "secret", ("opening_unknown", "accessLevel")),
        ("accessLevel", None, ("opening_unstated", "accessLevel")),
        ("issued", "2016-04-54", ("date_unreal", "issued")),
        ("issued", "2016-04-1419:48:05", ("date_unreadable", "issued")),
        ("modified", "2014", ("date_coarse", "modified")),
        ("temporal", "2015-01-10/31-12-2015", ("date_unreadable", "temporal")),
        ("temporal", "2015-01-10/2014-01-10", ("order", "temporal")),
        ("landingPage", "www.example.gov", ("address", "landingPage")),
        ("contactPoint", {"hasEmail": "milkATexample.gov"}, ("email", "contactPoint/hasEmail")),
        ("contactPoint", {"hasEmail": "a@b.gov; c@d.gov"}, ("email", "contactPoint/hasEmail")),
        ("distribution", {"title": "x"}, ("wrong_type", "distribution")),
        ("distribution", [{"downloadURL": "nowhere"}], ("address", "distribution/0/downloadURL")),
        ("keyword", {"a": 1}, ("wrong_type", "keyword")),
        ("description", {"a": 1}, ("wrong_type", "description")),
    ],
)
def test_it_takes_the_record_and_names_the_value_left_out(
    field: str, value: Any, remark: tuple[str, str]
) -> None:
    assert remark in codes(taken(**{field: value}))


@pytest.mark.parametrize("rights", ["true", "TRUE", "N/A", "Not Available", "none"])
def test_it_knows_words_that_say_nothing(rights: str) -> None:
    assert taken(rights=rights).record.rights == ""


@pytest.mark.parametrize(
    ("field", "value"), [("title", ""), ("title", None), ("publisher", {}), ("publisher", None)]
)
def test_it_rejects_a_dataset_without_title_or_publisher(field: str, value: Any) -> None:
    [found] = items(DATASET | {field: value})
    assert isinstance(found, Refused)
    assert (found.reason, found.place.record, found.place.key) == ("required", 1, "milk-1")


def test_it_goes_on_after_a_bad_one() -> None:
    kinds = [
        type(found).__name__ for found in items("text", DATASET | {"title": 7}, DATASET | {"identifier": 2})
    ]
    assert kinds == ["Refused", "Taken", "Taken"]


@pytest.mark.parametrize("gone", ["distribution", "identifier", "contactPoint", "keyword", "description"])
def test_it_takes_a_dataset_without_optional_fields(gone: str) -> None:
    record = taken(**{gone: None}).record
    assert record.key == ("https://example.gov/milk" if gone == "identifier" else "milk-1")


def file_refused(raw: bytes, format: str = "auto") -> Refused:
    with pytest.raises(FileRefused) as caught:
        read_catalogue(raw, format)
    return caught.value.refused


def test_it_rejects_a_feed_without_a_list() -> None:
    assert file_refused(b'{"dataset": {"title": "x"}}').reason == "no_records"
    assert file_refused(b'{"title": "x"}').reason == "no_records"
    assert file_refused(b'{"title": "x"}', "dcat-us").reason == "no_records"


def test_it_rejects_a_feed_cut_off_with_row_and_byte() -> None:
    raw = json.dumps({"dataset": [DATASET]}, indent=1).encode()
    found = file_refused(raw[: len(raw) // 2])
    assert found.reason == "json_broken"
    assert found.place.row is not None
    assert found.place.row > 10
    assert found.place.byte is not None


def test_it_rejects_a_feed_nested_without_end() -> None:
    assert file_refused(b"[" * 100_000).reason == "json_broken"


def test_it_rejects_another_format_than_asked_for() -> None:
    raw = json.dumps({"dataset": [DATASET]}).encode()
    for format in ("csv", "portal-cn"):
        assert file_refused(raw, format).reason == "format_mismatch"
    assert file_refused(b"PK\x03\x04", "csv").reason == "format_mismatch"


def test_it_takes_an_empty_feed() -> None:
    assert items() == []
