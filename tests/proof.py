"""What the tests prove of every command: what it left in the log, that a refusal changed nothing, that a failed record
undoes all of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models

from ledger import journal
from ledger.errors import Refusal
from ledger.models import Event
from ledger.models.clocks import subject_of
from ledger.past import Past, history

FLOORS = ("ledger", "catalog", "sharing")


def last_event() -> Event:
    """The newest entry."""
    return Event.objects.order_by("-id")[0]


def events_of(obj: models.Model) -> list[str]:
    """The kinds of an object's entries, oldest first."""
    return list(Event.objects.filter(subject=subject_of(obj)).order_by("id").values_list("kind", flat=True))


def last_entry(obj: models.Model) -> Past:
    """An object's newest entry with its body."""
    return history(obj)[-1]


def tables() -> list[str]:
    """Our tables, and who is in which group."""
    ours = [model for floor in FLOORS for model in apps.get_app_config(floor).get_models()]
    return [
        *(model._meta.db_table for model in ours if model._meta.managed),
        "ledger_user_groups",
        "log_event",
    ]


def everything() -> dict[str, Any]:
    """A fingerprint of every row of every table of ours, and of the entries, in one query."""
    each = [
        f"SELECT '{name}', count(*), coalesce(sum(hashtextextended(t::text, 0)), 0) FROM {name} t"
        for name in tables()
    ]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(each))
        return {name: (count, digest) for name, count, digest in cursor.fetchall()}


@contextmanager
def nothing_changes() -> Iterator[None]:
    """Whatever happens inside leaves no trace in the database."""
    before = everything()
    yield
    after = everything()
    assert [name for name in before if before[name] != after[name]] == []


def refused(error: type[Refusal], call: Callable[..., Any], code: str = "", **arguments: Any) -> Refusal:
    """The command says no in this way and changes nothing."""
    with nothing_changes(), pytest.raises(error) as raised:
        call(**arguments)
    assert raised.type is error, f"{raised.type.__name__} {raised.value.detail}"
    assert str(raised.value.detail)
    if code:
        assert raised.value.code == code
    return raised.value


def undone(monkeypatch: pytest.MonkeyPatch, call: Callable[..., Any], **arguments: Any) -> None:
    """When the entry cannot be written, the change is not made either."""

    def broken(*_args: Any) -> None:
        raise OSError("the log cannot be written")

    with nothing_changes(), monkeypatch.context() as patch:
        patch.setattr(journal, "_write", broken)
        with pytest.raises(OSError, match="cannot be written"):
            call(**arguments)
