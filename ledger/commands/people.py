"""People: registering, inviting, roles, absences, leavers."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Collection

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ledger.access import give_role, roles_of, take_role
from ledger.actor import Actor, Role
from ledger.clock import now, today
from ledger.command import command, find, permit
from ledger.errors import BadShape, Fault, NotFound, NotPermitted, PolicyRefused
from ledger.journal import record
from ledger.models import AccessToken, Delegation, Invitation, Membership, Organisation, User
from ledger.rows import Rows
from ledger.vocabulary import HANDLED

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
    user.save(force_insert=True)
    rows.note(user, ["username", "name", "email"])
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


@command("role.delegated", _("Delegate for an absence"))
def delegate(
    *,
    actor: Actor,
    organisation: Organisation | int,
    receiver: User,
    roles: Collection[str],
    starts: dt.date,
    ends: dt.date,
    reason: str = "",
) -> Delegation:
    """Lend one's own roles to a colleague from a first to a last day.

    Raises:
        PolicyRefused: a role one does not hold oneself, or days in the wrong order.
    """
    found = find(Organisation, actor, organisation)
    permit(found, actor, "delegate")
    member_of(found, receiver)
    chosen = checked_roles(roles)
    if actor.user is None or set(chosen) - (actor.roles - actor.delegated):
        raise PolicyRefused(
            _("You can lend only roles that you hold yourself."), code="not_yours", pointer="/roles"
        )
    if receiver.pk == actor.user.pk:
        raise PolicyRefused(_("Choose somebody else."), code="self", pointer="/receiver")
    if ends < starts or ends < today():
        raise BadShape(_("The last day lies before the first, or in the past."), code="days", pointer="/ends")
    rows = Rows()
    delegation = rows.create(
        Delegation,
        organisation=found,
        giver=actor.user,
        receiver=receiver,
        roles=[role.value for role in chosen],
        starts=starts,
        ends=ends,
        reason=reason,
    )
    record(actor=actor, event="role.delegated", subject=found, rows=rows)
    return delegation


@command("delegation.withdrawn", _("Withdraw the delegation"))
def withdraw_delegation(*, actor: Actor, organisation: Organisation | int, delegation: int) -> Delegation:
    """End a delegation early; its giver or an administrator may."""
    found = find(Organisation, actor, organisation)
    permit(found, actor, "withdraw_delegation")
    lent = (
        Delegation.objects.select_for_update()
        .filter(organisation=found, pk=delegation, withdrawn_at=None)
        .first()
    )
    if lent is None:
        raise NotFound()
    if lent.giver_id != actor.user_id and not actor.holds(Role.ORG_ADMIN):
        raise NotPermitted(_("Only the person who delegated, or an administrator, may withdraw it."))
    rows = Rows()
    rows.update(lent, withdrawn_at=now())
    record(actor=actor, event="delegation.withdrawn", subject=found, rows=rows)
    return lent


@command("work.handed_over", _("Hand over a leaver's work"))
def hand_over_work(
    *, actor: Actor, organisation: Organisation | int, leaver: User, successor: User
) -> Organisation:
    """A person leaves: roles, tokens and membership end, the cases they handle go to a successor.

    Raises:
        PolicyRefused: leaver and successor are one, or the last administrator would leave.
    """
    found = find(Organisation, actor, organisation)
    permit(found, actor, "hand_over_work")
    membership, _successor = member_of(found, leaver), member_of(found, successor)
    if leaver.pk == successor.pk:
        raise PolicyRefused(_("Choose somebody else."), code="self", pointer="/successor")
    refuse_to_keep(actor, successor)
    roles = roles_of(leaver, found)
    if Role.ORG_ADMIN in roles and not other_admins(found, leaver):
        raise PolicyRefused(
            _("The last administrator cannot be withdrawn."),
            code="last_admin",
            remedy=_("First make somebody else an administrator."),
        )
    rows = Rows()
    for role in roles:
        take_role(leaver, found, role)
        give_role(successor, found, role)
    for model in HANDLED:
        cases = model._default_manager.filter(handler=leaver, **{model.handled_for: found})
        for case in cases.select_for_update(of=("self",)):
            rows.update(case, handler=successor)
    for token in AccessToken.objects.filter(user=leaver, organisation=found):
        rows.delete(token)
    lent_or_borrowed = Q(giver=leaver) | Q(receiver=leaver)
    for lent in Delegation.objects.filter(lent_or_borrowed, organisation=found, withdrawn_at=None):
        rows.update(lent, withdrawn_at=now())
    rows.update(membership, left_at=now())
    note_roles(rows, leaver, found)
    note_roles(rows, successor, found)
    record(actor=actor, event="work.handed_over", subject=found, rows=rows)
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
