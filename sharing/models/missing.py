"""Calls for data that no registered entry offers; for departments a duty with a clock."""

from __future__ import annotations

from collections.abc import Collection
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog.models import Dataset
from ledger.actor import Actor
from ledger.machine import Machine, Who
from ledger.models import Organisation, User
from ledger.models.entered import Entered
from ledger.parties import Side
from ledger.policy import Profile, profile_for
from sharing.models.wanted import base_positions, side_positions
from sharing.workflow import MISSING, MISSING_AWAITS, MissingState


class MissingRequestQuerySet(models.QuerySet["MissingRequest"]):
    """Sets of calls for missing data."""

    def visible_to(self, actor: Actor) -> MissingRequestQuerySet:
        """Who calls, and who is called."""
        if actor.is_robot:
            return self
        if not actor.organisation_id or not actor.roles:
            return self.none()
        return self.filter(Q(consumer=actor.organisation_id) | Q(owner=actor.organisation_id))

    def waiting_for(self, actor: Actor) -> MissingRequestQuerySet:
        """Those the owner's stewards have to answer."""
        who, _rule = MISSING_AWAITS[MissingState.CALLED]
        if who.role not in actor.roles or not actor.organisation_id:
            return self.none()
        return self.filter(owner=actor.organisation_id, state=MissingState.CALLED)


class MissingRequest(Entered):
    """An organisation asks the owner of a listed record to register it, because it needs the data."""

    PRIVATE = {"purpose", "answer"}
    machine: ClassVar[Machine] = MISSING

    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="missing_requests")
    consumer = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="calls_made")
    owner = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="calls_received")
    state = models.CharField(
        max_length=12, choices=[(s, s) for s in MissingState], default=MissingState.CALLED
    )
    purpose = models.TextField(_("what it is needed for"))
    called_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    called_at = models.DateTimeField()
    answer = models.TextField(_("answer"), blank=True)
    answered_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)

    objects = MissingRequestQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["dataset", "consumer"],
                condition=Q(state=MissingState.CALLED),
                name="missing_request_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.dataset} – {self.consumer}"

    def policy(self) -> Profile:
        """The rules of the owner's regime."""
        return profile_for(self.dataset.regime, self.owner.region)

    def positions(self, actor: Actor) -> Collection[Who]:
        """The owner's roles answer; the consumer's withdraw."""
        found = base_positions(actor)
        sides = {self.owner_id: Side.OWNER, self.consumer_id: Side.CONSUMER}
        side = sides.get(actor.organisation_id)  # type: ignore[arg-type]
        return found | set(side_positions(actor, side)) if side else found
