"""The core's grants, policies, functions and triggers, on the tables of every other app.

Nothing is released yet: a change is made in the file that defines the object, and a new file is named in
`database/sql_files.py`. From the first release on both are frozen, and every change is a migration of its own
(docs/releases.md).
"""

from django.db import migrations

from heedline.database import sql_files


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("audit", "0001_initial"),
        ("desks", "0001_initial"),
        ("dispatch", "0001_initial"),
        ("intake", "0001_initial"),
        ("permits", "0001_initial"),
        ("reports", "0001_initial"),
        ("account", "0009_emailaddress_unique_primary_email"),
        ("mfa", "0003_authenticator_type_uniq"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("procrastinate", "0041_post_retry_failed_job"),
    ]
    operations = sql_files.run(sql_files.CORE, release=sql_files.FIRST)
