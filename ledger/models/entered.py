"""What every row that commands write has in common."""

from __future__ import annotations

import datetime as dt

from django.db import models


class Entered(models.Model):
    """A row that keeps the uid of its last entry: its version for ETag, and its place in the log."""

    entry_uid = models.UUIDField(null=True, editable=False, db_index=True)

    class Meta:
        abstract = True


class FromUntil(models.QuerySet):
    """Rows valid from a first day to a last day, both included."""

    def live(self, day: dt.date) -> FromUntil:
        """Those in force on a day."""
        return self.filter(starts__lte=day, ends__gte=day, withdrawn_at=None)
