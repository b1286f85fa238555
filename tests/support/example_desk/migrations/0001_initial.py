import uuid

import django.db.models.deletion
from django.db import migrations, models

from heedline.database import sql_files
from heedline.reports.record_kinds import moves_of
from tests.support.example_desk import visits

_DESK = "tests.support.example_desk"


class Migration(migrations.Migration):
    initial = True
    dependencies = [("database", "0001_initial"), ("reports", "0001_initial")]
    operations = [
        migrations.CreateModel(
            name="FurtherCheck",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("container", models.UUIDField()),
                ("due_at", models.DateTimeField()),
                ("done", models.BooleanField(default=False)),
                (
                    "report",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.DB_CASCADE,
                        related_name="+",
                        to="reports.report",
                    ),
                ),
            ],
            options={"db_table": "example_further_check"},
        ),
        migrations.RunSQL(
            sql_files.read("database/further_checks.sql", _DESK),
            sql_files.read("database/removed.sql", _DESK),
        ),
        moves_of(visits.KIND),
    ]
