"""What the shapes of sharing have in common: clauses, field names, decisions that rest on clauses."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from ledger.api.shapes import Choices, LongText, Shape
from ledger.policy import Act


def long(label: Any, help_text: Any = "") -> LongText:
    """An optional text of several lines."""
    return LongText(label=label, required=False, allow_blank=True, help_text=help_text)


def day(label: Any, help_text: Any = "", **kwargs: Any) -> serializers.DateField:
    """A date that may be left out."""
    return serializers.DateField(label=label, required=False, allow_null=True, help_text=help_text, **kwargs)


class Clauses(Choices):
    """Clauses of the case's profile. None, or unfit ones, are the command's refusal, which names those that fit."""

    def __init__(self, choices: Any = (), **kwargs: Any) -> None:
        kwargs.setdefault("label", _("clauses"))
        super().__init__(choices=choices, required=False, allow_empty=True, **kwargs)

    def to_internal_value(self, data: Any) -> list[str]:
        """Their identifiers as sent."""
        if isinstance(data, str) or not hasattr(data, "__iter__"):
            self.fail("not_a_list", input_type=type(data).__name__)
        return [str(one)[:60] for one in data][:20]


class Names(Choices):
    """Fields of a dataset by name; unknown ones are the command's refusal."""

    def __init__(self, choices: Any = (), **kwargs: Any) -> None:
        super().__init__(choices=choices, required=False, allow_empty=True, **kwargs)

    def to_internal_value(self, data: Any) -> list[str]:
        """The names as sent."""
        if isinstance(data, str) or not hasattr(data, "__iter__"):
            self.fail("not_a_list", input_type=type(data).__name__)
        return [str(one)[:200] for one in data][:2000]


class Grounded(Shape):
    """A decision that rests on clauses; with the case at hand those that ground the act are offered."""

    act: ClassVar[Act | None] = None
    clauses = Clauses()

    def get_fields(self) -> dict[str, serializers.Field]:
        """The clauses of the case's own profile, in the reader's language."""
        fields = super().get_fields()
        case = self.context.get("object")
        if self.act and case is not None and hasattr(case, "policy"):
            language = get_language() or "zh"
            able = case.policy().clauses_for(self.act)
            fields["clauses"] = Clauses([(one.id, f"{one.id} · {one.label(language)}") for one in able])
        return fields


class Scoped(Shape):
    """Offers the fields of the request at hand."""

    def get_fields(self) -> dict[str, serializers.Field]:
        """The names of the fields asked for."""
        fields = super().get_fields()
        case = self.context.get("object")
        if "fields_" in fields:
            label = fields.pop("fields_").label
            fields["fields"] = Names([(name, name) for name in getattr(case, "fields", [])], label=label)
        return fields
