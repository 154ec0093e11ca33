"""The owner's side of a filing: draft, submit, endorse, amend, resubmit, withdraw."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from catalog import compliance, description, registration
from catalog.commands.datasets import begun
from catalog.files import store
from catalog.filing import FilingState as S
from catalog.materials import CORE_GROUPS, material_keys, missing_groups
from catalog.models import Assessment, Dataset, Filing
from ledger.actor import Actor, Role
from ledger.calendar import calendar_for
from ledger.clock import now, today
from ledger.command import command, find, permit
from ledger.conditions import Regime
from ledger.errors import BadShape, Fault, PolicyRefused
from ledger.journal import record
from ledger.policy import profile_for
from ledger.rows import Rows, jsonable

HELD = Role.HEAD_FILING


@command("filing.drafted", _("File it for registration"))
def draft_filing(*, actor: Actor, dataset: Dataset | int) -> Filing:
    """Draft the initial filing of a dataset: what it proposes is the description as it stands."""
    found = find(Dataset, actor, dataset)
    permit(found, actor, "draft_filing")
    rows = Rows()
    filing = drafted(rows, actor, found)
    record(actor=actor, event="filing.drafted", subject=filing, rows=rows, profile=filing.profile)
    return filing


def drafted(rows: Rows, actor: Actor, dataset: Dataset) -> Filing:
    """A new filing under the profile in force today (R 55)."""
    description.allowed(dataset)
    profile = profile_for(dataset.regime, dataset.owner.region)
    return rows.create(
        Filing,
        dataset=dataset,
        state=S.DRAFT,
        profile=profile.version,
        content=description.snapshot(dataset),
        handler=actor.user,
        created_at=now(),
    )


@command("filing.amended", _("Amend the filing"))
def amend_filing(*, actor: Actor, filing: Filing | int, **described: Any) -> Filing:
    """Change what a filing proposes; in review the clock runs on."""
    found = find(Filing, actor, filing)
    permit(found, actor, "amend_filing")
    content = {**found.content, **jsonable(description.answered(described))}
    description.demand_lawful(found.dataset, content)
    rows = Rows()
    rows.update(found, content=content)
    record(actor=actor, event="filing.amended", subject=found, rows=rows, profile=found.profile)
    return found


@command("filing.material_attached", _("Attach material"))
def attach_material(
    *, actor: Actor, filing: Filing | int, key: str, text: str = "", file: UploadedFile | None = None
) -> Filing:
    """Attach one of the materials the profile asks for: a statement, a file, or both.

    Raises:
        BadShape: the profile knows no such material, or nothing was attached.
    """
    found = find(Filing, actor, filing)
    permit(found, actor, "attach_material")
    if key not in (able := material_keys(found)):
        raise BadShape(
            _("Choose one of: %(able)s.") % {"able": ", ".join(able)}, code="choice", pointer="/key"
        )
    if not (text or file):
        raise BadShape(_("Write a statement or choose a file."), code="required", pointer="/text")
    kept = store(file) if file else None
    material = {"text": text} | ({"file": kept.sha256, "name": kept.name} if kept else {})
    rows = Rows()
    rows.update(found, materials={**found.materials, key: material})
    record(actor=actor, event="filing.material_attached", subject=found, rows=rows, profile=found.profile)
    return found


@command("filing.submitted", _("Submit"))
def submit_filing(*, actor: Actor, filing: Filing | int) -> Filing:
    """Hand the filing to the head; where the steward is the head, submitting is endorsing.

    Raises:
        PolicyRefused: business review or evidence is missing (R 8), or entries the law demands (R 28).
    """
    found = find(Filing, actor, filing)
    permit(found, actor, "submit_filing")
    demand_core_groups(found)
    rows = Rows()
    rows.update(found, submitted_by=actor.user)
    if HELD in actor.roles:
        endorsed(rows, actor, found, same_hand=True)
    else:
        rows.update(found, state=S.AWAITING_HEAD)
    marks = ["same_hand"] if found.same_hand else []
    record(actor=actor, event="filing.submitted", subject=found, rows=rows, profile=found.profile, marks=marks,
           dataset=found.dataset.code or "")  # fmt: skip
    return found


@command("filing.endorsed", _("Endorse"))
def endorse_filing(*, actor: Actor, filing: Filing | int) -> Filing:
    """The head endorses: the filing is filed with the body, or coded at once where the profile knows no officer."""
    found = find(Filing, actor, filing)
    permit(found, actor, "endorse_filing")
    demand_core_groups(found)
    rows = Rows()
    endorsed(rows, actor, found, same_hand=found.submitted_by_id == actor.user_id)
    record(actor=actor, event="filing.endorsed", subject=found, rows=rows, profile=found.profile,
           marks=["same_hand"] if found.same_hand else [], dataset=found.dataset.code or "")  # fmt: skip
    return found


def endorsed(rows: Rows, actor: Actor, filing: Filing, *, same_hand: bool) -> None:
    """What an endorsement brings about."""
    rows.update(filing, endorsed_by=actor.user, same_hand=same_hand, filed_at=now())
    if filing.policy().registration.needs_officer:
        registration.file_with_body(rows, filing)
    else:
        registration.code_filing(rows, filing)


@command("filing.returned", _("Return to the steward"))
def return_filing(*, actor: Actor, filing: Filing | int, reason: str) -> Filing:
    """The head sends a filing back, saying why."""
    found = find(Filing, actor, filing)
    move = permit(found, actor, "return_filing")
    rows = Rows()
    rows.update(found, state=move.target, reason=reason)
    record(actor=actor, event="filing.returned", subject=found, rows=rows, profile=found.profile)
    return found


@command("filing.resubmitted", _("Resubmit"))
def resubmit_filing(*, actor: Actor, filing: Filing | int) -> Filing:
    """Answer the list of gaps with the filing as amended; the acceptance clock restarts (R 10)."""
    found = find(Filing, actor, filing)
    move = permit(found, actor, "resubmit_filing")
    rows = Rows()
    rows.update(found, state=move.target)
    registration.end_clock(rows, found, "filing.supplement")
    registration.start_clock(rows, found, "filing.accept")
    record(actor=actor, event="filing.resubmitted", subject=found, rows=rows, profile=found.profile)
    return found


@command("filing.withdrawn", _("Withdraw the filing"))
def withdraw_filing(*, actor: Actor, filing: Filing | int, reason: str = "") -> Filing:
    """Take a filing back at any time before the code; its clocks end."""
    found = find(Filing, actor, filing)
    move = permit(found, actor, "withdraw_filing")
    rows = Rows()
    rows.update(found, state=move.target, reason=reason, ended_at=now())
    registration.end_clocks(rows, found)
    record(actor=actor, event="filing.withdrawn", subject=found, rows=rows, profile=found.profile)
    return found


@command("dataset.registered", _("Sign and register"))
def register_own(*, actor: Actor, secret: bool = False, **described: Any) -> Dataset:
    """One button for the small: describe, file, endorse and code in one act, where the profile knows no officer.

    Raises:
        PolicyRefused: one does not hold both roles, or the dataset needs a registry body.
    """
    rows = Rows()
    dataset = begun(rows, actor, secret, described)
    if HELD not in actor.roles:
        raise PolicyRefused(_("Signing needs the role of head."), code="role_missing",
                            remedy=_("Save it as a draft and let the head endorse it."))  # fmt: skip
    if dataset.regime != Regime.PRIVATE:
        raise PolicyRefused(_("This dataset is registered through the registry body."), rule="R 6", clause="A 8",
                            code="needs_body", remedy=_("Save it as a draft and file it."))  # fmt: skip
    filing = drafted(rows, actor, dataset)
    rows.update(filing, submitted_by=actor.user)
    declare(rows, actor, dataset)
    endorsed(rows, actor, filing, same_hand=True)
    record(actor=actor, event="dataset.registered", subject=dataset, rows=rows, profile=filing.profile,
           dataset=dataset.code or "", marks=["same_hand"])  # fmt: skip
    return dataset


def declare(rows: Rows, actor: Actor, dataset: Dataset) -> None:
    """The one button signs the owner's declaration too, where the profile is content with one."""
    for demand in compliance.demanded(dataset):
        if demand.self_declared:
            rows.create(
                Assessment, dataset=dataset, kind=demand.kind, state="verified", self_declared=True,
                conclusion=Assessment.Conclusion.PASSED, assessor=str(dataset.owner), filed_by=actor.user, carried_out=today(),
                expires=calendar_for(dataset.policy().country).add(today(), demand.valid_years, "Y").day,
                verified_by=actor.user, verified_at=now(),
            )  # fmt: skip


def demand_core_groups(filing: Filing) -> None:
    """Without business review and evidence there is nothing to file (R 8, A art. 7).

    Raises:
        PolicyRefused: naming everything that is missing, at once.
    """
    missing = [group for group in missing_groups(filing) if group.id in CORE_GROUPS]
    if missing:
        names = [group.label(get_language() or "en") for group in missing]
        raise PolicyRefused(
            _("The filing lacks: %(groups)s.") % {"groups": ", ".join(names)},
            rule="R 8", clause="A 7", code="groups_missing",
            remedy=_("Attach what is missing, then submit again."),
            errors=[Fault(f"/materials/{group.id}", "required", name) for group, name in zip(missing, names, strict=True)],
        )  # fmt: skip
