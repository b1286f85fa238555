"""The room that drafts may take, and their settling apart from that of reports: `permits/walls/92_drafts.sql`."""

from importlib.resources import files

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("permits", "0002_walls"), ("intake", "0002_settled_drafts")]
    operations = [
        migrations.RunSQL(
            files("heedline.permits").joinpath("walls/92_drafts.sql").read_text(encoding="utf-8")
        )
    ]
