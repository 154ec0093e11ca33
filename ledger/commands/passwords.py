"""A person's password. That it is theirs to change – old one or one-time link – is proved at the door."""

from __future__ import annotations

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from ledger.actor import Actor
from ledger.command import command
from ledger.errors import BadShape, NotPermitted
from ledger.journal import record
from ledger.models import User
from ledger.rows import Rows


@command("person.password_changed", _("Change the password"))
def change_password(*, actor: Actor, password: str) -> User:
    """Set one's own password; the entry says that, never which.

    Raises:
        NotPermitted: nobody is signed in, or only by a token.
        BadShape: the password is too weak.
    """
    if actor.user is None or actor.scopes is not None:
        raise NotPermitted(_("Sign in first."), code="sign_in")
    user = User.objects.select_for_update().get(pk=actor.user.pk)
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise BadShape(" ".join(error.messages), code="password", pointer="/password") from error
    user.set_password(password)
    user.failed_signins, user.locked_until = 0, None
    user.save(update_fields=["password", "failed_signins", "locked_until"])
    record(actor=actor, event="person.password_changed", subject=user, rows=Rows())
    return user
