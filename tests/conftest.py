"""What every test stands on: a PostgreSQL of its own, careless and fast, and compiled messages."""

import os

from django.conf import settings
from django.db import connections

from ledger import postgres

# pytest-django has read the settings by now, but nothing is connected yet.
postgres.ensure(settings.VAR, test=True)
connections["default"].settings_dict.update(
    postgres.database_settings(os.environ, settings.VAR, settings.ROOT, test=True) | {"CONN_MAX_AGE": 0}
)
