"""The compliance status, derived from dated evidence; nobody types it in."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db.models import Case, QuerySet, Value, When
from django.utils.translation import gettext_lazy as _

from catalog.models import Assessment, Dataset
from ledger.clock import today
from ledger.errors import Text
from ledger.policy import Assessment as Demand


class Status(StrEnum):
    COMPLIANT = "compliant"
    EXPIRING = "expiring"
    INCOMPLETE = "incomplete"
    LAPSED = "lapsed"
    FAILED = "failed"

    @property
    def blocks(self) -> bool:
        """Blocks new requests and puts live grants on notice."""
        return self in (Status.LAPSED, Status.FAILED)


LABELS = {
    Status.COMPLIANT: _("compliant"),
    Status.EXPIRING: _("expiring"),
    Status.INCOMPLETE: _("incomplete"),
    Status.LAPSED: _("lapsed"),
    Status.FAILED: _("failed"),
}
#: Days before the end of the evidence in which the status says so; a profile may name its own.
WINDOW = 60


@dataclass(frozen=True)
class Reason:
    """Why the status is what it is: one demanded assessment and how it stands."""

    demand: Demand
    status: Status
    evidence: Assessment | None


def window(dataset: Dataset) -> int:
    """The days of warning of the dataset's profile."""
    policy = dataset.policy()
    return policy.limit("compliance.expiring").amount if policy.has_limit("compliance.expiring") else WINDOW


def demanded(dataset: Dataset) -> list[Demand]:
    """The assessments the profile demands of this dataset."""
    return dataset.policy().assessments_for(
        dataset.facts(), before="filing"
    ) + dataset.policy().assessments_for(dataset.facts(), before="sharing")


def reasons(dataset: Dataset, day: dt.date | None = None) -> list[Reason]:
    """Each demanded assessment with the newest evidence for it and how that stands on `day`."""
    when = day or today()
    newest: dict[str, Assessment] = {}
    for evidence in dataset.assessments.exclude(state="rejected").order_by("pk"):
        newest[evidence.kind] = evidence
    return [
        Reason(demand, stands(newest.get(demand.kind), when, window(dataset)), newest.get(demand.kind))
        for demand in demanded(dataset)
    ]


def stands(evidence: Assessment | None, day: dt.date, warning: int) -> Status:
    """How one piece of evidence stands on a day."""
    if evidence is None or evidence.state != "verified":
        return Status.INCOMPLETE
    if evidence.conclusion == Assessment.Conclusion.FAILED:
        return Status.FAILED
    if evidence.expires < day:
        return Status.LAPSED
    return Status.EXPIRING if (evidence.expires - day).days < warning else Status.COMPLIANT


#: The worst one speaks for the dataset.
SEVERITY = (Status.FAILED, Status.LAPSED, Status.INCOMPLETE, Status.EXPIRING, Status.COMPLIANT)


def status(dataset: Dataset, day: dt.date | None = None) -> Status:
    """The status on a day, from the two columns the commands keep (the same rule as `with_status`)."""
    when = day or today()
    if dataset.evidence == Dataset.Evidence.FAILED:
        return Status.FAILED
    if dataset.evidence_until and dataset.evidence_until < when:
        return Status.LAPSED
    if dataset.evidence == Dataset.Evidence.INCOMPLETE:
        return Status.INCOMPLETE
    if dataset.evidence_until and (dataset.evidence_until - when).days < WINDOW:
        return Status.EXPIRING
    return Status.COMPLIANT


def with_status(datasets: QuerySet[Any], day: dt.date | None = None) -> QuerySet[Any]:
    """Annotate `compliance`: the status as one SQL expression, for lists and facets."""
    when = day or today()
    return datasets.annotate(
        compliance=Case(
            When(evidence=Dataset.Evidence.FAILED, then=Value(Status.FAILED.value)),
            When(evidence_until__lt=when, then=Value(Status.LAPSED.value)),
            When(evidence=Dataset.Evidence.INCOMPLETE, then=Value(Status.INCOMPLETE.value)),
            When(evidence_until__lt=when + dt.timedelta(days=WINDOW), then=Value(Status.EXPIRING.value)),
            default=Value(Status.COMPLIANT.value),
        )
    )


def summarised(dataset: Dataset) -> dict[str, object]:
    """The two columns kept on the dataset, recomputed from its evidence."""
    found = reasons(dataset)
    states = {reason.status for reason in found}
    ends = [
        reason.evidence.expires for reason in found if reason.evidence and reason.evidence.state == "verified"
    ]
    evidence = Dataset.Evidence.COMPLETE
    if Status.INCOMPLETE in states:
        evidence = Dataset.Evidence.INCOMPLETE
    if Status.FAILED in states:
        evidence = Dataset.Evidence.FAILED
    return {"evidence": evidence, "evidence_until": min(ends, default=None)}


def words(status_: Status | str) -> Text:
    """The word for a status."""
    return LABELS[Status(status_)]
