"""The walls: grants, row-level security, the door's and the clockwork's functions, the log that only grows.

The SQL stands in `permits/walls/`, one file an idea, run in the order of its number. It is not reversible: going back
would leave the tables without walls. To undo it, restore a backup.

Nothing is released yet: a new wall is a new file there, and a new table stands in its app's first migration. From the
first release on both are frozen, and every change is a migration of its own.
"""

from importlib.resources import files

from django.db import migrations

WALLS = sorted(
    (
        wall
        for wall in files("heedline.permits").joinpath("walls").iterdir()
        if wall.name.endswith(".sql") and wall.name < "92"  # from there on each has a migration of its own
    ),
    key=lambda wall: wall.name,
)


class Migration(migrations.Migration):
    dependencies = [
        ("permits", "0001_initial"),
        ("audit", "0001_initial"),
        ("desks", "0006_practice"),
        ("dispatch", "0001_initial"),
        ("intake", "0001_initial"),
        ("reports", "0008_disseminations"),
        ("account", "0009_emailaddress_unique_primary_email"),
        ("mfa", "0003_authenticator_type_uniq"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("procrastinate", "0041_post_retry_failed_job"),
    ]
    operations = [migrations.RunSQL(wall.read_text(encoding="utf-8")) for wall in WALLS]
