"""The JSON Schema (2020-12) of a command's body, made from its shape; a client can draw a form from it."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from ledger import vocabulary
from ledger.api.addresses import schema_url
from ledger.api.shapes import ClauseList, Ref, Sha256, Shape, UserField

JSON = dict[str, Any]
DIALECT = "https://json-schema.org/draft/2020-12/schema"

#: First match wins, so subclasses stand before their bases.
KINDS: tuple[tuple[type, JSON], ...] = (
    (serializers.BooleanField, {"type": "boolean"}),
    (serializers.IntegerField, {"type": "integer"}),
    (serializers.FloatField, {"type": "number"}),
    (serializers.DecimalField, {"type": "string", "pattern": r"^-?\d+(\.\d+)?$"}),
    (serializers.DateTimeField, {"type": "string", "format": "date-time"}),
    (serializers.DateField, {"type": "string", "format": "date"}),
    (serializers.TimeField, {"type": "string", "format": "time"}),
    (serializers.UUIDField, {"type": "string", "format": "uuid"}),
    (serializers.EmailField, {"type": "string", "format": "email"}),
    (serializers.URLField, {"type": "string", "format": "uri"}),
    (Sha256, {"type": "string", "pattern": "^[0-9a-fA-F]{64}$"}),
    # A file travels as one part of a multipart/form-data body.
    (serializers.FileField, {"type": "string", "contentMediaType": "application/octet-stream"}),
    (serializers.DictField, {"type": "object"}),
    (serializers.JSONField, {}),
    (Ref, {"type": ["integer", "string"]}),
    (UserField, {"type": "string"}),
    (serializers.RelatedField, {"type": ["integer", "string"]}),
    (serializers.CharField, {"type": "string"}),
)
#: Attribute of a field → keyword of the schema.
BOUNDS = (
    ("max_length", "maxLength"),
    ("min_length", "minLength"),
    ("min_value", "minimum"),
    ("max_value", "maximum"),
)
LIST_BOUNDS = (("max_length", "maxItems"), ("min_length", "minItems"))


def schema_of(name: str, shape: Shape, address: str = "") -> JSON:
    """The schema of one command's body; a shape that knows its case offers what fits the case."""
    said = {"$schema": DIALECT, "$id": address or schema_url(name)}
    return said | {"title": str(vocabulary.COMMANDS[name].label)} | of_serializer(shape)


def of_serializer(shape: serializers.Serializer) -> JSON:
    """An object that takes its own keys and no others."""
    written = {name: field for name, field in shape.fields.items() if not field.read_only}
    required = [name for name, field in written.items() if field.required]
    found: JSON = {
        "type": "object",
        "properties": {name: of_field(field) for name, field in written.items()},
        "additionalProperties": False,
    }
    return found | ({"required": required} if required else {})


def of_field(field: serializers.Field) -> JSON:
    """One field: its type, bounds and words."""
    found = words_of(field) | structure_of(field)
    return nullable(found) if field.allow_null else found


def structure_of(field: Any) -> JSON:
    """The type and bounds of a field."""
    match field:
        case serializers.ListSerializer():
            child: Any = field.child
            return {"type": "array", "items": of_serializer(child)} | bounds_of(field, LIST_BOUNDS)
        case serializers.Serializer():
            return of_serializer(field)
        case serializers.ManyRelatedField():
            return {"type": "array", "items": of_field(field.child_relation)}
        case serializers.MultipleChoiceField():
            return {"type": "array", "items": of_choices(field.choices), "uniqueItems": True}
        case ClauseList() | serializers.ListField():
            return {"type": "array", "items": of_field(field.child)} | bounds_of(field, LIST_BOUNDS)
        case serializers.ChoiceField():
            blank = {"": "–"} if field.allow_blank else {}
            return of_choices({**blank, **field.choices})
    plain = next((kind for cls, kind in KINDS if isinstance(field, cls)), {})
    found = plain | bounds_of(field, BOUNDS)
    if isinstance(field, serializers.CharField) and not field.allow_blank:
        found.setdefault("minLength", 1)
    return found


def of_choices(choices: Any) -> JSON:
    """A closed set with the words for each value; one that only the case at hand would fill is left open."""
    if not choices:
        return {"type": "string"}
    return {"oneOf": [{"const": value, "title": str(label)} for value, label in choices.items()]}


def bounds_of(field: Any, table: tuple[tuple[str, str], ...]) -> JSON:
    """Lengths and limits that are set."""
    found = {keyword: getattr(field, name, None) for name, keyword in table}
    return {keyword: value for keyword, value in found.items() if value is not None}


def words_of(field: serializers.Field) -> JSON:
    """Title, help and default."""
    found: JSON = {"title": str(field.label)} if field.label else {}
    if field.help_text:
        found["description"] = str(field.help_text)
    if isinstance(field.default, str | int | bool | list):
        found["default"] = field.default
    return found


def nullable(schema: JSON) -> JSON:
    """The same, or null."""
    kind = schema.get("type")
    if kind is None:
        return {"anyOf": [schema, {"type": "null"}]}
    return schema | {"type": [*(kind if isinstance(kind, list) else [kind]), "null"]}
