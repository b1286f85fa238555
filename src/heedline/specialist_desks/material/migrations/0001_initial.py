import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from heedline.database import sql_files
from heedline.database.new_tables import at_once

_DESK = "heedline.specialist_desks.material"


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("database", "0001_initial"),
        ("desks", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ExaminerAccount",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("day", models.DateField()),
                ("minutes", models.PositiveSmallIntegerField(default=0)),
                ("since_break", models.PositiveSmallIntegerField(default=0)),
                ("last_at", models.DateTimeField(null=True)),
                ("break_until", models.DateTimeField(null=True)),
                ("last_severe", models.BooleanField(default=False)),
                ("opted_out", models.BinaryField(null=True)),
                (
                    "officer",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "material_examiner_account",
            },
        ),
        migrations.CreateModel(
            name="ExaminerDay",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "officer_id",
                        "day",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("day", models.DateField()),
                ("minutes", models.PositiveSmallIntegerField(default=0)),
                ("severe", models.PositiveSmallIntegerField(default=0)),
                (
                    "officer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "material_examiner_day",
            },
        ),
        migrations.CreateModel(
            name="MaterialItem",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("container", models.UUIDField()),
                ("state", models.CharField(default="new", max_length=12)),
                ("round", models.PositiveSmallIntegerField(default=1)),
                ("version", models.PositiveIntegerField(default=1)),
                ("found_on", models.DateField()),
                ("closed_audience", models.BooleanField(null=True)),
                ("indexed", models.UUIDField(null=True)),
                ("referral_due_at", models.DateTimeField(null=True)),
                (
                    "audience_approved_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "desk",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="desks.desk"
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "material_item",
            },
        ),
        migrations.CreateModel(
            name="Examination",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("round", models.PositiveSmallIntegerField()),
                ("place", models.CharField(max_length=8)),
                ("at", models.DateTimeField()),
                ("outcome", models.CharField(max_length=8)),
                (
                    "met",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), default=list
                    ),
                ),
                ("container", models.UUIDField(db_index=True)),
                ("evidence", models.PositiveIntegerField(default=0)),
                (
                    "officer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="examinations",
                        to="material.materialitem",
                    ),
                ),
            ],
            options={
                "db_table": "material_examination",
            },
        ),
        migrations.AddIndex(
            model_name="materialitem",
            index=models.Index(fields=["desk", "state"], name="items_by_state"),
        ),
        migrations.AddIndex(
            model_name="materialitem",
            index=models.Index(fields=["desk", "indexed"], name="items_by_index"),
        ),
        *(
            migrations.AddIndex(
                model_name="materialitem",
                index=models.Index(
                    fields=["desk", "-found_on", "id"],
                    condition=models.Q(state__in=states),
                    name=f"{name}_items_by_day",
                ),
            )
            for name, states in {
                "open": ["disputed", "examining", "new", "second"],
                "second": ["disputed", "second"],
                "unlawful": ["held", "unlawful"],
                "finished": ["gone", "lawful", "outside", "terms", "unclear"],
                "referred": ["referred"],
            }.items()
        ),
        migrations.AddConstraint(
            model_name="materialitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            "new",
                            "examining",
                            "second",
                            "disputed",
                            "unlawful",
                            "held",
                            "terms",
                            "lawful",
                            "outside",
                            "unclear",
                            "gone",
                            "referred",
                        ],
                    )
                ),
                name="a_state_of_an_item",
            ),
        ),
        migrations.AddConstraint(
            model_name="examination",
            constraint=models.UniqueConstraint(
                condition=models.Q(("place", "reversal"), _negated=True),
                fields=("item", "round", "place"),
                name="one_examination_a_place",
            ),
        ),
        migrations.AddConstraint(
            model_name="examination",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("outcome__in", ["unlawful", "held", "terms", "lawful", "outside", "unclear"]),
                    ("place__in", ["first", "second", "third", "reversal"]),
                ),
                name="an_examination_has_codes",
            ),
        ),
        migrations.CreateModel(
            name="EvidenceEntry",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("number", models.PositiveIntegerField()),
                ("container", models.UUIDField()),
                ("head", models.BinaryField(max_length=32)),
                ("stamp", models.BinaryField(null=True)),
                ("damaged", models.BooleanField(default=False)),
                ("routine", models.BooleanField(default=False)),
                ("at", models.DateTimeField()),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="evidence",
                        to="material.materialitem",
                    ),
                ),
                (
                    "officer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "material_evidence",
                "constraints": [models.UniqueConstraint(fields=("item", "number"), name="evidence_in_order")],
            },
        ),
        migrations.CreateModel(
            name="LivenessWatch",
            fields=[
                (
                    "item",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="watch",
                        serialize=False,
                        to="material.materialitem",
                    ),
                ),
                ("began_at", models.DateTimeField()),
                ("done", models.PositiveSmallIntegerField(default=0)),
                ("due_at", models.DateTimeField(null=True)),
                ("late_at", models.DateTimeField(null=True)),
                (
                    "desk",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="desks.desk"
                    ),
                ),
            ],
            options={
                "db_table": "material_liveness_watch",
                "indexes": [
                    models.Index(fields=["desk", "due_at"], name="checks_due"),
                    models.Index(
                        condition=models.Q(("late_at__isnull", False)), fields=["late_at"], name="checks_late"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HashBankPage",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("container", models.UUIDField()),
                ("entries", models.PositiveIntegerField()),
                (
                    "desk",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="desks.desk"
                    ),
                ),
            ],
            options={
                "db_table": "material_hash_bank",
            },
        ),
        migrations.CreateModel(
            name="CompanyNotice",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("reference", models.CharField(max_length=16, unique=True)),
                ("basis", models.CharField(max_length=12)),
                ("crisis", models.BooleanField(default=False)),
                ("state", models.CharField(default="draft", max_length=10)),
                ("answer", models.CharField(default="none", max_length=10)),
                ("version", models.PositiveIntegerField(default=1)),
                ("container", models.UUIDField()),
                ("approved_container", models.UUIDField(null=True)),
                ("composed_at", models.DateTimeField()),
                ("approved_at", models.DateTimeField(null=True)),
                ("sent_at", models.DateTimeField(null=True)),
                ("acknowledge_by", models.DateTimeField(null=True)),
                ("answer_by", models.DateTimeField(null=True)),
                ("acknowledged_at", models.DateTimeField(null=True)),
                ("answered_at", models.DateTimeField(null=True)),
                ("given_on", models.DateField(null=True)),
                ("evidence", models.PositiveIntegerField(default=0)),
                ("step", models.CharField(default="", max_length=12)),
                ("due_at", models.DateTimeField(null=True)),
                ("escalated", models.PositiveSmallIntegerField(default=0)),
                ("token", models.BinaryField(null=True, unique=True)),
                ("token_until", models.DateTimeField(null=True)),
                (
                    "approver",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "composer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "desk",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="desks.desk"
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notices",
                        to="material.materialitem",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "material_notice",
            },
        ),
        migrations.CreateModel(
            name="MaterialSighting",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("at", models.DateTimeField()),
                ("verdict", models.CharField(max_length=20)),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sightings",
                        to="material.materialitem",
                    ),
                ),
                (
                    "officer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "material_sighting",
            },
        ),
        migrations.CreateModel(
            name="NoticeAnswer",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("answer", models.CharField(max_length=10)),
                ("container", models.UUIDField()),
                ("at", models.DateTimeField()),
                (
                    "notice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="answers",
                        to="material.companynotice",
                    ),
                ),
                (
                    "officer",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "material_notice_answer",
            },
        ),
        migrations.CreateModel(
            name="NoticeAttempt",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("at", models.DateTimeField()),
                ("outcome", models.CharField(default="begun", max_length=10)),
                ("container", models.UUIDField(null=True)),
                (
                    "notice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attempts",
                        to="material.companynotice",
                    ),
                ),
                (
                    "officer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "material_notice_attempt",
            },
        ),
        migrations.CreateModel(
            name="ChannelTestRecord",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("company", models.CharField(max_length=40)),
                ("channel", models.PositiveSmallIntegerField()),
                ("at", models.DateTimeField()),
                ("passed", models.BooleanField()),
                (
                    "desk",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="desks.desk"
                    ),
                ),
                (
                    "officer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "material_channel_test",
                "indexes": [models.Index(fields=["desk", "company", "channel", "-at"], name="channel_tests")],
            },
        ),
        migrations.AddIndex(
            model_name="companynotice",
            index=models.Index(fields=["desk", "state", "due_at"], name="notices_by_due"),
        ),
        migrations.AddConstraint(
            model_name="companynotice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "answer__in",
                        ["none", "received", "removed", "restricted", "refused", "asks", "objects"],
                    ),
                    ("basis__in", ["voluntary", "section-3"]),
                    (
                        "state__in",
                        [
                            "draft",
                            "proposed",
                            "approved",
                            "sent",
                            "failed",
                            "closed",
                            "lapsed",
                            "withdrawn",
                            "dropped",
                        ],
                    ),
                ),
                name="a_notice_has_codes",
            ),
        ),
        migrations.AddConstraint(
            model_name="companynotice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("basis", "section-3"), _negated=True), ("token", None), _connector="OR"
                ),
                name="a_letter_has_no_page",
            ),
        ),
        migrations.AddIndex(
            model_name="materialsighting",
            index=models.Index(fields=["item", "-at"], name="sightings_by_item"),
        ),
        migrations.AddConstraint(
            model_name="materialsighting",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "verdict__in",
                        [
                            "live",
                            "removed-404",
                            "removed-tombstone",
                            "login-wall",
                            "geo-blocked",
                            "changed",
                            "moved",
                            "unreachable",
                            "blocked-us",
                            "unsure",
                        ],
                    )
                ),
                name="a_sighting_has_a_verdict",
            ),
        ),
        migrations.CreateModel(
            name="MaterialDisposal",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("item", models.UUIDField()),
                ("proposed_on", models.DateField()),
                ("decided_on", models.DateField(null=True)),
                ("done", models.BooleanField(default=False)),
                ("certificate", models.JSONField(null=True)),
                ("figures", models.UUIDField(null=True)),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "desk",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="desks.desk"
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
                "db_table": "material_disposal",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("decided_on", None)),
                        fields=("item",),
                        name="one_open_disposal_of_an_item",
                    )
                ],
            },
        ),
        *sql_files.run(
            [
                "database/items.sql",
                "database/examinations.sql",
                "database/welfare.sql",
                "database/evidence.sql",
            ],
            _DESK,
            sql_files.FIRST,
        ),
        *sql_files.run(["database/notices.sql", "database/disposal.sql"], _DESK, sql_files.FIRST),
        migrations.RunSQL(
            migrations.RunSQL.noop, sql_files.read("database/removed.sql", _DESK, sql_files.FIRST)
        ),
    ]
    operations = at_once(operations)
