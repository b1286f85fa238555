import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("desks", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Invitation",
            fields=[
                (
                    "officer",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="invitation",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("code", models.BinaryField(max_length=32, null=True)),
                ("expires_at", models.DateTimeField()),
                ("kem", models.BinaryField(null=True)),
                ("signing", models.BinaryField(null=True)),
            ],
            options={
                "db_table": "desks_invitation",
            },
        ),
        migrations.CreateModel(
            name="Proposal",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("act", models.CharField(max_length=16)),
                ("facts", models.JSONField()),
                ("statement", models.UUIDField(null=True)),
                ("issued_on", models.DateField()),
                ("made", models.BinaryField(null=True)),
                ("closed_on", models.DateField(null=True)),
                ("carried_out", models.BooleanField(default=False)),
                (
                    "closed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "desks_proposal",
            },
        ),
        migrations.CreateModel(
            name="ProviderBinding",
            fields=[
                (
                    "officer",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="provider_binding",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("account", models.BinaryField(max_length=32, unique=True)),
                ("bound_on", models.DateField()),
                ("password_until", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "desks_provider_binding",
            },
        ),
    ]
