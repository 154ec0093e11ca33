"""Cosignatures stand beside the log as append-only as the log itself; policies and watched logs are entered rows."""

from django.db import migrations, models

FORWARD = """
CREATE TABLE log_cosignature (
    size bigint NOT NULL,
    key text NOT NULL,
    line text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (size, key)
);
CREATE TABLE log_witnessed (size bigint PRIMARY KEY, at timestamptz NOT NULL);
""" + "".join(
    f"""
CREATE TRIGGER {table}_guard BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION log_refuse();
CREATE TRIGGER {table}_stays BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION log_refuse();
ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_guard;
ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_stays;
"""
    for table in ("log_cosignature", "log_witnessed")
)

class Migration(migrations.Migration):

    dependencies = [
        ('ledger', '0006_log_by_day'),
    ]

    operations = [
        migrations.RunSQL(FORWARD),
        migrations.CreateModel(
            name='Cosignature',
            fields=[
                ('pk', models.CompositePrimaryKey('size', 'key', blank=True, editable=False, primary_key=True, serialize=False)),
                ('size', models.BigIntegerField()),
                ('key', models.TextField()),
                ('line', models.TextField()),
                ('at', models.DateTimeField()),
            ],
            options={
                'db_table': 'log_cosignature',
                'managed': False,
            },
        ),
        migrations.CreateModel(
            name='Witnessed',
            fields=[
                ('size', models.BigIntegerField(primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
            ],
            options={
                'db_table': 'log_witnessed',
                'managed': False,
            },
        ),
        migrations.CreateModel(
            name='WatchedLog',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('entry_uid', models.UUIDField(db_index=True, editable=False, null=True)),
                ('origin', models.CharField(max_length=200, unique=True, verbose_name='origin')),
                ('keys', models.TextField(verbose_name='public keys')),
                ('is_watched', models.BooleanField(default=True)),
                ('size', models.BigIntegerField(default=0)),
                ('root', models.BinaryField(default=b'')),
                ('cosigned_at', models.DateTimeField(null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='WitnessContact',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.TextField(unique=True)),
                ('at', models.DateTimeField()),
                ('trouble', models.CharField(blank=True, max_length=200)),
            ],
        ),
        migrations.CreateModel(
            name='WitnessPolicy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('entry_uid', models.UUIDField(db_index=True, editable=False, null=True)),
                ('text', models.TextField(verbose_name='policy')),
                ('set_at', models.DateTimeField()),
            ],
            options={
                'abstract': False,
            },
        ),
    ]
