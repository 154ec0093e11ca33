"""Who may read what an entry says. Its public line everybody may."""

from __future__ import annotations

import uuid
from typing import Any

from ledger.actor import Actor, Role
from ledger.api.subjects import visible_case
from ledger.errors import NotFound
from ledger.models import Event
from ledger.past import Past, entry_of

#: Sides of a case whose people read the bodies of what the system did to it.
PARTIES = {"self", "owner", "consumer", "body", "authority"}


def past_of(event: Event, actor: Actor) -> Past | None:
    """What an entry says, where this actor may read it."""
    case = visible_case(event.subject, actor)
    past = entry_of(event.uid) if case is not None else None
    return past if past is not None and reads_body(past, case, actor) else None


def reads_values(past: Past, actor: Actor) -> bool:
    """Whether free text and names in it are for this actor too: of whoever acted, and of auditors.

    What the system did is read by every party, its remarks on single people are not.
    """
    house = actor.organisation
    above = actor.holds(Role.AUDITOR) and house is not None and house.oversees(house.region)
    return past.organisation_id == actor.organisation_id or actor.is_robot or above


def reads_body(past: Past, case: Any, actor: Actor) -> bool:
    """Who acted reads what they did; auditors read what they may see; of the system's acts every party reads.

    A decision's preparation is the acting side's own: that the other side sees the case does not open it.
    """
    if actor.is_robot or (actor.holds(Role.AUDITOR) and audits(case, actor)):
        return True
    if actor.organisation_id is None or not actor.roles:
        return past.pseudonym == actor.pseudonym and actor.user is not None
    if past.organisation_id == actor.organisation_id:
        return True
    positions = getattr(case, "positions", None)
    party = positions is not None and any(str(who.side) in PARTIES for who in positions(actor))
    return past.pseudonym == "robot" and party


def audits(case: Any, actor: Actor) -> bool:
    """Whether an auditor stands above the case: anybody's administrator can name auditors, a party's read as parties."""
    house = actor.organisation
    sides = {str(who.side) for who in case.positions(actor)} if hasattr(case, "positions") else set()
    return house is not None and house.oversees(house.region) and not sides & {"owner", "consumer"}


def event_named(text: str) -> Event:
    """An entry by its uid.

    Raises:
        NotFound: no such entry, or no uid.
    """
    try:
        found = Event.objects.filter(uid=uuid.UUID(text)).first()
    except ValueError:
        found = None
    if found is None:
        raise NotFound()
    return found
