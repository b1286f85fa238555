import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("desks", "0001_initial"),
        ("reports", "0003_call_back"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Sweep",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("at", models.DateTimeField()),
                ("until", models.DateTimeField()),
                ("outcome", models.CharField(max_length=40)),
                ("closed", models.PositiveIntegerField()),
                ("left_out", models.JSONField(default=dict)),
                ("undone_at", models.DateTimeField(null=True)),
                ("not_restored", models.JSONField(default=dict)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "desk",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="desks.desk"
                    ),
                ),
                (
                    "undone_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "reports_sweep",
                "indexes": [models.Index(fields=["desk", "until"], name="sweeps_of_desk")],
            },
        ),
        migrations.CreateModel(
            name="Swept",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("version", models.PositiveIntegerField()),
                ("slot", models.DateTimeField(null=True)),
                ("due_at", models.DateTimeField()),
                ("status", models.CharField(max_length=40)),
                (
                    "report",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="reports.report"
                    ),
                ),
                (
                    "sweep",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="swept",
                        to="reports.sweep",
                    ),
                ),
            ],
            options={
                "db_table": "reports_swept",
                "constraints": [
                    models.UniqueConstraint(fields=("sweep", "report"), name="swept_once"),
                ],
            },
        ),
    ]
