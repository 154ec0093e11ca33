"""What a case's past and future look like on a page."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _

from ledger.errors import Text
from ledger.models import Mandate, Organisation
from ledger.past import Past


@dataclass(frozen=True)
class Item:
    """One thing that happened."""

    at: dt.datetime
    label: Text
    who: Text = ""
    note: Text = ""
    tone: str = "mute"
    icon: str = "circle-dot"
    uid: uuid.UUID | None = None
    index: int | None = None
    checkpoint: int | None = None
    clauses: Sequence[Text] = field(default_factory=tuple)
    marks: Sequence[Text] = field(default_factory=tuple)


#: Last word of an event → tone and icon; the first that an event's participle contains.
SIGNS = {
    "not_accepted": ("bad", "file-x"),
    "withdrawn": ("mute", "undo-2"),
    "breached": ("bad", "clock-alert"),
    "refused": ("bad", "circle-x"),
    "rejected": ("bad", "circle-x"),
    "terminated": ("bad", "octagon-x"),
    "suspended": ("warn", "circle-pause"),
    "halted": ("bad", "octagon-pause"),
    "withheld": ("warn", "eye-off"),
    "requested": ("warn", "list-checks"),
    "objection": ("warn", "scale"),
    "dispute": ("warn", "scale"),
    "accepted": ("ok", "circle-check"),
    "passed": ("ok", "circle-check"),
    "agreed": ("ok", "circle-check"),
    "coded": ("ok", "badge-check"),
    "registered": ("ok", "badge-check"),
    "verified": ("ok", "badge-check"),
    "signed": ("ok", "pen-line"),
    "delivered": ("ok", "package-check"),
    "confirmed": ("ok", "package-check"),
    "endorsed": ("info", "pen-line"),
    "submitted": ("info", "send"),
    "sent": ("info", "send"),
    "recommended": ("info", "thumbs-up"),
    "extension": ("warn", "calendar-plus"),
    "downloaded": ("info", "download"),
}
MARKS = {
    "same_hand": _("same hand"),
    "own_body": _("the body's own case"),
    "delegated": _("on a delegation"),
    "demo": _("demonstration"),
}


def sign(kind: str) -> tuple[str, str]:
    """Tone and icon of an event."""
    return next((shown for word, shown in SIGNS.items() if word in kind), ("mute", "circle-dot"))


def items(entries: Iterable[Past], *, named: bool = False) -> list[Item]:
    """Entries as a timeline, newest first. People's names show to the parties of a case only (`named`)."""
    numbered = sorted(enumerate(entries), key=lambda pair: (pair[1].at, pair[0]), reverse=True)
    past = [entry for _place, entry in numbered]
    houses = Organisation.objects.in_bulk({entry.organisation_id for entry in past if entry.organisation_id})
    letters = {entry.mandate_id for entry in past if entry.mandate_id}
    mandates = Mandate.objects.select_related("agent").in_bulk(letters) if letters else {}
    return [
        _item(
            entry, _acting(houses.get(entry.organisation_id or 0), mandates.get(entry.mandate_id or 0)), named
        )
        for entry in past
    ]


def _acting(house: Organisation | None, mandate: Mandate | None) -> Text:
    """The organisation acted for, and its agent if one did."""
    if house is None or mandate is None:
        return house.name if house else ""
    return _("%(agent)s for %(principal)s") % {"agent": mandate.agent.name, "principal": house.name}


def _item(entry: Past, house: Text, named: bool) -> Item:
    robot = _("the system") if entry.pseudonym == "robot" else ""
    who = [str(part) for part in (robot, entry.actor if named else "", house) if part]
    tone, icon = sign(entry.kind)
    return Item(
        at=entry.at,
        label=entry.label,
        who=" · ".join(who),
        tone=tone,
        icon=icon,
        uid=entry.uid,
        index=entry.index,
        checkpoint=entry.checkpoint,
        clauses=entry.clauses,
        marks=[MARKS.get(mark, mark) for mark in entry.marks],
    )


@dataclass(frozen=True)
class Step:
    """One station of a case: past, now, next or failed."""

    label: Text
    phase: str
    note: Text = ""


def stations(path: Sequence[tuple[str, Text]], current: str, *, failed: bool = False) -> list[Step]:
    """The stations of a path with `current` marked; all are past when it is the last one and well ended."""
    place = [name for name, _label in path].index(current)
    ended = place == len(path) - 1 and not failed
    return [Step(label, phase(i, place, ended=ended, failed=failed)) for i, (_name, label) in enumerate(path)]


def phase(station: int, place: int, *, ended: bool, failed: bool) -> str:
    """Where one station lies."""
    if station < place or ended:
        return "past"
    if station > place:
        return "next"
    return "failed" if failed else "now"
