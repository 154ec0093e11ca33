"""Along the route: recommendations of the stages, advice asked and given. None of them decides."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from ledger.actor import Actor, Role
from ledger.clock import now
from ledger.command import command, find, permit
from ledger.errors import BadShape, PolicyRefused
from ledger.journal import record
from ledger.models import Organisation
from ledger.policy import Act
from ledger.rows import Rows
from sharing import policy
from sharing.commands import openings
from sharing.models import Advice, Outcome, Recommendation, ShareRequest

#: A recommendation against the applicant needs a clause, like the decision it prepares.
NEEDS_CLAUSE = {Outcome.REFUSE: Act.REFUSE, Outcome.NARROW: Act.NARROW}


@command("request.recommended", _("Recommend"))
def recommend(
    *,
    actor: Actor,
    share_request: ShareRequest | int,
    outcome: str,
    finding: str = "",
    clauses: Sequence[str] = (),
    fields: Sequence[str] = (),
    conditions: str = "",
) -> ShareRequest:
    """Say at one's stage what should be decided; with the quorum the next stage opens.

    Raises:
        PolicyRefused: against the applicant without a clause (R 35), or fields nobody asked for.
    """
    found = find(ShareRequest, actor, share_request)
    permit(found, actor, "recommend")
    demand_sound(found, outcome, clauses, fields)
    mine = found.positions(actor)
    stage = next(stage for stage in found.stages.open() if not stage.decides and stage.who in mine)
    rows = Rows()
    rows.create(
        Recommendation,
        share_request=found,
        stage=stage,
        by=actor.user,
        outcome=Outcome(outcome),
        fields=list(fields),
        clauses=list(clauses),
        conditions=conditions,
        finding=finding,
        made_at=now(),
    )
    if openings.quorum_is_met(found, stage):
        rows.update(stage, done_at=now())
        openings.advance(rows, found)
    rows.update(found, entry_uid=rows.uid)
    record(
        actor=actor,
        event="request.recommended",
        subject=found,
        rows=rows,
        clauses=list(clauses),
        **found.stamp,
    )
    return found


@command("request.advice_asked", _("Ask for advice"))
def ask_advice(*, actor: Actor, share_request: ShareRequest | int, role: str, question: str) -> ShareRequest:
    """Ask colleagues of a role, or an officer of the authority; the clock runs on.

    Raises:
        PolicyRefused: no authority is competent.
    """
    found = find(ShareRequest, actor, share_request)
    permit(found, actor, "ask_advice")
    house = asked_house(found, role)
    rows = Rows()
    rows.create(
        Advice,
        share_request=found,
        organisation=house,
        role=role,
        question=question,
        asked_by=actor.user,
        asked_at=now(),
    )
    rows.update(found, entry_uid=rows.uid)
    record(actor=actor, event="request.advice_asked", subject=found, rows=rows, **found.stamp)
    return found


@command("request.advised", _("Advise"))
def advise(*, actor: Actor, share_request: ShareRequest | int, answer: str) -> ShareRequest:
    """Answer the oldest question put to one's role."""
    found = find(ShareRequest, actor, share_request)
    permit(found, actor, "advise")
    roles = [str(role) for role in actor.roles]
    asked = found.advice.filter(organisation=actor.organisation_id, role__in=roles, answered_at=None).first()
    rows = Rows()
    rows.update(asked, answer=answer, answered_by=actor.user, answered_at=now())  # type: ignore[type-var]
    rows.update(found, entry_uid=rows.uid)
    record(actor=actor, event="request.advised", subject=found, rows=rows, **found.stamp)
    return found


def demand_sound(found: ShareRequest, outcome: str, clauses: Sequence[str], fields: Sequence[str]) -> None:
    """Against the applicant only on a clause, and of nothing but what was asked for.

    Raises:
        PolicyRefused: naming the rule.
    """
    if outcome in NEEDS_CLAUSE:
        policy.demand_clauses(found.policy(), NEEDS_CLAUSE[Outcome(outcome)], clauses)
    if wider := set(fields) - set(found.fields):
        raise PolicyRefused(
            _("Nobody asked for: %(fields)s.") % {"fields": ", ".join(sorted(wider))},
            rule="R 37", code="wider", pointer="/fields", remedy=_("Choose among the fields asked for."),
        )  # fmt: skip


def asked_house(share_request: ShareRequest, role: str) -> Organisation:
    """Whose people of this role are asked: officers sit in the authority, all others in the provider's house.

    Raises:
        BadShape: a role that advises nobody.
        PolicyRefused: no authority is competent.
    """
    if role not in (Role.STEWARD, Role.HEAD_FILING, Role.HEAD_SHARING, Role.OFFICER):
        raise BadShape(_("Choose a role from the list."), code="choice", pointer="/role")
    if role != Role.OFFICER:
        return share_request.provider
    if share_request.authority is None:
        raise PolicyRefused(
            _("No sharing authority is competent here."), code="no_authority", rule="R 40", pointer="/role",
            remedy=_("Ask a colleague of your own organisation."),
        )  # fmt: skip
    return share_request.authority
