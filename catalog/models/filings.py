"""Filings, which move a dataset, and the objections they meet."""

from __future__ import annotations

from collections.abc import Collection
from typing import ClassVar

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.filing import AWAITS, FILING, OBJECTION, OPEN, PUBLISHED, FilingState, ObjectionState
from catalog.models.datasets import Dataset
from ledger.access import belongs_to
from ledger.actor import Actor, Role
from ledger.clock import now
from ledger.clocks import running
from ledger.errors import Text
from ledger.identifiers import region_stem
from ledger.machine import Machine, Move, Who
from ledger.models import Organisation, User
from ledger.models.entered import Entered
from ledger.parties import Side
from ledger.policy import Profile, pinned


def audited(actor: Actor, region: str) -> Q:
    """An auditor of a body reads every case in its scope, whichever body has it; `region` is the owner's."""
    body = actor.organisation
    if body is None or not actor.holds(Role.AUDITOR) or not body.oversees(body.region):
        return Q(pk=None)
    return Q(**{f"{region}__startswith": region_stem(body.region)})


class FilingQuerySet(models.QuerySet["Filing"]):
    """Sets of filings."""

    def visible_to(self, actor: Actor) -> FilingQuerySet:
        """The owner; the body that has it, officers and auditors; anybody while it is in notice or if they objected."""
        if actor.is_robot:
            return self
        seen = Q(state__in=PUBLISHED, dataset__withheld_at=None)
        if actor.user is None:
            return self.filter(seen)
        seen |= Q(Exists(Objection.objects.filter(filing=OuterRef("pk"), objector=actor.user_id)))
        if actor.organisation_id and actor.roles:
            seen |= Q(dataset__owner=actor.organisation_id)
            if actor.holds(Role.OFFICER, Role.AUDITOR):
                inside = Q(state__in=[FilingState.DRAFT, FilingState.AWAITING_HEAD])
                seen |= (Q(body=actor.organisation_id) | audited(actor, "dataset__owner__region")) & ~inside
        return self.filter(seen)

    def whole_for(self, actor: Actor) -> FilingQuerySet:
        """Those of which the actor is a party or officer: they read content, not only the notice."""
        if actor.is_robot:
            return self
        if not actor.organisation_id or not actor.roles:
            return self.none()
        seen = Q(dataset__owner=actor.organisation_id)
        if actor.holds(Role.OFFICER, Role.AUDITOR):
            seen |= Q(body=actor.organisation_id) | audited(actor, "dataset__owner__region")
        return self.filter(seen)

    def open(self) -> FilingQuerySet:
        return self.filter(state__in=OPEN)

    def in_notice(self) -> FilingQuerySet:
        """What the public notice board shows."""
        return self.filter(state__in=PUBLISHED, dataset__withheld_at=None)

    def waiting_for(self, actor: Actor) -> FilingQuerySet:
        """What waits for this actor: the state's next hand is one of theirs."""
        mine = Q(pk=None)
        for state, (who, _clock) in AWAITS.items():
            if who.role in actor.roles and actor.organisation_id:
                side = {Side.OWNER: "dataset__owner", Side.BODY: "body"}.get(Side(who.side))
                mine |= Q(**{"state": state, side: actor.organisation_id}) if side else Q(pk=None)
        return self.filter(mine)


class Filing(Entered):
    """A proposed change of a dataset on its way through the registry body (A arts. 8-13)."""

    PRIVATE = {"clarification"}
    machine: ClassVar[Machine] = FILING
    handled_for = "dataset__owner"

    class Kind(models.TextChoices):
        INITIAL = "initial", gettext_lazy("initial registration")
        CHANGE = "change", gettext_lazy("change")
        CORRECTION = "correction", gettext_lazy("correction")
        RENEWAL = "renewal", gettext_lazy("renewal")
        DEREGISTRATION = "deregistration", gettext_lazy("deregistration")

    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="filings")
    kind = models.CharField(gettext_lazy("kind"), max_length=16, choices=Kind, default=Kind.INITIAL)
    state = models.CharField(
        gettext_lazy("state"), max_length=24, choices=[(s, s) for s in FilingState], default=FilingState.DRAFT
    )
    profile = models.CharField(max_length=40)
    body = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="filings_before"
    )
    content = models.JSONField(default=dict)  # the description proposed, as it will stand
    materials = models.JSONField(
        default=dict
    )  # what is attached: statements and file hashes by group (R 8, 9)
    handler = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="filings_handled")
    submitted_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    endorsed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    accepted_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    passed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    same_hand = models.BooleanField(default=False)
    gaps = models.JSONField(default=list)  # the one list of what is missing
    reason_code = models.CharField(max_length=40, blank=True)
    reason = models.TextField(blank=True)
    clauses = models.JSONField(default=list)
    clarification = models.TextField(blank=True)
    delay_reason = models.TextField(blank=True)
    created_at = models.DateTimeField()
    filed_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    objects = FilingQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["dataset"], condition=Q(state__in=OPEN), name="filing_open_once"),
        ]
        indexes = [models.Index(fields=["body", "state"], name="filing_by_body")]  # an officer's inbox

    def __str__(self) -> str:
        return f"{self.dataset} – {self.get_kind_display()}"

    def policy(self) -> Profile:
        """The version the case was filed under (R 55)."""
        return pinned(self.profile)

    def positions(self, actor: Actor) -> Collection[Who]:
        """Owner's roles; the body's roles, unless one has a conflict; anybody signed in."""
        found = {Who(Side.PERSON, "*")} if actor.user else set()
        if actor.is_robot:
            return found | {Who(Side.ROBOT, "robot")}
        if actor.organisation_id and actor.organisation_id == self.dataset.owner_id:
            found |= {Who(Side.OWNER, role) for role in actor.roles}
        if actor.organisation_id and actor.organisation_id == self.body_id and not self.is_own_case(actor):
            found |= {Who(Side.BODY, role) for role in actor.roles}
        return found

    def is_own_case(self, actor: Actor) -> bool:
        """Acts of a body are never done by whoever drew the case up or belongs to its owner, unless the body is topmost."""
        if actor.user_id in {self.handler_id, self.submitted_by_id, self.endorsed_by_id} - {None}:
            return True
        return not self.is_before_itself and belongs_to(actor, self.dataset.owner_id)

    @property
    def is_before_itself(self) -> bool:
        """The topmost body has its own case: there is none above it, so another of its officers acts, marked."""
        return self.body_id is not None and self.body_id == self.dataset.owner_id

    def marks(self, *, same_hand: bool = False) -> list[str]:
        """The remarkable circumstances of an act of the body."""
        return ["same_hand"] * same_hand + ["own_body"] * self.is_before_itself

    def conflict(self, actor: Actor, wanted: Move) -> Text:
        """The words of separation of duties, if that is what stands in the way."""
        if (
            actor.holds(Role.OFFICER)
            and any(who.side == Side.BODY for who in wanted.who)
            and self.is_own_case(actor)
        ):
            return _("Nobody decides on their own case: it is with %(body)s.") % {"body": self.body or "–"}
        return ""

    # Conditions of moves ---------------------------------------------------------------------------------------
    def notice_is_over(self, actor: Actor) -> bool:
        """Ten full working days have run, it is past midnight, and no objection is open (R 12)."""
        clock = running(self, "filing.notice")
        return clock is not None and clock.is_overdue(now()) and not self.open_objections().exists()

    def supplement_is_late(self, actor: Actor) -> bool:
        clock = running(self, "filing.supplement")
        return self.policy().registration.deem_withdrawn and clock is not None and clock.is_overdue(now())

    def objector_is_outside(self, actor: Actor) -> bool:
        """The registrant does not object to its own filing."""
        return actor.organisation_id != self.dataset.owner_id

    def open_objections(self) -> models.QuerySet[Objection]:
        return self.objections.filter(state__in=[ObjectionState.RAISED, ObjectionState.ANSWERED])


class ObjectionQuerySet(models.QuerySet["Objection"]):
    """Sets of objections."""

    def visible_to(self, actor: Actor) -> ObjectionQuerySet:
        """The objector, the registrant, the body."""
        if actor.is_robot:
            return self
        if actor.user is None:
            return self.none()
        seen = Q(objector=actor.user_id)
        if actor.organisation_id and actor.roles:
            seen |= Q(filing__dataset__owner=actor.organisation_id)
            if actor.holds(Role.OFFICER, Role.AUDITOR):
                seen |= Q(filing__body=actor.organisation_id)
                seen |= audited(actor, "filing__dataset__owner__region")
        return self.filter(seen)


class Objection(Entered):
    """An objection raised during the notice, by a named person with evidence (R 14)."""

    PRIVATE = {"real_name", "contact", "statement", "answer"}
    machine: ClassVar[Machine] = OBJECTION

    filing = models.ForeignKey(Filing, on_delete=models.PROTECT, related_name="objections")
    objector = models.ForeignKey(User, on_delete=models.PROTECT, related_name="objections")
    state = models.CharField(
        max_length=16, choices=[(s, s) for s in ObjectionState], default=ObjectionState.RAISED
    )
    real_name = models.CharField(gettext_lazy("real name"), max_length=100)
    contact = models.CharField(gettext_lazy("contact"), max_length=200, blank=True)
    ground = models.CharField(gettext_lazy("ground"), max_length=100)
    statement = models.TextField(gettext_lazy("statement"))
    evidence = models.CharField(gettext_lazy("evidence (SHA-256)"), max_length=64)
    evidence_name = models.CharField(max_length=300, blank=True)
    answer = models.TextField(gettext_lazy("answer"), blank=True)
    finding = models.TextField(gettext_lazy("finding"), blank=True)
    clauses = models.JSONField(default=list)
    raised_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)

    objects = ObjectionQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return str(self.filing.dataset)

    def positions(self, actor: Actor) -> Collection[Who]:
        return self.filing.positions(actor)

    def conflict(self, actor: Actor, wanted: Move) -> Text:
        return self.filing.conflict(actor, wanted)
