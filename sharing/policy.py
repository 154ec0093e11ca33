"""What may be asked for, what a decision must rest on: the profile's rules applied to requests (R 28-50)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from catalog.compliance import Status, status, words
from catalog.filing import DatasetState
from catalog.models import Assessment, Dataset
from ledger.access import holders
from ledger.actor import Role
from ledger.clock import today
from ledger.conditions import Facts, Personal, Regime, Sharing
from ledger.errors import Fault, PolicyRefused, Text
from ledger.models import Organisation
from ledger.policy import Act, Profile
from ledger.policy import Assessment as Demand
from sharing.models.wanted import Wanted


def demand_clauses(policy: Profile, act: Act, clauses: Sequence[str], rule: str = "R 35") -> list[str]:
    """The clauses of a decision, checked.

    Raises:
        PolicyRefused: none, or one that does not ground this act; names the clauses that do.
    """
    if policy.grounds(act, list(clauses)):
        return list(clauses)
    language = get_language() or "zh"
    able = [f"{clause.id} ({clause.label(language)})" for clause in policy.clauses_for(act)]
    detail = (
        _("This decision must name the clause it rests on.")
        if not clauses
        else _("A clause named does not ground this decision.")
    )
    raise PolicyRefused(
        detail,
        code="clause_missing" if not clauses else "clause_unfit",
        rule=rule,
        clause=", ".join(clause.id for clause in policy.clauses_for(act)),
        remedy=_("Choose at least one of: %(able)s.") % {"able": "; ".join(able)},
        pointer="/clauses",
    )


def refused(
    detail: Text, code: str, rule: str, remedy: Text, pointer: str = "", clause: str = ""
) -> PolicyRefused:
    """One policy refusal, in the order people read it."""
    return PolicyRefused(detail, code=code, rule=rule, clause=clause, remedy=remedy, pointer=pointer)


def demand_requestable(dataset: Dataset, consumer: Organisation, pointer: str = "") -> None:
    """Whether this organisation may ask for this dataset today.

    Raises:
        PolicyRefused: own, not registered, expired, withheld, not shared, core, evidence lapsed.
    """
    for check in (own_house, not_registered, not_shared, barred, without_evidence):
        if refusal := check(dataset, consumer, pointer):
            raise refusal


def own_house(dataset: Dataset, consumer: Organisation, pointer: str) -> PolicyRefused | None:
    """Nobody asks themselves; only verified organisations ask."""
    if dataset.owner_id == consumer.pk:
        return refused(
            _("This dataset belongs to your own organisation."), "own_dataset", "R 33",
            _("Use it; no request is needed."), pointer,
        )  # fmt: skip
    if not consumer.is_verified:
        return refused(
            _("Only verified organisations may ask for data."), "not_verified", "R 2",
            _("Have your organisation verified by the registry body of your region."), pointer,
        )  # fmt: skip
    return None


#: State of a dataset → (code, what is wrong, what to do instead).
NOT_REQUESTABLE: dict[str, tuple[str, Text, Text]] = {
    DatasetState.DRAFT: (
        "draft",
        _("This dataset is a draft."),
        _("Wait until its owner has registered it."),
    ),
    DatasetState.LISTED: (
        "listed",
        _("This dataset was taken over from a source catalogue and is not registered."),
        _("Use “request_missing”: its owner is asked to register it."),
    ),
    DatasetState.EXPIRED: (
        "expired",
        _("The registration of this dataset has expired."),
        _("Ask its owner to renew the registration."),
    ),
    DatasetState.DEREGISTERED: (
        "deregistered",
        _("This dataset is deregistered."),
        _("Look for another one in the catalogue."),
    ),
    DatasetState.REVOKED: (
        "revoked",
        _("The registration of this dataset was revoked."),
        _("Look for another one in the catalogue."),
    ),
}


def not_registered(dataset: Dataset, consumer: Organisation, pointer: str) -> PolicyRefused | None:
    """Requests only on registered datasets, valid today and not withheld."""
    state = dataset.state
    if state == DatasetState.REGISTERED and dataset.valid_until and dataset.valid_until < today():
        state = DatasetState.EXPIRED
    if state in NOT_REQUESTABLE:
        code, detail, remedy = NOT_REQUESTABLE[state]
        return refused(detail, code, "R 33", remedy, pointer)
    if dataset.withheld_at:
        return refused(
            _("This dataset is withheld at present."), "withheld", "R 33",
            _("Ask again when its owner shows it again."), pointer,
        )  # fmt: skip
    return None


def not_shared(dataset: Dataset, consumer: Organisation, pointer: str) -> PolicyRefused | None:
    """Not shared: the reason and legal basis stand on the entry (B art. 15)."""
    if dataset.sharing != Sharing.NOT_SHARED:
        return None
    basis = dataset.sharing_basis or dataset.sharing_reason or "–"
    return refused(
        _("This dataset is not shared: %(basis)s.") % {"basis": basis},
        "not_shared", "R 29", _("If the basis seems wrong, report an error on the dataset."), pointer, "B-14",
    )  # fmt: skip


def barred(dataset: Dataset, consumer: Organisation, pointer: str) -> PolicyRefused | None:
    """What never goes through the book: core data (R 47)."""
    policy, language = dataset.policy(), get_language() or "zh"
    for bar in policy.bars_for(dataset.facts()):
        if not bar.lifted_by:
            return refused(bar.label(language), "barred", bar.rule, bar.remedy(language), pointer, bar.clause)
    return None


def without_evidence(dataset: Dataset, consumer: Organisation, pointer: str) -> PolicyRefused | None:
    """Lapsed or failed evidence blocks new requests."""
    found = status(dataset)
    if not found.blocks:
        return None
    code = "evidence_lapsed" if found == Status.LAPSED else "evidence_failed"
    return refused(
        _("The compliance of this dataset is %(status)s.") % {"status": words(found)}, code, "R 28",
        _("Ask again when its owner has filed new evidence."), pointer,
    )  # fmt: skip


def request_facts(dataset: Dataset, wanted: Wanted) -> Facts:
    """What a route's conditions are weighed against: the dataset, and what is wanted of it."""
    heads = holders(dataset.owner, Role.HEAD_SHARING).values("pk")
    stewards = holders(dataset.owner, Role.STEWARD).exclude(pk__in=heads)
    return replace(
        dataset.facts(),
        cross_border=dataset.cross_border or wanted.cross_border,
        onward_use=wanted.onward_use,
        batch=wanted.mode == Wanted.Mode.BATCH,
        separate_steward=stewards.exists(),
    )


def demand_providable(policy: Profile, dataset: Dataset, facts: Facts) -> None:
    """Whether agreeing is lawful now: bars lifted, assessments demanded before sharing in force (R 47-49).

    Raises:
        PolicyRefused: naming the missing assessment.
    """
    language = get_language() or "zh"
    for bar in policy.bars_for(facts):
        if not (bar.lifted_by and in_force(dataset, bar.lifted_by)):
            raise refused(bar.label(language), "barred", bar.rule, bar.remedy(language), clause=bar.clause)
    for demand in policy.assessments_for(facts, before="sharing"):
        if not in_force(dataset, demand.kind):
            raise assessment_missing(demand, language)


def assessment_missing(demand: Demand, language: str) -> PolicyRefused:
    """The refusal that names an assessment without which data is not provided."""
    return refused(
        _("Before this data is provided it needs: %(label)s.") % {"label": demand.label(language)},
        "assessment_missing", "R 47" if demand.exemption else "R 48",
        _("The owner files the assessment on the dataset and has it verified."), clause=demand.clause,
    )  # fmt: skip


def in_force(dataset: Dataset, kind: str) -> bool:
    """Whether a verified assessment of this kind, passed or exempt, is valid today."""
    good = (Assessment.Conclusion.PASSED, Assessment.Conclusion.EXEMPT)
    found = dataset.assessments.filter(kind=kind, state="verified", conclusion__in=good, expires__gte=today())
    return found.exists()


def demand_complete(wanted: Wanted, datasets: Collection[Dataset]) -> None:
    """What an application must say before it leaves the house (R 33, R 48); every gap at once.

    Raises:
        PolicyRefused: naming each field.
    """
    faults = [Fault(f"/{name}", "required", text) for name, text in missing(wanted, datasets)]
    if wanted.ends and wanted.ends < today():
        faults.append(Fault("/ends", "past", _("The last day of use lies in the past.")))
    if wanted.starts and wanted.ends and wanted.ends < wanted.starts:
        faults.append(Fault("/ends", "order", _("The last day of use lies before the first.")))
    if not datasets:
        faults.append(Fault("/items", "required", _("Choose at least one dataset.")))
    if faults:
        raise PolicyRefused(
            _("The application is not complete yet."), code="incomplete", rule="R 33", clause="B-20",
            remedy=_("Fill in what is named and submit again."), errors=faults,
        )  # fmt: skip


def missing(wanted: Wanted, datasets: Collection[Dataset]) -> list[tuple[str, Text]]:
    """The fields still empty, each with the words for it."""
    public = any(dataset.regime != Regime.PRIVATE for dataset in datasets)
    personal = any(dataset.personal in (Personal.ORDINARY, Personal.SENSITIVE) for dataset in datasets)
    asked: list[tuple[str, Any, Text]] = [
        ("purpose", True, _("Say what the data is for.")),
        ("ends", True, _("Name the last day of use.")),
        ("legal_basis", public, _("Name the legal basis: the duty or rule the data is needed for.")),
        ("scenario", public, _("Describe the scenario of use.")),
        (
            "personal_ground",
            personal,
            _("Personal information: name the legal ground or the separate consent."),
        ),
    ]
    return [(name, text) for name, wanted_now, text in asked if wanted_now and not getattr(wanted, name)]


def demand_fields(dataset: Dataset, fields: Collection[str], pointer: str) -> list[str]:
    """Fields by name, in the dataset's order; none named = all of them.

    Raises:
        PolicyRefused: the dataset has no such field.
    """
    known = list(dataset.fields.values_list("name", flat=True))
    if unknown := [name for name in fields if name not in known]:
        raise refused(
            _("The dataset has no field “%(name)s”.") % {"name": unknown[0]}, "unknown_field", "R 33",
            _("Choose from: %(known)s.") % {"known": ", ".join(known) or "–"}, pointer,
        )  # fmt: skip
    return [name for name in known if name in set(fields)] if fields else known
