from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_log")]

    operations = [
        migrations.CreateModel(
            name="IdempotentAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("user_id", models.BigIntegerField()),
                ("organisation_id", models.BigIntegerField()),
                ("key", models.CharField(max_length=64)),
                ("digest", models.CharField(max_length=64)),
                ("answer", models.BinaryField(null=True)),
                ("created_at", models.DateTimeField(db_index=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("user_id", "organisation_id", "key"), name="idempotent_answer_once"
                    )
                ],
            },
        ),
    ]
