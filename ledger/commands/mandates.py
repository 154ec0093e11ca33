"""Mandates: giving, accepting, declining, resigning and withdrawing a letter of authorisation."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.utils.translation import gettext_lazy as _

from ledger.actor import Actor, Role
from ledger.clock import now, today
from ledger.command import command, find, permit
from ledger.errors import BadShape, PolicyRefused
from ledger.journal import record
from ledger.models import Mandate, Organisation
from ledger.parties import ENTRUSTED
from ledger.rows import Rows


@command("mandate.offered", _("Give a mandate"))
def give_mandate(
    *,
    actor: Actor,
    organisation: Organisation | int,
    agent: Organisation,
    roles: Collection[str],
    starts: dt.date,
    ends: dt.date,
    letter: str = "",
) -> Mandate:
    """Offer another organisation to act as one's agent, in some roles, from a first to a last day.

    Args:
        organisation: the principal.
        agent: whose agents shall act; in force once its administrator accepts.
        roles: a party's roles; what is not named stays with the principal's own people.
        letter: its words, or its number and where it is kept.

    Raises:
        BadShape: no role, one that cannot be entrusted, or days in the wrong order.
        PolicyRefused: the agent is the principal itself or unverified, or the administrator's role is only borrowed.
    """
    found = find(Organisation, actor, organisation)
    permit(found, actor, "give_mandate")
    chosen = entrusted(roles)
    if ends < starts or ends < today():
        raise BadShape(_("The last day lies before the first, or in the past."), code="days", pointer="/ends")
    demand_agent(actor, found, agent)
    rows = Rows()
    mandate = rows.create(
        Mandate,
        principal=found,
        agent=agent,
        roles=[role.value for role in chosen],
        starts=starts,
        ends=ends,
        letter=letter,
        offered_at=now(),
    )
    record(actor=actor, event="mandate.offered", subject=mandate, rows=rows)
    return mandate


@command("mandate.accepted", _("Accept the mandate"))
def accept_mandate(*, actor: Actor, mandate: Mandate | int) -> Mandate:
    """The agent's administrator accepts: from its first day on, the agents act for the principal."""
    return answered(actor, mandate, "accept_mandate", "mandate.accepted")


@command("mandate.declined", _("Decline the mandate"))
def decline_mandate(*, actor: Actor, mandate: Mandate | int, reason: str = "") -> Mandate:
    """The agent's administrator declines."""
    return answered(actor, mandate, "decline_mandate", "mandate.declined", reason)


@command("mandate.withdrawn", _("Withdraw the mandate"))
def withdraw_mandate(*, actor: Actor, mandate: Mandate | int, reason: str = "") -> Mandate:
    """The principal revokes, at any time (Civil Code art. 173); the next act of an agent is refused."""
    return ended(actor, mandate, "withdraw_mandate", "mandate.withdrawn", reason)


@command("mandate.resigned", _("Resign the mandate"))
def resign_mandate(*, actor: Actor, mandate: Mandate | int, reason: str = "") -> Mandate:
    """The agent gives the mandate up, at any time (Civil Code art. 173)."""
    return ended(actor, mandate, "resign_mandate", "mandate.resigned", reason)


def answered(actor: Actor, mandate: Mandate | int, name: str, event: str, reason: str = "") -> Mandate:
    """The agent's answer to the offer."""
    found = find(Mandate, actor, mandate)
    move, rows = permit(found, actor, name), Rows()
    rows.update(found, state=move.target, answered_at=now(), reason=reason)
    record(actor=actor, event=event, subject=found, rows=rows)
    return found


def ended(actor: Actor, mandate: Mandate | int, name: str, event: str, reason: str) -> Mandate:
    """The end before the last day."""
    found = find(Mandate, actor, mandate)
    move, rows = permit(found, actor, name), Rows()
    rows.update(found, state=move.target, ended_at=now(), reason=reason)
    record(actor=actor, event=event, subject=found, rows=rows)
    return found


def entrusted(names: Collection[str]) -> list[Role]:
    """Roles by name.

    Raises:
        BadShape: none, or one that no letter entrusts.
    """
    able = {role.value for role in ENTRUSTED}
    if not names or set(names) - able:
        raise BadShape(
            _("Choose among the roles of a party: %(able)s.") % {"able": ", ".join(sorted(able))},
            code="roles",
            pointer="/roles",
        )
    return [role for role in ENTRUSTED if role.value in names]


def demand_agent(actor: Actor, principal: Organisation, agent: Organisation) -> None:
    """Who may be an agent, and who may make one.

    Raises:
        PolicyRefused: see `give_mandate`.
    """
    if agent.pk == principal.pk:
        raise PolicyRefused(_("Choose another organisation."), code="self", pointer="/agent",
                            remedy=_("For a colleague's absence, delegate your roles."))  # fmt: skip
    if not agent.is_verified:
        raise PolicyRefused(_("Only a verified organisation may act as an agent."), code="unverified", pointer="/agent",
                            remedy=_("Its registry body verifies its identifier first."))  # fmt: skip
    if Role.ORG_ADMIN in actor.delegated:
        raise PolicyRefused(_("A mandate would outlast the delegation on which you act."), code="delegated",
                            remedy=_("Let an administrator of the organisation give it."))  # fmt: skip
