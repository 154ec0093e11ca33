"""Absences and leavers: lending one's roles, handing over one's work."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ledger.access import give_role, roles_of, take_role
from ledger.actor import Actor, Role
from ledger.clock import now, today
from ledger.command import command, find, permit
from ledger.commands.people import checked_roles, member_of, note_roles, other_admins, refuse_to_keep
from ledger.errors import BadShape, NotFound, NotPermitted, PolicyRefused
from ledger.journal import record
from ledger.models import AccessToken, Delegation, Membership, Organisation, User
from ledger.rows import Rows
from ledger.vocabulary import HANDLED


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
    """A person leaves: roles, tokens and membership end; the cases they handle, here and as an agent, go to a successor.

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
    rows, houses = Rows(), served(leaver, found)
    for role in roles:
        take_role(leaver, found, role)
        give_role(successor, found, role)
    for model in HANDLED:
        cases = model._default_manager.filter(handler=leaver, **{f"{model.handled_for}__in": houses})
        for case in cases.select_for_update(of=("self",)):
            rows.update(case, handler=successor)
    for token in AccessToken.objects.filter(user=leaver, organisation__in=houses):
        rows.delete(token)
    lent_or_borrowed = Q(giver=leaver) | Q(receiver=leaver)
    for lent in Delegation.objects.filter(lent_or_borrowed, organisation=found, withdrawn_at=None):
        rows.update(lent, withdrawn_at=now())
    rows.update(membership, left_at=now())
    note_roles(rows, leaver, found)
    note_roles(rows, successor, found)
    record(actor=actor, event="work.handed_over", subject=found, rows=rows)
    return found


def served(user: User, organisation: Organisation) -> list[Organisation]:
    """The organisation, and those for which its people acted as agents – unless the person is a member there too."""
    own = Membership.objects.filter(user=user, left_at=None).values("organisation")
    principals = Organisation.objects.filter(mandates_given__agent=organisation).exclude(pk__in=own)
    return [organisation, *principals.distinct()]
