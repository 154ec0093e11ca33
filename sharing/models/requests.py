"""Share requests: one dataset asked of its owner, on its way along the route."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.models import Dataset
from ledger import clocks
from ledger.access import belongs_to
from ledger.actor import Actor, Role
from ledger.clock import now
from ledger.conditions import Regime
from ledger.errors import Text
from ledger.identifiers import region_stem, within
from ledger.machine import Machine, Move, Who
from ledger.models import Organisation, User
from ledger.parties import Side
from ledger.policy import Profile, pinned
from sharing.models.applications import Application
from sharing.models.wanted import FREE_TEXT, Stamp, Wanted, base_positions, side_positions
from sharing.workflow import AWAITS, CONSUMER_HEAD, LIVE, SHARE_REQUEST, STAND_IN, RequestState

if TYPE_CHECKING:
    from sharing.models.grants import Delivery, Grant
    from sharing.models.route import Decision

#: Whose side → the column that names the organisation.
COLUMNS = {Side.CONSUMER: "consumer", Side.OWNER: "provider", Side.AUTHORITY: "authority"}


def party_to(actor: Actor, prefix: str = "") -> Q:
    """Cases an actor's organisation is a party of, or whose authority it is; built of constants."""
    if not actor.organisation_id or not actor.roles:
        return Q(pk=None)
    mine = Q(**{f"{prefix}consumer": actor.organisation_id}) | Q(
        **{f"{prefix}provider": actor.organisation_id}
    )
    if actor.holds(Role.OFFICER, Role.AUDITOR):
        mine |= Q(**{f"{prefix}authority": actor.organisation_id})
    return mine


class ShareRequestQuerySet(models.QuerySet["ShareRequest"]):
    """Sets of requests."""

    def visible_to(self, actor: Actor) -> ShareRequestQuerySet:
        """Both parties; officers and auditors of the authority in the route or over the provider."""
        if actor.is_robot:
            return self
        seen = party_to(actor)
        body = actor.organisation
        if body and body.sharing_authority and body.is_verified and actor.holds(Role.OFFICER, Role.AUDITOR):
            seen |= Q(provider__region__startswith=region_stem(body.region)) & ~Q(regime=Regime.PRIVATE)
        return self.filter(seen)

    def waiting_for(self, actor: Actor) -> ShareRequestQuerySet:
        """Those whose next hand is this actor's, by the stage that is open or by the state."""
        from sharing.models.grants import Delivery
        from sharing.models.route import Advice, Extension, RouteStage

        if not actor.organisation_id or not actor.roles:
            return self.none()
        house, roles = actor.organisation_id, [str(role) for role in actor.roles]
        stages = RouteStage.objects.filter(
            share_request=OuterRef("pk"), organisation=house, role__in=roles
        ).open()
        asked = Advice.objects.filter(
            share_request=OuterRef("pk"), organisation=house, role__in=roles, answered_at=None
        )
        mine = Q(state=RequestState.UNDER_REVIEW) & (Q(Exists(stages)) | Q(Exists(asked)))
        pending = Q(state=RequestState.UNDER_REVIEW) & Q(
            Exists(Extension.objects.filter(share_request=OuterRef("pk"), outcome=""))
        )
        if Role.OFFICER in actor.roles:
            mine |= Q(authority=house) & pending
        if Role.HEAD_SHARING in actor.roles:
            mine |= Q(authority=None, consumer=house) & pending
        for state, (who, _rule) in AWAITS.items():
            # an approved one waits for its agreement, which waits in its own right
            apart = (RequestState.UNDER_REVIEW, RequestState.APPROVED)
            if state in apart or who.role not in actor.roles:
                continue
            mine |= Q(**{"state": state, COLUMNS[Side(who.side)]: house})
        unconfirmed = Delivery.objects.filter(
            grant__share_request=OuterRef("pk"), state=Delivery.State.DELIVERED
        )
        settled = Q(state=RequestState.DELIVERED) & ~Q(Exists(unconfirmed))
        return self.filter(mine).exclude(settled)


class ShareRequest(Wanted):
    """A request for one dataset; route, profile version and dataset revision are pinned at receipt (R 33-36)."""

    PRIVATE = FREE_TEXT | {"gaps", "resubmission", "withdrawal_reason"}
    machine: ClassVar[Machine] = SHARE_REQUEST
    handled_for = "consumer"

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="share_requests")
    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="share_requests")
    consumer = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="requests_made")
    provider = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="requests_received")
    #: The nearest competent authority that is no party: it consents to extensions and mediates.
    authority = models.ForeignKey(
        Organisation, null=True, on_delete=models.PROTECT, related_name="requests_overseen"
    )
    state = models.CharField(
        gettext_lazy("state"),
        max_length=24,
        choices=[(s, s) for s in RequestState],
        default=RequestState.UNDER_REVIEW,
    )
    profile = models.CharField(gettext_lazy("rules applied"), max_length=40)
    regime = models.CharField(max_length=12)
    sharing = models.CharField(max_length=16)
    dataset_revision = models.UUIDField(null=True)
    fields = models.JSONField(gettext_lazy("fields asked for"), default=list)
    handler = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="requests_handled")
    requested_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    endorsed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    gaps = models.JSONField(
        gettext_lazy("what is missing"), default=list
    )  # the one list: [{gap, answer, answered}]
    resubmission = models.TextField(gettext_lazy("answer to the list"), blank=True)
    withdrawal_reason = models.TextField(blank=True)
    received_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    objects = ShareRequestQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["provider", "state"], name="request_by_provider"),  # the provider's inbox
            models.Index(fields=["consumer", "state"], name="request_by_consumer"),  # the consumer's list
            models.Index(
                fields=["dataset", "state"], name="request_by_dataset"
            ),  # what a raised class touches
        ]

    def __str__(self) -> str:
        return f"{self.dataset} – {self.consumer}"

    def policy(self) -> Profile:
        """The version the case was received under (R 55)."""
        return pinned(self.profile)

    @property
    def stamp(self) -> Stamp:
        """What every entry of this case carries."""
        return {"profile": self.profile, "dataset": self.dataset.code or ""}

    # Who stands where -----------------------------------------------------------------------------
    def positions(self, actor: Actor) -> Collection[Who]:
        """The consumer's roles; the provider's and the authority's, except for whoever made the request."""
        found = base_positions(actor)
        house = actor.organisation_id
        if not house:
            return found
        if house == self.consumer_id:
            found |= set(side_positions(actor, Side.CONSUMER))
            return found | ({STAND_IN} if not self.authority_id and CONSUMER_HEAD in found else set())
        if house not in (self.provider_id, self.authority_id) or self.is_own_case(actor):
            return found
        if house == self.provider_id:
            found |= set(side_positions(actor, Side.OWNER))
        if house == self.authority_id:
            found |= set(side_positions(actor, Side.AUTHORITY))
        return found

    def is_own_case(self, actor: Actor) -> bool:
        """Nobody decides on a request they or their organisation made; nobody oversees a case of either party of theirs."""
        house, made_it = actor.organisation_id, {self.requested_by_id, self.endorsed_by_id} - {None}
        if house == self.consumer_id or actor.user_id in made_it:
            return True
        sides = [self.consumer_id] if house == self.provider_id else [self.consumer_id, self.provider_id]
        return belongs_to(actor, *sides)

    def conflict(self, actor: Actor, wanted: Move) -> Text:
        """The words of separation of duties, if that is what stands in the way."""
        deciding = any(
            who.side in (Side.OWNER, Side.AUTHORITY) and who.role in actor.roles for who in wanted.who
        )
        if deciding and self.is_own_case(actor):
            return _(
                "Nobody decides on a request they or their organisation made: it is with %(provider)s."
            ) % {"provider": self.provider}
        overseer = actor.organisation
        if (
            deciding
            and overseer
            and overseer.sharing_authority
            and within(self.provider.region, overseer.region)
        ):
            return _("This case is overseen by %(authority)s.") % {"authority": self.authority or "–"}
        return ""

    @property
    def reply_rule(self) -> str:
        """The term of the reply: one working day unconditional, ten conditional (B art. 21)."""
        return f"request.reply.{self.sharing}"

    # Conditions of moves --------------------------------------------------------------------------
    def is_own_stage(self, actor: Actor) -> bool:
        """A recommending stage is open, this actor holds its role, and has not spoken yet."""
        stood = self.positions(actor)
        return any(
            stage.who in stood and not stage.recommendations.filter(by=actor.user_id).exists()
            for stage in self.stages.open()
            if not stage.decides
        )

    def stages_are_done(self, actor: Actor) -> bool:
        """Every recommendation the route demands is there."""
        return not self.stages.filter(skipped=False, decides=False, optional=False, done_at=None).exists()

    def nothing_is_missing(self, actor: Actor) -> bool:
        """No gap of the supplement list is left unanswered."""
        return all(gap["answered"] for gap in self.gaps)

    def is_asked_for_advice(self, actor: Actor) -> bool:
        roles = [str(role) for role in actor.roles]
        return self.advice.filter(
            organisation=actor.organisation_id, role__in=roles, answered_at=None
        ).exists()

    def extension_is_open(self, actor: Actor) -> bool:
        """Nobody asked before, and the reply is not due yet."""
        return not self.extensions.exists() and not self.is_breached(self.reply_rule)

    def extension_is_asked(self, actor: Actor) -> bool:
        return self.extensions.filter(outcome="").exists()

    def consent_stands(self, actor: Actor) -> bool:
        from sharing.models.consents import StandingConsent

        return StandingConsent.objects.covering(self).exists()

    def supplement_is_late(self, actor: Actor) -> bool:
        clock = clocks.running(self, "request.supplement")
        late = clock is not None and clock.is_overdue(now())
        return late and self.policy().registration.deem_withdrawn

    def grant_is_live(self, actor: Actor) -> bool:
        grant = self.live_grant()
        return grant is not None and grant.is_running(actor)

    def delivery_is_unconfirmed(self, actor: Actor) -> bool:
        delivery = self.last_delivery()
        return delivery is not None and delivery.state == "delivered"

    def is_disputable(self, actor: Actor) -> bool:
        """Refused, narrowed, late, contested, suspended or terminated – and not in dispute already (R 35)."""
        if self.disputes.open().exists():
            return False
        return bool(self.grounds_of_dispute())

    def grounds_of_dispute(self) -> list[str]:
        """What about this request may be disputed now."""
        found = []
        decision = self.decision_or_none()
        if decision and decision.outcome in ("refuse", "narrow"):
            found.append("refused" if decision.outcome == "refuse" else "narrowed")
        if self.is_breached(self.reply_rule) or self.is_breached("request.delivery"):
            found.append("breached")
        grant = self.grant_or_none()
        if grant and grant.deliveries.filter(state="contested").exists():
            found.append("contested")
        if grant and grant.suspended_at:
            found.append("terminated" if grant.terminated_at else "suspended")
        return found

    # What belongs to it ---------------------------------------------------------------------------
    def is_breached(self, rule: str) -> bool:
        """Whether this term ran out unmet; a predicate, whatever the robot has recorded."""
        clock = clocks.running(self, rule)
        return clock is not None and (clock.breached_at is not None or clock.is_overdue(now()))

    def decision_or_none(self) -> Decision | None:
        return getattr(self, "decision", None)

    def grant_or_none(self) -> Grant | None:
        return getattr(self, "grant", None)

    def live_grant(self) -> Grant | None:
        """The grant, while it carries."""
        grant = self.grant_or_none()
        return grant if grant and grant.state in LIVE else None

    def last_delivery(self) -> Delivery | None:
        grant = self.grant_or_none()
        return grant.deliveries.order_by("-pk").first() if grant else None
