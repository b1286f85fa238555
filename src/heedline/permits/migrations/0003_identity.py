"""The walls around the release of an identity. Not reversible, like the walls before it."""

from importlib.resources import files

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("permits", "0002_walls"),
        ("reports", "0002_identity_requests"),
    ]
    operations = [
        migrations.RunSQL(
            files("heedline.permits").joinpath("walls", "07_identity.sql").read_text(encoding="utf-8")
        )
    ]
