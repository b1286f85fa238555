from django.db import migrations

from heedline.reports.record_kinds import moves_of
from heedline.specialist_desks.safeguarding.kind import CHECK_KIND, KIND, SESSION_KIND


class Migration(migrations.Migration):
    initial = True
    dependencies = [("database", "0001_initial"), ("reports", "0001_initial")]
    operations = [moves_of(KIND), moves_of(CHECK_KIND), moves_of(SESSION_KIND)]
