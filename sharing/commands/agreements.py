"""Both heads sign the hash of the terms, or one declines, or the term for signing passes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from ledger.actor import Actor
from ledger.clock import now
from ledger.command import command, find, permit
from ledger.errors import PolicyRefused
from ledger.journal import record
from ledger.parties import Side
from ledger.policy import Act
from ledger.rows import Rows
from sharing import granting, policy, timing
from sharing.models import Agreement, ShareRequest, Signature
from sharing.workflow import AgreementState
from sharing.workflow import RequestState as S


@command("agreement.signed", _("Sign"))
def sign_agreement(*, actor: Actor, agreement: Agreement | int, digest: str) -> Agreement:
    """Sign the text whose checksum one has read; with the second signature the grant is made.

    Raises:
        PolicyRefused: the checksum is of another text.
    """
    found = find_agreement(actor, agreement)
    permit(found, actor, "sign_agreement")
    if digest.strip().lower() != found.digest:
        raise PolicyRefused(
            _("This is not the checksum of the present text."), rule="R 50", code="other_text",
            pointer="/digest", remedy=_("Read the agreement again and sign its checksum."),
        )  # fmt: skip
    rows = Rows()
    rows.create(
        Signature,
        agreement=found,
        side=found.side_of(actor),
        organisation=actor.organisation,
        signed_by=actor.user,
        signed_at=now(),
        digest=found.digest,
    )
    share_request, both = found.share_request, found.signatures.count() == 2
    if both:
        rows.update(found, state=AgreementState.IN_FORCE)
        rows.update(share_request, state=S.GRANTED)
        timing.meet(rows, share_request, "request.agreement_lapse")
    else:
        rows.update(found, entry_uid=rows.uid)
    record(actor=actor, event="agreement.signed", subject=found, rows=rows, **share_request.stamp)
    if both:
        granting.grant(actor, share_request, share_request.decision, rows.uid)
    return found


@command("agreement.declined", _("Decline to sign"))
def decline_agreement(
    *, actor: Actor, agreement: Agreement | int, clauses: Sequence[str] = (), reason: str = ""
) -> Agreement:
    """Do not sign: the request lapses. The provider, who proposed the terms, names a clause.

    Raises:
        PolicyRefused: the provider declines without a clause.
    """
    found = find_agreement(actor, agreement)
    move = permit(found, actor, "decline_agreement")
    if clauses or found.side_of(actor) == Side.OWNER:
        policy.demand_clauses(found.policy(), Act.DECLINE_AGREEMENT, clauses)
    return end(actor, found, move.target, "agreement.declined", decline_reason=reason, clauses=list(clauses))


@command("agreement.lapsed", _("Lapse"))
def lapse_agreement(*, actor: Actor, agreement: Agreement | int) -> Agreement:
    """The term for signing has passed."""
    found = find_agreement(actor, agreement)
    move = permit(found, actor, "lapse_agreement")
    return end(actor, found, move.target, "agreement.lapsed")


def end(actor: Actor, found: Agreement, state: str | None, event: str, **said: Any) -> Agreement:
    """An agreement that does not come about takes its request with it."""
    rows, share_request = Rows(), found.share_request
    rows.update(found, state=state, ended_at=now(), **said)
    rows.update(share_request, state=S.LAPSED, ended_at=now())
    timing.cancel(rows, share_request, *timing.OF_REQUEST)
    record(
        actor=actor,
        event=event,
        subject=found,
        rows=rows,
        clauses=said.get("clauses", []),
        **share_request.stamp,
    )
    return found


def find_agreement(actor: Actor, agreement: Agreement | int) -> Agreement:
    """Lock the request first, then its agreement: everybody takes the two in this order."""
    pk = agreement.pk if isinstance(agreement, Agreement) else agreement
    visible = Agreement.objects.visible_to(actor).filter(pk=pk).values("share_request")
    list(ShareRequest.objects.filter(pk__in=visible).select_for_update(of=("self",)))
    return find(Agreement, actor, agreement)
