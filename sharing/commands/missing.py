"""Calling for data that is only listed: its owner answers within a term (own; departments under B art. 17)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from catalog.filing import DatasetState
from catalog.models import Dataset
from ledger.actor import Actor
from ledger.clock import now
from ledger.command import command, find, permit
from ledger.errors import BadShape, PolicyRefused
from ledger.journal import record
from ledger.rows import Rows
from sharing import timing
from sharing.commands.applications import asking_house
from sharing.models import MissingRequest
from sharing.workflow import MissingState


@command("missing.called", _("Call for this data"))
def request_missing(*, actor: Actor, dataset: Dataset | int, purpose: str) -> MissingRequest:
    """Ask the owner of a listed record to register it.

    Raises:
        NotPermitted: the actor asks for no organisation.
        PolicyRefused: the record is not merely listed, is one's own, or was called for already.
    """
    house = asking_house(actor)
    found = find(Dataset, actor, dataset)
    if found.state != DatasetState.LISTED:
        raise PolicyRefused(_("This dataset is not merely listed."), code="not_listed", pointer="/dataset",
                            remedy=_("Request access to it instead."))  # fmt: skip
    if found.owner_id == house.pk:
        raise PolicyRefused(_("It is your own organisation's."), code="own", pointer="/dataset",
                            remedy=_("Describe it and file it."))  # fmt: skip
    if MissingRequest.objects.filter(dataset=found, consumer=house, state=MissingState.CALLED).exists():
        raise PolicyRefused(_("Your organisation has called for it already."), code="twice", pointer="/dataset",
                            remedy=_("Wait for the owner's answer."))  # fmt: skip
    if not purpose.strip():
        raise BadShape(_("Say what it is needed for."), code="required", pointer="/purpose")
    rows = Rows()
    call = rows.create(
        MissingRequest,
        dataset=found,
        consumer=house,
        owner=found.owner,
        purpose=purpose,
        called_by=actor.user,
        called_at=now(),
    )
    timing.start(rows, call, "missing.answer")
    record(actor=actor, event="missing.called", subject=call, rows=rows)
    return call


@command("missing.answered", _("Answer the call"))
def answer_missing(
    *, actor: Actor, missing_request: MissingRequest | int, outcome: str, answer: str
) -> MissingRequest:
    """Promise to register, or say why not.

    Raises:
        BadShape: neither promised nor declined, or no words.
    """
    found = find(MissingRequest, actor, missing_request)
    permit(found, actor, "answer_missing")
    if outcome not in (MissingState.PROMISED, MissingState.DECLINED):
        raise BadShape(_("Choose: promised, or declined."), code="choice", pointer="/outcome")
    if not answer.strip():
        raise BadShape(_("Say by when, or why not."), code="required", pointer="/answer")
    rows = Rows()
    rows.update(found, state=outcome, answer=answer, answered_by=actor.user, answered_at=now())
    timing.meet(rows, found, "missing.answer")
    record(actor=actor, event="missing.answered", subject=found, rows=rows)
    return found


@command("missing.withdrawn", _("Withdraw the call"))
def withdraw_missing(*, actor: Actor, missing_request: MissingRequest | int) -> MissingRequest:
    """The data is no longer needed."""
    found = find(MissingRequest, actor, missing_request)
    move = permit(found, actor, "withdraw_missing")
    rows = Rows()
    rows.update(found, state=move.target, answered_at=now())
    timing.cancel(rows, found, "missing.answer")
    record(actor=actor, event="missing.withdrawn", subject=found, rows=rows)
    return found
