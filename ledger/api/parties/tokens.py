"""Tokens of the API: shape, output, noun."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from ledger.actor import Actor
from ledger.api.nouns import Noun, register, scopes
from ledger.api.outputs import Link, Output
from ledger.api.shapes import Empty, Shape
from ledger.clock import now
from ledger.commands.tokens import MAX_DAYS
from ledger.models import AccessToken


class IssueToken(Shape):
    """What a token may do, and for how long."""

    name = serializers.CharField(max_length=100, required=False, allow_blank=True, label=_("name"))
    scopes = serializers.ListField(
        child=serializers.CharField(max_length=40),
        required=False,
        max_length=50,
        label=_("scopes"),
        help_text=_("Nouns it may write; * = all; empty = it only reads."),
    )
    days = serializers.IntegerField(required=False, min_value=1, max_value=MAX_DAYS, label=_("days"))

    def validate_scopes(self, value: list[str]) -> list[str]:
        """Only nouns that exist: a mistyped scope would be a token that silently cannot write."""
        unknown = sorted(set(value) - {"*", *scopes()})
        if unknown:
            words = _("Unknown: %(unknown)s. Known: %(known)s.")
            known = ", ".join(["*", *scopes()])
            raise serializers.ValidationError(
                words % {"unknown": ", ".join(unknown), "known": known}, code="unknown"
            )
        return value


class TokenOutput(Output):
    """A token without its secret."""

    organisation = Link()

    class Meta:
        model = AccessToken
        fields = ["name", "organisation", "scopes", "created", "expiry"]

    def get_state(self, obj: AccessToken) -> str:
        return "expired" if obj.expiry and obj.expiry <= now() else "live"


def own_tokens(actor: Actor) -> QuerySet[AccessToken]:
    """A person's own tokens; nobody else's exist."""
    return AccessToken.objects.filter(user=actor.user_id) if actor.user else AccessToken.objects.none()


register(
    Noun(
        name="tokens",
        label=_("API tokens"),
        model=AccessToken,
        argument="token",
        key="token_key",
        output=TokenOutput,
        commands={"withdraw_token": Empty},
        creates={"issue_token": IssueToken},
        open=lambda token, actor: ["withdraw_token"] if token.user_id == actor.user_id else [],
        filters={"name": "name"},
        order="-created",
        seen=own_tokens,
        rows=lambda found, actor: found.select_related("organisation"),
    )
)
