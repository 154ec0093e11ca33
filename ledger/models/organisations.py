"""Organisations and who acts for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ledger.access import GroupPermission, UserPermission, belongs_to
from ledger.actor import ROLE_LABELS, Actor, Role
from ledger.identifiers import region_stem, within
from ledger.machine import Machine, Who
from ledger.models.entered import Entered, FromUntil
from ledger.models.people import User
from ledger.parties import ORGANISATION, Side

if TYPE_CHECKING:
    from collections.abc import Collection


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    """Sets of organisations."""

    def visible_to(self, actor: Actor) -> OrganisationQuerySet:
        """All of them: who owns data is public, like the register of companies."""
        return self

    def bodies_for(self, organisation: Organisation) -> list[Organisation]:
        """The registry bodies competent for an organisation, the nearest first, itself left out (R 3)."""
        stem = region_stem(organisation.region)
        scopes = [(stem[:length] or "0").ljust(6, "0") for length in range(len(stem), -1, -2)]
        found = self.filter(registry_body=True, region__in=scopes, verified_at__isnull=False).exclude(
            pk=organisation.pk
        )
        return sorted(found, key=lambda body: (-len(region_stem(body.region)), body.pk))

    def authorities_for(self, organisation: Organisation) -> list[Organisation]:
        """The sharing authorities competent for an organisation, the nearest first, itself left out."""
        found = self.filter(sharing_authority=True, verified_at__isnull=False).exclude(pk=organisation.pk)
        over = [authority for authority in found if within(organisation.region, authority.region)]
        return sorted(over, key=lambda body: (-len(region_stem(body.region)), body.pk))


class Organisation(Entered):
    """A party: owner, consumer, registry body (登记机构) or sharing authority (主管部门)."""

    PRIVATE = {"contact"}
    machine: ClassVar[Machine] = ORGANISATION

    class Kind(models.TextChoices):
        DEPARTMENT = "department", _("government department")
        INSTITUTION = "institution", _("public institution")
        ENTERPRISE = "enterprise", _("enterprise")
        OPERATOR = "operator", _("authorised operator")
        COOPERATIVE = "cooperative", _("cooperative")
        INDIVIDUAL = "individual", _("individual business")
        HOUSEHOLD = "household", _("household or family farm")
        COLLECTIVE = "collective", _("rural collective")

    class Scheme(models.TextChoices):
        USCC = "uscc", _("unified social credit code")
        FARM = "farm-code", _("farm code")
        FOREIGN = "foreign", _("foreign identifier")
        NONE = "none", _("no identifier")

    name = models.CharField(_("name"), max_length=300)
    name_en = models.CharField(_("English name"), max_length=300, blank=True)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    scheme = models.CharField(_("identifier scheme"), max_length=10, choices=Scheme, default=Scheme.NONE)
    identifier = models.CharField(_("identifier"), max_length=64, blank=True)
    region = models.CharField(_("region (GB/T 2260)"), max_length=6, default="000000")
    industry = models.CharField(_("industry (GB/T 4754)"), max_length=5, blank=True)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    contact = models.CharField(_("contact"), max_length=200, blank=True)
    registry_body = models.BooleanField(_("registry body"), default=False)
    sharing_authority = models.BooleanField(_("sharing authority"), default=False)
    #: Which source catalogue named it first; such an organisation is unverified until somebody claims it.
    source = models.CharField(max_length=64, blank=True)
    verified_at = models.DateTimeField(null=True, blank=True)
    registered_at = models.DateTimeField()

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        permissions = [(role.value, label) for role, label in ROLE_LABELS.items()]
        constraints = [
            models.UniqueConstraint(
                fields=["scheme", "identifier"],
                condition=~Q(identifier=""),
                name="organisation_identifier_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["source", "name"], name="organisation_by_source"
            ),  # import_catalogue's look-up
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def state(self) -> str:
        return "verified" if self.verified_at else "unverified"

    @property
    def is_verified(self) -> bool:
        return self.verified_at is not None

    def positions(self, actor: Actor) -> Collection[Who]:
        """Inside: one's roles. Over it: an officer of a body whose scope it lies in, who is not on its side. Alone: anybody."""
        found = {Who(Side.PERSON, "*")} if actor.user else set()
        if actor.is_robot:
            found.add(Who(Side.ROBOT, "robot"))
        if actor.organisation_id == self.pk:
            return found | {Who(Side.SELF, role) for role in actor.roles}
        if actor.organisation and actor.organisation.oversees(self.region) and not belongs_to(actor, self.pk):
            found |= {Who(Side.BODY, role) for role in actor.roles}
        return found

    def lender_holds_roles(self, actor: Actor) -> bool:
        """What is borrowed is not lent on."""
        return bool(actor.roles - actor.delegated)

    def oversees(self, region: str) -> bool:
        """Whether this is a body or authority, itself verified, in whose scope a region lies."""
        is_body = self.registry_body or self.sharing_authority
        return is_body and self.is_verified and within(region, self.region)


class OrganisationUserPermission(UserPermission):
    """Object permissions of single people on an organisation."""

    UNRECORDED = {"*": "no command writes it, and no check asks it"}

    content_object = models.ForeignKey(Organisation, on_delete=models.CASCADE)


class OrganisationGroupPermission(GroupPermission):
    """Object permissions of role groups on an organisation."""

    UNRECORDED = {"*": "entries tell who holds which role: `roles` of the organisation"}

    content_object = models.ForeignKey(Organisation, on_delete=models.CASCADE)


class MembershipQuerySet(models.QuerySet["Membership"]):
    """Sets of memberships."""

    def visible_to(self, actor: Actor) -> MembershipQuerySet:
        """Members see their own organisation's, its agents do not; a person sees their own."""
        seen = Q(user=actor.user_id) if actor.user else Q(pk=None)
        if actor.organisation_id and actor.roles and not actor.mandate:
            seen |= Q(organisation=actor.organisation_id)
        return self.filter(seen)


class Membership(Entered):
    """A person who acts for an organisation; the roles are in access.py."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="memberships")
    joined_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "organisation"], condition=Q(left_at=None), name="membership_once"
            )
        ]

    @property
    def state(self) -> str:
        return "left" if self.left_at else "member"


class Invitation(Entered):
    """A one-time invitation; the link's secret is stored as a hash."""

    PRIVATE = {"addressee"}

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    roles = models.JSONField()
    addressee = models.CharField(_("for whom"), max_length=200)
    digest = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)


class Delegation(Entered):
    """One person's roles lent to another for an absence: a dated predicate, not a group edit."""

    PRIVATE = {"reason"}

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="delegations")
    giver = models.ForeignKey(User, on_delete=models.PROTECT, related_name="delegations_given")
    receiver = models.ForeignKey(User, on_delete=models.PROTECT, related_name="delegations_held")
    roles = models.JSONField()
    starts = models.DateField(_("first day"))
    ends = models.DateField(_("last day"))
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = FromUntil.as_manager()


def roles_from(values: Collection[str]) -> list[Role]:
    """Roles by name, in the enum's order."""
    return [role for role in Role if role.value in values]
