"""How the daily checks ended."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ledger', '0009_messages'),
    ]

    operations = [
        migrations.CreateModel(
            name='AuditRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('verify', 'The log by itself'), ('replay', 'The book against the log')], max_length=10)),
                ('began_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('verdict', models.CharField(blank=True, choices=[('sound', 'sound'), ('faulty', 'does not fit'), ('undecided', 'could not tell')], max_length=10)),
                ('size', models.BigIntegerField(default=0)),
                ('entries', models.BigIntegerField(default=0)),
                ('differences', models.BigIntegerField(default=0)),
                ('found', models.JSONField(default=list)),
                ('finding', models.CharField(blank=True, max_length=64)),
            ],
            options={
                'ordering': ['-pk'],
                'indexes': [models.Index(fields=['kind', '-ended_at'], name='audit_run_newest')],
            },
        ),
    ]
