from django.db import migrations

from heedline.reports.record_kinds import moves_of
from heedline.specialist_desks.protection.kinds import SITE_KIND, VISIT_KIND


class Migration(migrations.Migration):
    initial = True
    dependencies = [("database", "0001_initial"), ("reports", "0001_initial")]
    operations = [moves_of(SITE_KIND), moves_of(VISIT_KIND)]
