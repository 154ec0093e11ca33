"""Buttons: what may be done now, as a page shows it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ledger import vocabulary
from ledger.errors import Text


@dataclass(frozen=True)
class Deed:
    """One button. A command without further questions is posted at once, others have a page with a form."""

    name: str
    label: Text
    href: str
    icon: str = ""
    primary: bool = False
    grave: bool = False
    is_post: bool = False
    values: tuple[tuple[str, str], ...] = ()


#: Commands that end or refuse something: shown last, in the colour of danger.
GRAVE_VERBS = (
    "refuse",
    "decline",
    "withdraw",
    "terminate",
    "suspend",
    "halt",
    "reject",
    "remove",
    "revoke",
    "withhold",
)


def deeds(
    names: Iterable[str],
    base: str,
    *,
    at_once: Iterable[str] = (),
    icons: Mapping[str, str] | None = None,
    primary: Iterable[str] = (),
) -> list[Deed]:
    """Turn open commands into buttons at `<base><command>/`.

    Args:
        names: open commands in the table's order.
        base: address of the case, ending in a slash.
        at_once: commands posted without a form.
        icons: command → icon.
        primary: the one to shine, by falling preference.
    """
    found = list(names)
    shining = next((name for name in primary if name in found), None)
    at_once = set(at_once)
    return [
        Deed(
            name=name,
            label=vocabulary.COMMANDS[name].label,
            href=f"{base}{name.replace('_', '-')}/",
            icon=(icons or {}).get(name, ""),
            primary=name == shining,
            grave=name.split("_")[0] in GRAVE_VERBS,
            is_post=name in at_once,
        )
        for name in found
    ]
