"""What dates bring about on this floor: withdrawn, lapsed, expired, on notice. Each case in its own transaction;
run late or twice it changes nothing that the predicates had not decided already."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.db.models import Exists, OuterRef

from catalog import compliance
from catalog.models import Dataset
from ledger import clocks
from ledger.actor import Actor
from ledger.clock import now, today
from ledger.errors import NotFound, PolicyRefused, WrongState
from ledger.policy import Act
from sharing.models import Agreement, Grant, ShareRequest
from sharing.workflow import LIVE, AgreementState, GrantState, RequestState

#: One thing to be done: a command with what it is given.
Deed = tuple[Callable[..., Any], dict[str, Any]]
BLOCKING = (compliance.Status.LAPSED, compliance.Status.FAILED)


def run() -> int:
    """Do what is due; returns how many cases moved."""
    return sum(done(call, arguments) for call, arguments in list(due()))


def due() -> Iterator[Deed]:
    """Everything the dates demand now."""
    yield from withdrawals()
    yield from lapses()
    yield from expiries()
    yield from notices()
    yield from liftings()


def done(call: Callable[..., Any], arguments: dict[str, Any]) -> bool:
    """One deed; another process, or a person, may have been quicker."""
    try:
        call(actor=Actor.robot(), **arguments)
    except (NotFound, WrongState, PolicyRefused):
        return False
    return True


def withdrawals() -> Iterator[Deed]:
    """Requests whose applicant stayed silent, where the profile ends them."""
    from sharing.commands import deem_request_withdrawn

    late = clocks.overdue_subjects("sharerequest", "request.supplement", now())
    silent = ShareRequest.objects.filter(state=RequestState.SUPPLEMENT_REQUESTED, pk__in=late)
    for share_request in silent:
        if share_request.supplement_is_late(Actor.robot()):
            yield deem_request_withdrawn, {"share_request": share_request.pk}


def lapses() -> Iterator[Deed]:
    """Agreements nobody signed in time."""
    from sharing.commands import lapse_agreement

    late = clocks.overdue_subjects("sharerequest", "request.agreement_lapse", now())
    unsigned = Agreement.objects.filter(state=AgreementState.PROPOSED, share_request__in=late)
    return each(lapse_agreement, "agreement", unsigned.values_list("pk", flat=True))


def expiries() -> Iterator[Deed]:
    """Grants whose last day is over."""
    from sharing.commands import expire_grant

    over = Grant.objects.filter(state__in=[*LIVE, GrantState.SUSPENDED], ends__lt=today())
    return each(expire_grant, "grant", over.values_list("pk", flat=True))


def notices() -> Iterator[Deed]:
    """Live grants to data whose evidence has lapsed or failed."""
    from sharing.commands import put_on_notice

    for grant in Grant.objects.filter(on_blocked(), state=GrantState.ACTIVE).select_related("share_request"):
        grounds = [clause.id for clause in grant.policy().clauses_for(Act.PUT_ON_NOTICE)]
        named = [ground for ground in grounds if "compliance" in ground.lower()] or grounds[:1]
        yield put_on_notice, {"grant": grant.pk, "clauses": named, "cause": "compliance"}


def liftings() -> Iterator[Deed]:
    """Notices the robot gave, once the evidence stands again."""
    from sharing.commands import lift_notice

    mended = Grant.objects.filter(~on_blocked(), state=GrantState.ON_NOTICE, notice_cause="compliance")
    return each(lift_notice, "grant", mended.values_list("pk", flat=True))


def on_blocked() -> Exists:
    """Grants to a dataset whose compliance blocks."""
    rated = compliance.with_status(Dataset.objects.filter(pk=OuterRef("dataset")))
    blocked = rated.filter(compliance__in=BLOCKING)
    return Exists(blocked)


def each(call: Callable[..., Any], name: str, keys: Iterable[int]) -> Iterator[Deed]:
    """The same command for many cases."""
    return ((call, {name: key}) for key in keys)
