"""People: registering, inviting, roles."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Collection

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from ledger.access import give_role, roles_of, take_role
from ledger.actor import Actor, Role
from ledger.clock import now
from ledger.command import command, find, permit
from ledger.errors import BadShape, Fault, NotFound, NotPermitted, PolicyRefused
from ledger.journal import record
from ledger.models import Invitation, Membership, Organisation, User
from ledger.rows import Rows

INVITATION_DAYS = 14


@command("person.registered", _("Create an account"))
def register_person(*, actor: Actor, username: str, password: str, name: str = "", email: str = "") -> User:
    """Create an account for a person; it acts for nobody until it registers or joins an organisation.

    Raises:
        BadShape: the name is taken or the password too weak.
    """
    user = User(username=username, name=name, email=email)
    try:
        user.full_clean(exclude=["password"])
        validate_password(password, user)
    except ValidationError as error:
        by_field = error.error_dict if hasattr(error, "error_dict") else {"password": error.error_list}
        faults = [
            Fault(f"/{field}", fault.code or "invalid", text)
            for field, found in by_field.items()
            for fault in found
            for text in fault.messages
        ]
        raise BadShape(_("Some fields need another look."), errors=faults) from error
    rows = Rows()
    user.set_password(password)
    rows.insert(user)
    record(actor=actor, event="person.registered", subject=user, rows=rows)
    return user


@command("member.invited", _("Invite a member"))
def invite_member(
    *, actor: Actor, organisation: Organisation | int, roles: Collection[str], addressee: str
) -> tuple[Invitation, str]:
    """Invite a person into roles. Returns the invitation and its secret, which is shown once.

    Raises:
        BadShape: no role, or an unknown one.
    """
    found = find(Organisation, actor, organisation)
    permit(found, actor, "invite_member")
    chosen = checked_roles(roles)
    secret, rows = secrets.token_urlsafe(24), Rows()
    invitation = rows.create(
        Invitation,
        organisation=found,
        roles=[role.value for role in chosen],
        addressee=addressee,
        digest=hashlib.sha256(secret.encode()).hexdigest(),
        expires_at=now() + dt.timedelta(days=INVITATION_DAYS),
    )
    record(actor=actor, event="member.invited", subject=found, rows=rows)
    return invitation, secret


@command("member.joined", _("Accept the invitation"))
def accept_invitation(*, actor: Actor, secret: str) -> Membership:
    """Join the organisation that sent the invitation.

    Raises:
        NotFound: the secret is unknown, used or expired – a guesser learns nothing.
    """
    if actor.user is None:
        raise NotPermitted(_("Sign in first."), code="sign_in")
    digest = hashlib.sha256(secret.encode()).hexdigest()
    invitation = Invitation.objects.select_for_update().filter(digest=digest, accepted_at=None).first()
    if invitation is None or invitation.expires_at <= now():
        raise NotFound(_("This invitation is unknown, used or expired."))
    rows = Rows()
    rows.update(invitation, accepted_at=now())
    membership = _join(rows, actor.user, invitation.organisation)
    for role in checked_roles(invitation.roles):
        give_role(actor.user, invitation.organisation, role)
    note_roles(rows, actor.user, invitation.organisation)
    record(actor=actor, event="member.joined", subject=invitation.organisation, rows=rows)
    return membership


@command("role.granted", _("Grant a role"))
def grant_role(*, actor: Actor, organisation: Organisation | int, user: User, role: str) -> Organisation:
    """Give a member a further role.

    Raises:
        NotFound: the person is no member.
    """
    found = find(Organisation, actor, organisation)
    permit(found, actor, "grant_role")
    member_of(found, user)
    refuse_to_keep(actor, user)
    rows = Rows()
    give_role(user, found, checked_roles([role])[0])
    note_roles(rows, user, found)
    rows.update(found)
    record(actor=actor, event="role.granted", subject=found, rows=rows)
    return found


@command("role.withdrawn", _("Withdraw a role"))
def withdraw_role(*, actor: Actor, organisation: Organisation | int, user: User, role: str) -> Organisation:
    """Take a role from a member; the last administrator keeps theirs.

    Raises:
        PolicyRefused: nobody could administer the organisation any more.
    """
    found = find(Organisation, actor, organisation)
    permit(found, actor, "withdraw_role")
    member_of(found, user)
    chosen = checked_roles([role])[0]
    if chosen is Role.ORG_ADMIN and not other_admins(found, user):
        raise PolicyRefused(
            _("The last administrator cannot be withdrawn."),
            code="last_admin",
            remedy=_("First make somebody else an administrator."),
        )
    rows = Rows()
    take_role(user, found, chosen)
    note_roles(rows, user, found)
    record(actor=actor, event="role.withdrawn", subject=found, rows=rows)
    return found


def checked_roles(names: Collection[str]) -> list[Role]:
    """Roles by name.

    Raises:
        BadShape: none, or an unknown one.
    """
    unknown = set(names) - {role.value for role in Role}
    if unknown or not names:
        raise BadShape(_("Choose at least one role from the list."), code="roles", pointer="/roles")
    return [role for role in Role if role.value in names]


def member_of(organisation: Organisation, user: User) -> Membership:
    """The person's present membership, locked.

    Raises:
        NotFound: there is none.
    """
    found = organisation.memberships.select_for_update().filter(user=user, left_at=None).first()
    if found is None:
        raise NotFound(_("This person is not a member of the organisation."))
    return found


def refuse_to_keep(actor: Actor, user: User) -> None:
    """A borrowed administrator's role ends with its days: its holder does not use it to give themselves others.

    Raises:
        PolicyRefused: they would.
    """
    if user.pk == actor.user_id and Role.ORG_ADMIN in actor.delegated:
        raise PolicyRefused(
            _("On a delegation you cannot give roles to yourself."),
            code="delegated",
            pointer="/user",
            remedy=_("Ask an administrator of your organisation for the role."),
        )


def other_admins(organisation: Organisation, user: User) -> bool:
    """Whether somebody else administers the organisation."""
    members = organisation.memberships.filter(left_at=None).exclude(user=user).select_related("user")
    return any(Role.ORG_ADMIN in roles_of(member.user, organisation) for member in members)


def note_roles(rows: Rows, user: User, organisation: Organisation) -> None:
    """Put a person's roles after the change into the entry, so that replay can rebuild the groups."""
    facts = rows.facts.setdefault(f"organisation/{organisation.pk}", {}).setdefault("roles", {})
    facts[user.pseudonym_hex] = sorted(role.value for role in roles_of(user, organisation))


def _join(rows: Rows, user: User, organisation: Organisation) -> Membership:
    present = organisation.memberships.filter(user=user, left_at=None).first()
    return present or rows.create(Membership, user=user, organisation=organisation, joined_at=now())
