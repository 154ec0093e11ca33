"""How the daily checks of the log and of the book ended."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class AuditRunQuerySet(models.QuerySet["AuditRun"]):
    """Sets of runs."""

    def ended(self) -> AuditRunQuerySet:
        """Those that came to their end, the newest first."""
        return self.exclude(ended_at=None).order_by("-ended_at", "-pk")


class AuditRun(models.Model):
    """One run of a check; without an end it still runs, or was broken off.

    `found` names what does not fit, never the values: those may be private, and are shown to the operator only.
    """

    UNRECORDED = {"*": "how the site watches itself; what a run finds is an entry of its own"}

    class Kind(models.TextChoices):
        VERIFY = "verify", _("The log by itself")
        REPLAY = "replay", _("The book against the log")

    class Verdict(models.TextChoices):
        SOUND = "sound", _("sound")
        FAULTY = "faulty", _("does not fit")
        UNDECIDED = "undecided", _("could not tell")

    kind = models.CharField(max_length=10, choices=Kind)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    verdict = models.CharField(max_length=10, choices=Verdict, blank=True)
    size = models.BigIntegerField(default=0)  # entries of the log with an index
    entries = models.BigIntegerField(default=0)  # entries read
    differences = models.BigIntegerField(default=0)
    found = models.JSONField(default=list)  # the first of them
    finding = models.CharField(max_length=64, blank=True)  # the same as long as what is found is the same

    objects = AuditRunQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["kind", "-ended_at"], name="audit_run_newest")]

    def __str__(self) -> str:
        return f"{self.kind} {self.began_at}"
