"""The history of keys: statements only grow, and no grant puts one person on both sides of an identity."""

from importlib.resources import files

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("permits", "0002_walls")]
    operations = [
        migrations.RunSQL(
            files("heedline.permits").joinpath("walls", "91_key_history.sql").read_text(encoding="utf-8")
        )
    ]
