"""The one extension of the reply: the provider's head asks before it is due, the authority consents (R 34)."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from ledger import clocks
from ledger.actor import Actor
from ledger.clock import now
from ledger.command import command, find, permit
from ledger.errors import PolicyRefused
from ledger.journal import record
from ledger.policy import Act
from ledger.rows import Rows
from sharing import policy, timing
from sharing.models import Extension, ShareRequest


@command("request.extension_asked", _("Ask for more time"))
def ask_extension(
    *, actor: Actor, share_request: ShareRequest | int, days: int, reason: str, clauses: Sequence[str] = ()
) -> ShareRequest:
    """Ask the authority for at most ten working days more, counted from the old due date.

    Raises:
        PolicyRefused: a second time, after the due date, for too long, or without a clause.
    """
    found = find(ShareRequest, actor, share_request)
    permit(found, actor, "ask_extension")
    limit = found.policy().limit("request.extension")
    if not 1 <= days <= limit.amount:
        raise PolicyRefused(
            _("At most %(days)s working days more can be asked for.") % {"days": limit.amount},
            rule="R 34", clause="B-21", code="extension_length", pointer="/days",
            remedy=_("Ask for fewer days."),
        )  # fmt: skip
    grounds = policy.demand_clauses(found.policy(), Act.EXTEND, clauses, "R 34")
    rows = Rows()
    rows.create(
        Extension,
        share_request=found,
        days=days,
        clauses=grounds,
        reason=reason,
        asked_by=actor.user,
        asked_at=now(),
        old_due=timing.due_on(found, found.reply_rule),
    )
    rows.update(found, entry_uid=rows.uid)
    record(
        actor=actor,
        event="request.extension_asked",
        subject=found,
        rows=rows,
        profile=found.profile,
        clauses=grounds,
    )
    return found


@command("request.extended", _("Consent to the extension"))
def consent_extension(*, actor: Actor, share_request: ShareRequest | int, answer: str = "") -> ShareRequest:
    """The authority consents; the due date moves, and the consumer is told by the entry."""
    found = find(ShareRequest, actor, share_request)
    permit(found, actor, "consent_extension")
    extension = found.extensions.get(outcome="")
    clock = clocks.running(found, found.reply_rule)
    rows = Rows()
    if clock:
        clocks.extend(rows, clock, extension.days)
    rows.update(
        extension,
        outcome="consented",
        answer=answer,
        decided_by=actor.user,
        decided_at=now(),
        new_due=clock.due if clock else None,
    )
    rows.update(found, entry_uid=rows.uid)
    record(
        actor=actor,
        event="request.extended",
        subject=found,
        rows=rows,
        clauses=extension.clauses,
        **found.stamp,
    )
    return found


@command("request.extension_declined", _("Decline the extension"))
def decline_extension(
    *, actor: Actor, share_request: ShareRequest | int, clauses: Sequence[str] = (), answer: str = ""
) -> ShareRequest:
    """The authority declines; the old due date stands.

    Raises:
        PolicyRefused: without a clause.
    """
    found = find(ShareRequest, actor, share_request)
    permit(found, actor, "decline_extension")
    grounds = policy.demand_clauses(found.policy(), Act.DECLINE_EXTENSION, clauses, "R 34")
    rows = Rows()
    rows.update(
        found.extensions.get(outcome=""),
        outcome="declined",
        answer=answer,
        answer_clauses=grounds,
        decided_by=actor.user,
        decided_at=now(),
    )
    rows.update(found, entry_uid=rows.uid)
    record(
        actor=actor,
        event="request.extension_declined",
        subject=found,
        rows=rows,
        clauses=grounds,
        **found.stamp,
    )
    return found
