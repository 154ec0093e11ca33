"""What an endorsement brings about: one request per dataset, its route and clock, by standing consent the answer."""

from __future__ import annotations

import uuid
from typing import Any

from django.utils.translation import gettext_lazy as _

from catalog.models import Dataset
from ledger import routes
from ledger.access import holders
from ledger.actor import Actor, Role
from ledger.clock import now
from ledger.command import command, find, permit
from ledger.conditions import Regime
from ledger.errors import PolicyRefused
from ledger.journal import record
from ledger.models import Organisation
from ledger.policy import profile_for
from ledger.rows import Rows
from sharing import granting, policy, timing
from sharing.models import (
    Application,
    ApplicationItem,
    Decision,
    Outcome,
    RouteStage,
    ShareRequest,
    StandingConsent,
)
from sharing.models.wanted import wanted_of


def open_request(
    actor: Actor, application: Application, item: ApplicationItem, cause: uuid.UUID
) -> ShareRequest:
    """Receive one request: route, profile version and dataset revision are pinned, the reply clock starts.

    Raises:
        PolicyRefused: it may not be asked for, or the profile knows no route.
    """
    policy.demand_requestable(item.dataset, application.organisation)
    rows = Rows()
    share_request = rows.create(
        ShareRequest,
        application=application,
        handler=application.submitted_by,
        requested_by=application.submitted_by,
        endorsed_by=application.endorsed_by,
        received_at=now(),
        fields=policy.demand_fields(item.dataset, item.fields, ""),
        **pins(item.dataset, application.organisation),
        **wanted_of(application),
    )
    lay_route(rows, share_request)
    timing.start(rows, share_request, share_request.reply_rule)
    record(
        actor=actor,
        event="request.received",
        subject=share_request,
        rows=rows,
        cause=cause,
        **share_request.stamp,
    )
    agree_beforehand(share_request, rows.uid)
    return share_request


def pins(dataset: Dataset, consumer: Organisation) -> dict[str, Any]:
    """What a request keeps for its whole life, whatever changes around it: parties, rules, revision (R 55)."""
    return {
        "dataset": dataset,
        "consumer": consumer,
        "provider": dataset.owner,
        "authority": competent_authority(dataset.owner, consumer, dataset.regime),
        "profile": profile_for(dataset.regime, dataset.owner.region).version,
        "regime": dataset.regime,
        "sharing": dataset.sharing,
        "dataset_revision": dataset.entry_uid,
    }


def competent_authority(provider: Organisation, consumer: Organisation, regime: str) -> Organisation | None:
    """The nearest sharing authority over the provider that is no party itself; none over private data."""
    if regime == Regime.PRIVATE:
        return None
    above = Organisation.objects.authorities_for(provider)
    return next((body for body in above if body.pk != consumer.pk), None)


def lay_route(rows: Rows, share_request: ShareRequest) -> None:
    """Write the stages of this request; a skipped one keeps the condition that does not hold.

    Raises:
        PolicyRefused: the profile knows no route for this data.
    """
    facts = policy.request_facts(share_request.dataset, share_request)
    steps = routes.route(share_request.policy(), facts)
    if not steps:
        raise policy.refused(
            _("The rules of this dataset know no way to ask for it."), "no_route", "R 33",
            _("Ask its owner directly."),
        )  # fmt: skip
    houses = {
        "provider": share_request.provider,
        "consumer": share_request.consumer,
        "authority": share_request.authority,
    }
    for step in steps:
        write_stage(rows, share_request, step, houses[step.stage.side])
    advance(rows, share_request)


def write_stage(
    rows: Rows, share_request: ShareRequest, step: routes.Step, house: Organisation | None
) -> None:
    """One row of the route; the consumer's head spoke by endorsing the application."""
    stage, reason = step.stage, step.reason or ("" if house else "no_authority")
    spoken = now() if stage.side == "consumer" and not reason else None
    rows.create(
        RouteStage,
        share_request=share_request,
        position=step.position,
        stage=stage.id,
        label_en=stage.label_en,
        label_zh=stage.label_zh,
        side=stage.side,
        role=stage.role,
        organisation=house,
        quorum=str(stage.quorum),
        decides=stage.decides,
        optional=stage.optional,
        clause=stage.clause,
        skipped=bool(reason),
        skip_reason=reason,
        opened_at=spoken,
        done_at=spoken,
    )


def advance(rows: Rows, share_request: ShareRequest) -> None:
    """Open the next stage; an optional one does not hold up the one after it."""
    for stage in share_request.stages.filter(skipped=False, done_at=None):
        if stage.opened_at is None:
            rows.update(stage, opened_at=now())
        if not stage.optional:
            return


def quorum_is_met(share_request: ShareRequest, stage: RouteStage) -> bool:
    """Have enough of the people who hold the stage's role spoken?"""
    rule = next(
        step
        for step in share_request.policy().stages(share_request.regime, share_request.sharing)
        if step.id == stage.stage
    )
    able = holders(stage.organisation, Role(stage.role)).count() if stage.organisation else 0
    return routes.quorum_met(rule, stage.recommendations.count(), able)


def agree_beforehand(share_request: ShareRequest, cause: uuid.UUID) -> None:
    """Let the robot agree at once where a head decided so beforehand."""
    if applicable_consent(share_request):
        agree_by_standing_consent(actor=Actor.robot(), share_request=share_request, cause=cause)


@command("request.agreed_by_consent", _("Agree by standing consent"))
def agree_by_standing_consent(
    *, actor: Actor, share_request: ShareRequest | int, cause: uuid.UUID | None = None
) -> ShareRequest:
    """The robot agrees as a head decided beforehand; the decision names the entry of that consent."""
    found = find(ShareRequest, actor, share_request)
    move = permit(found, actor, "agree_by_standing_consent")
    consent = applicable_consent(found)
    if consent is None:
        raise policy.refused(
            _("No standing consent covers this."), "no_consent", "R 34", _("A head decides it.")
        )
    rows = Rows()
    decision = rows.create(
        Decision,
        share_request=found,
        outcome=Outcome.AGREE,
        fields=found.fields,
        row_scope=found.row_scope,
        ends=found.ends,
        consent_uid=consent.decided_uid,
        decided_at=now(),
    )
    for stage in found.stages.open():
        rows.update(stage, done_at=now())
    timing.meet(rows, found, found.reply_rule)
    rows.update(found, state=move.target, decided_at=now())
    timing.start(rows, found, "request.delivery")
    record(
        actor=actor, event="request.agreed_by_consent", subject=found, rows=rows, cause=cause, **found.stamp
    )
    granting.grant(actor, found, decision, rows.uid)
    return found


def applicable_consent(share_request: ShareRequest) -> StandingConsent | None:
    """A consent that covers all that is asked, where no stage besides steward and head must be heard."""
    must_hear = share_request.stages.filter(skipped=False, decides=False, done_at=None).exclude(
        role=Role.STEWARD
    )
    if must_hear.filter(optional=False).exists():
        return None
    facts = policy.request_facts(share_request.dataset, share_request)
    try:
        policy.demand_providable(share_request.policy(), share_request.dataset, facts)
    except PolicyRefused:
        return None
    standing = StandingConsent.objects.covering(share_request).order_by("pk")
    return next((consent for consent in standing if consent.covers(share_request.fields)), None)
