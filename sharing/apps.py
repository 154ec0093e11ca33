"""The sharing floor as a Django app."""

from django.apps import AppConfig


class SharingConfig(AppConfig):
    name = "sharing"

    def ready(self) -> None:
        from sharing import commands, events  # noqa: F401 - importing registers
