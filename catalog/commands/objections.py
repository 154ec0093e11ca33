"""Objections to a filing in notice (A 12): raised by a named person with evidence, settled by the body."""

from __future__ import annotations

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from catalog import registration
from catalog.commands.review import other_hand
from catalog.files import store
from catalog.filing import OPEN
from catalog.filing import FilingState as S
from catalog.filing import ObjectionState as O
from catalog.models import Filing, Objection
from ledger import clocks
from ledger.actor import Actor
from ledger.clock import now
from ledger.command import command, find, permit
from ledger.errors import BadShape, Fault, PolicyRefused
from ledger.journal import record
from ledger.rows import Rows


@command("objection.raised", _("Object"))
def raise_objection(
    *,
    actor: Actor,
    filing: Filing | int,
    real_name: str,
    ground: str,
    statement: str,
    evidence: UploadedFile | None,
    contact: str = "",
) -> Objection:
    """Object during the notice, by real name and with evidence (R 14); the notice pauses.

    Raises:
        BadShape: name, statement or evidence is missing.
        PolicyRefused: the same person raised the same ground before, where the profile bars that (R 15).
    """
    found = find(Filing, actor, filing)
    move = permit(found, actor, "raise_objection")
    given = {"real_name": real_name, "ground": ground, "statement": statement, "evidence": evidence}
    if faults := [
        Fault(f"/{name}", "required", _("An objection needs this."))
        for name, value in given.items()
        if not value
    ]:
        raise BadShape(
            _("An objection needs your real name and evidence."), rule="R 14", clause="A 12", errors=faults
        )
    refuse_repeat(found, actor, ground)
    # The table of faults above has refused None, which the type checker cannot see through a dict.
    kept = store(evidence, "/evidence")  # type: ignore[arg-type]
    rows = Rows()
    objection = rows.create(
        Objection, filing=found, objector=actor.user, real_name=real_name, contact=contact, ground=ground,
        statement=statement, evidence=kept.sha256, evidence_name=kept.name, raised_at=now(),
    )  # fmt: skip
    if found.state == S.IN_NOTICE and (clock := clocks.running(found, "filing.notice")):
        clocks.pause(rows, clock)
    rows.update(found, state=move.target)
    record(actor=actor, event="objection.raised", subject=objection, rows=rows, profile=found.profile)
    return objection


def refuse_repeat(filing: Filing, actor: Actor, ground: str) -> None:
    """The same person with the same ground on the same entry, where the profile bars it (R 15)."""
    barred = filing.policy().registration.refuse_repeat_objection
    if barred and filing.objections.filter(objector=actor.user_id, ground=ground).exists():
        raise PolicyRefused(_("You raised this ground before."), rule="R 15", code="repeat", pointer="/ground",
                            remedy=_("A further objection needs another ground."))  # fmt: skip


@command("objection.answered", _("Answer the objection"))
def answer_objection(*, actor: Actor, objection: Objection | int, answer: str) -> Objection:
    """The registrant answers."""
    found = find(Objection, actor, objection)
    move = permit(found, actor, "answer_objection")
    rows = Rows()
    rows.update(found, state=move.target, answer=answer)
    record(actor=actor, event="objection.answered", subject=found, rows=rows, profile=found.filing.profile)
    return found


@command("objection.found_inadmissible", _("Reject as inadmissible"))
def reject_inadmissible(
    *, actor: Actor, objection: Objection | int, clauses: list[str], finding: str
) -> Objection:
    """The body does not examine it: no real name, no evidence, out of its remit."""
    return settled(
        actor,
        objection,
        "reject_inadmissible",
        "reject_objection",
        "objection.found_inadmissible",
        clauses,
        finding,
    )


@command("objection.dismissed", _("Dismiss the objection"))
def dismiss_objection(
    *, actor: Actor, objection: Objection | int, clauses: list[str], finding: str
) -> Objection:
    """Re-examined and not upheld; when it was the last one, the notice runs on."""
    return settled(
        actor, objection, "dismiss_objection", "dismiss_objection", "objection.dismissed", clauses, finding
    )


@command("objection.upheld", _("Uphold the objection"))
def uphold_objection(
    *, actor: Actor, objection: Objection | int, clauses: list[str], finding: str
) -> Objection:
    """Re-examined and upheld: the registration ends (终止登记)."""
    return settled(
        actor, objection, "uphold_objection", "uphold_objection", "objection.upheld", clauses, finding
    )


def settled(
    actor: Actor,
    objection: Objection | int,
    name: str,
    act: str,
    event: str,
    clauses: list[str],
    finding: str,
) -> Objection:
    """Settle one objection with clauses and finding, and let the filing follow.

    Raises:
        PolicyRefused: the clauses do not ground the act.
        NotPermitted: the officer who passed the filing re-examines only where the body has no other one.
    """
    found = find(Objection, actor, objection)
    move = permit(found, actor, name)
    filing = Filing.objects.select_for_update().get(pk=found.filing_id)
    same_hand = other_hand(filing, actor, filing.passed_by_id)
    if not filing.policy().grounds(act, clauses):
        able = ", ".join(clause.id for clause in filing.policy().clauses_for(act))
        raise PolicyRefused(_("This act needs a clause that grounds it."), rule="R 35", code="clause_missing",
                            pointer="/clauses", remedy=_("Choose at least one of: %(able)s.") % {"able": able})  # fmt: skip
    rows = Rows()
    rows.update(found, state=move.target, finding=finding, clauses=clauses, decided_at=now())
    follow(rows, filing, found)
    record(actor=actor, event=event, subject=found, rows=rows, profile=filing.profile, clauses=clauses,
           marks=filing.marks(same_hand=same_hand))  # fmt: skip
    return found


def follow(rows: Rows, filing: Filing, objection: Objection) -> None:
    """What a settled objection means for its filing: terminated, or in notice again once none is open."""
    if objection.state == O.UPHELD and filing.state in OPEN:
        rows.update(
            filing, state=S.TERMINATED, ended_at=now(), reason=objection.finding, clauses=objection.clauses
        )
        registration.end_clocks(rows, filing)
    elif filing.state == S.OBJECTION_PENDING and not filing.open_objections().exists():
        rows.update(filing, state=S.IN_NOTICE)
        if clock := clocks.running(filing, "filing.notice"):
            clocks.resume(rows, clock)
