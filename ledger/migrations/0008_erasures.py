"""Erasures: asked for by one officer, decided by another."""

import django.db.models.deletion
import ledger.parties
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ledger', '0007_witnesses'),
    ]

    operations = [
        migrations.CreateModel(
            name='Erasure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('entry_uid', models.UUIDField(db_index=True, editable=False, null=True)),
                ('event_uid', models.UUIDField(verbose_name='entry')),
                ('paths', models.JSONField(default=list, verbose_name='values')),
                ('ground', models.CharField(choices=[('PIPL-47-1', 'The purpose is achieved, cannot be achieved, or no longer needs it'), ('PIPL-47-2', 'The service has ended, or the retention period is over'), ('PIPL-47-3', 'The person has withdrawn consent'), ('PIPL-47-4', 'It was handled against law, regulation or agreement'), ('PIPL-47-5', 'Another law or regulation demands it')], max_length=20, verbose_name='clause')),
                ('reason', models.TextField(verbose_name='reason')),
                ('state', models.CharField(choices=[(ledger.parties.ErasureState['ASKED'], ledger.parties.ErasureState['ASKED']), (ledger.parties.ErasureState['DONE'], ledger.parties.ErasureState['DONE']), (ledger.parties.ErasureState['DECLINED'], ledger.parties.ErasureState['DECLINED'])], default=ledger.parties.ErasureState['ASKED'], max_length=12, verbose_name='state')),
                ('asked_at', models.DateTimeField()),
                ('answer', models.TextField(blank=True, verbose_name='answer')),
                ('decided_at', models.DateTimeField(null=True)),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='erasures', to='ledger.organisation')),
            ],
            options={
                'ordering': ['-pk'],
                'indexes': [models.Index(fields=['event_uid', 'state'], name='erasure_by_entry')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', ledger.parties.ErasureState['ASKED'])), fields=('event_uid',), name='one_open_erasure')],
            },
        ),
    ]
