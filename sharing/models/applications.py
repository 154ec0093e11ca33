"""Applications: what a consumer wants, once, for one or many datasets."""

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
from ledger.parties import Side
from sharing.models.wanted import FREE_TEXT, Wanted, base_positions, side_positions
from sharing.workflow import APPLICATION, APPLICATION_AWAITS, ApplicationState


class ApplicationQuerySet(models.QuerySet["Application"]):
    """Sets of applications."""

    def visible_to(self, actor: Actor) -> ApplicationQuerySet:
        """The applicant's own organisation; a provider sees its request, not what else was asked for."""
        if actor.is_robot:
            return self
        if not actor.organisation_id or not actor.roles:
            return self.none()
        return self.filter(organisation=actor.organisation_id)

    def waiting_for(self, actor: Actor) -> ApplicationQuerySet:
        """Heads for what is submitted, applicants for their own drafts."""
        mine = Q(pk=None)
        for state, (who, _rule) in APPLICATION_AWAITS.items():
            if who.role in actor.roles and actor.organisation_id:
                own = {} if state == ApplicationState.AWAITING_HEAD else {"handler": actor.user_id}
                mine |= Q(state=state, organisation=actor.organisation_id, **own)
        return self.filter(mine)


class Application(Wanted):
    """One wish: purpose, basis, scope, mode and term, for many datasets (B art. 20)."""

    PRIVATE = FREE_TEXT | {"return_reason"}
    machine: ClassVar[Machine] = APPLICATION
    handled_for = "organisation"

    organisation = models.ForeignKey(
        Organisation, verbose_name=_("consumer"), on_delete=models.PROTECT, related_name="applications"
    )
    state = models.CharField(
        _("state"), max_length=16, choices=[(s, s) for s in ApplicationState], default=ApplicationState.DRAFT
    )
    handler = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="applications_handled"
    )
    submitted_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    endorsed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    same_hand = models.BooleanField(default=False)
    copied_from = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="copies")
    return_reason = models.TextField(_("why it was returned"), blank=True)
    created_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["organisation", "state"], name="application_by_house")
        ]  # the consumer's list

    def __str__(self) -> str:
        return self.purpose[:80] or f"{self.pk}"

    def positions(self, actor: Actor) -> Collection[Who]:
        """The consumer's roles, for its own members."""
        found = base_positions(actor)
        if actor.organisation_id and actor.organisation_id == self.organisation_id:
            found |= set(side_positions(actor, Side.CONSUMER))
        return found


class ApplicationItem(models.Model):
    """One dataset asked for, with the fields wanted; none named = all of them."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="items")
    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="+")
    fields = models.JSONField(_("fields"), default=list, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["application", "dataset"], name="application_item_once")
        ]

    def __str__(self) -> str:
        return str(self.dataset)
