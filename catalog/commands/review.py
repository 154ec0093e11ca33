"""The registry body's side of a filing, and what the date brings about."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext_lazy as _

from catalog import registration
from catalog.models import Dataset, Filing
from ledger import access, clocks
from ledger.actor import Actor, Role
from ledger.clock import now
from ledger.command import command, find, permit
from ledger.errors import BadShape, NotPermitted, PolicyRefused
from ledger.identifiers import within
from ledger.journal import record
from ledger.models import Organisation
from ledger.rows import Rows


@command("filing.accepted", _("Accept"))
def accept_filing(*, actor: Actor, filing: Filing | int) -> Filing:
    """Take a complete filing into review (A 10); the review clock starts."""
    found = find(Filing, actor, filing)
    move = permit(found, actor, "accept_filing")
    rows = Rows()
    rows.update(found, state=move.target, accepted_by=actor.user, accepted_at=now(), handler=found.handler)
    registration.end_clock(rows, found, "filing.accept")
    registration.start_clock(rows, found, "filing.review")
    record(
        actor=actor,
        event="filing.accepted",
        subject=found,
        rows=rows,
        profile=found.profile,
        marks=found.marks(),
    )
    return found


@command("filing.supplement_requested", _("Ask for what is missing"))
def request_supplement(*, actor: Actor, filing: Filing | int, gaps: list[str]) -> Filing:
    """Tell the registrant everything that is missing, once; later only items still missing from that list (R 9).

    Raises:
        BadShape: the list is empty.
        PolicyRefused: an item was not on the first list.
    """
    found = find(Filing, actor, filing)
    move = permit(found, actor, "request_supplement")
    if not gaps:
        raise BadShape(_("List everything that is missing."), code="required", pointer="/gaps")
    late = [gap for gap in gaps if found.gaps and gap not in found.gaps]
    if late:
        raise PolicyRefused(
            _("Not on the first list: %(late)s.") % {"late": ", ".join(late)},
            rule="R 9", clause="A 10", code="second_list", pointer="/gaps",
            remedy=_("Everything missing is told at once; ask again only for what is still missing from that list, or accept."),
        )  # fmt: skip
    rows = Rows()
    rows.update(found, state=move.target, gaps=list(gaps))
    registration.end_clock(rows, found, "filing.accept")
    registration.start_clock(rows, found, "filing.supplement")
    record(actor=actor, event="filing.supplement_requested", subject=found, rows=rows, profile=found.profile)
    return found


@command("filing.not_accepted", _("Do not accept"))
def decline_filing(*, actor: Actor, filing: Filing | int, reason_code: str, reason: str) -> Filing:
    """Refuse to take a filing, with a reason code and words (R 16)."""
    return turned_down(
        actor, filing, "decline_filing", "not_accept", "filing.not_accepted", reason_code, reason
    )


@command("filing.refused", _("Refuse"))
def refuse_filing(*, actor: Actor, filing: Filing | int, reason_code: str, reason: str) -> Filing:
    """Refuse after review, with a reason code and words (R 16)."""
    return turned_down(actor, filing, "refuse_filing", "refuse_filing", "filing.refused", reason_code, reason)


def turned_down(
    actor: Actor, filing: Filing | int, name: str, act: str, event: str, reason_code: str, reason: str
) -> Filing:
    """End a filing with a reason the profile knows.

    Raises:
        PolicyRefused: the reason does not ground this act.
    """
    found = find(Filing, actor, filing)
    move = permit(found, actor, name)
    able = {one.code: one for one in found.policy().reasons_for(act)}
    if reason_code not in able:
        raise PolicyRefused(
            _("Turning a filing down needs a reason code."),
            rule="R 16", code="reason_code", pointer="/reason_code",
            remedy=_("Choose one of: %(able)s.") % {"able": ", ".join(able)},
        )  # fmt: skip
    clauses = [able[reason_code].clause]
    rows = Rows()
    rows.update(
        found, state=move.target, reason_code=reason_code, reason=reason, clauses=clauses, ended_at=now()
    )
    registration.end_clocks(rows, found)
    record(actor=actor, event=event, subject=found, rows=rows, profile=found.profile, clauses=clauses)
    return found


@command("filing.transferred", _("Transfer to the right body"))
def transfer_filing(*, actor: Actor, filing: Filing | int, body: Organisation | int, reason: str) -> Filing:
    """Send a filing to the body that is competent (R 3).

    Raises:
        PolicyRefused: that body is none for the owner's region.
    """
    found = find(Filing, actor, filing)
    permit(found, actor, "transfer_filing")
    target = find(Organisation, actor, body)
    competent = target.registry_body and within(found.dataset.owner.region, target.region)
    if not competent or target.pk in (found.body_id, found.dataset.owner_id):
        able = [
            one.name
            for one in Organisation.objects.bodies_for(found.dataset.owner)
            if one.pk != found.body_id
        ]
        raise PolicyRefused(
            _("This body is not competent for the registrant."),
            rule="R 3", clause="A 6", code="body", pointer="/body",
            remedy=_("Competent are: %(able)s.") % {"able": ", ".join(able) or "–"},
        )  # fmt: skip
    rows = Rows()
    rows.update(found, body=target, reason=reason)
    record(actor=actor, event="filing.transferred", subject=found, rows=rows, profile=found.profile)
    return found


@command("filing.clarification_asked", _("Ask for clarification"))
def ask_clarification(*, actor: Actor, filing: Filing | int, question: str) -> Filing:
    """Ask something during review; the clock runs on."""
    found = find(Filing, actor, filing)
    permit(found, actor, "ask_clarification")
    rows = Rows()
    rows.update(found, clarification=question)
    record(actor=actor, event="filing.clarification_asked", subject=found, rows=rows, profile=found.profile)
    return found


@command("filing.passed", _("Pass the review"))
def pass_filing(*, actor: Actor, filing: Filing | int) -> Filing:
    """Pass the formal review: to the public notice, or to the code where the profile knows none.

    Raises:
        NotPermitted: the officer who accepted passes only where the body has no other one.
    """
    found = find(Filing, actor, filing)
    permit(found, actor, "pass_filing")
    same_hand = other_hand(found, actor, found.accepted_by_id)
    rows = Rows()
    rows.update(found, passed_by=actor.user, same_hand=found.same_hand or same_hand)
    registration.end_clock(rows, found, "filing.review")
    registration.publish(rows, found)
    record(actor=actor, event="filing.passed", subject=found, rows=rows, profile=found.profile,
           marks=found.marks(same_hand=same_hand), dataset=found.dataset.code or "")  # fmt: skip
    return found


def other_hand(filing: Filing, actor: Actor, before: int | None) -> bool:
    """Whether one officer does two steps of a case; refused where the profile wants two and the body has two.

    Raises:
        NotPermitted: another officer of the body must do it.
    """
    if actor.user_id != before:
        return False
    body = filing.body
    if (
        filing.policy().registration.different_officers
        and body
        and access.holders(body, Role.OFFICER).count() > 1
    ):
        raise NotPermitted(
            _("Another officer than the one before must do this step."),
            code="different_officers",
            rule="own",
            remedy=_("It waits in your colleagues' inbox."),
        )
    return True


@command("filing.delay_explained", _("Explain the delay"))
def explain_delay(*, actor: Actor, filing: Filing | int, reason: str) -> Filing:
    """Tell the registrant why the review is not finished (A 11); the term stays as it is."""
    found = find(Filing, actor, filing)
    permit(found, actor, "explain_delay")
    rows = Rows()
    rows.update(found, delay_reason=reason)
    record(actor=actor, event="filing.delay_explained", subject=found, rows=rows, profile=found.profile)
    return found


@command("filing.notice_halted", _("Halt the notice"))
def halt_notice(*, actor: Actor, filing: Filing | int, reason: str) -> Filing:
    """Take the notice off the page at once and review again, e.g. when it shows personal data."""
    found = find(Filing, actor, filing)
    move = permit(found, actor, "halt_notice")
    rows = Rows()
    rows.update(found, state=move.target, reason=reason, published_at=None)
    registration.end_clocks(rows, found)
    registration.start_clock(rows, found, "filing.review")
    record(actor=actor, event="filing.notice_halted", subject=found, rows=rows, profile=found.profile)
    return found


@command("filing.coded", _("Issue the code"))
def issue_code(*, actor: Actor, filing: Filing | int) -> Filing:
    """At 00:00 after the last full day of notice, never while an objection is open (R 12); the robot does it."""
    found = find(Filing, actor, filing)
    permit(found, actor, "issue_code")
    clock = clocks.running(found, "filing.notice")
    assert clock is not None, "notice_is_over held"
    rows = Rows()
    clocks.meet(rows, clock)
    registration.code_filing(rows, found, clock.due + dt.timedelta(days=1))
    record(
        actor=actor,
        event="filing.coded",
        subject=found,
        rows=rows,
        profile=found.profile,
        dataset=found.dataset.code or "",
    )
    return found


@command("filing.deemed_withdrawn", _("Deem withdrawn"))
def deem_filing_withdrawn(*, actor: Actor, filing: Filing | int) -> Filing:
    """No answer in time, where the profile says that this ends the filing (R 10)."""
    found = find(Filing, actor, filing)
    move = permit(found, actor, "deem_filing_withdrawn")
    rows = Rows()
    rows.update(found, state=move.target, ended_at=now())
    registration.end_clocks(rows, found)
    record(actor=actor, event="filing.deemed_withdrawn", subject=found, rows=rows, profile=found.profile)
    return found


@command("dataset.expired", _("Expire"))
def expire_dataset(*, actor: Actor, dataset: Dataset | int) -> Dataset:
    """Record that a registration was not renewed (R 22); the date itself had ended it already."""
    found = find(Dataset, actor, dataset)
    move = permit(found, actor, "expire_dataset")
    rows = Rows()
    rows.update(found, state=move.target)
    record(actor=actor, event="dataset.expired", subject=found, rows=rows, dataset=found.code or "")
    return found
