"""What the API shows of an object: always `id`, `url` and `state`; a field is computed only when asked for."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db import models
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from ledger.actor import Actor
from ledger.api import addresses

ALWAYS = ("id", "url", "state", "entry")


@extend_schema_field(
    {
        "type": "object",
        "nullable": True,
        "properties": {"id": {}, "url": {"type": "string"}, "label": {"type": "string"}},
    }
)
class Link(serializers.RelatedField):
    """A foreign key as {"id", "url", "label"}; with `expand=<name>` the whole object, if visible."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("read_only", True)
        super().__init__(**kwargs)

    def use_pk_only_optimization(self) -> bool:
        return False

    def to_representation(self, value: models.Model) -> Any:
        """The link, or the object where it was fetched for expansion."""
        expanded = self.context.get("expanded", {}).get(self.field_name, {})
        if value.pk in expanded:
            return expanded[value.pk]
        return {"id": addresses.id_of(value), "url": addresses.object_url(value), "label": str(value)}


@extend_schema_field(
    {"type": "object", "properties": {"username": {"type": "string"}, "name": {"type": "string"}}}
)
class PersonName(serializers.RelatedField):
    """A person as {"username", "name"}; for parties only."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("read_only", True)
        super().__init__(**kwargs)

    def to_representation(self, value: Any) -> dict[str, str]:
        return {"username": value.username, "name": value.name}


class Output(serializers.ModelSerializer):
    """Base of all outputs: name the fields in `Meta.fields`, foreign keys as `Link()`.

    `hides` names the fields this actor does not get to see on this object; `context["actor"]` is who reads.
    """

    id = serializers.SerializerMethodField()
    url = serializers.SerializerMethodField()
    state = serializers.SerializerMethodField()
    entry = serializers.UUIDField(source="entry_uid", read_only=True, format="hex_verbose", default=None)

    @extend_schema_field(OpenApiTypes.STR)
    def get_id(self, obj: models.Model) -> Any:
        """The key in addresses."""
        return addresses.id_of(obj)

    @extend_schema_field(OpenApiTypes.URI_REF)
    def get_url(self, obj: models.Model) -> str:
        """Where the object is."""
        return addresses.object_url(obj, self.context.get("noun"))

    def get_state(self, obj: models.Model) -> str:
        """The state, "" where the noun has none."""
        return str(getattr(obj, "state", ""))

    def hides(self, obj: Any, actor: Actor) -> Collection[str]:
        """Fields to leave out for this actor."""
        return ()

    def get_field_names(self, declared_fields: Any, info: Any) -> list[str]:
        """`ALWAYS` first, then the declared ones."""
        named = super().get_field_names(declared_fields, info)
        always = [name for name in ALWAYS if name in declared_fields]
        return [*always, *(name for name in named if name not in ALWAYS)]

    def get_fields(self) -> dict[str, serializers.Field]:
        """Those asked for by `fields=`, or all."""
        fields = super().get_fields()
        wanted = self.context.get("fields")
        return {
            name: field
            for name, field in fields.items()
            if not wanted or name in wanted or name in ("id", "url")
        }

    def to_representation(self, instance: Any) -> dict[str, Any]:
        """The fields without those hidden from the reader, which are not even computed."""
        hidden = self.hides(instance, self.context.get("actor") or Actor.anonymous())
        shown = [field for field in self._readable_fields if field.field_name not in hidden]
        return {field.field_name: represent(field, instance) for field in shown}


def represent(field: serializers.Field, instance: Any) -> Any:
    """One field of one object; None stays None."""
    try:
        value = field.get_attribute(instance)
    except serializers.SkipField:
        return None
    return None if value is None else field.to_representation(value)
