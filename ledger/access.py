"""Roles and object permissions: the only file that knows guardian. A role is an object permission on an
organisation held through the organisation's role group; a delegation is a dated predicate, never a group edit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from django.contrib.auth.models import Group
from django.db.models import Q
from django.utils.translation import gettext as _
from guardian.models import GroupObjectPermissionBase as GroupPermission
from guardian.models import UserObjectPermissionBase as UserPermission
from guardian.shortcuts import assign_perm, remove_perm

from ledger.actor import ROLE_LABELS, Actor, Role
from ledger.clock import today
from ledger.errors import NotPermitted

#: Beside the functions: the bases of direct foreign-key permission tables (guardian's generic ones compare text and are slow).
__all__ = [
    "Acting",
    "GroupPermission",
    "UserPermission",
    "act_as",
    "acting_for",
    "belongs_to",
    "default_actor",
    "give_role",
    "holders",
    "mandates_of",
    "may",
    "require",
    "role_group",
    "roles_among",
    "roles_of",
    "roles_standing",
    "share_object",
    "take_role",
    "unshare_object",
]

if TYPE_CHECKING:
    from django.db import models

    from ledger.models import Mandate, Organisation, User


#: A person with no roles still acts in their own name: objects, corrects, looks.
ROLE_NAMES = frozenset(Role)


def role_group(organisation: Organisation, role: Role) -> Group:
    """The group whose members hold `role` in `organisation`; made with its permission when first asked for."""
    group, made = Group.objects.get_or_create(name=f"organisation:{organisation.pk}:{role}")
    if made:
        assign_perm(f"ledger.{role}", group, organisation)
    return group


def give_role(user: User, organisation: Organisation, role: Role) -> None:
    """Put a person into a role group."""
    role_group(organisation, role).user_set.add(user)


def take_role(user: User, organisation: Organisation, role: Role) -> None:
    """Take a person out of a role group."""
    role_group(organisation, role).user_set.remove(user)


def roles_of(user: User, organisation: Organisation) -> frozenset[Role]:
    """The roles a person holds there themselves."""
    from ledger.models import OrganisationGroupPermission

    codenames = OrganisationGroupPermission.objects.filter(group__user=user, content_object=organisation)
    return frozenset(
        Role(name) for name in codenames.values_list("permission__codename", flat=True) if name in ROLE_NAMES
    )


def holders(organisation: Organisation, role: Role) -> models.QuerySet[User]:
    """The people who hold a role there themselves and are active."""
    from ledger.models import User

    return User.objects.filter(is_active=True, groups__name=f"organisation:{organisation.pk}:{role}")


def roles_among(groups: Iterable[Group], organisation_id: int) -> list[Role]:
    """The roles that some groups mean in an organisation; lists prefetch the groups instead of asking `roles_of`."""
    names = {group.name for group in groups}
    return [role for role in Role if f"organisation:{organisation_id}:{role}" in names]


def roles_standing(handles: Mapping[int, str]) -> dict[int, dict[str, list[str]]]:
    """Who holds which roles in each organisation, as `roles_of` finds them.

    Args:
        handles: primary keys of people → their pseudonyms; others are left out.
    """
    from ledger.models import OrganisationGroupPermission

    found: dict[int, dict[str, list[str]]] = {}
    held = OrganisationGroupPermission.objects.filter(group__user__in=handles)
    for organisation, user, role in held.values_list(
        "content_object_id", "group__user", "permission__codename"
    ):
        found.setdefault(organisation, {}).setdefault(handles[user], []).append(role)
    return {
        organisation: {who: sorted(set(roles)) for who, roles in people.items()}
        for organisation, people in found.items()
    }


def act_as(user: User, organisation: Organisation | None, scopes: frozenset[str] | None = None) -> Actor:
    """Build the actor: own roles plus those delegated to them today; for whoever is no member, those of a mandate.

    Raises:
        NotPermitted: the person is not an active member there, and nothing is delegated or entrusted to them.
    """
    from ledger.models import Membership

    if organisation is None:
        return Actor(user=user, scopes=scopes)
    own, lent = roles_of(user, organisation), lent_roles(user, organisation)
    if lent or Membership.objects.filter(user=user, organisation=organisation, left_at=None).exists():
        return Actor(user, organisation, own | lent, lent - own, scopes)
    return agent_for(user, organisation, scopes)


def lent_roles(user: User, organisation: Organisation) -> frozenset[Role]:
    """The roles delegated to a person there today, as far as their givers still hold them."""
    from ledger.models import Delegation

    return frozenset(
        Role(role)
        for delegation in Delegation.objects.filter(
            organisation=organisation, receiver=user, giver__is_active=True
        ).live(today())
        for role in delegation.roles
        if Role(role) in roles_of(delegation.giver, organisation)
    )


def mandates_of(user: User) -> models.QuerySet[Mandate]:
    """The mandates in force under which a person may act, by holding the agent's role in an agent's house."""
    from ledger.models import Delegation, Mandate, OrganisationGroupPermission

    own = OrganisationGroupPermission.objects.filter(group__user=user, permission__codename=Role.AGENT)
    lent = Delegation.objects.filter(receiver=user, roles__contains=[Role.AGENT]).live(today())
    houses = {*own.values_list("content_object", flat=True)}
    houses |= {one.organisation_id for one in lent if Role.AGENT in lent_roles(user, one.organisation)}
    return Mandate.objects.in_force().filter(agent__in=houses).select_related("principal", "agent")


def agent_for(user: User, principal: Organisation, scopes: frozenset[str] | None) -> Actor:
    """The actor of an agent, under the newest mandate.

    Raises:
        NotPermitted: there is none in force.
    """
    mandate = mandates_of(user).filter(principal=principal).first()
    if mandate is None:
        raise NotPermitted(_("You do not act for this organisation."), code="not_a_member")
    roles = frozenset(Role(role) for role in mandate.roles)
    return Actor(user, principal, roles, roles, scopes, mandate)


class Acting(NamedTuple):
    """A person who may act for an organisation today, in which roles, and since when."""

    organisation: int
    user: int
    roles: frozenset[Role]
    since: dt.datetime


def acting_for(organisations: Collection[int]) -> Iterator[Acting]:
    """Everybody `act_as` would let act for these organisations, in a few queries; agents only where no member."""
    from ledger.models import Mandate

    inside = list(_members(organisations))
    yield from inside
    members = {(one.organisation, one.user) for one in inside}
    letters = list(Mandate.objects.in_force().filter(principal__in=organisations))
    agents = list(_members({letter.agent_id for letter in letters}))
    for letter in letters:  # the newest first
        for one in agents:
            is_agent = one.organisation == letter.agent_id and Role.AGENT in one.roles
            if is_agent and (letter.principal_id, one.user) not in members:
                members.add((letter.principal_id, one.user))
                roles = frozenset(Role(role) for role in letter.roles)
                yield Acting(letter.principal_id, one.user, roles, letter.answered_at or one.since)


def _members(organisations: Collection[int]) -> Iterator[Acting]:
    """Active members with their own and lent roles."""
    from ledger.models import Delegation, Membership

    found = Membership.objects.filter(organisation__in=organisations, left_at=None, user__is_active=True)
    members = {(one.organisation_id, one.user_id): one for one in found.prefetch_related("user__groups")}
    own = {
        (house, user): set(roles_among(one.user.groups.all(), house))
        for (house, user), one in members.items()
    }
    roles = {key: set(held) for key, held in own.items()}
    for lent in Delegation.objects.filter(organisation__in=organisations).live(today()):
        receiver, giver = (lent.organisation_id, lent.receiver_id), (lent.organisation_id, lent.giver_id)
        if receiver in roles:
            roles[receiver] |= {Role(role) for role in lent.roles} & own.get(giver, set())
    for key, one in members.items():
        yield Acting(*key, frozenset(roles[key]), one.joined_at)


def belongs_to(actor: Actor, *organisations: int) -> bool:
    """Whether a person stands on the side of one of these, whomever they act for now: its member, or its agent's.

    Nobody decides for one side what they ask on the other (Civil Code art. 168).
    """
    from ledger.models import Mandate, Membership

    agents = Mandate.objects.in_force().filter(principal__in=organisations).values("agent")
    mine = Membership.objects.filter(user=actor.user_id, left_at=None)
    return mine.filter(Q(organisation__in=organisations) | Q(organisation__in=agents)).exists()


def default_actor(user: User) -> Actor:
    """The actor of a person who named no organisation: the one they joined last, or themselves."""
    from ledger.models import Membership

    membership = (
        Membership.objects.filter(user=user, left_at=None)
        .select_related("organisation")
        .order_by("-pk")
        .first()
    )
    return act_as(user, membership.organisation if membership else None)


def require(actor: Actor, role: Role, organisation: Organisation) -> None:
    """Refuse unless the actor acts for `organisation` in `role`.

    Raises:
        NotPermitted: naming the role that would do.
    """
    if not may(actor, role, organisation):
        raise NotPermitted(
            _("Only a %(role)s of %(organisation)s may do this.")
            % {"role": ROLE_LABELS[role], "organisation": organisation},
            code="role_missing",
            remedy=_("Ask an administrator of your organisation for the role."),
        )


def may(actor: Actor, role: Role, organisation: Organisation) -> bool:
    """Whether the actor acts for `organisation` in `role`; the question `require` asks."""
    return actor.organisation_id == organisation.pk and actor.holds(role)


def share_object(codename: str, user: User, obj: models.Model) -> None:
    """Give a person a permission on one object (a named viewer, a delegate)."""
    assign_perm(codename, user, obj)


def unshare_object(codename: str, user: User, obj: models.Model) -> None:
    """Take it back."""
    remove_perm(codename, user, obj)
