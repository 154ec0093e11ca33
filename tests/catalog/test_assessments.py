"""Evidence: filed by the steward, verified by an officer, dated by the profile; the status follows."""

from __future__ import annotations

from typing import Any

import pytest

from catalog import commands as do
from catalog import compliance
from catalog.compliance import Status
from catalog.models import Assessment, Dataset
from ledger.clock import at
from ledger.errors import BadShape, NotFound, NotPermitted, PolicyRefused, WrongState
from tests import make
from tests.cast import Cast, day
from tests.proof import last_event, refused, undone

GRAVE = {"impacts": {"organisation_rights": "serious"}}  # general 3: a lawful source must be shown


@pytest.fixture(autouse=True)
def september() -> Any:
    with at(day("2026-09-17")):
        yield


def test_it_is_filed_with_the_end_its_profile_gives(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    found = make.registered(cast, cast.tools, **GRAVE)
    given = {
        "dataset": found, "kind": "lawful_source", "conclusion": "passed", "assessor": "评估机构", "carried_out": day("2026-09-01").date(),
    }  # fmt: skip
    steward = cast.tools.steward
    refused(NotPermitted, do.file_assessment, actor=cast.tools.head, file=make.csv_file(), **given)
    refused(BadShape, do.file_assessment, "required", actor=steward, **given)
    refused(
        PolicyRefused,
        do.file_assessment,
        "kind",
        actor=steward,
        file=make.csv_file(),
        **given | {"kind": "moon"},
    )
    refused(
        PolicyRefused, do.file_assessment, "no_exemption",
        actor=steward, file=make.csv_file(), **given | {"conclusion": "exempt"},
    )  # fmt: skip
    refused(
        BadShape, do.file_assessment, "future",
        actor=steward, file=make.csv_file(), **given | {"carried_out": day("2026-09-18").date()},
    )  # fmt: skip
    undone(monkeypatch, do.file_assessment, actor=steward, file=make.csv_file(), **given)
    filed = do.file_assessment(actor=steward, file=make.csv_file(), **given)
    assert (filed.state, filed.expires.isoformat()) == ("filed", "2029-09-01")
    assert last_event().kind == "assessment.filed"


def test_an_officer_verifies_and_the_status_follows(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    found = make.registered(cast, cast.tools, **GRAVE)
    demanded = {demand.kind for demand in compliance.demanded(found)}
    assert demanded == {"lawful_source", "classification_review"}
    assert compliance.status(found) == Status.INCOMPLETE
    for kind in sorted(demanded):
        filed = make.assessment(cast, cast.tools, found, kind)
        refused(NotPermitted, do.verify_assessment, actor=cast.tools.steward, assessment=filed)
        refused(WrongState, do.verify_assessment, "verifier_may", actor=cast.tools.head, assessment=filed)
        refused(NotFound, do.verify_assessment, actor=cast.trader.head, assessment=filed)
        undone(monkeypatch, do.verify_assessment, actor=cast.county.officer, assessment=filed)
        do.verify_assessment(actor=cast.county.officer, assessment=filed)
        refused(WrongState, do.verify_assessment, actor=cast.county.officer, assessment=filed)
    kept = Dataset.objects.get(pk=found.pk)
    assert compliance.status(kept) == Status.COMPLIANT
    assert compliance.status(kept, day("2027-08-01").date()) == Status.EXPIRING
    assert compliance.status(kept, day("2027-09-20").date()) == Status.LAPSED


def test_rejected_evidence_counts_for_nothing(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    found = make.registered(cast, cast.tools, **GRAVE)
    filed = make.assessment(cast, cast.tools, found)
    refused(NotPermitted, do.reject_assessment, actor=cast.tools.head, assessment=filed, finding="x")
    undone(monkeypatch, do.reject_assessment, actor=cast.county.officer, assessment=filed, finding="x")
    done = do.reject_assessment(actor=cast.county.officer, assessment=filed, finding="盖章不清")
    assert (done.state, compliance.status(found)) == ("rejected", Status.INCOMPLETE)
    refused(WrongState, do.reject_assessment, actor=cast.county.officer, assessment=filed, finding="x")


def test_a_failed_assessment_blocks(cast: Cast) -> None:
    found = make.registered(cast, cast.tools, **GRAVE)
    filed = make.assessment(cast, cast.tools, found, conclusion="failed")
    do.verify_assessment(actor=cast.county.officer, assessment=filed)
    assert compliance.status(Dataset.objects.get(pk=found.pk)) == Status.FAILED


def test_the_owners_head_signs_only_a_declaration(cast: Cast) -> None:
    found = make.registered(cast, cast.tools)
    filed = make.assessment(cast, cast.tools, found, "self_declaration", file=None)
    assert do.verify_assessment(actor=cast.tools.head, assessment=filed).state == "verified"
    assert compliance.status(Dataset.objects.get(pk=found.pk)) == Status.COMPLIANT


def test_evidence_is_read_by_owner_and_officers(cast: Cast) -> None:
    filed = make.assessment(cast, cast.tools, make.registered(cast, cast.tools, **GRAVE))
    readers = [cast.tools.applicant, cast.county.officer, cast.city.auditor, cast.robot]
    others = [cast.visitor, cast.stranger, cast.trader.steward, cast.bearings.head, cast.county.steward]
    assert [list(Assessment.objects.visible_to(actor)) for actor in readers] == [[filed]] * len(readers)
    assert [list(Assessment.objects.visible_to(actor)) for actor in others] == [[]] * len(others)
