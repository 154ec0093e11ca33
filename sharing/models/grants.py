"""Grants, and what happens under them: deliveries, downloads, use reports."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import ClassVar

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.models import Dataset, Distribution
from ledger import clocks
from ledger.actor import Actor, Role
from ledger.clock import now, today
from ledger.errors import Text
from ledger.machine import Machine, Move, Who
from ledger.models import Organisation, User
from ledger.models.entered import Entered
from ledger.parties import Side
from ledger.policy import Profile
from sharing.models.requests import COLUMNS, ShareRequest
from sharing.models.wanted import Stamp, Wanted
from sharing.workflow import GRANT, GRANT_AWAITS, LIVE, GrantState


class GrantQuerySet(models.QuerySet["Grant"]):
    """Sets of grants."""

    def visible_to(self, actor: Actor) -> GrantQuerySet:
        """Whoever sees the request the grant came from."""
        if actor.is_robot:
            return self
        return self.filter(share_request__in=ShareRequest.objects.visible_to(actor))

    def live(self, day: dt.date) -> GrantQuerySet:
        """Those that carry on `day`, whatever the robot has recorded."""
        return self.filter(Q(starts=None) | Q(starts__lte=day), state__in=LIVE, ends__gte=day)

    def waiting_for(self, actor: Actor) -> GrantQuerySet:
        """Those whose next hand is this actor's."""
        mine = Q(pk=None)
        for state, (who, _rule) in GRANT_AWAITS.items():
            if who.role in actor.roles and actor.organisation_id:
                mine |= Q(**{"state": state, COLUMNS[Side(who.side)]: actor.organisation_id})
        return self.filter(mine)


class Grant(Entered):
    """A right to use: dataset, organisation, purpose, fields, rows, mode, from-until, onward use."""

    PRIVATE = {"purpose", "scenario", "row_scope", "conditions", "reason", "deletion"}
    machine: ClassVar[Machine] = GRANT
    handled_for = "consumer"

    share_request = models.OneToOneField(ShareRequest, on_delete=models.PROTECT, related_name="grant")
    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="grants")
    consumer = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="grants_held")
    provider = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="grants_given")
    authority = models.ForeignKey(
        Organisation, null=True, on_delete=models.PROTECT, related_name="grants_overseen"
    )
    state = models.CharField(
        gettext_lazy("state"), max_length=12, choices=[(s, s) for s in GrantState], default=GrantState.ACTIVE
    )
    purpose = models.TextField(gettext_lazy("purpose"))
    scenario = models.TextField(gettext_lazy("scenario of use"), blank=True)
    fields = models.JSONField(gettext_lazy("fields"), default=list)
    row_scope = models.TextField(gettext_lazy("which records"), blank=True)
    mode = models.CharField(gettext_lazy("mode of sharing"), max_length=10, choices=Wanted.Mode)
    right = models.CharField(gettext_lazy("right"), max_length=10, choices=Wanted.Right)
    conditions = models.TextField(gettext_lazy("conditions"), blank=True)
    starts = models.DateField(gettext_lazy("from"), null=True)  # from delivery unless fixed
    ends = models.DateField(gettext_lazy("until"))
    handler = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="grants_handled")
    reason = models.TextField(
        gettext_lazy("reason"), blank=True
    )  # of the notice, suspension or termination in force
    clauses = models.JSONField(default=list)
    notice_cause = models.CharField(max_length=40, blank=True)  # "compliance" lets the robot lift it again
    suspended_at = models.DateTimeField(null=True)
    terminated_at = models.DateTimeField(null=True)
    renewal_ends = models.DateField(null=True)
    renewal_side = models.CharField(max_length=12, blank=True)
    deletion = models.TextField(gettext_lazy("statement of deletion"), blank=True)
    deletion_file = models.CharField(max_length=64, blank=True)
    granted_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    objects = GrantQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["consumer", "state"], name="grant_by_consumer"),  # the grantee's list
            models.Index(fields=["provider", "state"], name="grant_by_provider"),  # the owner's list
            models.Index(fields=["dataset", "consumer"], name="grant_reading"),  # who reads a dataset whole
            models.Index(fields=["ends"], condition=Q(state__in=LIVE), name="grant_expiring"),  # the robot
        ]

    def __str__(self) -> str:
        return f"{self.dataset} – {self.consumer}"

    def policy(self) -> Profile:
        return self.share_request.policy()

    @property
    def stamp(self) -> Stamp:
        return self.share_request.stamp

    def positions(self, actor: Actor) -> Collection[Who]:
        return self.share_request.positions(actor)

    def conflict(self, actor: Actor, wanted: Move) -> Text:
        """What separation of duties says; and that a grant is its own organisation's only."""
        if wanted.command == "download" and actor.organisation_id != self.consumer_id:
            return _("This grant belongs to %(consumer)s.") % {"consumer": self.consumer}
        return self.share_request.conflict(actor, wanted)

    # Conditions of moves --------------------------------------------------------------------------
    def is_running(self, actor: Actor) -> bool:
        """Today lies within from-until; the robot only records the end."""
        day = today(self.policy().zone)
        return (self.starts is None or self.starts <= day) and day <= self.ends

    def is_live(self) -> bool:
        """Whether it carries today, whatever the robot has recorded."""
        return self.state in LIVE and self.is_running(Actor.anonymous())

    def is_over(self, actor: Actor) -> bool:
        return self.ends < today(self.policy().zone)

    def is_delivered(self, actor: Actor) -> bool:
        return self.deliveries.exclude(state=Delivery.State.CONTESTED).exists()

    def dataset_is_shown(self, actor: Actor) -> bool:
        return self.dataset.withheld_at is None

    def mending_is_late(self, actor: Actor) -> bool:
        """The term to mend was missed (R 37)."""
        clock = clocks.running(self, "grant.mend")
        return clock is not None and clock.is_overdue(now())

    def other_side_is_awaited(self, actor: Actor) -> bool:
        """A renewal needs both heads: one proposes, the other concurs."""
        side = {self.consumer_id: Side.CONSUMER, self.provider_id: Side.OWNER}.get(actor.organisation_id)  # type: ignore[arg-type]
        return not self.renewal_side or (side is not None and self.renewal_side != side)


class OfGrantQuerySet(models.QuerySet[models.Model]):
    """Rows that are seen by whoever sees their grant."""

    def visible_to(self, actor: Actor) -> OfGrantQuerySet:
        return self.filter(grant__in=Grant.objects.visible_to(actor))


class Delivery(Entered):
    """What was handed over: a kept file by its hash, or the address of an interface or batch."""

    PRIVATE = {"address", "note", "contest_reason", "name"}

    class State(models.TextChoices):
        DELIVERED = "delivered", gettext_lazy("delivered")
        CONFIRMED = "confirmed", gettext_lazy("confirmed")
        CONTESTED = "contested", gettext_lazy("contested")

    class Fault(models.TextChoices):
        WRONG = "wrong", gettext_lazy("wrong data")
        EMPTY = "empty", gettext_lazy("empty")
        DAMAGED = "damaged", gettext_lazy("damaged")

    grant = models.ForeignKey(Grant, on_delete=models.PROTECT, related_name="deliveries")
    state = models.CharField(max_length=10, choices=State, default=State.DELIVERED)
    distribution = models.ForeignKey(Distribution, null=True, on_delete=models.SET_NULL, related_name="+")
    name = models.CharField(max_length=300, blank=True)
    media_type = models.CharField(max_length=120, blank=True)
    size = models.BigIntegerField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)
    address = models.CharField(max_length=2000, blank=True)
    note = models.TextField(blank=True)
    fault = models.CharField(max_length=10, choices=Fault, blank=True)
    contest_reason = models.TextField(blank=True)
    delivered_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    delivered_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    objects = OfGrantQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name or self.address


class Download(Entered):
    """One taking-out of a delivered file; a resumed one is several."""

    grant = models.ForeignKey(Grant, on_delete=models.PROTECT, related_name="downloads")
    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, related_name="downloads")
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64)
    first_byte = models.BigIntegerField(default=0)
    downloaded_at = models.DateTimeField()

    objects = OfGrantQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]


class UseReport(Entered):
    """What the data brought about: production scenario, models trained, computing used, effect measured."""

    PRIVATE = {"scenario", "workshop", "models_trained", "computing", "effect"}

    grant = models.ForeignKey(Grant, on_delete=models.PROTECT, related_name="use_reports")
    period_from = models.DateField(gettext_lazy("from"))
    period_until = models.DateField(gettext_lazy("until"))
    scenario = models.TextField(gettext_lazy("production scenario"))
    workshop = models.CharField(gettext_lazy("field or workshop"), max_length=200, blank=True)
    models_trained = models.TextField(gettext_lazy("models trained"), blank=True)
    computing = models.TextField(gettext_lazy("computing resource used"), blank=True)
    effect = models.TextField(gettext_lazy("effect measured"), blank=True)
    reported_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    reported_at = models.DateTimeField()

    objects = OfGrantQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return str(self.grant)

    @property
    def state(self) -> str:
        return "reported"


def read_by_grantees(actor: Actor) -> Q:
    """Datasets whose live grantee the actor's organisation is: it reads them whole (`ALSO_SEEN_BY`)."""
    if not actor.organisation_id or not actor.holds(*Role):
        return Q(pk=None)
    held = Grant.objects.filter(dataset=OuterRef("pk"), consumer=actor.organisation_id).live(today())
    return Q(withheld_at=None) & Q(Exists(held))
