"""The walls around taking a report down for somebody else. Not reversible, like the walls before it."""

from importlib.resources import files

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("permits", "0003_identity")]
    operations = [
        migrations.RunSQL(
            files("heedline.permits").joinpath("walls", "08_call_taking.sql").read_text(encoding="utf-8")
        )
    ]
