"""Standing consents: a head decides beforehand, per dataset and circle; the robot then agrees at once."""

from __future__ import annotations

from collections.abc import Collection
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog.models import Dataset
from catalog.models.datasets import PUBLIC_KINDS, Circle
from ledger.actor import Actor
from ledger.clock import today
from ledger.machine import Machine, Who
from ledger.models import Organisation, User
from ledger.models.entered import Entered
from ledger.parties import Side
from sharing.models.requests import ShareRequest
from sharing.models.wanted import base_positions, side_positions
from sharing.workflow import STANDING, ConsentState


class StandingConsentQuerySet(models.QuerySet["StandingConsent"]):
    """Sets of standing consents."""

    def visible_to(self, actor: Actor) -> StandingConsentQuerySet:
        """The owner's own; whoever it concerns reads it on the decision."""
        if actor.is_robot:
            return self
        if not actor.organisation_id or not actor.roles:
            return self.none()
        return self.filter(dataset__owner=actor.organisation_id)

    def covering(self, share_request: ShareRequest) -> StandingConsentQuerySet:
        """Those that stand today for this request's dataset and consumer."""
        day = today()
        live = self.filter(dataset=share_request.dataset_id, state=ConsentState.STANDING, starts__lte=day)
        return live.filter(Q(ends=None) | Q(ends__gte=day)).filter(
            circle_of(share_request.consumer, share_request.provider)
        )


def circle_of(consumer: Organisation, provider: Organisation) -> Q:
    """The circles a consumer belongs to, seen from a provider."""
    if not consumer.is_verified:  # kind and group are its own word until an officer has looked
        return Q(pk=None)
    circles = [Circle.VERIFIED]
    if consumer.kind in PUBLIC_KINDS:
        circles.append(Circle.DEPARTMENTS)
    if (consumer.parent_id or consumer.pk) == (provider.parent_id or provider.pk):
        circles.append(Circle.GROUP)
    return Q(circle__in=circles)


class StandingConsent(Entered):
    """A head's decision for all requests of one circle for one dataset, until withdrawn or a last day."""

    machine: ClassVar[Machine] = STANDING

    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="standing_consents")
    state = models.CharField(
        max_length=12, choices=[(s, s) for s in ConsentState], default=ConsentState.STANDING
    )
    circle = models.CharField(_("circle"), max_length=12, choices=Circle)
    fields = models.JSONField(_("fields"), default=list, blank=True)  # none named = all
    starts = models.DateField(_("first day"))
    ends = models.DateField(_("last day"), null=True, blank=True)
    set_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()
    #: The entry that set it; `entry_uid` moves on when it is withdrawn.
    decided_uid = models.UUIDField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    objects = StandingConsentQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.dataset} – {self.get_circle_display()}"

    def covers(self, fields: Collection[str]) -> bool:
        """Whether these fields are among those consented to."""
        return not self.fields or (bool(fields) and set(fields) <= set(self.fields))

    def positions(self, actor: Actor) -> Collection[Who]:
        found = base_positions(actor)
        if actor.organisation_id and actor.organisation_id == self.dataset.owner_id:
            found |= set(side_positions(actor, Side.OWNER))
        return found
