"""Standing consents: decided by a head beforehand, carried out by the robot."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from catalog.models import Dataset
from catalog.models.datasets import Circle
from ledger.access import may
from ledger.actor import Actor, Role
from ledger.clock import now, today
from ledger.command import command, find, permit
from ledger.errors import BadShape, NotPermitted
from ledger.journal import record
from ledger.policy import profile_for
from ledger.rows import Rows
from sharing import policy
from sharing.models import StandingConsent


@command("consent.set", _("Agree beforehand"))
def set_standing_consent(
    *,
    actor: Actor,
    dataset: Dataset | int,
    circle: str,
    fields: Sequence[str] = (),
    starts: dt.date | None = None,
    ends: dt.date | None = None,
) -> StandingConsent:
    """Decide now for every later request of a circle: the robot agrees at once and names this entry.

    Raises:
        NotPermitted: not the sharing head of the owner.
        PolicyRefused: not shared, not registered, or the profile wants each case decided.
    """
    found = find(Dataset, actor, dataset)
    if not may(actor, Role.HEAD_SHARING, found.owner):
        raise NotPermitted(
            _("Only the sharing head of the owner agrees beforehand."),
            code="not_permitted",
            rule="WHO consent",
        )
    demand_settable(found)
    first = starts or today()
    if ends and ends < first:
        raise BadShape(_("The last day lies before the first."), code="days", pointer="/ends")
    rows = Rows()
    consent = rows.create(
        StandingConsent,
        dataset=found,
        circle=Circle(circle),
        fields=policy.demand_fields(found, fields, "/fields") if fields else [],
        starts=first,
        ends=ends,
        set_by=actor.user,
        set_at=now(),
        decided_uid=rows.uid,
    )
    record(actor=actor, event="consent.set", subject=consent, rows=rows, dataset=found.code or "")
    return consent


@command("consent.withdrawn", _("Withdraw the standing consent"))
def withdraw_standing_consent(*, actor: Actor, standing_consent: StandingConsent | int) -> StandingConsent:
    """From now on each request is decided again; what was granted stands."""
    found = find(StandingConsent, actor, standing_consent)
    move = permit(found, actor, "withdraw_standing_consent")
    rows = Rows()
    rows.update(found, state=move.target, withdrawn_at=now())
    record(actor=actor, event="consent.withdrawn", subject=found, rows=rows, dataset=found.dataset.code or "")
    return found


def demand_settable(dataset: Dataset) -> None:
    """Registered, shared, and the profile takes a decision made beforehand.

    Raises:
        PolicyRefused: naming what stands in the way.
    """
    for check in (policy.not_registered, policy.not_shared, policy.barred):
        if refusal := check(dataset, dataset.owner, "/dataset"):
            raise refusal
    rules = profile_for(dataset.regime, dataset.owner.region)
    if not rules.agreement(dataset.regime, dataset.sharing).standing_consent_suffices:
        raise policy.refused(
            _("For this data every request is decided by itself."), "case_by_case", "R 34",
            _("Decide the requests one by one."),
        )  # fmt: skip
