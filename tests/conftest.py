"""What every test stands on: a PostgreSQL of its own, careless and fast, and compiled messages."""

import os
from collections.abc import Iterable

import pytest
from django.conf import settings
from django.db import connections

from ledger import postgres, translations
from tests.chromium import find_chromium

# pytest-django has read the settings by now, but nothing is connected yet.
postgres.ensure(settings.VAR, test=True)
connections["default"].settings_dict.update(
    postgres.database_settings(os.environ, settings.VAR, settings.ROOT, test=True) | {"CONN_MAX_AGE": 0}
)
translations.compile_stale()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the browser tests where there is no browser; the header says so."""
    if find_chromium() is None:
        left_out = [item for item in items if item.get_closest_marker("browser")]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


def pytest_report_header() -> Iterable[str]:
    chromium = find_chromium()
    return [f"browser: {chromium}" if chromium else "browser: none found, the browser tests are left out"]
