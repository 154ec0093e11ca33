"""Sign-in with a password: after a few failures an account rests for a while, whatever is typed."""

from __future__ import annotations

import datetime as dt
import logging
from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.db.models import F
from django.http import HttpRequest

from ledger.clock import now
from ledger.models import User

FAILURES = 5
REST = dt.timedelta(minutes=15)
security = logging.getLogger("ledger.security")


class LockoutBackend(ModelBackend):
    """Django's password check behind a small lockout per account."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> User | None:
        known = User.objects.filter(username=username).first()
        if known and known.locked_until and known.locked_until > now():
            User().set_password(password or "")  # takes as long as a real check
            security.info("sign-in refused: account rests")
            return None
        user = super().authenticate(request, username, password, **kwargs)
        if known:
            self._count(known, failed=user is None)
        return user

    def _count(self, known: User, *, failed: bool) -> None:
        """One statement each, so that parallel guesses are all counted."""
        mine = User.objects.filter(pk=known.pk)
        if not failed:
            mine.filter(failed_signins__gt=0).update(failed_signins=0, locked_until=None)
            return
        mine.update(failed_signins=F("failed_signins") + 1)
        if mine.filter(failed_signins__gte=FAILURES).update(failed_signins=0, locked_until=now() + REST):
            security.warning("sign-in: an account rests for %s", REST)
