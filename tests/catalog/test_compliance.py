"""The compliance status by dates: SQL and Python say the same, and the columns kept say what the evidence says."""

from __future__ import annotations

import datetime as dt
from itertools import product
from typing import Any

import pytest

from catalog import compliance
from catalog.compliance import SEVERITY, Status
from catalog.models import Assessment, Dataset
from ledger.clock import at
from tests.cast import Cast, day

TODAY = dt.date(2026, 9, 17)
ENDS = (-400, -1, 0, 1, 58, 59, 60, 61, 800)


@pytest.fixture(autouse=True)
def september() -> Any:
    with at(day("2026-09-17")):
        yield


def row(cast: Cast, **columns: Any) -> Dataset:
    values = {"title": "x", "regime": "private", "created_at": day("2026-09-01"), "level": "general_3"}
    return Dataset(owner=cast.tools.organisation, **values | columns)


def test_sql_and_python_agree_on_every_day(cast: Cast) -> None:
    made = Dataset.objects.bulk_create(
        row(cast, evidence=evidence, evidence_until=None if end is None else TODAY + dt.timedelta(end))
        for evidence, end in product(Dataset.Evidence.values, (None, *ENDS))
    )
    found = compliance.with_status(Dataset.objects.filter(pk__in=[one.pk for one in made]))
    assert {one.compliance for one in found} == set(Status)
    for shift in (-60, -1, 0, 1, 60):
        when = TODAY + dt.timedelta(shift)
        for one in compliance.with_status(Dataset.objects.filter(pk__in=[one.pk for one in made]), when):
            assert one.compliance == compliance.status(one, when), (one.evidence, one.evidence_until, when)


def test_the_worst_evidence_speaks_for_the_dataset(cast: Cast) -> None:
    """Over all pairs of evidence for the two kinds demanded: absent, filed, rejected, verified; passed, failed; dates."""
    kinds = [None] + [
        (state, conclusion, end)
        for state, conclusion, end in product(
            ("filed", "rejected", "verified"), ("passed", "failed"), (-1, 0, 59, 60)
        )
        if state == "verified" or (conclusion, end) == ("passed", 60)
    ]
    dataset = row(cast)
    dataset.save()
    assert [demand.kind for demand in compliance.demanded(dataset)] == [
        "classification_review",
        "lawful_source",
    ]
    for pair in product(kinds, repeat=2):
        dataset.assessments.all().delete()
        Assessment.objects.bulk_create(
            Assessment(
                dataset=dataset, kind=kind, state=one[0], conclusion=one[1], assessor="x", carried_out=TODAY,
                expires=TODAY + dt.timedelta(one[2]),
            )
            for kind, one in zip(("classification_review", "lawful_source"), pair, strict=True) if one
        )  # fmt: skip
        worst = min((reason.status for reason in compliance.reasons(dataset, TODAY)), key=SEVERITY.index)
        kept = compliance.summarised(dataset)
        dataset.evidence, dataset.evidence_until = kept["evidence"], kept["evidence_until"]  # type: ignore[assignment]
        assert compliance.status(dataset, TODAY) == worst, pair


def test_only_lapsed_and_failed_block() -> None:
    assert {status for status in Status if status.blocks} == {Status.LAPSED, Status.FAILED}
    assert set(SEVERITY) == set(Status) == set(compliance.LABELS)
