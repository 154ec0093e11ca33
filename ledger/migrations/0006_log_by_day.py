"""Entries of a day are found without reading the log: a leaf begins with its time, and the table grows in its order."""

from django.db import migrations

FORWARD = "CREATE INDEX log_event_at ON log_event USING brin (substr(leaf, 8, 27)) WITH (pages_per_range = 16, autosummarize)"


class Migration(migrations.Migration):
    dependencies = [("ledger", "0005_mandates")]

    operations = [migrations.RunSQL(FORWARD, "DROP INDEX log_event_at")]
