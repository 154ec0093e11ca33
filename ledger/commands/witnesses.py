"""Who watches this log, and which logs this installation watches: the operator's, and said in the log."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from ledger import quorum
from ledger.actor import Actor
from ledger.clock import now
from ledger.command import command
from ledger.errors import BadShape, NotFound, NotPermitted, Text
from ledger.journal import record
from ledger.models import WatchedLog, WitnessPolicy
from ledger.note import ED25519, BadNote, Verifier
from ledger.rows import Rows


@command("log.policy_set", _("Set the policy of witnesses"))
def set_witness_policy(*, actor: Actor, text: str) -> WitnessPolicy:
    """Say which witnesses see each checkpoint, and whose cosignatures suffice.

    Args:
        text: a C2SP tlog-policy without lines of logs: the log's own keys are added where it is published.

    Raises:
        NotPermitted: anybody but the operator asks.
        BadShape: the policy is malformed; the message names the line.
    """
    demand_operator(actor)
    try:
        policy = quorum.parse(text)
    except quorum.BadPolicy as error:
        raise bad("/text", str(error)) from None
    if policy.logs:
        raise bad("/text", _("Leave the lines of logs away: this log's own keys are added."))
    if any(one.url and not one.url.startswith(("http://", "https://")) for one in policy.witnesses):
        raise bad("/text", _("A witness's address begins with http:// or https://."))
    rows = Rows()
    found = rows.create(WitnessPolicy, text=text, set_at=now())
    record(actor=actor, event="log.policy_set", subject=found, rows=rows)
    return found


@command("log.watched", _("Watch another log"))
def watch_log(*, actor: Actor, public_keys: Sequence[str]) -> WatchedLog:
    """Be a witness of another log: cosign what it shows as long as it never takes anything back.

    Args:
        public_keys: all keys that sign that log now, as its /log/log.vkey gives them; learned from the log's operator
            in person, for whoever gives them here is believed.

    Raises:
        NotPermitted: anybody but the operator asks.
        BadShape: no key, one that is malformed or a witness's, or keys of several logs.
    """
    demand_operator(actor)
    try:
        found = list(dict.fromkeys(map(Verifier.parse, public_keys)))
    except BadNote as error:
        raise bad("/public_keys", str(error)) from None
    origins = {key.name for key in found}
    if len(origins) != 1 or any(key.kind != ED25519 for key in found):
        raise bad("/public_keys", _("Give the keys of one log."))
    values = {"keys": "".join(f"{key}\n" for key in found), "is_watched": True}
    rows, (origin,) = Rows(), origins
    known = WatchedLog.objects.select_for_update().filter(origin=origin).first()
    watched = rows.update(known, **values) if known else rows.create(WatchedLog, origin=origin, **values)
    record(actor=actor, event="log.watched", subject=watched, rows=rows)
    return watched


@command("log.unwatched", _("Stop watching a log"))
def unwatch_log(*, actor: Actor, origin: str) -> WatchedLog:
    """Cosign that log no more; what was seen of it stays known.

    Raises:
        NotPermitted: anybody but the operator asks.
        NotFound: it is not watched.
    """
    demand_operator(actor)
    known = WatchedLog.objects.select_for_update().filter(origin=origin, is_watched=True).first()
    if known is None:
        raise NotFound()
    rows = Rows()
    rows.update(known, is_watched=False)
    record(actor=actor, event="log.unwatched", subject=known, rows=rows)
    return known


def demand_operator(actor: Actor) -> None:
    """Only who has the machine decides for the log itself.

    Raises:
        NotPermitted: it is somebody else.
    """
    if not actor.is_robot:
        raise NotPermitted(_("Only the operator decides who watches the log."), code="operator_only")


def bad(pointer: str, message: Text) -> BadShape:
    """A refusal of one argument."""
    return BadShape(message, code="policy", pointer=pointer)
