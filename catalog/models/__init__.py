"""The catalogue's tables."""

from catalog.models.assessments import Assessment
from catalog.models.datasets import (
    Dataset,
    DatasetGroupPermission,
    DatasetUserPermission,
    Distribution,
    Field,
    Relation,
)
from catalog.models.filings import Filing, Objection
from catalog.models.sources import CatalogueSource

__all__ = [
    "Assessment",
    "CatalogueSource",
    "Dataset",
    "DatasetGroupPermission",
    "DatasetUserPermission",
    "Distribution",
    "Field",
    "Filing",
    "Objection",
    "Relation",
]
