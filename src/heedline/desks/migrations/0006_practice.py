import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("desks", "0005_training"),
    ]

    operations = [
        migrations.CreateModel(
            name="Exercise",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("scenario", models.CharField(max_length=40)),
                ("stage", models.CharField(default="waiting", max_length=10)),
                ("version", models.PositiveIntegerField(default=1)),
                ("priority", models.CharField(blank=True, max_length=10)),
                ("danger", models.BooleanField(null=True)),
                ("outcome", models.CharField(blank=True, max_length=40)),
                ("began_on", models.DateField()),
                ("ended_on", models.DateField(null=True)),
                ("sealed", models.BinaryField(default=b"")),
                (
                    "officer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="exercises",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "desks_exercise",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_on__isnull", False), ("stage", "closed")),
                            models.Q(models.Q(("stage", "closed"), _negated=True), ("ended_on", None)),
                            _connector="OR",
                        ),
                        name="exercise_ends_closed",
                    )
                ],
            },
        ),
    ]
