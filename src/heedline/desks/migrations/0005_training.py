import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("desks", "0004_own_terms"),
    ]

    operations = [
        migrations.CreateModel(
            name="CompletedTraining",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("training", models.CharField(max_length=40)),
                ("completed_on", models.DateField()),
                ("recorded_on", models.DateField()),
                ("withdrawn_on", models.DateField(null=True)),
                (
                    "officer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="trainings",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "withdrawn_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "desks_completed_training",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("withdrawn_on", None)),
                        fields=("officer", "training", "completed_on"),
                        name="one_training_a_day",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("recorded_by", models.F("officer")), _negated=True),
                        name="nobody_records_themselves",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("completed_on__lte", models.F("recorded_on"))),
                        name="completed_before_recorded",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("withdrawn_by", None), ("withdrawn_on", None)),
                            models.Q(("withdrawn_by__isnull", False), ("withdrawn_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="withdrawn_whole",
                    ),
                ],
            },
        ),
    ]
