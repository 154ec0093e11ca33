"""Mandates: shape, output, noun."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from ledger.api.nouns import Noun, register
from ledger.api.outputs import Link, Output
from ledger.api.shapes import Empty, LongText, Shape
from ledger.models import Mandate


class EndMandate(Shape):
    reason = LongText(required=False, allow_blank=True, label=_("reason"))


class MandateOutput(Output):
    """A letter of authorisation, for its parties and the officers before whom the agent appears."""

    principal = Link()
    agent = Link()
    is_in_force = serializers.BooleanField(read_only=True)

    class Meta:
        model = Mandate
        fields = [
            "principal",
            "agent",
            "roles",
            "starts",
            "ends",
            "is_in_force",
            "letter",
            "reason",
            "offered_at",
            "answered_at",
            "ended_at",
        ]


register(
    Noun(
        name="mandates",
        label=_("Mandates"),
        model=Mandate,
        argument="mandate",
        output=MandateOutput,
        commands={
            "accept_mandate": Empty,
            "decline_mandate": EndMandate,
            "resign_mandate": EndMandate,
            "withdraw_mandate": EndMandate,
        },
        filters={"principal": "principal", "agent": "agent", "state": "state"},
        search=("principal__name", "agent__name"),
        rows=lambda found, actor: found.select_related("principal", "agent"),
    )
)
