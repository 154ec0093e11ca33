"""Messages: what happened to the cases of one's organisation, each pointing at an entry of the log; no words are kept."""

from __future__ import annotations

from collections.abc import Collection

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from ledger import vocabulary
from ledger.actor import Actor
from ledger.models.organisations import Organisation
from ledger.models.people import User


class MessageQuerySet(models.QuerySet["Message"]):
    """Sets of messages."""

    def addressed_to(self, actor: Actor) -> MessageQuerySet:
        """One's own, for the organisation acted for or in person, whatever they are about.

        Each knows as `unread_from` the index from which on the actor has not read yet.
        """
        if actor.user is None:
            return self.none()
        marks = ReadMark.objects.filter(user=actor.user_id, organisation=actor.organisation_id)
        mine = self.annotate(unread_from=Coalesce(Subquery(marks.values("until")[:1]), 0))
        own = Q(organisation=actor.organisation_id) | Q(organisation=None)
        return mine.filter(own, recipient=actor.user)

    def visible_to(self, actor: Actor, kinds: Collection[str] | None = None) -> MessageQuerySet:
        """One's own about cases one may see today.

        Args:
            kinds: the kinds of case ("filing") that come into question; None = all, which makes a long statement.
        """
        shown = Q(pk=None)
        for model in vocabulary.SIDES:
            name = model._meta.model_name
            if kinds is None or name in kinds:
                # As in `Noun`: each kind of case brings the visibility manager.
                cases = model._default_manager.visible_to(actor)  # type: ignore[attr-defined]
                shown |= Q(Exists(cases.filter(pk=OuterRef("subject_id"))), subject__startswith=f"{name}:")
        return self.addressed_to(actor).filter(shown)

    def unread(self) -> MessageQuerySet:
        """Those, of what `addressed_to` gives, that are not read yet."""
        return self.filter(index__gte=F("unread_from"))


class Message(models.Model):
    """One entry told to one person.

    Derived from the log by `ledger.messages` and from nothing else: the same entry gives the same `uid` again.
    Label and case are looked up when it is read, so that it never says more than its reader may see by then.
    """

    UNRECORDED = {"*": "derived from the log"}

    uid = models.UUIDField(unique=True, editable=False)
    entry_uid = models.UUIDField(editable=False)
    index = models.BigIntegerField()  # the entry's place in the log
    kind = models.CharField(max_length=60)  # "filing.accepted"
    subject = models.CharField(max_length=80)  # "filing:12"
    subject_id = models.BigIntegerField()  # the 12 of it, for sets of cases in SQL
    recipient = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    #: For whom the person is told; None = in person, whomever they act for.
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()  # when it happened
    unread_from: int

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["-index", "-pk"]
        indexes = [
            models.Index(fields=["recipient", "-index", "-id"], name="message_of_person")  # list and bell
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"

    @property
    def is_unread(self) -> bool:
        """Whether it lies beyond the read mark; of a message out of `addressed_to` only."""
        return self.index >= self.unread_from


class ReadMark(models.Model):
    """How far a person has read for one organisation, or in person: messages of entries below `until` are read."""

    UNRECORDED = {"*": "how far somebody has read is nobody else's business"}

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.CASCADE, related_name="+")
    until = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "organisation"], nulls_distinct=False, name="read_mark_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} < {self.until}"
