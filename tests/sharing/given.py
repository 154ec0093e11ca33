"""What the sharing tests start from, made through commands only: a registered dataset, a request in any state, a grant."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from catalog.models import Dataset
from ledger.clock import at, today
from ledger.models import Clock
from ledger.past import Past, history
from sharing import commands as do
from sharing.models import Agreement, Application, Grant, ShareRequest
from sharing.workflow import RequestState as R
from tests import make
from tests.cast import Cast, House, day

#: What a department writes.
DUTY: dict[str, Any] = {
    "purpose": "会商抗旱调度方案",
    "scenario": "防汛抗旱会商",
    "legal_basis": "水务部门职责",
    "security": "政务外网，专人专机",
}
UNCONDITIONAL = {"sharing": "unconditional", "sharing_conditions": ""}
#: A day on which the datasets of these tests stand in the register; whole notices lie before it.
REGISTERED = day("2026-03-02")
REFUSES, NARROWS, EXTENDS = "B-20", "B-25", "B-21"
SUSPENDS, DECLINES = "B-27", "OWN-agreement"


def dataset(cast: Cast, house: House | None = None, **described: Any) -> Dataset:
    """A registered dataset with a file, by default a department's, shared on conditions."""
    with at(REGISTERED):
        return make.registered(cast, house or cast.bureau, file=True, **described)


def application(cast: Cast, wanted: Dataset, house: House | None = None, **words: Any) -> Application:
    """A draft by the consumer's applicant, by default of another department."""
    asker = (house or cast.department).applicant
    fields: Sequence[str] = words.pop("fields", ())
    values = {**DUTY, "ends": today() + dt.timedelta(days=365), **words}
    return do.create_application(actor=asker, items=[{"dataset": wanted, "fields": list(fields)}], **values)


def sent(cast: Cast, wanted: Dataset, house: House | None = None, **words: Any) -> ShareRequest:
    """A request as its provider receives it."""
    consumer = house or cast.department
    draft = application(cast, wanted, consumer, **words)
    do.submit_application(actor=consumer.applicant, application=draft)
    if Application.objects.get(pk=draft.pk).state != "sent":
        do.endorse_application(actor=consumer.head, application=draft)
    return ShareRequest.objects.get(application=draft)


def recommended(cast: Cast, found: ShareRequest, house: House | None = None) -> ShareRequest:
    """The provider's steward has spoken."""
    steward = (house or cast.bureau).steward
    do.recommend(actor=steward, share_request=found, outcome="agree", finding="适当")
    return fresh(found)


def signed(
    cast: Cast, found: ShareRequest, provider: House | None = None, consumer: House | None = None
) -> Grant:
    """Both heads have signed."""
    agreement = Agreement.objects.get(share_request=found)
    for head in ((consumer or cast.department).head, (provider or cast.bureau).head):
        do.sign_agreement(actor=head, agreement=agreement, digest=agreement.digest)
    return Grant.objects.get(share_request=found)


def agreed(cast: Cast, found: ShareRequest, **less: Any) -> ShareRequest:
    """Recommended and agreed to."""
    recommended(cast, found)
    do.agree_request(actor=cast.bureau.head, share_request=found, **less)
    return fresh(found)


def delivered(cast: Cast, found: ShareRequest) -> Grant:
    """Signed, and the dataset's file handed over."""
    grant = signed(cast, found)
    do.deliver(
        actor=cast.bureau.steward, share_request=found, distribution=grant.dataset.distributions.first()
    )
    return Grant.objects.get(pk=grant.pk)


def request(cast: Cast, state: str, wanted: Dataset | None = None) -> ShareRequest:
    """A request in a state, brought there by those whose turn it is."""
    found = sent(cast, wanted or dataset(cast))
    match R(state):
        case R.SUPPLEMENT_REQUESTED:
            do.ask_supplement(actor=cast.bureau.steward, share_request=found, gaps=["依据文号", "使用部门"])
        case R.APPROVED:
            agreed(cast, found)
        case R.GRANTED:
            signed(cast, agreed(cast, found))
        case R.DELIVERED:
            delivered(cast, agreed(cast, found))
        case R.REFUSED:
            recommended(cast, found)
            do.refuse_request(
                actor=cast.bureau.head, share_request=found, clauses=[REFUSES], finding="职责不符"
            )
        case R.LAPSED:
            agreed(cast, found)
            do.decline_agreement(actor=cast.department.head, agreement=found.agreement)
        case R.WITHDRAWN:
            do.withdraw_request(actor=cast.department.applicant, share_request=found)
    found = fresh(found)
    assert found.state == state, f"{found.state} is not {state}"
    return found


def grant(cast: Cast, wanted: Dataset | None = None) -> Grant:
    """A live grant whose file was delivered."""
    return delivered(cast, agreed(cast, sent(cast, wanted or dataset(cast))))


def grant_to(cast: Cast, wanted: Dataset, consumer: House) -> Grant:
    """A live grant to another department."""
    found = agreed(cast, sent(cast, wanted, consumer))
    return signed(cast, found, consumer=consumer)


def fresh(found: Any) -> Any:
    """The row as it stands, with nothing cached."""
    return type(found).objects.get(pk=found.pk)


def due(found: Any, rule: str) -> dt.date:
    """The due date of the newest clock of a rule."""
    clock = Clock.objects.of(found).filter(rule=rule).order_by("-pk").first()
    assert clock is not None, rule
    return clock.due


def entries(found: Any) -> list[Past]:
    """What the log says of an object, the oldest first."""
    return list(history(found))


def events(found: Any) -> list[str]:
    """The kinds of the entries of an object, in order."""
    return [past.kind for past in history(found)]
