import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0002_identity_requests"),
    ]

    operations = [
        migrations.CreateModel(
            name="CallBack",
            fields=[
                (
                    "report",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="call_back",
                        serialize=False,
                        to="reports.report",
                    ),
                ),
                ("due_at", models.DateTimeField()),
                ("missed", models.PositiveSmallIntegerField(default=0)),
                ("done", models.BooleanField(default=False)),
            ],
            options={
                "db_table": "reports_call_back",
                "indexes": [
                    models.Index(condition=models.Q(("done", False)), fields=["due_at"], name="calls_to_make")
                ],
            },
        ),
    ]
