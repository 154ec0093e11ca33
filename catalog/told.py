"""What entries tell of a dataset beside its columns: its fields as one list, and who was named a viewer."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from itertools import groupby
from typing import Any

from catalog.description import FIELD_COLUMNS
from catalog.models import DatasetUserPermission, Field
from ledger import vocabulary
from ledger.vocabulary import Beside


def fields_standing(_handles: Mapping[int, str]) -> Iterator[tuple[int, list[dict[str, Any]]]]:
    """The fields of each dataset in their order."""
    rows = Field.objects.order_by("dataset_id", "position", "pk").values("dataset_id", *FIELD_COLUMNS)
    for dataset, fields in groupby(rows.iterator(), lambda row: row["dataset_id"]):
        yield dataset, [{name: row[name] for name in FIELD_COLUMNS} for row in fields]


def viewers_standing(handles: Mapping[int, str]) -> Iterator[tuple[int, list[str]]]:
    """The people who may look at each dataset; any other permission of theirs with its name."""
    rows = DatasetUserPermission.objects.order_by("content_object_id").values_list(
        "content_object_id", "user_id", "permission__codename"
    )
    for dataset, found in groupby(rows, lambda row: row[0]):
        named = [(handles.get(user), codename) for _dataset, user, codename in found]
        yield (
            dataset,
            sorted(
                handle if codename == "view_dataset" else f"{handle} {codename}"
                for handle, codename in named
                if handle
            ),
        )


def one_more(before: list[str] | None, viewer: str) -> list[str]:
    """Each entry names one viewer."""
    return sorted({*(before or ()), viewer})


def of_known(viewers: list[str], known: Collection[str]) -> list[str]:
    """Those whose pseudonym can still be resolved."""
    return [viewer for viewer in viewers if viewer in known]


vocabulary.BESIDE["dataset", "fields"] = Beside(fields_standing)
vocabulary.BESIDE["dataset", "viewer"] = Beside(viewers_standing, one_more, of_known)
