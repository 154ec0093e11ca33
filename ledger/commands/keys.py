"""The log's keys: the operator changes them, and the log says so under the keys that signed until then."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext_lazy as _

from ledger import keys
from ledger.actor import Actor
from ledger.command import command
from ledger.errors import NotPermitted, WrongState
from ledger.journal import record
from ledger.models import Head
from ledger.rows import Rows


@command("log.key_added", _("Add a key of the log"))
def add_key(*, actor: Actor) -> keys.Keys:
    """Let a further key sign every checkpoint, beside those that do.

    Raises:
        NotPermitted: anybody but the operator asks.
        WrongState: the keys come from the environment.
    """
    return changed(actor, "log.key_added", keys.added)


@command("log.key_retired", _("Retire a key of the log"))
def retire_key(*, actor: Actor, number: str) -> keys.Keys:
    """Let a key sign no more; what it signed stays signed.

    Args:
        number: the key's number in hex.

    Raises:
        NotPermitted: anybody but the operator asks.
        WrongState: there is no such key, it is the only one, or the keys come from the environment.
    """
    return changed(actor, "log.key_retired", lambda known: keys.without(known, number))


def changed(actor: Actor, event: str, change: Callable[[keys.Keys], keys.Keys]) -> keys.Keys:
    """Record first, store last: keys that the log knows nothing of never sign."""
    if not actor.is_robot:
        raise NotPermitted(_("Only the operator changes the keys of the log."), code="operator_only")
    head, rows = Head.objects.get(), Rows()
    try:
        wanted = change(keys.load())
        rows.facts[f"head/{head.pk}"] = {
            "signing": [str(key) for key in wanted.signing],
            "retired": [str(key) for key in wanted.retired],
        }
        record(actor=actor, event=event, subject=head, rows=rows)
        keys.store(wanted)
    except keys.NotChanged as reason:
        raise WrongState(str(reason), code="keys") from reason
    return wanted
