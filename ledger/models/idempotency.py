"""Answers kept so that a repeated request is answered and not done twice."""

import datetime as dt

from django.db import models

from ledger.clock import now

KEPT = dt.timedelta(hours=48)


class IdempotentAnswer(models.Model):
    """One answered POST under an `Idempotency-Key`, written in the command's own transaction.

    The key is stored as a hash and the answer sealed with the key itself: an answer may hold a secret shown
    once, and whoever reads the table must not learn it.
    """

    UNRECORDED = {"*": "a cache of answers, gone after two days"}

    user_id = models.BigIntegerField()
    organisation_id = models.BigIntegerField()  # 0 = in one's own name
    key = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    answer = models.BinaryField(null=True)  # empty only while the command runs
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user_id", "organisation_id", "key"], name="idempotent_answer_once"
            )
        ]

    def __str__(self) -> str:
        return self.key[:12]


def forget_old_answers() -> int:
    """Remove answers whose time is over; run by the worker."""
    return IdempotentAnswer.objects.filter(created_at__lt=now() - KEPT).delete()[0]
