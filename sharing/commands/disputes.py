"""Disputes: negotiate first, then the authority, then the one above; no step is skipped (B art. 28)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from ledger.actor import Actor
from ledger.clock import now
from ledger.command import command, find, permit
from ledger.errors import PolicyRefused
from ledger.journal import record
from ledger.rows import Rows
from sharing.models import Dispute, ShareRequest
from sharing.workflow import DisputeState


@command("dispute.opened", _("Open a dispute"))
def open_dispute(
    *, actor: Actor, share_request: ShareRequest | int, statement: str, ground: str = ""
) -> Dispute:
    """Dispute a refusal, a narrowing, a breach, a bad delivery, a suspension or termination.

    Raises:
        PolicyRefused: a ground that is not there.
    """
    found = find(ShareRequest, actor, share_request)
    permit(found, actor, "open_dispute")
    grounds = found.grounds_of_dispute()
    if ground and ground not in grounds:
        raise PolicyRefused(
            _("This cannot be disputed here: %(ground)s.") % {"ground": ground}, rule="R 35",
            code="no_ground", pointer="/ground",
            remedy=_("Choose from: %(grounds)s.") % {"grounds": ", ".join(grounds)},
        )  # fmt: skip
    rows = Rows()
    dispute = rows.create(
        Dispute,
        share_request=found,
        ground=ground or grounds[0],
        statement=statement,
        opened_by=actor.user,
        opened_at=now(),
    )
    return entered(actor, "dispute.opened", dispute, rows)


@command("dispute.answered", _("Answer the dispute"))
def answer_dispute(*, actor: Actor, dispute: Dispute | int, answer: str) -> Dispute:
    """The provider's head answers in the negotiation."""
    found = find(Dispute, actor, dispute)
    permit(found, actor, "answer_dispute")
    rows = Rows()
    rows.update(found, answer=answer, answered_at=now())
    return entered(actor, "dispute.answered", found, rows)


@command("dispute.escalated", _("Take it to the next instance"))
def escalate_dispute(*, actor: Actor, dispute: Dispute | int) -> Dispute:
    """Negotiation failed: before the authority; mediation failed: before the one above."""
    found = find(Dispute, actor, dispute)
    permit(found, actor, "escalate_dispute")
    higher = (
        DisputeState.MEDIATION if found.state == DisputeState.NEGOTIATION else DisputeState.BEFORE_GOVERNMENT
    )
    rows = Rows()
    rows.update(found, authority=found.next_instance(), state=higher)
    return entered(actor, "dispute.escalated", found, rows)


@command("dispute.settled", _("Settled between us"))
def settle_dispute(*, actor: Actor, dispute: Dispute | int, settlement: str) -> Dispute:
    """The consumer says that the negotiation settled it."""
    return ended(actor, dispute, "settle_dispute", "dispute.settled", settlement)


@command("dispute.settled", _("Conclude"))
def conclude_mediation(*, actor: Actor, dispute: Dispute | int, settlement: str) -> Dispute:
    """The officer before whom it is concludes it."""
    return ended(actor, dispute, "conclude_mediation", "dispute.settled", settlement)


@command("dispute.withdrawn", _("Withdraw the dispute"))
def withdraw_dispute(*, actor: Actor, dispute: Dispute | int) -> Dispute:
    """The consumer lets it rest."""
    return ended(actor, dispute, "withdraw_dispute", "dispute.withdrawn", "")


def ended(actor: Actor, dispute: Dispute | int, name: str, event: str, settlement: str) -> Dispute:
    """The end of a dispute, whichever."""
    found = find(Dispute, actor, dispute)
    move = permit(found, actor, name)
    rows = Rows()
    rows.update(found, state=move.target, settlement=settlement, ended_at=now())
    return entered(actor, event, found, rows)


def entered(actor: Actor, event: str, dispute: Dispute, rows: Rows) -> Dispute:
    """Record what happened in a dispute."""
    case = dispute.share_request
    record(
        actor=actor,
        event=event,
        subject=dispute,
        rows=rows,
        profile=case.profile,
        dataset=case.dataset.code or "",
    )
    return dispute
