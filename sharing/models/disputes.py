"""Side procedures: corrections of delivered data (B art. 26) and disputes (B art. 28)."""

from __future__ import annotations

from collections.abc import Collection
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ledger.actor import Actor
from ledger.errors import Text
from ledger.identifiers import within
from ledger.machine import Machine, Move, Who
from ledger.models import Organisation, User
from ledger.models.entered import Entered
from ledger.parties import Side
from ledger.policy import Profile
from sharing.models.grants import Grant, OfGrantQuerySet
from sharing.models.requests import ShareRequest
from sharing.models.route import OfRequestQuerySet
from sharing.models.wanted import side_positions
from sharing.workflow import (
    CORRECTION,
    CORRECTION_AWAITS,
    DISPUTE,
    DISPUTE_AWAITS,
    CorrectionState,
    DisputeState,
)

OPEN_DISPUTES = (DisputeState.NEGOTIATION, DisputeState.MEDIATION, DisputeState.BEFORE_GOVERNMENT)


class CorrectionQuerySet(OfGrantQuerySet):
    """Sets of correction tickets."""

    def waiting_for(self, actor: Actor) -> CorrectionQuerySet:
        """Those the provider's stewards have to answer."""
        who, _rule = CORRECTION_AWAITS[CorrectionState.REPORTED]
        if who.role not in actor.roles or not actor.organisation_id:
            return self.none()
        return self.filter(grant__provider=actor.organisation_id, state=CorrectionState.REPORTED)


class Correction(Entered):
    """A grantee says that data is wrong or incomplete; the provider verifies, corrects and answers in time."""

    PRIVATE = {"statement", "answer"}
    machine: ClassVar[Machine] = CORRECTION

    grant = models.ForeignKey(Grant, on_delete=models.PROTECT, related_name="corrections")
    state = models.CharField(
        max_length=12, choices=[(s, s) for s in CorrectionState], default=CorrectionState.REPORTED
    )
    statement = models.TextField(_("what is wrong"))
    fields = models.JSONField(default=list, blank=True)
    reported_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    reported_at = models.DateTimeField()
    answer = models.TextField(_("answer"), blank=True)
    answered_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)
    #: Grants of others to the same dataset, told with the answer (R 39).
    told = models.JSONField(default=list)

    objects = CorrectionQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return str(self.grant.dataset)

    def policy(self) -> Profile:
        return self.grant.policy()

    def positions(self, actor: Actor) -> Collection[Who]:
        return self.grant.positions(actor)

    def conflict(self, actor: Actor, wanted: Move) -> Text:
        return self.grant.share_request.conflict(actor, wanted)


class DisputeQuerySet(OfRequestQuerySet):
    """Sets of disputes."""

    def open(self) -> DisputeQuerySet:
        return self.filter(state__in=OPEN_DISPUTES)

    def waiting_for(self, actor: Actor) -> DisputeQuerySet:
        """Those whose next hand is this actor's."""
        sides = {Side.OWNER: "share_request__provider", Side.AUTHORITY: "authority"}
        mine = Q(pk=None)
        for state, (who, _rule) in DISPUTE_AWAITS.items():
            if who.role in actor.roles and actor.organisation_id:
                mine |= Q(**{"state": state, sides[Side(who.side)]: actor.organisation_id})
        return self.filter(mine)


class Dispute(Entered):
    """Negotiation, then the authority, then the next above; no step is skipped (R 40)."""

    PRIVATE = {"statement", "answer", "settlement"}
    machine: ClassVar[Machine] = DISPUTE

    share_request = models.ForeignKey(ShareRequest, on_delete=models.PROTECT, related_name="disputes")
    state = models.CharField(
        max_length=20, choices=[(s, s) for s in DisputeState], default=DisputeState.NEGOTIATION
    )
    ground = models.CharField(_("about"), max_length=20)
    statement = models.TextField(_("statement"))
    authority = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="disputes")
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    answer = models.TextField(_("answer"), blank=True)
    answered_at = models.DateTimeField(null=True)
    settlement = models.TextField(_("settlement"), blank=True)
    ended_at = models.DateTimeField(null=True)

    objects = DisputeQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return str(self.share_request.dataset)

    def policy(self) -> Profile:
        return self.share_request.policy()

    def positions(self, actor: Actor) -> Collection[Who]:
        """As on the request; the authority is the one the dispute is before now."""
        found = {who for who in self.share_request.positions(actor) if who.side != Side.AUTHORITY}
        if (
            actor.organisation_id
            and actor.organisation_id == self.authority_id
            and not self.share_request.is_own_case(actor)
        ):
            found |= set(side_positions(actor, Side.AUTHORITY))
        return found

    def conflict(self, actor: Actor, wanted: Move) -> Text:
        return self.share_request.conflict(actor, wanted)

    def next_instance_exists(self, actor: Actor) -> bool:
        return self.next_instance() is not None

    def next_instance(self) -> Organisation | None:
        """The common superior authority of both sides, or the one above the present one."""
        case = self.share_request
        above = Organisation.objects.authorities_for(self.authority or case.provider)
        able = (body for body in above if body.pk not in (case.consumer_id, case.provider_id))
        return next((body for body in able if within(case.consumer.region, body.region)), None)
