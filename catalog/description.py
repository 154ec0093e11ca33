"""What a dataset says of itself: checking it, keeping it, and laying it over a dataset when a filing completes."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from typing import Any

from django.utils.translation import gettext as _

from catalog.grading import DEGREES, OBJECTS, Grade, grade, impacts_from_questions
from catalog.models import Dataset, Field
from catalog.models.datasets import CIRCLES
from ledger.conditions import Opening, Personal, Regime, Sharing
from ledger.errors import BadShape, Fault, PolicyRefused
from ledger.identifiers import region_names, region_stem
from ledger.policy import profile_for
from ledger.rows import Rows, jsonable

#: Columns a steward describes; everything else follows from commands.
DESCRIBED = (
    "title", "title_en", "summary", "summary_en", "contact", "industry", "region", "themes", "keywords", "language",
    "temporal_from", "temporal_until", "spatial", "update_frequency", "row_count", "origin", "public_duty", "lawful_source",
    "rights", "permitted_scenarios", "forbidden_scenarios", "licence", "version", "opening", "sharing", "circle",
    "sharing_conditions", "sharing_reason", "sharing_basis", "sharing_basis_kind", "impacts", "personal", "persons",
    "cross_border",
)  # fmt: skip
FIELD_COLUMNS = ("name", "type", "unit", "description", "level", "personal")
#: What may forbid sharing (B art. 14): a departmental rule may not.
LAWFUL_BASES = ("law", "administrative_regulation", "state_council_decision")


def checked(values: Mapping[str, Any]) -> None:
    """Check the shape of a description, all faults at once.

    Raises:
        BadShape: every fault with its field.
    """
    faults = []
    if "title" in values and not str(values["title"]).strip():
        faults.append(Fault("/title", "required", _("Name the dataset.")))
    region = values.get("region") or ""
    if region and not (
        len(region) == 6 and region.isdigit() and (not region_stem(region) or region_names(region))
    ):
        faults.append(
            Fault("/region", "region", _("This is no region code of GB/T 2260: six digits, e.g. 340100."))
        )
    begin, end = values.get("temporal_from"), values.get("temporal_until")
    if begin and end and end < begin:
        faults.append(
            Fault("/temporal_until", "order", _("The last day lies before the first: swap or correct them."))
        )
    for impacted, degree in (values.get("impacts") or {}).items():
        if impacted not in OBJECTS or degree not in DEGREES:
            faults.append(
                Fault(
                    "/impacts",
                    "impact",
                    _("Unknown impact “%(impact)s”: choose object and degree from the list.")
                    % {"impact": f"{impacted}: {degree}"},
                )
            )
    names = [row.get("name", "") for row in values.get("fields") or []]
    for twin in sorted({name for name in names if names.count(name) > 1}):
        faults.append(
            Fault(
                "/fields",
                "twice",
                _("The field “%(name)s” is named twice: give each its own name.") % {"name": twin},
            )
        )
    if faults:
        raise BadShape(_("Some fields need another look."), errors=faults)


def allowed(dataset: Dataset) -> None:
    """Weigh a description against the rules on sharing (R 29, 30).

    Raises:
        PolicyRefused: naming rule, clause and remedy.
    """
    if dataset.regime == Regime.PRIVATE:
        return
    if dataset.sharing == Sharing.NOT_SHARED and not (dataset.sharing_reason and dataset.sharing_basis):
        raise PolicyRefused(
            _("“Not shared” needs a reason and its legal basis."),
            rule="R 29", clause="B 15", code="basis_missing", pointer="/sharing_basis",
            remedy=_("Cite the law, administrative regulation or State Council decision, or choose conditional sharing."),
        )  # fmt: skip
    if dataset.sharing == Sharing.NOT_SHARED and dataset.sharing_basis_kind not in LAWFUL_BASES:
        raise PolicyRefused(
            _("Only a law, an administrative regulation or a State Council decision can forbid sharing."),
            rule="R 29", clause="B 14", code="basis_kind", pointer="/sharing_basis_kind",
            remedy=_("Cite one of these, or choose conditional sharing."),
        )  # fmt: skip
    if dataset.sharing == Sharing.CONDITIONAL and not dataset.sharing_conditions:
        raise PolicyRefused(
            _("Conditional sharing needs its scope and conditions of use."),
            rule="R 30", clause="B 15", code="conditions_missing", pointer="/sharing_conditions",
            remedy=_("Write who may use it for what."),
        )  # fmt: skip
    if dataset.sharing == Sharing.UNCONDITIONAL and dataset.sharing_conditions:
        raise PolicyRefused(
            _("Unconditional sharing knows no conditions."),
            rule="R 30", clause="B 15", code="conditions_given", pointer="/sharing_conditions",
            remedy=_("Remove the conditions, or choose conditional sharing."),
        )  # fmt: skip


def derive(dataset: Dataset, circle_named: bool) -> None:
    """Set what follows from the description: regime, circle, class."""
    before, dataset.regime = dataset.regime, dataset.derived_regime()
    if not circle_named and dataset.regime != before:
        dataset.circle = CIRCLES[Regime(dataset.regime)]
    dataset.industry = dataset.industry or dataset.owner.industry
    dataset.region = dataset.region or dataset.owner.region


def graded(dataset: Dataset, fields: list[Mapping[str, Any]] | None = None) -> Grade:
    """The computed class of a dataset with its steps (R 43, 44)."""
    rows = fields if fields is not None else list(dataset.fields.values(*FIELD_COLUMNS))
    policy = profile_for(dataset.regime, dataset.owner.region)
    items = [(row["name"], row.get("level") or "", row.get("personal") or "") for row in rows]
    return grade(policy.grading, dataset.impacts, items, Personal(dataset.personal), dataset.persons or 0)


#: The three plain questions, for those who do not know the matrix.
QUESTIONS = ("recognisable", "harm", "many")


def answered(values: Mapping[str, Any]) -> dict[str, Any]:
    """A description in which answers to the plain questions have become impacts; impacts named win."""
    told = {name: value for name, value in values.items() if name not in QUESTIONS}
    if values.get("harm") and not values.get("impacts"):
        many, recognisable = bool(values.get("many")), bool(values.get("recognisable"))
        told["impacts"] = impacts_from_questions(recognisable, values["harm"], many)
    return told


def lay(rows: Rows, dataset: Dataset, values: Mapping[str, Any], **more: Any) -> None:
    """Lay a description over a dataset: columns, fields, and all that follows from them."""
    values = answered(values)
    described = {name: values[name] for name in DESCRIBED if name in values}
    for name, value in described.items():
        setattr(dataset, name, value)
    derive(dataset, bool(values.get("circle")))
    allowed(dataset)
    fields = values.get("fields")
    dataset.level = graded(dataset, fields).level
    derived = {name: getattr(dataset, name) for name in ("regime", "circle", "industry", "region", "level")}
    if dataset.pk is None:
        raise ValueError("lay() changes a dataset that exists")
    rows.update(dataset, **(described | derived | more))
    if fields is not None:
        replace_fields(rows, dataset, fields)


def replace_fields(rows: Rows, dataset: Dataset, fields: list[Mapping[str, Any]]) -> None:
    """Write the list of fields anew; the entry holds the list as it now stands."""
    dataset.fields.all().delete()
    Field.objects.bulk_create(
        Field(dataset=dataset, position=place, **{name: row.get(name) or "" for name in FIELD_COLUMNS})
        for place, row in enumerate(fields)
    )
    rows.facts.setdefault(f"dataset/{dataset.pk}", {})["fields"] = [
        {name: row.get(name) or "" for name in FIELD_COLUMNS} for row in fields
    ]


def snapshot(dataset: Dataset) -> dict[str, Any]:
    """The whole description as plain JSON: what a filing proposes."""
    content = {name: jsonable(getattr(dataset, name)) for name in DESCRIBED}
    return content | {"fields": list(dataset.fields.values(*FIELD_COLUMNS))}


def proposed(dataset: Dataset, content: Mapping[str, Any]) -> dict[str, Any]:
    """A filing's content with dates as dates again, ready to lay over the dataset."""
    values: dict[str, Any] = dict(content)
    for column in Dataset._meta.concrete_fields:
        if column.name in ("temporal_from", "temporal_until"):
            values[column.name] = column.to_python(values.get(column.name))
    return values


def demand_lawful(dataset: Dataset, content: Mapping[str, Any]) -> None:
    """Weigh what a filing would lay over the dataset, so that no code fails on it later.

    Raises:
        BadShape, PolicyRefused: as if it were laid over it now.
    """
    values = proposed(dataset, content)
    checked(values)
    preview = copy(dataset)
    for name in DESCRIBED:
        setattr(preview, name, values.get(name, getattr(dataset, name)))
    preview.regime = preview.derived_regime()
    allowed(preview)


def unspoken_secret(secret: bool) -> None:
    """State and work secrets are refused and not stored (R 32).

    Raises:
        PolicyRefused: the owner says it is one.
    """
    if secret:
        raise PolicyRefused(
            _("State secrets and work secrets do not belong in this book; nothing was stored."),
            rule="R 32", clause="B 3", code="secret", pointer="/secret",
            remedy=_("Ask your secrecy office how to proceed."),
        )  # fmt: skip


def opens(dataset: Dataset) -> bool:
    """Whether the public reads the entry."""
    return dataset.opening != Opening.NON_PUBLIC
