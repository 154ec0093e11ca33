"""People, and what lets them act: sign-in, pseudonym, tokens."""

from __future__ import annotations

import uuid
from functools import cached_property
from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _
from knox.models import AbstractAuthToken

from ledger.models.entered import Entered


class User(AbstractUser):
    """A person. People are deactivated, never deleted; the log knows them by pseudonym only."""

    PRIVATE = {"username", "name", "email"}
    UNRECORDED = {
        "password": "a hash is no secret for ever, and signing in may renew it; that it was changed is an entry",
        "last_login": "every sign-in writes it",
        "failed_signins": "every mistyped password counts it",
        "locked_until": "follows from failed sign-ins",
    }

    # None is how Django drops an inherited field; its type allows only a field.
    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    name = models.CharField(_("name"), max_length=100, blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True)
    failed_signins = models.PositiveSmallIntegerField(default=0)
    locked_until = models.DateTimeField(null=True, blank=True)

    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def __str__(self) -> str:
        return self.name or self.username

    @cached_property
    def pseudonym_hex(self) -> str:
        """The name in the log: random, mapped in a table that can be erased."""
        pseudonym, _made = Pseudonym.objects.get_or_create(user=self)
        return pseudonym.handle.hex


class Pseudonym(models.Model):
    """Who stands behind a name in the log. Deleting the row erases the link and leaves the log whole."""

    UNRECORDED = {"*": "an entry that told the link could not be erased without its whole body"}

    user = models.OneToOneField(User, on_delete=models.CASCADE)
    handle = models.UUIDField(default=uuid.uuid4, unique=True)

    def __str__(self) -> str:
        return self.handle.hex


class AccessToken(AbstractAuthToken, Entered):
    """An API token: person + organisation + scopes + expiry, stored as a hash, shown once."""

    PRIVATE = {"name", "token_key"}

    organisation = models.ForeignKey("ledger.Organisation", null=True, blank=True, on_delete=models.PROTECT)
    name = models.CharField(_("name"), max_length=100, blank=True)
    scopes = models.JSONField(default=list)

    class Meta:
        ordering = ["-created"]
