"""Witnesses: those that watch this log, and the logs that this installation watches."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from ledger.models.entered import Entered


class Cosignature(models.Model):
    """A witness's line under a checkpoint (migration 0007; only ledger.witnesses writes it)."""

    pk = models.CompositePrimaryKey("size", "key")
    size = models.BigIntegerField()
    key = models.TextField()
    line = models.TextField()
    at = models.DateTimeField()

    class Meta:
        managed = False
        db_table = "log_cosignature"

    def __str__(self) -> str:
        return self.line


class Witnessed(models.Model):
    """A checkpoint that enough witnesses cosigned under the policy of that moment."""

    size = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()

    class Meta:
        managed = False
        db_table = "log_witnessed"

    def __str__(self) -> str:
        return f"{self.size} entries"


class WitnessPolicy(Entered):
    """Which witnesses are asked, and whose cosignatures suffice (ledger.quorum). The newest counts."""

    text = models.TextField(_("policy"))
    set_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"policy {self.pk}"


class WitnessContact(models.Model):
    """How asking a witness went the last time."""

    UNRECORDED = {"*": "no act of anybody"}

    key = models.TextField(unique=True)
    at = models.DateTimeField()
    trouble = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return self.key


class WatchedLog(Entered):
    """Another log that this installation is a witness of, and what it cosigned last."""

    UNRECORDED = dict.fromkeys(
        ("size", "root", "cosigned_at"), "two installations that watch one another would write for ever"
    )

    origin = models.CharField(_("origin"), max_length=200, unique=True)
    keys = models.TextField(_("public keys"))
    is_watched = models.BooleanField(default=True)
    size = models.BigIntegerField(default=0)
    root = models.BinaryField(default=b"")
    cosigned_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.origin
