"""Who asks: a bearer token (person + organisation + scopes + end), or a browser's session with its CSRF token."""

from __future__ import annotations

import hmac
from typing import Any

from django.utils.translation import gettext as _
from knox.crypto import hash_token
from knox.settings import CONSTANTS
from rest_framework import authentication
from rest_framework.exceptions import AuthenticationFailed, ValidationError
from rest_framework.request import Request

from ledger import sessions
from ledger.access import act_as
from ledger.actor import Actor
from ledger.clock import now
from ledger.errors import NotPermitted
from ledger.models import AccessToken, Organisation, User


class BearerAuthentication(authentication.BaseAuthentication):
    """`Authorization: Bearer …` against the stored hash. A token at its end is refused, never deleted here."""

    def authenticate(self, request: Request) -> tuple[User, AccessToken] | None:
        """The person and the token, or None where no token was sent."""
        word, *rest = authentication.get_authorization_header(request).split()[:3] or [b""]
        if word.lower() != b"bearer":
            return None
        if len(rest) != 1:
            raise AuthenticationFailed(_("Send exactly one token after “Bearer”."))
        token = known_token(rest[0].decode("latin-1"))
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


def known_token(secret: str) -> AccessToken:
    """The live token of this secret.

    Raises:
        AuthenticationFailed: unknown, at its end, or its person is no longer active; it does not say which.
    """
    refused = AuthenticationFailed(_("This token is unknown or no longer valid."))
    digest = hash_token(secret)
    key = secret[: CONSTANTS.TOKEN_KEY_LENGTH]
    for token in AccessToken.objects.filter(token_key=key).select_related("user", "organisation"):
        if hmac.compare_digest(digest, token.digest):
            if not token.user.is_active or (token.expiry and token.expiry <= now()):
                raise refused
            return token
    raise refused


class SessionAuthentication(authentication.SessionAuthentication):
    """Django's session; the CSRF token is demanded for everything that writes."""


def actor_of(request: Request) -> Actor:
    """Who acts, for whom; built once a request.

    Raises:
        ValidationError: `X-Organisation` is no number.
        NotPermitted: one does not act for that organisation.
    """
    known: Actor | None = getattr(request, "_api_actor", None)
    if known is None:
        known = build_actor(request)
        # Kept on the request, as the framework keeps its user; the type has no room for it.
        request._api_actor = known  # type: ignore[attr-defined]
    return known


def build_actor(request: Request) -> Actor:
    """The actor behind a request: a token is bound to its organisation, a session may name another one."""
    user: Any = request.user
    if not user.is_authenticated:
        return Actor.anonymous()
    if isinstance(request.auth, AccessToken):
        return act_as(user, request.auth.organisation, frozenset(request.auth.scopes))
    if wanted := request.headers.get("X-Organisation"):
        return act_as(user, organisation_named(wanted))
    return sessions.actor_of(request._request)


def organisation_named(wanted: str) -> Organisation | None:
    """The organisation of an `X-Organisation` header; "0" = one's own name."""
    if not wanted.isdecimal() or len(wanted) > 18:
        raise ValidationError({"X-Organisation": [_("The id of an organisation, or 0 for your own name.")]})
    found = Organisation.objects.filter(pk=int(wanted)).first()
    if found is None and int(wanted):
        raise NotPermitted(_("You do not act for this organisation."), code="not_a_member")
    return found
