"""The shape of a command's body: what may be sent, of which type. Pages and API validate with the same shape, then
call the same command. No rule of policy lives here: a shape knows types, lengths and who exists, nothing more.

    class AcceptFiling(Shape):
        remark = LongText(required=False)

The validated values are the keyword arguments of the command, beside `actor` and the object itself. `shape.context`
holds `actor` and, for a command on an object, `object`. In a multipart body nested values are sent as JSON text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import models
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from ledger.actor import ROLE_LABELS, Actor
from ledger.conditions import Level, Personal

#: What a page posts beside the shape's own fields.
PAGE_KEYS = {"csrfmiddlewaretoken", "entry", "next", "do"}
HEX_64 = re.compile(r"[0-9a-f]{64}")


class Row(serializers.Serializer):
    """A nested object in a body. Like every shape it refuses unknown keys: a typing error must not pass unseen."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """The values; unknown keys are faults of their own place."""
        known = {name for name, field in self.fields.items() if not field.read_only}
        sent = {str(name) for name in data} if isinstance(data, Mapping) else set()
        if isinstance(data, QueryDict):
            sent = {name.partition("[")[0] for name in sent} - PAGE_KEYS
        unknown = sent - known
        if unknown:
            words = _("Unknown field. Known here: %(known)s.") % {"known": ", ".join(sorted(known)) or "–"}
            raise serializers.ValidationError(
                {str(name): [words] for name in sorted(unknown, key=str)}, code="unknown"
            )
        return super().to_internal_value(data)


class Shape(Row):
    """The body of one command; subclasses declare the fields.

    `prefill` gives the values a page's form starts with; by default what the object has under the same names.
    """

    def get_fields(self) -> dict[str, serializers.Field]:
        """The declared fields; nested ones also read JSON text, which is how a multipart body carries them."""
        fields = super().get_fields()
        for field in fields.values():
            if isinstance(field, NESTED):
                field.get_value = partial(value_or_json, field, field.get_value)
        return fields

    @classmethod
    def prefill(cls, obj: models.Model | None, actor: Actor) -> dict[str, Any]:
        """The values a form starts with."""
        if obj is None:
            return {}
        return {
            name: getattr(obj, name)
            for name in cls._declared_fields
            if isinstance(getattr(obj, name, None), PLAIN)
        }

    @property
    def arguments(self) -> dict[str, Any]:
        """The keyword arguments of the command, once the shape is valid."""
        return dict(self.validated_data)


NESTED = (serializers.BaseSerializer, serializers.ListField, serializers.DictField)


def value_or_json(field: serializers.Field, plainly: Callable[[Any], Any], dictionary: Any) -> Any:
    """A nested value: from JSON text in a form, otherwise as it came."""
    text = dictionary.get(field.field_name or "", "") if isinstance(dictionary, QueryDict) else ""
    if isinstance(text, str) and text.lstrip()[:1] in ("[", "{"):
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            return text
    return plainly(dictionary)


#: What a form can show as it stands.
PLAIN = (str, int, float, bool, list)


class Empty(Shape):
    """A command that needs nothing but its object."""


class LongText(serializers.CharField):
    """A text of several lines."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 10_000)
        kwargs.setdefault("style", {"base_template": "textarea.html"})
        super().__init__(**kwargs)


class Choices(serializers.MultipleChoiceField):
    """Several values of a closed set, in the set's order."""

    def to_internal_value(self, data: Any) -> list[str]:
        """The chosen values as a list."""
        chosen = super().to_internal_value(data)
        return [value for value in self.choices if value in chosen]

    def to_representation(self, value: Any) -> list[str]:
        return [str(one) for one in value]


def role_list(**kwargs: Any) -> Choices:
    """Roles by codename."""
    return Choices(choices=list(ROLE_LABELS.items()), label=_("roles"), allow_empty=False, **kwargs)


class ClauseList(serializers.ListField):
    """Clause identifiers of the case's profile, e.g. "B 21"; which ones fit is the command's question."""

    child = serializers.CharField(max_length=60)

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("clauses"))
        kwargs.setdefault("max_length", 20)
        super().__init__(**kwargs)


class Ref(serializers.PrimaryKeyRelatedField):
    """Another object by its id, among those the actor may see. The command receives the object.

    Args:
        model: its model; the manager must have `visible_to(actor)`.
        among: look-ups that it must meet besides.
    """

    default_error_messages = {"does_not_exist": _("There is no such object that you may see.")}

    def __init__(
        self, model: type[models.Model] | None = None, among: Mapping[str, Any] | None = None, **kwargs: Any
    ) -> None:
        self.model, self.among = model, among or {}
        kwargs.setdefault("html_cutoff", 200)
        super().__init__(queryset=model._default_manager.all() if model else None, **kwargs)

    def get_queryset(self) -> models.QuerySet[Any]:
        """What the actor may see; nobody's actor sees nothing."""
        actor = self.context.get("actor") or Actor.anonymous()
        # As in `Noun`: the manager is known to the house, not to the type; None never gets this far.
        return self.model._default_manager.visible_to(actor).filter(**self.among)  # type: ignore[union-attr]

    def to_internal_value(self, data: Any) -> Any:
        """The object; a number without end (1e999) names none."""
        try:
            return super().to_internal_value(data)
        except OverflowError:
            self.fail("incorrect_type", data_type=type(data).__name__)


class OrganisationField(Ref):
    """An organisation by its id, its identifier or its full name: in a big book no list could hold them all."""

    default_error_messages = {
        "unknown": _(
            "No organisation has this identifier or name. Copy either from its page in the register."
        ),
        "several": _("Several organisations have this name. Enter the identifier."),
    }

    def __init__(self, **kwargs: Any) -> None:
        from ledger.models import Organisation

        kwargs.setdefault("help_text", _("Credit code or other identifier, or the full name."))
        super().__init__(Organisation, **kwargs)

    def to_internal_value(self, data: Any) -> Any:
        """The one it names; a number of few digits is an id, a longer one an identifier."""
        words = data.strip() if isinstance(data, str) else ""
        if not words or (words.isdecimal() and len(words) <= ID_DIGITS):
            return super().to_internal_value(data)
        named = models.Q(identifier=words.upper()) | models.Q(name=words) | models.Q(name_en=words)
        found = list(self.get_queryset().filter(named)[:2])
        if len(found) != 1:
            self.fail("several" if found else "unknown")
        return found[0]


#: Ids of organisations stay below this; identifiers are longer.
ID_DIGITS = 9


class UserField(serializers.SlugRelatedField):
    """A person by user name, among the members of the organisation acted for: nobody can sound out accounts.

    Args:
        anywhere: any active person with an account instead.
    """

    default_error_messages = {"does_not_exist": _("Nobody of this name is a member of your organisation.")}

    def __init__(self, *, anywhere: bool = False, **kwargs: Any) -> None:
        from ledger.models import User

        self.anywhere = anywhere
        super().__init__(slug_field="username", queryset=User.objects.all(), **kwargs)

    def get_queryset(self) -> models.QuerySet[Any]:
        """Members, or everybody active."""
        from ledger.models import User

        active = User.objects.filter(is_active=True).order_by("username")
        if self.anywhere:
            return active
        actor = self.context.get("actor") or Actor.anonymous()
        inside = active.filter(memberships__organisation=actor.organisation_id, memberships__left_at=None)
        return inside if actor.organisation_id else active.none()


class Upload(serializers.FileField):
    """A file, whole and within the limit."""

    default_error_messages = {
        "too_big": _(
            "The file has %(size)d MB; at most %(most)d MB are taken. Split it, or name its address."
        )
    }

    def to_internal_value(self, data: UploadedFile) -> UploadedFile:
        """The file, unless it is over the limit."""
        found: Any = super().to_internal_value(data)
        if found.size > settings.MAX_UPLOAD:
            words = self.error_messages["too_big"] % {
                "size": found.size >> 20,
                "most": settings.MAX_UPLOAD >> 20,
            }
            raise serializers.ValidationError(words, code="too_big")
        return found


class Sha256(serializers.CharField):
    """A SHA-256 in hexadecimal."""

    default_error_messages = {"sha256": _("A SHA-256 has 64 characters of 0-9 and a-f.")}

    def to_internal_value(self, data: Any) -> str:
        """The checksum in lower case."""
        value = super().to_internal_value(data).lower()
        if not HEX_64.fullmatch(value):
            self.fail("sha256")
        return value


class FieldRow(Row):
    """One column or data item of a dataset's description."""

    name = serializers.CharField(max_length=200, label=_("name"))
    type = serializers.CharField(max_length=40, required=False, allow_blank=True, label=_("type"))
    unit = serializers.CharField(max_length=40, required=False, allow_blank=True, label=_("unit"))
    description = serializers.CharField(
        max_length=1000, required=False, allow_blank=True, label=_("description")
    )
    level = serializers.ChoiceField(
        [value.value for value in Level], required=False, allow_blank=True, label=_("level")
    )
    personal = serializers.ChoiceField(
        [value.value for value in Personal], required=False, allow_blank=True, label=_("personal information")
    )
