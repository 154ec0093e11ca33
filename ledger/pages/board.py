"""What the floors above hang into the pages: colours of states, words of clocks, entries of the navigation.

Each app may have a module `<app>.pages.board` that calls the functions below; it is read on first use.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _

from ledger import vocabulary

Text = str | Promise


class Tone(StrEnum):
    """The four status colours, and none."""

    OK = "ok"
    INFO = "info"
    WARN = "warn"
    BAD = "bad"
    MUTE = "mute"


@dataclass(frozen=True)
class Look:
    """How a value shows: always a colour, an icon and a word together."""

    tone: Tone
    icon: str
    label: Text


@dataclass(frozen=True)
class ClockWords:
    """What a clock asks for, of whom, and what happens otherwise."""

    task: Text
    who: Text = ""
    otherwise: Text = ""


@dataclass(frozen=True)
class NavItem:
    """One entry of the main navigation. `count` gives what waits there; nought shows nothing."""

    name: str
    label: Text
    icon: str
    order: int
    signed_in: bool = False
    count: Callable[[HttpRequest], int] | None = None
    on_phone: bool = True
    covers: tuple[str, ...] = ()  # names of further pages that belong under it


_looks: dict[str, dict[str, tuple[Tone, str]]] = {}
_clocks: dict[str, ClockWords] = {}
_addresses: dict[str, Callable[[Any], str]] = {}
_consequences: dict[str, Text] = {}
_icons: dict[str, str] = {}
_nav: dict[str, NavItem] = {}


def register_looks(kind: str, looks: Mapping[str, tuple[str, str]]) -> None:
    """Give each value of `kind` its tone and icon; the word is the vocabulary's label of kind and value."""
    if kind in _looks:
        raise ValueError(f"looks of {kind!r} are registered twice")
    _looks[kind] = {str(value): (Tone(tone), icon) for value, (tone, icon) in looks.items()}


def register_clocks(words: Mapping[str, ClockWords]) -> None:
    """Give clocks, by rule, the words that people read."""
    _clocks.update(words)


def register_addresses(addresses: Mapping[str, Callable[[Any], str]]) -> None:
    """Say where objects have their page, by model name; parts of a case answer with the case's page."""
    _addresses.update(addresses)


def register_consequences(words: Mapping[str, Text]) -> None:
    """Say, for commands, what happens next when the button is pressed."""
    _consequences.update(words)


def register_icons(icons: Mapping[str, str]) -> None:
    """Give commands an icon."""
    _icons.update(icons)


def register_nav(*items: NavItem) -> None:
    """Add entries to the main navigation; `name` is the address's name."""
    _nav.update({item.name: item for item in items})


@cache
def _load() -> None:
    autodiscover_modules("pages.board")


def looks() -> Mapping[str, Mapping[str, tuple[Tone, str]]]:
    """All kinds with their values."""
    _load()
    return _looks


def look(kind: str, value: object) -> Look:
    """The look of one value; what nobody registered shows plainly, as its own word."""
    tone, icon = looks().get(kind, {}).get(str(value), (Tone.MUTE, "circle-dot"))
    return Look(tone, icon, vocabulary.label(kind, str(value)))


def clock_words(rule: str) -> ClockWords:
    """The words of a clock; an unregistered rule shows its own name."""
    _load()
    return _clocks.get(rule) or ClockWords(task=rule)


def address(obj: Model) -> str:
    """Where the page of an object is; "" if it has none."""
    _load()
    found = _addresses.get(obj._meta.model_name or "")
    return found(obj) if found else ""


def consequence(command: str) -> Text:
    """What happens next when a command is given; "" where its name says it."""
    _load()
    return _consequences.get(command, "")


def icons() -> Mapping[str, str]:
    """Command → icon."""
    _load()
    return _icons


def nav(request: HttpRequest) -> list[NavItem]:
    """The navigation for this visitor, in order."""
    _load()
    items = [item for item in _nav.values() if request.user.is_authenticated or not item.signed_in]
    return sorted(items, key=lambda item: item.order)


register_nav(
    NavItem(
        "log-page",
        _("Log"),
        "scroll-text",
        50,
        covers=("entry-page", "checkpoints", "witnesses", "check-receipt", "erasure"),
    ),
    NavItem("api:docs", _("API docs"), "braces", 60, on_phone=False),
)
register_addresses(
    {
        "organisation": lambda found: reverse("organisation", args=[found.pk]),
        "membership": lambda found: reverse("organisation", args=[found.organisation_id]),
        "invitation": lambda found: reverse("organisation", args=[found.organisation_id]),
        "mandate": lambda found: reverse("mandate", args=[found.pk]),
        "erasure": lambda found: reverse("erasure", args=[found.pk]),
        "delegation": lambda found: reverse("organisation", args=[found.organisation_id]),
        "accesstoken": lambda found: reverse("account"),
        "user": lambda found: reverse("account"),
    }
)
register_icons(
    {
        "verify_organisation": "badge-check",
        "describe_organisation": "pen-line",
        "invite_member": "user-plus",
        "grant_role": "user-check",
        "withdraw_role": "user-minus",
        "delegate": "calendar-clock",
        "withdraw_delegation": "calendar-x",
        "hand_over_work": "arrow-right-left",
        "give_mandate": "stamp",
        "accept_mandate": "circle-check",
        "decline_mandate": "circle-x",
        "withdraw_mandate": "undo-2",
        "resign_mandate": "log-out",
        "ask_erasure": "eraser",
        "carry_out_erasure": "eraser",
        "decline_erasure": "circle-x",
        "issue_token": "key-round",
        "withdraw_token": "trash-2",
    }
)
register_consequences(
    {
        "verify_organisation": _(
            "You confirm that it is who it says. Verified organisations see what is shared with their circle."
        ),
        "describe_organisation": _("A new name, kind, identifier or region has to be verified again."),
        "invite_member": _("You get an address to hand over; it works once, for 14 days."),
        "delegate": _(
            "A colleague holds your roles from the first to the last day; then they end by themselves."
        ),
        "hand_over_work": _("All open cases of the one who leaves go to the one who takes over."),
        "give_mandate": _(
            "Its agents act for you in the roles you entrust, from the first to the last day, once it accepts. "
            "Every act names the letter; you can withdraw it at any time."
        ),
        "accept_mandate": _(
            "Whoever holds the role of agent in your organisation may act for the principal."
        ),
        "withdraw_mandate": _("From now on its agents cannot act for you. What they did stands."),
        "resign_mandate": _("From now on your agents cannot act for the principal."),
        "ask_erasure": _("A second officer of your body decides. Until then nothing is shredded."),
        "carry_out_erasure": _(
            "What the entry said is shredded for ever, here and in the case. The entry itself stays, and the log verifies."
        ),
        "decline_erasure": _("The words stay, with your reason."),
        "issue_token": _("The secret is shown once. Withdraw the token as soon as it is no longer needed."),
        "withdraw_token": _("Programs that use it are refused from now on."),
    }
)
register_looks(
    "audit",
    {
        "sound": ("ok", "shield-check"),
        "faulty": ("bad", "octagon-alert"),
        "undecided": ("warn", "circle-question-mark"),
    },
)
register_looks(
    "difference",
    {"changed": ("bad", "pencil"), "missing": ("bad", "trash-2"), "unknown": ("bad", "plus")},
)
register_looks("organisation", {"verified": ("ok", "badge-check"), "unverified": ("warn", "circle-dashed")})
register_looks(
    "mandate",
    {
        "offered": ("info", "send"),
        "accepted": ("ok", "stamp"),
        "declined": ("bad", "circle-x"),
        "withdrawn": ("mute", "undo-2"),
        "resigned": ("mute", "log-out"),
    },
)
register_looks(
    "erasure",
    {"asked": ("info", "hourglass"), "done": ("mute", "eraser"), "declined": ("bad", "circle-x")},
)
register_looks(
    "clock",
    {
        "running": ("info", "clock"),
        "soon": ("warn", "clock-alert"),
        "paused": ("mute", "circle-pause"),
        "overdue": ("bad", "triangle-alert"),
        "met": ("ok", "circle-check"),
        "breached": ("bad", "circle-x"),
        "cancelled": ("mute", "circle-minus"),
    },
)
vocabulary.register_labels(
    "clock",
    {
        "running": _("running"),
        "soon": _("due soon"),
        "paused": _("paused"),
        "overdue": _("overdue"),
        "met": _("met"),
        "breached": _("missed"),
        "cancelled": _("no longer needed"),
    }.items(),
)
