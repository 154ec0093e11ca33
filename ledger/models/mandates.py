"""Mandates: an organisation's letter that lets another one's agents act for it."""

from __future__ import annotations

from collections.abc import Collection
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ledger.actor import Actor, Role
from ledger.clock import today
from ledger.identifiers import region_stem
from ledger.machine import Machine, Who
from ledger.models.entered import Entered
from ledger.models.organisations import Organisation
from ledger.parties import MANDATE, MandateState, Side


class MandateQuerySet(models.QuerySet["Mandate"]):
    """Sets of mandates."""

    def visible_to(self, actor: Actor) -> MandateQuerySet:
        """Principal and agent; officers and auditors of a body over the principal, before whom the agent appears."""
        if actor.is_robot:
            return self
        body = actor.organisation
        if body is None or not actor.roles:
            return self.none()
        seen = Q(principal=body) | Q(agent=body)
        if actor.holds(Role.OFFICER, Role.AUDITOR) and body.oversees(body.region):
            seen |= Q(principal__region__startswith=region_stem(body.region))
        return self.filter(seen)

    def in_force(self) -> MandateQuerySet:
        """Accepted, and today lies in their period."""
        return self.filter(state=MandateState.ACCEPTED, starts__lte=today(), ends__gte=today())


class Mandate(Entered):
    """A letter of authorisation (授权委托书): name, matters, powers and period (Civil Code art. 165), accepted by the agent.

    Whoever holds the role of agent in the agent's organisation acts for the principal in the roles entrusted,
    from the first day to the last; every entry names the letter.
    """

    PRIVATE = {"letter", "reason"}
    machine: ClassVar[Machine] = MANDATE

    principal = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="mandates_given")
    agent = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="mandates_held")
    roles = models.JSONField(_("roles entrusted"))
    starts = models.DateField(_("first day"))
    ends = models.DateField(_("last day"))
    letter = models.TextField(_("words of the letter"), blank=True)
    state = models.CharField(
        _("state"), max_length=12, choices=[(s, s) for s in MandateState], default=MandateState.OFFERED
    )
    reason = models.TextField(_("reason"), blank=True)
    offered_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    objects = MandateQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["principal", "state"], name="mandate_by_principal"),  # act_as
            models.Index(fields=["agent", "state"], name="mandate_by_agent"),  # whom an agent may act for
        ]

    def __str__(self) -> str:
        return f"{self.agent} → {self.principal}"

    @property
    def is_in_force(self) -> bool:
        """Accepted, and today lies in its period."""
        return self.state == MandateState.ACCEPTED and self.starts <= today() <= self.ends

    def positions(self, actor: Actor) -> Collection[Who]:
        """The principal's roles and the agent's; an agent never disposes of the letter it acts under."""
        if actor.mandate:
            return set()
        sides = {self.principal_id: Side.PRINCIPAL, self.agent_id: Side.AGENT}
        side = sides.get(actor.organisation_id or 0)
        return {Who(side, role) for role in actor.roles} if side else set()

    def period_is_open(self, actor: Actor) -> bool:
        return self.ends >= today()
