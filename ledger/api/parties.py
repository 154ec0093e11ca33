"""The nouns of the ground floor: organisations, members, people, tokens."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.contrib.auth.models import Group
from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from ledger.access import roles_among
from ledger.actor import ROLE_LABELS, Actor
from ledger.api.nouns import NOUNS, Noun, register
from ledger.api.outputs import Link, Output, PersonName
from ledger.api.shapes import Empty, Ref, Shape, UserField, role_list
from ledger.clock import now, today
from ledger.commands.tokens import MAX_DAYS
from ledger.models import AccessToken, Membership, Organisation, User

# Shapes ------------------------------------------------------------------------------------------------


class RegisterOrganisation(Shape):
    """An organisation as its registrant describes it."""

    name = serializers.CharField(max_length=300, label=_("name"))
    kind = serializers.ChoiceField(Organisation.Kind.choices, label=_("kind"))
    name_en = serializers.CharField(max_length=300, required=False, allow_blank=True, label=_("English name"))
    scheme = serializers.ChoiceField(
        Organisation.Scheme.choices, required=False, label=_("identifier scheme")
    )
    identifier = serializers.CharField(max_length=64, required=False, allow_blank=True, label=_("identifier"))
    region = serializers.CharField(
        max_length=6,
        required=False,
        label=_("region (GB/T 2260)"),
        help_text=_("Six digits, e.g. 340100; 000000 = the whole country."),
    )
    industry = serializers.CharField(
        max_length=5, required=False, allow_blank=True, label=_("industry (GB/T 4754)")
    )
    contact = serializers.CharField(max_length=200, required=False, allow_blank=True, label=_("contact"))


class DescribeOrganisation(RegisterOrganisation):
    """What changes; the rest stays."""

    name = serializers.CharField(max_length=300, required=False, label=_("name"))
    kind = serializers.ChoiceField(Organisation.Kind.choices, required=False, label=_("kind"))


class VerifyOrganisation(Shape):
    """An officer may name the group it belongs to."""

    parent = Ref(Organisation, required=False, label=_("group it belongs to"))


class InviteMember(Shape):
    roles = role_list()
    addressee = serializers.CharField(max_length=200, label=_("for whom"))


class OneRole(Shape):
    """A member and a role."""

    user = UserField(label=_("member"))
    role = serializers.ChoiceField(list(ROLE_LABELS.items()), label=_("role"))


class Delegate(Shape):
    receiver = UserField(label=_("colleague"))
    roles = role_list()
    starts = serializers.DateField(label=_("first day"))
    ends = serializers.DateField(label=_("last day"))
    reason = serializers.CharField(max_length=300, required=False, allow_blank=True, label=_("reason"))


class WithdrawDelegation(Shape):
    delegation = serializers.IntegerField(min_value=1, label=_("delegation"))


class HandOverWork(Shape):
    leaver = UserField(label=_("who leaves"))
    successor = UserField(label=_("who takes over"))


class AcceptInvitation(Shape):
    secret = serializers.CharField(max_length=100, label=_("code of the invitation"))


class RegisterPerson(Shape):
    username = serializers.CharField(max_length=150, label=_("user name"))
    password = serializers.CharField(
        max_length=128, label=_("password"), trim_whitespace=False, style={"input_type": "password"}
    )
    name = serializers.CharField(max_length=100, required=False, allow_blank=True, label=_("name"))
    email = serializers.EmailField(required=False, allow_blank=True, label=_("e-mail"))


class IssueToken(Shape):
    """What a token may do, and for how long."""

    name = serializers.CharField(max_length=100, required=False, allow_blank=True, label=_("name"))
    scopes = serializers.ListField(
        child=serializers.CharField(max_length=40),
        required=False,
        max_length=50,
        label=_("scopes"),
        help_text=_("Nouns it may write; * = all; empty = it only reads."),
    )
    days = serializers.IntegerField(required=False, min_value=1, max_value=MAX_DAYS, label=_("days"))

    def validate_scopes(self, value: list[str]) -> list[str]:
        """Only nouns that exist: a mistyped scope would be a token that silently cannot write."""
        unknown = sorted(set(value) - {"*", *NOUNS})
        if unknown:
            words = _("Unknown: %(unknown)s. Known: %(known)s.")
            known = ", ".join(["*", *sorted(NOUNS)])
            raise serializers.ValidationError(
                words % {"unknown": ", ".join(unknown), "known": known}, code="unknown"
            )
        return value


# Outputs -----------------------------------------------------------------------------------------------


class OrganisationOutput(Output):
    """An organisation as the public register shows it; the contact only to people signed in."""

    parent = Link()

    class Meta:
        model = Organisation
        fields = [
            "name",
            "name_en",
            "kind",
            "scheme",
            "identifier",
            "region",
            "industry",
            "parent",
            "contact",
            "registry_body",
            "sharing_authority",
            "source",
            "registered_at",
            "verified_at",
        ]

    def hides(self, obj: Organisation, actor: Actor) -> Collection[str]:
        return () if actor.user or actor.is_robot else ("contact",)


class MemberOutput(Output):
    """A membership with the roles held."""

    user = PersonName()
    organisation = Link()
    roles = serializers.SerializerMethodField()

    class Meta:
        model = Membership
        fields = ["user", "organisation", "roles", "joined_at", "left_at"]

    def get_roles(self, member: Membership) -> list[str]:
        """Roles by codename; of the groups, prefetched."""
        return [role.value for role in roles_among(member.user.groups.all(), member.organisation_id)]


class PersonOutput(Output):
    """A person; mail only to themselves."""

    entry = None

    class Meta:
        model = User
        fields = ["username", "name", "email", "language"]

    def hides(self, obj: User, actor: Actor) -> Collection[str]:
        return () if obj.pk == actor.user_id else ("email", "language")

    def get_state(self, obj: User) -> str:
        return "active" if obj.is_active else "inactive"


class TokenOutput(Output):
    """A token without its secret."""

    organisation = Link()

    class Meta:
        model = AccessToken
        fields = ["name", "organisation", "scopes", "created", "expiry"]

    def get_state(self, obj: AccessToken) -> str:
        return "expired" if obj.expiry and obj.expiry <= now() else "live"


# Nouns -------------------------------------------------------------------------------------------------


def with_roles(found: QuerySet[Membership], actor: Actor) -> QuerySet[Membership]:
    """What a membership's output needs, in two queries however long the list."""
    groups = Group.objects.filter(name__startswith="organisation:")
    return found.select_related("user", "organisation").prefetch_related(
        Prefetch("user__groups", queryset=groups)
    )


def colleagues(actor: Actor) -> QuerySet[User]:
    """Oneself, and the members of the organisation one acts for."""
    seen = Q(pk=actor.user_id) if actor.user else Q(pk=None)
    if actor.organisation_id and actor.roles:
        inside = Membership.objects.filter(organisation=actor.organisation_id, left_at=None)
        seen |= Q(pk__in=inside.values("user"))
    return User.objects.filter(seen)


def own_tokens(actor: Actor) -> QuerySet[AccessToken]:
    """A person's own tokens; nobody else's exist."""
    return AccessToken.objects.filter(user=actor.user_id) if actor.user else AccessToken.objects.none()


def delegations(request: Request, organisation: Organisation, actor: Actor) -> Response:
    """The delegations of an organisation in force or to come, for its members."""
    if actor.organisation_id != organisation.pk or not actor.roles:
        return Response({"results": []})
    lent = organisation.delegations.filter(withdrawn_at=None, ends__gte=today()).select_related(
        "giver", "receiver"
    )
    return Response({"results": [delegation_of(one) for one in lent.order_by("pk")]})


def delegation_of(one: Any) -> dict[str, Any]:
    people = {"giver": one.giver.username, "receiver": one.receiver.username}
    return {
        "id": one.pk,
        **people,
        "roles": one.roles,
        "starts": one.starts,
        "ends": one.ends,
        "reason": one.reason,
    }


register(
    Noun(
        name="organisations",
        label=_("Organisations"),
        model=Organisation,
        argument="organisation",
        output=OrganisationOutput,
        commands={
            "verify_organisation": VerifyOrganisation,
            "describe_organisation": DescribeOrganisation,
            "invite_member": InviteMember,
            "grant_role": OneRole,
            "withdraw_role": OneRole,
            "delegate": Delegate,
            "withdraw_delegation": WithdrawDelegation,
            "hand_over_work": HandOverWork,
        },
        creates={"register_organisation": RegisterOrganisation},
        filters={
            "kind": "kind",
            "scheme": "scheme",
            "identifier": "identifier",
            "region": "region__startswith",
            "registry_body": "registry_body",
            "sharing_authority": "sharing_authority",
            "state": lambda found, value, actor: found.filter(verified_at__isnull=value != "verified"),
        },
        search=("name", "name_en", "identifier"),
        order="pk",
        orders=("name",),
        rows=lambda found, actor: found.select_related("parent"),
        reads={"delegations": delegations},
    ),
    Noun(
        name="members",
        label=_("Members"),
        model=Membership,
        argument="membership",
        output=MemberOutput,
        creates={"accept_invitation": AcceptInvitation},
        open=lambda member, actor: [],
        filters={"organisation": "organisation", "username": "user__username"},
        search=("user__username", "user__name"),
        order="pk",
        rows=with_roles,
    ),
    Noun(
        name="people",
        label=_("People"),
        model=User,
        argument="user",
        output=PersonOutput,
        creates={"register_person": RegisterPerson},
        may_create=lambda actor, name: actor.is_anonymous,
        open=lambda user, actor: [],
        filters={"username": "username"},
        order="pk",
        seen=colleagues,
    ),
    Noun(
        name="tokens",
        label=_("API tokens"),
        model=AccessToken,
        argument="token",
        key="token_key",
        output=TokenOutput,
        commands={"withdraw_token": Empty},
        creates={"issue_token": IssueToken},
        open=lambda token, actor: ["withdraw_token"] if token.user_id == actor.user_id else [],
        filters={"name": "name"},
        order="-created",
        seen=own_tokens,
        rows=lambda found, actor: found.select_related("organisation"),
    ),
)
