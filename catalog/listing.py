"""What a record of a source catalogue becomes: the columns of a listed dataset and of its distributions."""

from __future__ import annotations

from typing import Any

from catalog.exchange.record import Copy, Record
from catalog.models import CatalogueSource, Dataset, Distribution

LONGEST_URL = 1000


def described(record: Record, source: CatalogueSource) -> dict[str, Any]:
    """The columns a record fills. An English title stands in both languages: it is the only one there is."""
    return {
        "title": record.title,
        "title_en": record.title_en or (record.title if record.language == "en" else ""),
        "summary": record.summary,
        "contact": record.contact[:300],
        "industry": record.industry,
        "region": record.region or source.region,
        "themes": list(record.themes),
        "keywords": list(record.keywords),
        "language": record.language,
        "temporal_from": record.temporal_from,
        "temporal_until": record.temporal_until,
        "spatial": record.spatial,
        "update_frequency": record.frequency,
        "row_count": record.row_count,
        "licence": record.licence,
        "opening": record.opening,
        "sharing_conditions": record.rights,
        "issued": record.issued,
        "modified": record.modified,
        "source_url": record.landing_page if len(record.landing_page) <= LONGEST_URL else "",
        "source_hash": record.digest,
    }


def copied(dataset: Dataset, copy: Copy) -> Distribution:
    """One distribution of a listed dataset: where the source keeps it; nothing is kept here."""
    kind = Distribution.Kind.INTERFACE if copy.kind == "interface" else Distribution.Kind.FILE
    return Distribution(
        dataset=dataset, kind=kind, title=copy.title, format=copy.format,
        media_type=copy.media_type, address=copy.address,
    )  # fmt: skip
