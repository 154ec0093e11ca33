"""What waits for me, by due date: the query sets the floors registered, each case with its running clock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from ledger import vocabulary
from ledger.actor import Actor
from ledger.api.nouns import noun_named
from ledger.models import Clock
from ledger.models.clocks import subject_of
from ledger.pages import board
from ledger.sessions import actor_of

#: Tasks of a kind on the page; more than that is no inbox.
MOST = 200


@dataclass(frozen=True)
class Task:
    """One case that waits for the actor."""

    case: Any
    clock: Clock | None

    @property
    def due(self) -> dt.date:
        return self.clock.due if self.clock else dt.date.max

    @property
    def kind(self) -> str:
        """The machine's noun, for the badge of the state."""
        return self.case.machine.noun

    @property
    def what(self) -> str:
        return str(self.case._meta.verbose_name)

    @property
    def href(self) -> str:
        return board.address(self.case)


def waiting(actor: Actor) -> dict[str, models.QuerySet[Any]]:
    """Noun → the cases whose next hand is this actor's."""
    if actor.organisation_id is None:
        return {}
    return {noun: waiting_for(actor) for noun, waiting_for in vocabulary.TASKS.items()}


def count(request: HttpRequest) -> int:
    """How much waits, for the navigation."""
    return sum(found.count() for found in waiting(actor_of(request)).values())


def tasks(actor: Actor) -> Iterator[Task]:
    """Every waiting case with the clock that runs out first."""
    for name, found in waiting(actor).items():
        noun = noun_named(name)
        cases = list((noun.rows(found, actor) if noun else found).order_by("pk")[:MOST])
        subjects = {subject_of(case): case.pk for case in cases}
        running = Clock.objects.running().filter(subject__in=subjects).order_by("-due")
        clocks = {subjects[clock.subject]: clock for clock in running}
        yield from (Task(case, clocks.get(case.pk)) for case in cases)


def inbox(request: HttpRequest) -> HttpResponse:
    """The tasks, the most urgent first."""
    found = sorted(tasks(actor_of(request)), key=lambda task: (task.due, task.kind, task.case.pk))
    return render(request, "ledger/inbox.html", {"tasks": found})
