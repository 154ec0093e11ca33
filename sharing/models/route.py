"""What happens to a request along its route: stages, recommendations, advice, extension, decision."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from ledger.actor import Actor
from ledger.machine import Who
from ledger.models import Organisation, User
from ledger.models.entered import Entered
from ledger.parties import Side
from sharing.models.requests import ShareRequest

#: A profile's word for a side → ours.
SIDES = {"provider": Side.OWNER, "consumer": Side.CONSUMER, "authority": Side.AUTHORITY}


class OfRequestQuerySet(models.QuerySet[Any]):
    """Rows that are seen by whoever sees their request."""

    def visible_to(self, actor: Actor) -> OfRequestQuerySet:
        return self.filter(share_request__in=ShareRequest.objects.visible_to(actor))


class Outcome(models.TextChoices):
    AGREE = "agree", _("agree")
    NARROW = "narrow", _("agree to less")
    REFUSE = "refuse", _("refuse")


class RouteStageQuerySet(OfRequestQuerySet):
    """Sets of stages."""

    def open(self) -> RouteStageQuerySet:
        """Those whose turn it is."""
        return self.filter(skipped=False, opened_at__isnull=False, done_at=None)


class RouteStage(Entered):
    """One stage of a request's own route; a stage whose condition is false is kept, skipped, with the reason."""

    share_request = models.ForeignKey(ShareRequest, on_delete=models.CASCADE, related_name="stages")
    position = models.PositiveSmallIntegerField()
    stage = models.CharField(max_length=60)
    label_en = models.CharField(max_length=200)
    label_zh = models.CharField(max_length=200)
    side = models.CharField(max_length=12)
    role = models.CharField(max_length=20)
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    quorum = models.CharField(max_length=8, default="any")
    decides = models.BooleanField(default=False)
    optional = models.BooleanField(default=False)
    clause = models.CharField(max_length=60, blank=True)
    skipped = models.BooleanField(default=False)
    skip_reason = models.CharField(max_length=60, blank=True)  # the condition that does not hold
    opened_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)

    objects = RouteStageQuerySet.as_manager()

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["share_request", "position"], name="stage_once")]
        indexes = [
            models.Index(fields=["organisation", "role"], condition=models.Q(done_at=None), name="stage_open")
        ]

    def __str__(self) -> str:
        return self.label_zh if (get_language() or "").startswith("zh") else self.label_en

    @property
    def who(self) -> Who:
        """The position that may speak at this stage."""
        return Who(SIDES.get(self.side, Side.OWNER), self.role)


class Recommendation(Entered):
    """What one person at one stage thinks should be decided."""

    PRIVATE = {"finding", "conditions"}

    share_request = models.ForeignKey(ShareRequest, on_delete=models.CASCADE, related_name="recommendations")
    stage = models.ForeignKey(RouteStage, on_delete=models.CASCADE, related_name="recommendations")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=8, choices=Outcome)
    fields = models.JSONField(default=list)
    clauses = models.JSONField(default=list)
    conditions = models.TextField(blank=True)
    finding = models.TextField(blank=True)
    made_at = models.DateTimeField()

    objects = OfRequestQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["stage", "by"], name="recommendation_once")]


class Advice(Entered):
    """A question to colleagues or the authority; the clock runs on."""

    PRIVATE = {"question", "answer"}

    share_request = models.ForeignKey(ShareRequest, on_delete=models.CASCADE, related_name="advice")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=20)
    question = models.TextField()
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    answer = models.TextField(blank=True)
    answered_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)

    objects = OfRequestQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]


class Extension(Entered):
    """The one extension of the reply: asked by the provider's head, consented to by the authority (B art. 21)."""

    PRIVATE = {"reason", "answer"}

    share_request = models.ForeignKey(ShareRequest, on_delete=models.CASCADE, related_name="extensions")
    days = models.PositiveSmallIntegerField()
    clauses = models.JSONField(default=list)
    reason = models.TextField()
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    outcome = models.CharField(max_length=10, blank=True)  # "", consented, declined
    answer = models.TextField(blank=True)
    answer_clauses = models.JSONField(default=list)
    decided_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    old_due = models.DateField()
    new_due = models.DateField(null=True)

    objects = OfRequestQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["share_request"], name="extension_once")]


class Decision(Entered):
    """The provider's decision: outcome, clauses, finding, and what exactly is granted."""

    PRIVATE = {"finding", "conditions", "row_scope"}

    share_request = models.OneToOneField(ShareRequest, on_delete=models.CASCADE, related_name="decision")
    outcome = models.CharField(max_length=8, choices=Outcome)
    clauses = models.JSONField(default=list)
    finding = models.TextField(blank=True)
    conditions = models.TextField(blank=True)
    fields = models.JSONField(default=list)
    row_scope = models.TextField(blank=True)
    ends = models.DateField(null=True)
    decided_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    #: The entry of the standing consent a robot agreed by; the person decided there.
    consent_uid = models.UUIDField(null=True)
    decided_at = models.DateTimeField()

    objects = OfRequestQuerySet.as_manager()
