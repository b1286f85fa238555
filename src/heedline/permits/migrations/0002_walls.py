"""The walls: grants, row-level security, the door's and the clockwork's functions, the log that only grows.

The SQL stands in `permits/walls/`, one file an idea, in order. It is not reversible: going back would leave the tables
without walls. To undo it, restore a backup.
"""

from importlib.resources import files

from django.db import migrations


def _wall(name: str) -> migrations.RunSQL:
    return migrations.RunSQL(files("heedline.permits").joinpath("walls", name).read_text(encoding="utf-8"))


class Migration(migrations.Migration):
    dependencies = [
        ("permits", "0001_initial"),
        ("audit", "0001_initial"),
        ("desks", "0001_initial"),
        ("dispatch", "0001_initial"),
        ("intake", "0001_initial"),
        ("reports", "0001_initial"),
        ("account", "0009_emailaddress_unique_primary_email"),
        ("mfa", "0003_authenticator_type_uniq"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("procrastinate", "0041_post_retry_failed_job"),
    ]
    operations = [
        _wall("01_roles.sql"),
        _wall("02_rows.sql"),
        _wall("03_door.sql"),
        _wall("04_clockwork.sql"),
        _wall("05_log.sql"),
        _wall("06_owners.sql"),
    ]
