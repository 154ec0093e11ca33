"""API tokens: a person, an organisation, scopes and an end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.utils.translation import gettext_lazy as _

from ledger.actor import Actor
from ledger.clock import now
from ledger.command import command
from ledger.errors import BadShape, NotFound, NotPermitted
from ledger.journal import record
from ledger.models import AccessToken
from ledger.rows import Rows, recorded_columns

MAX_DAYS = 366


@command("token.issued", _("Issue an API token"))
def issue_token(
    *, actor: Actor, name: str = "", scopes: Collection[str] = ("*",), days: int = 90
) -> tuple[AccessToken, str]:
    """Issue a token for oneself in the organisation one acts for. Returns it and its secret, which is shown once.

    Args:
        scopes: nouns it may write ("datasets", …); "*" = whatever the person may; empty = read only.
        days: calendar days until it ends, at most 366.

    Raises:
        NotPermitted: nobody is signed in, or a token would issue a wider one.
        BadShape: days out of bounds.
    """
    if actor.user is None:
        raise NotPermitted(_("Sign in first."), code="sign_in")
    if actor.scopes is not None and "*" not in actor.scopes and set(scopes) - actor.scopes:
        raise NotPermitted(_("A token cannot issue a wider one."), code="scopes")
    if not 1 <= days <= MAX_DAYS:
        raise BadShape(_("A token lasts from 1 to 366 days."), code="days", pointer="/days")
    rows = Rows()
    # Knox's manager returns (token, secret) and takes the user first, unlike what its base is typed as.
    token, secret = AccessToken.objects.create(  # type: ignore[call-arg]
        actor.user,
        expiry=None,
        organisation=actor.organisation,
        name=name,
        scopes=sorted(scopes),
    )
    rows.update(token, expiry=now() + dt.timedelta(days=days))
    rows.note(token, recorded_columns(AccessToken))
    record(actor=actor, event="token.issued", subject=actor.organisation or actor.user, rows=rows)
    return token, secret


@command("token.withdrawn", _("Withdraw the token"))
def withdraw_token(*, actor: Actor, token: str) -> None:
    """End one of one's own tokens at once; others' do not exist for this actor."""
    found = AccessToken.objects.select_for_update().filter(token_key=token, user=actor.user_id).first()
    if found is None:
        raise NotFound()
    rows = Rows()
    rows.delete(found)
    subject = found.organisation or actor.user
    if subject is not None:
        record(actor=actor, event="token.withdrawn", subject=subject, rows=rows)
