"""Who acts in a browser session: the person signed in, for the organisation they chose."""

from __future__ import annotations

from django.http import HttpRequest

from ledger.access import act_as, default_actor
from ledger.actor import Actor
from ledger.errors import NotPermitted
from ledger.models import Organisation

KEY = "organisation"  # in the session: the organisation's number, or 0 for "in my own name"


def actor_of(request: HttpRequest) -> Actor:
    """The actor of a request, found once."""
    found = getattr(request, "_actor", None)
    if found is None:
        found = _find(request)
        request._actor = found  # type: ignore[attr-defined]
    return found


def _find(request: HttpRequest) -> Actor:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return Actor.anonymous()
    chosen = request.session.get(KEY)
    if chosen is None:
        return default_actor(user)
    try:
        return act_as(user, Organisation.objects.filter(pk=chosen).first())
    except NotPermitted:  # left it since: the choice is forgotten, not the session
        del request.session[KEY]
        return default_actor(user)


def choose(request: HttpRequest, organisation: Organisation | None) -> Actor:
    """Act for another organisation from now on; None = in one's own name.

    Raises:
        NotPermitted: not a member there.
    """
    actor = act_as(request.user, organisation)  # type: ignore[arg-type]
    request.session[KEY] = organisation.pk if organisation else 0
    request._actor = actor  # type: ignore[attr-defined]
    return actor
