"""What an entry is about, as far as its reader may see it."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import models

from ledger.actor import Actor
from ledger.api.nouns import Noun, all_nouns


def noun_about(name: str) -> Noun | None:
    """The noun of a kind of thing, by the name that stands in subjects; it knows who may see one."""
    return next((noun for noun in all_nouns() if noun.model._meta.model_name == name), None)


def visible_case(about: str, actor: Actor) -> models.Model | None:
    """The thing an entry is about, if this actor may see it."""
    name, _colon, key = about.partition(":")
    noun = noun_about(name)
    if noun is None or not key.isdecimal() or len(key) > 18 or has_other_key(noun):
        return None
    return noun.visible_to(actor).filter(pk=int(key)).first()


def has_other_key(noun: Noun) -> bool:
    """Whether the rows of this noun are not numbered (tokens): no entry is about one."""
    return not isinstance(noun.model._meta.pk, models.AutoField)


def visible_cases(subjects: Iterable[str], actor: Actor) -> dict[str, models.Model]:
    """Those of many subjects this actor may see, with the thing itself; one query a kind."""
    by_name: dict[str, list[int]] = {}
    for subject in subjects:
        name, _colon, key = subject.partition(":")
        if key.isdecimal():
            by_name.setdefault(name, []).append(int(key))
    seen: dict[str, models.Model] = {}
    for name, keys in by_name.items():
        noun = noun_about(name)
        if noun and not has_other_key(noun):
            seen |= {f"{name}:{case.pk}": case for case in noun.visible_to(actor).filter(pk__in=keys)}
    return seen
