"""Where objects, commands, schemas and receipts are. Relative references, so that no host is built in."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models

from ledger.api import nouns

ROOT = "/api/v1/"


def collection_url(noun: nouns.Noun) -> str:
    return f"{ROOT}{noun.name}/"


def id_of(obj: models.Model) -> Any:
    """The object's key in addresses."""
    noun = nouns.noun_of(type(obj))
    return noun.id_of(obj) if noun else obj.pk


def object_url(obj: models.Model, noun: nouns.Noun | None = None) -> str:
    """The object's address, as this noun's where it shows under several; "" where its model is no noun."""
    noun = noun or nouns.noun_of(type(obj))
    return f"{ROOT}{noun.name}/{noun.id_of(obj)}/" if noun else ""


def command_url(noun: nouns.Noun, name: str, obj: models.Model | None = None) -> str:
    """Where a command is sent to: below its object, or on the collection."""
    if obj is not None:
        return f"{ROOT}{noun.name}/{noun.id_of(obj)}/{name}/"
    return collection_url(noun) if name == next(iter(noun.creates)) else f"{collection_url(noun)}{name}/"


def schema_url(name: str, noun: nouns.Noun | None = None, obj: models.Model | None = None) -> str:
    """The JSON Schema of a command's body, for an object as it fits that one."""
    of = f"?of={noun.name}/{noun.id_of(obj)}" if noun is not None and obj is not None else ""
    return f"{ROOT}schemas/{name}/{of}"


def entry_url(uid: uuid.UUID) -> str:
    """Where an entry is."""
    return f"{ROOT}entries/{uid}/"


def receipt_url(uid: uuid.UUID) -> str:
    """Where the receipt of an entry is, as soon as its place is signed."""
    return f"{ROOT}receipts/{uid}/"
