"""How far each reader of the log has come (ledger.follow)."""

from django.db import models


class Follower(models.Model):
    """One reader; locking its row is the right to go on for it."""

    UNRECORDED = {"*": "how far a reader of the log has come"}

    name = models.CharField(primary_key=True, max_length=40)
    next_index = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name} @ {self.next_index}"
