"""The life of a grant: notice, suspension, termination, renewal, end, deletion, use reports."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from catalog.files import store
from ledger.actor import Actor
from ledger.clock import now, today
from ledger.command import command, find, permit
from ledger.errors import BadShape
from ledger.journal import record
from ledger.parties import Side
from ledger.policy import Act
from ledger.rows import Rows
from sharing import policy, timing
from sharing.models import Grant, ShareRequest, UseReport

NO_REASON: dict[str, Any] = {"reason": "", "clauses": [], "notice_cause": ""}


def entered(actor: Actor, event: str, grant: Grant, rows: Rows, clauses: Sequence[str] = ()) -> Grant:
    """Record what was done to a grant."""
    record(actor=actor, event=event, subject=grant, rows=rows, clauses=list(clauses), **grant.stamp)
    return grant


@command("grant.put_on_notice", _("Put on notice"))
def put_on_notice(
    *, actor: Actor, grant: Grant | int, clauses: Sequence[str] = (), reason: str = "", cause: str = "officer"
) -> Grant:
    """Warn the grantee: it goes on, but must mend what the clause names; the robot does so when evidence lapses.

    Raises:
        PolicyRefused: without a clause.
    """
    found = find(Grant, actor, grant)
    move = permit(found, actor, "put_on_notice")
    grounds = policy.demand_clauses(found.policy(), Act.PUT_ON_NOTICE, clauses, "R 37")
    rows = Rows()
    why = cause if actor.is_robot else "officer"
    rows.update(found, state=move.target, reason=reason, clauses=grounds, notice_cause=why)
    return entered(actor, "grant.put_on_notice", found, rows, grounds)


@command("grant.notice_lifted", _("Lift the notice"))
def lift_notice(*, actor: Actor, grant: Grant | int) -> Grant:
    """What the notice named is mended."""
    found = find(Grant, actor, grant)
    move = permit(found, actor, "lift_notice")
    rows = Rows()
    rows.update(found, state=move.target, **NO_REASON)
    return entered(actor, "grant.notice_lifted", found, rows)


@command("grant.suspended", _("Suspend"))
def suspend_grant(
    *,
    actor: Actor,
    grant: Grant | int,
    clauses: Sequence[str] = (),
    reason: str = "",
    mend_days: int | None = None,
) -> Grant:
    """Stop the use, on a clause, with a term to mend (B art. 27).

    Raises:
        PolicyRefused: without a clause.
        BadShape: no reason, or a term of no days.
    """
    found = find(Grant, actor, grant)
    move = permit(found, actor, "suspend_grant")
    grounds = policy.demand_clauses(found.policy(), Act.SUSPEND, clauses, "R 37")
    if not reason.strip():
        raise BadShape(_("Say what must be mended."), code="required", pointer="/reason")
    if mend_days is not None and mend_days < 1:
        raise BadShape(_("Give at least one working day to mend."), code="days", pointer="/mend_days")
    rows = Rows()
    rows.update(found, state=move.target, reason=reason, clauses=grounds, suspended_at=now())
    timing.start(rows, found, "grant.mend", mend_days)
    return entered(actor, "grant.suspended", found, rows, grounds)


@command("grant.reinstated", _("Reinstate"))
def reinstate_grant(*, actor: Actor, grant: Grant | int, reason: str = "") -> Grant:
    """It is mended: the use goes on."""
    found = find(Grant, actor, grant)
    move = permit(found, actor, "reinstate_grant")
    rows = Rows()
    rows.update(found, state=move.target, suspended_at=None, **NO_REASON | {"reason": reason})
    timing.meet(rows, found, "grant.mend")
    return entered(actor, "grant.reinstated", found, rows)


@command("grant.terminated", _("Terminate"))
def terminate_grant(
    *, actor: Actor, grant: Grant | int, clauses: Sequence[str] = (), reason: str = ""
) -> Grant:
    """End a suspended grant whose term to mend was missed (R 37); what was received is to be deleted.

    Raises:
        PolicyRefused: without a clause.
    """
    found = find(Grant, actor, grant)
    move = permit(found, actor, "terminate_grant")
    grounds = policy.demand_clauses(found.policy(), Act.TERMINATE, clauses, "R 37")
    rows = Rows()
    rows.update(found, state=move.target, terminated_at=now(), clauses=grounds, reason=reason or found.reason)
    timing.cancel(rows, found, "grant.mend")
    timing.start(rows, found, "grant.deletion")
    return entered(actor, "grant.terminated", found, rows, grounds)


@command("grant.renewed", _("Renew"))
def renew_grant(*, actor: Actor, grant: Grant | int, ends: dt.date) -> Grant:
    """Move the last day: one head proposes it, the other side's agrees by naming the same day.

    Raises:
        PolicyRefused: not a later day, another day than proposed, or the data may no longer be provided.
    """
    found = find(Grant, actor, grant)
    permit(found, actor, "renew_grant")
    if ends <= found.ends:
        raise policy.refused(
            _("The new last day must lie after %(ends)s.") % {"ends": found.ends.isoformat()},
            "not_later", "R 37", _("Name a later day."), "/ends",
        )  # fmt: skip
    rows = Rows()
    if not found.renewal_side:
        side = Side.CONSUMER if actor.organisation_id == found.consumer_id else Side.OWNER
        rows.update(found, renewal_side=side.value, renewal_ends=ends)
        return entered(actor, "grant.renewal_proposed", found, rows)
    if ends != found.renewal_ends:
        raise policy.refused(
            _("The other side proposed %(ends)s.") % {"ends": found.renewal_ends}, "other_day", "R 37", _("Name that day to agree, or let the proposal stand."), "/ends",
        )  # fmt: skip
    policy.demand_requestable(found.dataset, found.consumer)
    rows.update(found, ends=ends, renewal_side="", renewal_ends=None)
    return entered(actor, "grant.renewed", found, rows)


@command("grant.expired", _("Expire"))
def expire_grant(*, actor: Actor, grant: Grant | int) -> Grant:
    """The last day is over; the entry only records it, the use ended by itself."""
    found = find(Grant, actor, grant)
    move = permit(found, actor, "expire_grant")
    rows = Rows()
    rows.update(found, state=move.target)
    timing.cancel(rows, found, "grant.mend")
    timing.start(rows, found, "grant.deletion")
    return entered(actor, "grant.expired", found, rows)


@command("grant.closing", _("End the use"))
def close_grant(*, actor: Actor, grant: Grant | int, reason: str = "") -> Grant:
    """The purpose is reached, impossible or no longer wanted (B 27); what was received is to be deleted."""
    found = find(Grant, actor, grant)
    move = permit(found, actor, "close_grant")
    rows = Rows()
    rows.update(found, state=move.target, reason=reason)
    end_delivery(rows, found)
    timing.start(rows, found, "grant.deletion")
    return entered(actor, "grant.closing", found, rows)


@command("grant.closed", _("File the statement of deletion"))
def file_deletion(
    *, actor: Actor, grant: Grant | int, statement: str, file: UploadedFile | None = None
) -> Grant:
    """Say how the data was disposed of, with a proof if there is one (R 41)."""
    found = find(Grant, actor, grant)
    move = permit(found, actor, "file_deletion")
    if not statement.strip():
        raise BadShape(_("Say how the data was disposed of."), code="required", pointer="/statement")
    proof = store(file).sha256 if file else ""
    rows = Rows()
    rows.update(found, state=move.target, deletion=statement, deletion_file=proof, ended_at=now())
    timing.meet(rows, found, "grant.deletion")
    return entered(actor, "grant.closed", found, rows)


@command("use.reported", _("Report the use"))
def report_use(
    *,
    actor: Actor,
    grant: Grant | int,
    period_from: dt.date,
    period_until: dt.date,
    scenario: str,
    **told: str,
) -> UseReport:
    """Say what the data was used for: scenario, workshop, models trained, computing used, effect measured.

    Raises:
        BadShape: days in the wrong order or in the future.
    """
    found = find(Grant, actor, grant)
    permit(found, actor, "report_use")
    if period_until < period_from or period_until > today(found.policy().zone):
        raise BadShape(
            _("The period ends before it begins, or in the future."), code="days", pointer="/period_until"
        )
    rows = Rows()
    report = rows.create(
        UseReport,
        grant=found,
        period_from=period_from,
        period_until=period_until,
        scenario=scenario,
        reported_by=actor.user,
        reported_at=now(),
        **told,
    )
    record(actor=actor, event="use.reported", subject=report, rows=rows, **found.stamp)
    return report


def end_delivery(rows: Rows, grant: Grant) -> None:
    """A grant given up before delivery is not waited for any more."""
    share_request = ShareRequest.objects.get(pk=grant.share_request_id)
    timing.cancel(rows, share_request, "request.delivery")
