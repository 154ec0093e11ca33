"""DCAT-US feeds: data.json after Project Open Data Metadata Schema 1.1, as agencies really write it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from catalog.exchange.cleaning import said
from catalog.exchange.formats import read_address, read_format
from catalog.exchange.record import Copy, Record, Taken
from catalog.exchange.refusals import FileRefused, Place, Problem, Refused
from catalog.exchange.values import LONGEST_NAME, Values, key_from, kind, language_of
from ledger.conditions import Opening

#: Our field → where it stands in a dataset; the first path that holds something counts.
PATHS = {
    "key": ("identifier",),
    "title": ("title",),
    "owner": ("publisher/name", "publisher"),
    "summary": ("description",),
    "person": ("contactPoint/fn",),
    "email": ("contactPoint/hasEmail", "publisher/mbox"),
    "keywords": ("keyword",),
    "themes": ("theme",),
    "super_themes": ("superTheme",),
    "issued": ("issued",),
    "modified": ("modified",),
    "frequency": ("accrualPeriodicity",),
    "temporal": ("temporal",),
    "spatial": ("spatial",),
    "opening": ("accessLevel",),
    "landing_page": ("landingPage",),
    "language": ("language",),
    "licence": ("license",),
    "rights": ("rights",),
    "distribution": ("distribution",),
}
LEVELS = {"public": Opening.PUBLIC, "restricted public": Opening.RESTRICTED, "non-public": Opening.NON_PUBLIC}
#: ISO 639-2 and feeds' own inventions → the two-letter code.
LANGUAGES = {"us": "en", "eng": "en", "spa": "es", "zho": "zh", "chi": "zh", "cn": "zh"}


def datasets_of(catalogue: Mapping[str, Any]) -> list[Any]:
    """The list of datasets of a data.json.

    Raises:
        FileRefused: it has none.
    """
    found = catalogue.get("dataset")
    if not isinstance(found, list):
        raise FileRefused("no_records", value=f"“dataset”: {kind(found)}")
    return found


def read_datasets(datasets: list[Any]) -> Iterator[Taken | Refused]:
    """Read a feed's datasets one by one; a bad one never stops the others."""
    for number, dataset in enumerate(datasets, 1):
        if isinstance(dataset, dict):
            yield read_dataset(dataset, Place(record=number))
        else:
            yield Refused(Place(record=number), (Problem("not_a_record", value=kind(dataset)),))


def read_dataset(dataset: Mapping[str, Any], place: Place) -> Taken | Refused:
    """One dataset of a feed."""
    values = Values({field: at(dataset, paths) for field, paths in PATHS.items()})
    title, owner, page = values.required("title"), values.required("owner"), values.address("landing_page")
    key = key_from(values.words("key"), page, f"{owner}/{title}")
    if values.faults:
        place = Place(record=place.record, key=key.strip("/"))
    record = build(values, key=key, title=title, owner=owner, landing_page=page)
    return values.end(place, lambda: record)


def at(dataset: Mapping[str, Any], paths: tuple[str, ...]) -> tuple[str, Any]:
    """The first path that holds something, with its value."""
    for path in paths:
        value: Any = dataset
        for step in path.split("/"):
            value = value.get(step) if isinstance(value, Mapping) else None
        if value not in (None, "", [], {}) and not (path == "publisher" and not isinstance(value, str)):
            return path, value
    return paths[0], None


def build(values: Values, *, key: str, title: str, owner: str, landing_page: str) -> Record:
    """The rest of a record, once its names are known."""
    summary, (begin, end) = values.prose("summary"), values.span("temporal")
    themes = dict.fromkeys(values.list("themes") + values.list("super_themes"))
    return Record(
        key=key, title=title, owner=owner, landing_page=landing_page, summary=summary,
        language=language(values) or language_of(title, summary),
        person=values.words("person", 200), email=values.email("email"),
        keywords=values.list("keywords"), themes=tuple(themes),
        issued=values.day("issued"), modified=values.day("modified"),
        frequency=values.frequency("frequency"), frequency_words=values.words("frequency", 60),
        temporal_from=begin, temporal_until=end, spatial=spatial(values),
        opening=opening(values), copies=copies(values),
        licence=values.words("licence", 300), rights=values.prose("rights"),
    )  # fmt: skip


def opening(values: Values) -> Opening:
    """accessLevel; restricted, with a remark, where it is missing or not one of the three."""
    words = values.words("opening").lower()
    if words not in LEVELS:
        values.remark("opening", "opening_unknown" if words else "opening_unstated", words)
    return LEVELS.get(words, Opening.RESTRICTED)


def language(values: Values) -> str:
    """The first language named, as its two-letter code."""
    first = next(iter(values.list("language")), "").lower().replace("_", "-")
    code = first.split("-")[0]
    return LANGUAGES.get(code, code)[:20]


def spatial(values: Values) -> str:
    """The area covered, in words; a GeoJSON geometry is not words."""
    return values.words("spatial", 300)


def copies(values: Values) -> tuple[Copy, ...]:
    """The distributions, in the feed's order."""
    found = values.get("distribution")
    if found is None:
        return ()
    if not isinstance(found, list):
        values.remark("distribution", "wrong_type", kind(found))
        return ()
    return tuple(copy(values, each, place) for place, each in enumerate(found) if isinstance(each, dict))


def copy(values: Values, distribution: Mapping[str, Any], place: int) -> Copy:
    """One distribution: a download is a file, an access page or API an interface."""
    download, access = (address(values, distribution, name, place) for name in ("downloadURL", "accessURL"))
    where = download or access
    found = read_format(distribution.get("format"), said(distribution.get("mediaType")), where)
    kind_of_copy = "interface" if access and not download else found.kind
    title = said(distribution.get("title")) or said(distribution.get("description"))
    return Copy(kind_of_copy, title[:LONGEST_NAME], found.name[:40], found.media_type[:120], where)


def address(values: Values, distribution: Mapping[str, Any], name: str, place: int) -> str:
    """One address of a distribution; a wrong one is noted with the distribution's number."""
    found = read_address(distribution.get(name))
    if found is None:
        values.remarks.append(
            Problem("address", f"distribution/{place}/{name}", said(distribution.get(name))[:120])
        )
    return found or ""
