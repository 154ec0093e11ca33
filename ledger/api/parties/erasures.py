"""Erasures: shapes, output, noun."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from ledger.actor import Actor, Role
from ledger.api.nouns import Noun, register
from ledger.api.outputs import Output
from ledger.api.shapes import Empty, LongText, Shape
from ledger.models import Erasure, Ground


class AskErasure(Shape):
    event_uid = serializers.UUIDField(label=_("entry"), help_text=_("Its name in the log."))
    ground = serializers.ChoiceField(choices=Ground.choices, label=_("clause"))
    reason = LongText(label=_("reason"), help_text=_("Who asked, and why the law is on their side."))
    paths = serializers.ListField(
        child=serializers.CharField(max_length=200),
        required=False,
        max_length=100,
        label=_("values"),
        help_text=_("Single values as the body names them; none = everything the entry said."),
    )


class DeclineErasure(Shape):
    answer = LongText(label=_("answer"))


class ErasureOutput(Output):
    """An erasure, for the body that decides."""

    class Meta:
        model = Erasure
        fields = ["event_uid", "paths", "ground", "reason", "answer", "asked_at", "decided_at"]


def may_ask(actor: Actor, name: str) -> bool:
    """Officers of a verified body."""
    house = actor.organisation
    return actor.holds(Role.OFFICER) and house is not None and house.oversees(house.region)


register(
    Noun(
        name="erasures",
        label=_("Erasures"),
        model=Erasure,
        argument="erasure",
        output=ErasureOutput,
        creates={"ask_erasure": AskErasure},
        may_create=may_ask,
        commands={"carry_out_erasure": Empty, "decline_erasure": DeclineErasure},
        filters={"state": "state", "ground": "ground", "event": "event_uid"},
    )
)
