"""The log's tables. The database makes and guards them (migration 0002_log); nobody writes them but
ledger.journal (event, body, disclosure) and ledger.sequencer (the others)."""

from __future__ import annotations

from django.db import models


class Event(models.Model):
    """One entry as it was written: exactly the public bytes, in the transaction of what it tells of."""

    id = models.BigAutoField(primary_key=True)
    uid = models.UUIDField(unique=True)
    leaf = models.BinaryField()
    leaf_hash = models.BinaryField(editable=False)
    kind = models.TextField()
    subject = models.TextField()

    class Meta:
        managed = False
        db_table = "log_event"

    def __str__(self) -> str:
        return f"{self.kind} {self.uid}"


class Body(models.Model):
    """What the leaf commits to. NULL means erased; a missing row means tampered with."""

    event_uid = models.UUIDField(primary_key=True)
    key = models.BinaryField(null=True)
    content = models.BinaryField(null=True)

    class Meta:
        managed = False
        db_table = "log_body"

    def __str__(self) -> str:
        return f"body of {self.event_uid}"


class Disclosure(models.Model):
    """One value the body commits to by itself: free text, a name, or something long."""

    pk = models.CompositePrimaryKey("event_uid", "path")
    event_uid = models.UUIDField()
    path = models.TextField()
    key = models.BinaryField(null=True)
    content = models.BinaryField(null=True)

    class Meta:
        managed = False
        db_table = "log_disclosure"

    def __str__(self) -> str:
        return f"{self.path} of {self.event_uid}"


class Pending(models.Model):
    """The set of events without an index yet.

    A set and not a cursor: ids are given before commit, so "id > last" would lose whatever commits late.
    """

    event_id = models.BigIntegerField(primary_key=True)

    class Meta:
        managed = False
        db_table = "log_pending"

    def __str__(self) -> str:
        return f"event {self.event_id}"


class Leaf(models.Model):
    """The order: index → event, dense from 0."""

    idx = models.BigIntegerField(primary_key=True)
    event_id = models.BigIntegerField(unique=True)

    class Meta:
        managed = False
        db_table = "log_leaf"

    def __str__(self) -> str:
        return f"{self.idx}: event {self.event_id}"


class Tile(models.Model):
    """Up to 256 hashes of one level (ledger.merkle)."""

    pk = models.CompositePrimaryKey("level", "n")
    level = models.SmallIntegerField()
    n = models.BigIntegerField()
    hashes = models.BinaryField()

    class Meta:
        managed = False
        db_table = "log_tile"

    def __str__(self) -> str:
        return f"{self.level}/{self.n}"


class Head(models.Model):
    """The one row with size and root; locking it is the right to sequence."""

    id = models.SmallIntegerField(primary_key=True)
    size = models.BigIntegerField()
    root = models.BinaryField()

    class Meta:
        managed = False
        db_table = "log_head"

    def __str__(self) -> str:
        return f"{self.size} entries"


class Checkpoint(models.Model):
    """A signed tree head (ledger.note)."""

    size = models.BigIntegerField(primary_key=True)
    root = models.BinaryField()
    note = models.TextField()
    at = models.DateTimeField()

    class Meta:
        managed = False
        db_table = "log_checkpoint"

    def __str__(self) -> str:
        return self.note
