"""Members and people: shapes, outputs, nouns."""

from __future__ import annotations

from collections.abc import Collection

from django.contrib.auth.models import Group
from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from ledger.access import roles_among
from ledger.actor import Actor
from ledger.api.nouns import Noun, register
from ledger.api.outputs import Link, Output, PersonName
from ledger.api.shapes import Shape
from ledger.models import Membership, User


class AcceptInvitation(Shape):
    secret = serializers.CharField(max_length=100, label=_("code of the invitation"))


class RegisterPerson(Shape):
    username = serializers.CharField(max_length=150, label=_("user name"))
    password = serializers.CharField(
        max_length=128, label=_("password"), trim_whitespace=False, style={"input_type": "password"}
    )
    name = serializers.CharField(max_length=100, required=False, allow_blank=True, label=_("name"))
    email = serializers.EmailField(required=False, allow_blank=True, label=_("e-mail"))


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


def with_roles(found: QuerySet[Membership], actor: Actor) -> QuerySet[Membership]:
    """What a membership's output needs, in two queries however long the list."""
    groups = Group.objects.filter(name__startswith="organisation:")
    return found.select_related("user", "organisation").prefetch_related(
        Prefetch("user__groups", queryset=groups)
    )


def colleagues(actor: Actor) -> QuerySet[User]:
    """Oneself, and the members of the organisation one acts for."""
    seen = Q(pk=actor.user_id) if actor.user else Q(pk=None)
    if actor.organisation_id and actor.roles and not actor.mandate:
        inside = Membership.objects.filter(organisation=actor.organisation_id, left_at=None)
        seen |= Q(pk__in=inside.values("user"))
    return User.objects.filter(seen)


register(
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
)
