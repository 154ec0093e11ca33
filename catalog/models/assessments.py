"""Dated evidence, and the compliance status that follows from it."""

from __future__ import annotations

from collections.abc import Collection
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.filing import ASSESSMENT
from catalog.models.datasets import Dataset
from ledger.actor import Actor, Role
from ledger.machine import Machine, Who
from ledger.models import User
from ledger.models.entered import Entered


class AssessmentQuerySet(models.QuerySet["Assessment"]):
    """Sets of assessments."""

    def visible_to(self, actor: Actor) -> AssessmentQuerySet:
        """Owner, officers and auditors: who acts on the dataset or oversees it."""
        return (
            self.filter(dataset__in=Dataset.objects.visible_to(actor))
            if actor.is_robot
            else self._of_parties(actor)
        )

    def _of_parties(self, actor: Actor) -> AssessmentQuerySet:
        if actor.organisation_id is None or not actor.roles:
            return self.none()
        if actor.holds(Role.OFFICER, Role.AUDITOR):
            return self.filter(dataset__in=Dataset.objects.readable_by(actor))
        return self.filter(dataset__owner=actor.organisation_id)


class Assessment(Entered):
    """One piece of evidence: what kind, its conclusion, by whom, verified by whom, until when."""

    PRIVATE = {"assessor", "finding"}
    machine: ClassVar[Machine] = ASSESSMENT

    class Conclusion(models.TextChoices):
        PASSED = "passed", _("passed")
        EXEMPT = "exempt", _("legal duty: exempt")
        FAILED = "failed", _("failed")

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="assessments")
    kind = models.CharField(_("kind"), max_length=40)
    state = models.CharField(max_length=10, default="filed")
    conclusion = models.CharField(_("conclusion"), max_length=10, choices=Conclusion)
    assessor = models.CharField(_("assessor"), max_length=200)
    self_declared = models.BooleanField(default=False)
    file = models.CharField(_("report (SHA-256)"), max_length=64, blank=True)
    file_name = models.CharField(max_length=300, blank=True)
    carried_out = models.DateField(_("carried out on"))
    expires = models.DateField(_("valid until"))
    finding = models.TextField(_("finding"), blank=True)
    filed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    verified_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    verified_at = models.DateTimeField(null=True)

    objects = AssessmentQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return str(self.dataset)

    def positions(self, actor: Actor) -> Collection[Who]:
        return self.dataset.positions(actor)

    def verifier_may(self, actor: Actor) -> bool:
        """An officer verifies; the owner's head confirms only a self-declaration."""
        own = actor.organisation_id == self.dataset.owner_id
        return self.self_declared if own else True
