"""What is missing from a request: told once, as a whole list; never a ground to refuse (B art. 21)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from ledger import clocks
from ledger.actor import Actor
from ledger.clock import now
from ledger.command import command, find, permit
from ledger.errors import BadShape, PolicyRefused
from ledger.journal import record
from ledger.rows import Rows
from sharing import timing
from sharing.commands.applications import known
from sharing.models import ShareRequest


@command("request.supplement_requested", _("Ask for what is missing"))
def ask_supplement(*, actor: Actor, share_request: ShareRequest | int, gaps: Sequence[str]) -> ShareRequest:
    """Tell the applicant everything that is missing, once; the reply clock pauses.

    Raises:
        BadShape: the list is empty.
        PolicyRefused: an item was not on the first list (R 33).
    """
    found = find(ShareRequest, actor, share_request)
    move = permit(found, actor, "ask_supplement")
    wanted = list(dict.fromkeys(gap.strip() for gap in gaps if gap.strip()))
    if not wanted:
        raise BadShape(_("List everything that is missing."), code="required", pointer="/gaps")
    first = {gap["gap"]: gap for gap in found.gaps}
    if first and (late := [gap for gap in wanted if gap not in first]):
        raise PolicyRefused(
            _("Not on the first list: %(late)s.") % {"late": ", ".join(late)},
            rule="R 33", clause="B-21", code="second_list", pointer="/gaps",
            remedy=_("Everything is told at once; ask again only for what is still missing from that list."),
        )  # fmt: skip
    again = [{**gap, "answered": gap["answered"] and gap["gap"] not in wanted} for gap in found.gaps]
    rows = Rows()
    rows.update(found, state=move.target, gaps=again or [unanswered(gap) for gap in wanted])
    if clock := clocks.running(found, found.reply_rule):
        clocks.pause(rows, clock)
    timing.start(rows, found, "request.supplement")
    record(actor=actor, event="request.supplement_requested", subject=found, rows=rows, **found.stamp)
    return found


@command("request.resubmitted", _("Answer what was asked"))
def resubmit_request(
    *, actor: Actor, share_request: ShareRequest | int, answers: Sequence[dict[str, str]] = (), **wanted: Any
) -> ShareRequest:
    """Complete this one request; others of the same application keep their text. The clock runs on.

    Raises:
        BadShape: an answer to nothing that was asked, or nothing answered at all.
    """
    found = find(ShareRequest, actor, share_request)
    move = permit(found, actor, "resubmit_request")
    said = {answer["gap"]: answer["answer"].strip() for answer in answers}
    asked = [gap["gap"] for gap in found.gaps]
    if stray := [gap for gap in said if gap not in asked]:
        raise BadShape(
            _("This was not asked: %(gap)s.") % {"gap": stray[0]}, code="stray", pointer="/answers"
        )
    changes = known(wanted)
    if not any(said.values()) and not changes:
        raise BadShape(_("Answer at least one item of the list."), code="required", pointer="/answers")
    gaps = [
        {**gap, "answer": said[gap["gap"]], "answered": True} if said.get(gap["gap"]) else gap
        for gap in found.gaps
    ]
    rows = Rows()
    rows.update(found, state=move.target, gaps=gaps, **changes)
    timing.meet(rows, found, "request.supplement")
    if clock := clocks.running(found, found.reply_rule):
        clocks.resume(rows, clock)
    record(actor=actor, event="request.resubmitted", subject=found, rows=rows, **found.stamp)
    return found


@command("request.deemed_withdrawn", _("Deem withdrawn"))
def deem_request_withdrawn(*, actor: Actor, share_request: ShareRequest | int) -> ShareRequest:
    """The applicant stayed silent and the profile ends such requests."""
    found = find(ShareRequest, actor, share_request)
    move = permit(found, actor, "deem_request_withdrawn")
    rows = Rows()
    rows.update(found, state=move.target, ended_at=now())
    timing.cancel(rows, found, found.reply_rule, *timing.OF_REQUEST)
    record(actor=actor, event="request.deemed_withdrawn", subject=found, rows=rows, **found.stamp)
    return found


def unanswered(gap: str) -> dict[str, Any]:
    """One item of the list as told."""
    return {"gap": gap, "answer": "", "answered": False}
