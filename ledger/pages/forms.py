"""A command's shape shown as a form: from a posted page to values, and back with every fault in its place."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django import forms as django_forms
from django.db.models import Model
from django.http import HttpRequest, QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.fields import empty

from ledger.actor import Actor
from ledger.api.shapes import OrganisationField, Shape
from ledger.errors import Refusal

Text = str | Promise

# First match wins, so subclasses stand before their bases.
KINDS: tuple[tuple[type, str], ...] = (
    (serializers.ListSerializer, "rows"),
    (serializers.DictField, "map"),
    (serializers.BooleanField, "checkbox"),
    (serializers.MultipleChoiceField, "checkboxes"),
    (serializers.ManyRelatedField, "checkboxes"),
    (serializers.ChoiceField, "select"),
    (OrganisationField, "text"),
    (serializers.RelatedField, "select"),
    (serializers.DateTimeField, "datetime-local"),
    (serializers.DateField, "date"),
    (serializers.IntegerField, "number"),
    (serializers.DecimalField, "number"),
    (serializers.FloatField, "number"),
    (serializers.FileField, "file"),
    (serializers.EmailField, "email"),
    (serializers.URLField, "url"),
    (serializers.ListField, "lines"),
    (serializers.UUIDField, "text"),
    (serializers.CharField, "text"),
    (django_forms.BooleanField, "checkbox"),
    (django_forms.MultipleChoiceField, "checkboxes"),
    (django_forms.ChoiceField, "select"),
    (django_forms.FileField, "file"),
    (django_forms.DateField, "date"),
    (django_forms.IntegerField, "number"),
    (django_forms.EmailField, "email"),
    (django_forms.CharField, "text"),
)
FEW = 5  # up to so many options all stand on the page; more go into a list


@dataclass(frozen=True)
class Option:
    """One choice of a control."""

    value: str
    label: Text
    chosen: bool = False
    note: Text = ""


@dataclass(frozen=True)
class Control:
    """One field as a page shows it; templates may overrule label, help and kind."""

    name: str
    kind: str
    label: Text
    help: Text = ""
    value: Any = ""
    required: bool = False
    errors: list[Text] = field(default_factory=list)
    options: list[Option] = field(default_factory=list)
    #: of a table of inputs: one list of controls a row; of a map: one control a key
    rows: list[list[Control]] = field(default_factory=list)
    attrs: dict[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return f"f-{self.name}"

    @property
    def describedby(self) -> str:
        """Ids of help and error, in reading order."""
        parts = [f"{self.id}-help"] * bool(self.help) + [f"{self.id}-error"] * bool(self.errors)
        return " ".join(parts)


def kind_of(drawn: object) -> str:
    """The kind of control a serializer's or form's field becomes."""
    kind = next((name for cls, name in KINDS if isinstance(drawn, cls)), None)
    if kind is None:
        raise LookupError(f"no control for {type(drawn).__name__}")
    return kind


def _text_kind(drawn: Any) -> str:
    style = getattr(drawn, "style", {})
    if style.get("input_type") == "password":
        return "password"
    long = (getattr(drawn, "max_length", None) or 0) > 300
    return "textarea" if long or style.get("base_template", "").startswith("textarea") else "text"


def _choices(drawn: Any) -> Iterator[tuple[str, Text]]:
    if hasattr(drawn, "iter_options"):
        for option in drawn.iter_options():
            if not hasattr(option, "value"):
                continue
            yield str(option.value), option.display_text
    else:
        for value, label in drawn.choices:
            yield str(value), label


def _options(drawn: Any, kind: str, value: Any) -> list[Option]:
    if kind not in ("select", "checkboxes", "radios"):
        return []
    several = isinstance(value, list | tuple | set | frozenset)
    chosen = {str(one) for one in value} if several else {"" if value is None else str(value)}
    found = [Option(one, label, one in chosen) for one, label in _choices(drawn) if one or kind == "select"]
    return found + _beyond(drawn, chosen - {option.value for option in found})


def _beyond(drawn: Any, values: set[str]) -> list[Option]:
    """Chosen objects of a long list that its first options do not hold."""
    if not isinstance(drawn, serializers.PrimaryKeyRelatedField):
        return []
    keys = [int(value) for value in values if value.isdigit() and len(value) < 19]
    return (
        [Option(str(obj.pk), str(obj), True) for obj in drawn.get_queryset().filter(pk__in=keys)]  # type: ignore[union-attr]
        if keys
        else []
    )


def _attrs(drawn: Any, kind: str) -> dict[str, Any]:
    found = {
        "maxlength": getattr(drawn, "max_length", None),
        "min": getattr(drawn, "min_value", None),
        "max": getattr(drawn, "max_value", None),
    }
    found |= getattr(drawn, "style", {}).get("attrs", {})
    if kind not in ("text", "textarea", "password", "email", "url"):
        found.pop("maxlength")
    return {name: value for name, value in found.items() if value is not None}


def control(name: str, drawn: Any, value: Any, errors: list[Text]) -> Control:
    """Turn a field with its value and faults into a control."""
    kind = kind_of(drawn)
    if kind == "text":
        kind = _text_kind(drawn)
    if value in (None, "") and getattr(drawn, "default", empty) is not empty:
        value = drawn.default
    options = _options(drawn, kind, value)
    required = drawn.required and not getattr(drawn, "allow_blank", False)
    if kind == "select" and required and len(options) <= FEW:
        kind, options = "radios", [option for option in options if option.value]
    if kind == "select" and not any(option.chosen or not option.value for option in options):
        options = [Option("", "–", True), *options]  # nobody's data is opened by a choice they did not make
    if kind == "lines" and isinstance(value, list | tuple):
        value = "\n".join(map(str, value))
    rows = _inner_rows(name, drawn, value) if kind == "rows" else []
    rows = [_inner_map(name, drawn, value)] if kind == "map" else rows
    return Control(
        name=name,
        kind=kind,
        label=drawn.label or name,
        help=drawn.help_text or "",
        value="" if value is None or kind in ("password", "file") else value,
        required=bool(required) and kind != "checkbox",
        errors=errors,
        options=options,
        rows=rows,
        attrs=_attrs(drawn, kind),
    )


SPARE = 3  # empty rows below the filled ones


def _inner_rows(name: str, drawn: Any, value: Any) -> list[list[Control]]:
    """The controls of a table of inputs; none of them is required by itself, an empty row says nothing."""
    filled = [row for row in value or [] if isinstance(row, Mapping)]
    return [
        [
            replace(
                control(f"{name}[{number}]{column}", inner, row.get(column, ""), []), required=False, attrs={}
            )
            for column, inner in drawn.child.fields.items()
        ]
        for number, row in enumerate([*filled, *({} for _spare in range(SPARE))])
    ]


def _inner_map(name: str, drawn: Any, value: Any) -> list[Control]:
    """One list of choices for each key a map may have; the keys stand in the field's style."""
    keys, values = drawn.style.get("keys", ()), value if isinstance(value, Mapping) else {}
    labels = dict(drawn.style.get("values", [(one, one) for one in getattr(drawn.child, "choices", {})]))
    return [
        Control(
            name=f"{name}.{key}",
            kind="select",
            label=label,
            options=[
                Option("", "–"),
                *(Option(one, word, values.get(key) == one) for one, word in labels.items()),
            ],
        )
        for key, label in keys
    ]


def from_django(bound: django_forms.BoundField) -> Control:
    """The control of a Django form's field (sign-in, password)."""
    drawn = control(bound.html_name, bound.field, bound.value(), [*bound.errors])
    attrs = drawn.attrs | {
        name: value
        for name, value in bound.field.widget.attrs.items()
        if name in ("autocomplete", "autofocus")
    }
    kind = "password" if getattr(bound.field.widget, "input_type", "") == "password" else drawn.kind
    value = "" if kind == "password" else drawn.value
    return Control(**{**vars(drawn), "label": bound.label, "attrs": attrs, "kind": kind, "value": value})


def posted(request: HttpRequest, fields: Mapping[str, Any]) -> QueryDict:
    """What was posted, as shapes expect it: files beside values, lines as a list, nested values as JSON."""
    data = request.POST.copy()
    for name, drawn in fields.items():
        kind = kind_of(drawn)
        if kind == "lines" and name in data:
            lines = [line.strip() for text in data.getlist(name) for line in text.splitlines()]
            data.setlist(name, [line for line in lines if line])
        elif kind == "rows":
            data[name] = json.dumps(_rows_in(data, name), ensure_ascii=False)
        elif kind == "map":
            data[name] = json.dumps(_map_in(data, name), ensure_ascii=False)
        elif kind in OPTIONAL_EMPTY and data.get(name) == "" and not drawn.required:
            del data[name]
    for name in request.FILES:
        data.setlist(name, request.FILES.getlist(name))  # type: ignore[arg-type]
    return data


#: Controls whose emptiness means "not said" rather than "emptied".
OPTIONAL_EMPTY = ("select", "radios", "number", "date", "datetime-local")
INDEXED = re.compile(r"^(?P<name>\w+)\[(?P<row>\d{1,4})\](?P<column>\w+)$")


def _rows_in(data: QueryDict, name: str) -> list[dict[str, str]]:
    """The filled rows of a table of inputs called `name[0]column`."""
    rows: dict[int, dict[str, str]] = {}
    for key in list(data):
        place = INDEXED.match(key)
        if place and place["name"] == name:
            value = data.pop(key)[-1].strip()
            if value:
                rows.setdefault(int(place["row"]), {})[place["column"]] = value
    return [rows[number] for number in sorted(rows)]


def _map_in(data: QueryDict, name: str) -> dict[str, str]:
    """The chosen values of a group of inputs called `name.key`."""
    chosen = {
        key.removeprefix(f"{name}."): data.pop(key)[-1] for key in list(data) if key.startswith(f"{name}.")
    }
    return {key: value for key, value in chosen.items() if value}


class PageForm:
    """A command's shape on a page.

    `form.values` after `is_valid()` go to the command; a Refusal goes back in by `refuse()`;
    `form["title"]`, in templates `form.title`, is a Control for the `{% field %}` tag.
    """

    def __init__(
        self,
        shape: type[Shape],
        request: HttpRequest,
        actor: Actor,
        obj: Model | None = None,
        initial: Mapping[str, Any] | None = None,
    ) -> None:
        self.is_bound = request.method == "POST"
        self.refusal: Refusal | None = None
        self._faults: dict[str, list[Text]] = {}
        context = {"actor": actor, "object": obj}
        self.shape = shape(context=context)
        self.initial = {**shape.prefill(obj, actor), **(initial or {})}
        if self.is_bound:
            self.shape = shape(data=posted(request, self.shape.fields), context=context)

    def is_valid(self) -> bool:
        """Whether the shape is right; the faults then stand at their fields."""
        if not self.is_bound:
            return False
        good = bool(self.shape.is_valid())
        for name, messages in self.shape.errors.items():
            self._faults.setdefault(str(name), []).extend(_flat(messages))
        return good

    @property
    def values(self) -> dict[str, Any]:
        """The keyword arguments of the command, once valid."""
        return self.shape.arguments

    @property
    def serializer(self) -> Shape:
        """The shape as the framework knows it."""
        return self.shape

    def refuse(self, refusal: Refusal) -> None:
        """Take a command's refusal: faults with a pointer to a field stand there, the rest on top."""
        self.refusal = refusal
        for fault in refusal.errors:
            name = fault.pointer.strip("/").split("/")[0]
            if name in self.shape.fields:
                self._faults.setdefault(name, []).append(fault.message)

    @property
    def status(self) -> int:
        """The HTTP status the page answers with."""
        if self.refusal:
            return self.refusal.status
        return 400 if self._faults else 200

    def _value(self, name: str) -> Any:
        drawn, kind = self.shape.fields[name], kind_of(self.shape.fields[name])
        if not self.is_bound:
            value = self.initial[name] if name in self.initial else drawn.get_initial()
            return value() if callable(value) else value
        data = self.shape.initial_data
        if kind == "checkbox":
            return data.get(name) not in (None, "", "false", "0")
        if kind in ("rows", "map"):
            return json.loads(data.get(name) or "null")
        return data.getlist(name) if kind in ("checkboxes", "lines") else data.get(name, "")

    def __getitem__(self, name: str) -> Control:
        return control(name, self.shape.fields[name], self._value(name), self._faults.get(name, []))

    def __contains__(self, name: str) -> bool:
        return name in self.shape.fields

    def __iter__(self) -> Iterator[Control]:
        hidden = serializers.HiddenField
        return (
            self[name]
            for name, drawn in self.shape.fields.items()
            if not (drawn.read_only or isinstance(drawn, hidden))
        )

    @property
    def faults(self) -> list[tuple[str, Text, Text]]:
        """All faults as (id of the control or "", label, message), for the summary on top."""
        found: list[tuple[str, Text, Text]] = []
        for name, messages in self._faults.items():
            drawn = self.shape.fields.get(name)
            place = (f"f-{name}", drawn.label or name) if drawn else ("", "")
            found += [(*place, message) for message in messages]
        if self.refusal and not found:
            found.append(("", "", self.refusal.detail))
        return found


def _flat(messages: Any) -> list[Text]:
    """The texts in DRF's nested faults, each with the place it stands at."""
    if isinstance(messages, dict):
        return [
            text if key == "non_field_errors" else f"{_place(key)}: {text}"
            for key, inner in messages.items()
            for text in _flat(inner)
        ]
    if isinstance(messages, list | tuple):
        return [text for inner in messages for text in _flat(inner)]
    return [messages]


def _place(key: Any) -> str:
    return _("item %(number)d") % {"number": key + 1} if isinstance(key, int) else str(key)
