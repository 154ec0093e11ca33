"""What waits for whom: the inbox, fed by the query sets the floors above registered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from ledger import vocabulary
from ledger.actor import Actor
from ledger.sessions import actor_of

MOST = 200  # tasks a page; more than that is no inbox


@dataclass(frozen=True)
class Task:
    """One case that waits for the actor."""

    noun: str
    case: models.Model
    clock: Any | None

    @property
    def due(self) -> date | None:
        return self.clock.due if self.clock else None

    @property
    def kind(self) -> str:
        machine = getattr(self.case, "machine", None)
        return machine.noun if machine else self.noun


def count_for(request: HttpRequest) -> int:
    """How many cases wait for whoever asks."""
    actor = actor_of(request)
    return sum(waiting(actor).count() for waiting in vocabulary.TASKS.values()) if actor.user else 0


def waiting_for(actor: Actor) -> Iterator[Task]:
    """The cases with their running clocks, unsorted."""
    from ledger.clocks import running_for

    for noun, waiting in vocabulary.TASKS.items():
        cases = list(waiting(actor)[:MOST])
        clocks = running_for(cases)
        yield from (Task(noun, case, clocks.get(case.pk)) for case in cases)


def inbox(request: HttpRequest) -> HttpResponse:
    """The tasks of the actor, the most urgent first."""
    found = sorted(waiting_for(actor_of(request)), key=lambda task: (task.due is None, task.due or date.max))
    return render(request, "ledger/inbox.html", {"tasks": found, "now": datetime.now})
