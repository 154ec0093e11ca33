"""What every test stands on: a PostgreSQL of its own, a scratch folder for var/, compiled messages."""

import os
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections

from ledger import postgres, translations
from tests.cast import cast, module_rows, town  # noqa: F401 - fixtures
from tests.chromium import find_chromium
from tests.log_tables import log_left_empty  # noqa: F401 - every test that commits needs it
from tests.visits import pytest_sessionfinish, pytest_terminal_summary, pytest_testnodedown  # noqa: F401 - hooks

# pytest-django has read the settings by now, but nothing is connected and no file is written yet.
postgres.ensure(settings.VAR, test=True)
found = postgres.database_settings(os.environ, settings.VAR, settings.ROOT, test=True)
configured = connections["default"].settings_dict
configured.update(found | {"CONN_MAX_AGE": 0, "TEST": {**configured["TEST"], **found["TEST"]}})
translations.compile_stale()

SCRATCH = Path(tempfile.mkdtemp(prefix="ledger-test-"))
settings.VAR, settings.FILES_ROOT = SCRATCH, SCRATCH / "files"
# Pages name static files plainly: their digests exist only after `collectstatic`.
settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
# Slow hashes protect people's passwords; here they would only slow the tests.
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def pytest_unconfigure() -> None:
    shutil.rmtree(SCRATCH, ignore_errors=True)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the browser tests where there is no browser; the header says so."""
    if find_chromium() is None:
        left_out = [item for item in items if item.get_closest_marker("browser")]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


def pytest_report_header() -> Iterable[str]:
    chromium = find_chromium()
    return [f"browser: {chromium}" if chromium else "browser: none found, the browser tests are left out"]
