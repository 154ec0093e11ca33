"""The shapes of the commands on applications."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from catalog.models import Dataset
from ledger.actor import Actor
from ledger.api.shapes import LongText, Ref, Row, Shape, Upload
from sharing.models.wanted import Wanted
from sharing.serializers.fields import day, long


class Item(Row):
    """One dataset asked for, with the fields wanted; none named = all of them."""

    dataset = Ref(model=Dataset, label=_("data resource"))
    fields_ = serializers.ListField(
        child=serializers.CharField(max_length=200),
        required=False,
        max_length=2000,
        label=_("fields (none named = all)"),
    )

    def get_fields(self) -> dict[str, serializers.Field]:
        """`fields` is a word of the framework, hence the detour."""
        fields = super().get_fields()
        fields["fields"] = fields.pop("fields_")
        return fields


class WantedShape(Shape):
    """What is wanted, in the words of the consumer."""

    purpose = long(_("purpose"), _("What the data is for; the owner decides on this."))
    scenario = long(_("scenario of use"), _("Who works with it, where, on what."))
    legal_basis = long(
        _("basis"), _("The duty or rule it is needed for; for private data it may stay empty.")
    )
    personal_ground = long(
        _("ground for personal information"),
        _("Only if people are recognisable: the legal ground or separate consent."),
    )
    row_scope = long(_("which records"), _("Leave empty for all."))
    mode = serializers.ChoiceField(Wanted.Mode.choices, label=_("mode of sharing"), required=False)
    right = serializers.ChoiceField(Wanted.Right.choices, label=_("right asked for"), required=False)
    starts = day(_("from (empty: from delivery)"))
    ends = day(_("until"), _("The last day of use."))
    cross_border = serializers.BooleanField(label=_("data will leave the country"), required=False)
    security = long(_("security measures"))

    @classmethod
    def prefill(cls, obj: models.Model | None, actor: Actor) -> dict[str, Any]:
        """What the application or request says now."""
        return {name: getattr(obj, name) for name in WORDS} if obj else {}


WORDS = (
    "purpose", "scenario", "legal_basis", "personal_ground", "row_scope", "mode", "right", "starts", "ends", "cross_border",
    "security",
)  # fmt: skip


class CreateApplication(WantedShape):
    items = Item(many=True, label=_("data resources"), required=False, max_length=50)  # type: ignore[call-arg]


class AmendApplication(CreateApplication):
    @classmethod
    def prefill(cls, obj: models.Model | None, actor: Actor) -> dict[str, Any]:
        """The draft as it stands."""
        if obj is None:
            return {}
        items = [{"dataset": item.dataset_id, "fields": item.fields} for item in obj.items.all()]  # type: ignore[attr-defined]
        return super().prefill(obj, actor) | {"items": items}


class AttachDocument(Shape):
    file = Upload(label=_("document"))


class ReturnApplication(Shape):
    reason = LongText(label=_("reason"))
