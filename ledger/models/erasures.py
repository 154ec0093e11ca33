"""Erasures: what an entry said is shredded under the law, and the log still verifies."""

from __future__ import annotations

from collections.abc import Collection
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from ledger.actor import Actor, Role
from ledger.machine import Machine, Who
from ledger.models.entered import Entered
from ledger.models.log import Event
from ledger.models.organisations import Organisation
from ledger.models.people import User
from ledger.parties import ERASURE, ErasureState, Side


class Ground(models.TextChoices):
    """When personal information must be deleted (Personal Information Protection Law, art. 47)."""

    PURPOSE_ENDED = "PIPL-47-1", _("The purpose is achieved, cannot be achieved, or no longer needs it")
    RETENTION_ENDED = "PIPL-47-2", _("The service has ended, or the retention period is over")
    CONSENT_WITHDRAWN = "PIPL-47-3", _("The person has withdrawn consent")
    UNLAWFUL = "PIPL-47-4", _("It was handled against law, regulation or agreement")
    OTHER_LAW = "PIPL-47-5", _("Another law or regulation demands it")


class ErasureQuerySet(models.QuerySet["Erasure"]):
    """Sets of erasures."""

    def visible_to(self, actor: Actor) -> ErasureQuerySet:
        """The body that decides, in all its roles."""
        if actor.is_robot:
            return self
        is_inside = actor.organisation_id is not None and actor.roles and not actor.mandate
        return self.filter(organisation=actor.organisation_id) if is_inside else self.none()

    def waiting_for(self, actor: Actor) -> ErasureQuerySet:
        """What this officer may decide: asked for by somebody else."""
        if not actor.holds(Role.OFFICER):
            return self.none()
        return self.visible_to(actor).filter(state=ErasureState.ASKED).exclude(asked_by=actor.user_id)


class Erasure(Entered):
    """One officer asks, another one carries out: nobody shreds alone.

    Attributes:
        event_uid: the entry whose words go.
        paths: the single values that go, "filing/12/statement"; none = all that the entry said.
    """

    PRIVATE = {"reason", "answer"}
    machine: ClassVar[Machine] = ERASURE

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="erasures")
    event_uid = models.UUIDField(_("entry"))
    paths = models.JSONField(_("values"), default=list)
    ground = models.CharField(_("clause"), max_length=20, choices=Ground.choices)
    reason = models.TextField(_("reason"))
    state = models.CharField(
        _("state"), max_length=12, choices=[(s, s) for s in ErasureState], default=ErasureState.ASKED
    )
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    answer = models.TextField(_("answer"), blank=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    objects = ErasureQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["event_uid"], condition=models.Q(state=ErasureState.ASKED), name="one_open_erasure"
            )
        ]
        indexes = [models.Index(fields=["event_uid", "state"], name="erasure_by_entry")]

    def __str__(self) -> str:
        return f"{self.event_uid}"

    @property
    def event(self) -> Event:
        """The entry whose words go."""
        return Event.objects.get(uid=self.event_uid)

    def positions(self, actor: Actor) -> Collection[Who]:
        """The roles of the body that decides."""
        inside = actor.organisation_id == self.organisation_id and not actor.mandate
        return {Who(Side.BODY, role) for role in actor.roles} if inside else set()

    def other_hand(self, actor: Actor) -> bool:
        return actor.user_id != self.asked_by_id
