"""The catalog floor as a Django app."""

from django.apps import AppConfig


class CatalogConfig(AppConfig):
    name = "catalog"

    def ready(self) -> None:
        from catalog import commands, events, told  # noqa: F401 - importing registers
