"""A person's password. That it is theirs to change – old one or one-time link – is proved at the door."""

from __future__ import annotations

from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import ValidationError
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
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


@command("person.reset_opened", _("Open the way to a new password"))
def open_reset(*, actor: Actor, user: User) -> tuple[User, str]:
    """Make a one-time link to a new password where no mail goes out; the log keeps that the operator did.

    Returns:
        The person, and the path of the link; it works once, and not for longer than a mailed one.

    Raises:
        NotPermitted: anybody but the operator asks. An organisation's administrator could otherwise take over
            an account that acts for others too.
    """
    if not actor.is_robot:
        raise NotPermitted(
            _("Only the operator may open the way to somebody's new password."), code="operator_only"
        )
    uid, token = urlsafe_base64_encode(force_bytes(user.pk)), default_token_generator.make_token(user)
    record(actor=actor, event="person.reset_opened", subject=user, rows=Rows())
    return user, f"/account/reset/{uid}/{token}/"
