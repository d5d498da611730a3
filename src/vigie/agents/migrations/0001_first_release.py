"""The tables of the first release: what the migrations it replaces had come to, written at once.

A base that has them all is taken as it stands; `replaces` may go when no such base is left.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from vigie.first_release import FirstRelease


class Migration(FirstRelease):
    replaces = [
        ("agents", "0001_initial"),
        ("agents", "0002_consent"),
        ("agents", "0003_review"),
        ("agents", "0004_users"),
        ("agents", "0005_follow_review"),
        ("agents", "0006_look"),
    ]

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ConfidentialityText",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(unique=True)),
                ("body", models.TextField(verbose_name="texte")),
                ("published_at", models.DateTimeField()),
                (
                    "published_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("-version",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("body", ""), _negated=True), name="confidentiality_text_said"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Confirmation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "habilitation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="confirmations",
                        to="accounts.habilitation",
                    ),
                ),
                ("day", models.DateField()),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "ordering": ("-day",),
                "constraints": [
                    models.UniqueConstraint(fields=("habilitation", "day"), name="confirmation_once_a_day")
                ],
            },
        ),
        migrations.CreateModel(
            name="Consent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="consents",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "text",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="consents",
                        to="agents.confidentialitytext",
                    ),
                ),
                ("at", models.DateTimeField()),
            ],
            options={
                "ordering": ("-at",),
                "indexes": [models.Index(fields=["user", "text", "at"], name="consent_valid")],
            },
        ),
        migrations.CreateModel(
            name="Follow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="follows", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("siren", models.CharField(max_length=9)),
                (
                    "origin",
                    models.CharField(
                        choices=[("personal", "Suivi personnel"), ("file", "Accompagnement")],
                        default="personal",
                        max_length=10,
                    ),
                ),
                ("file_id", models.PositiveBigIntegerField(blank=True, null=True)),
                (
                    "motive",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("detection", "Lue dans une liste de détection"),
                            ("source_interne", "L’entreprise ou un de ses partenaires m’a contacté"),
                            ("source_externe", "Difficultés connues localement ou par la presse"),
                            ("autre", "Autre motif"),
                        ],
                        max_length=20,
                        verbose_name="motif",
                    ),
                ),
                ("comment", models.TextField(blank=True, verbose_name="précision")),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "ending",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("actions", "Une ou plusieurs actions ont été menées"),
                            ("aucune_action", "Aucune action n’a été menée"),
                        ],
                        max_length=20,
                        verbose_name="fin",
                    ),
                ),
                ("ending_comment", models.TextField(blank=True, verbose_name="précision sur la fin")),
                ("warned_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ("-since", "-pk"),
                "indexes": [
                    models.Index(fields=["user", "siren", "until"], name="follow_open"),
                    models.Index(fields=["siren", "until"], name="follow_firm"),
                    models.Index(fields=["file_id"], name="follow_file"),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("until__gte", models.F("since"))), name="follow_period"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("file_id__isnull", True),
                                ("origin", "personal"),
                                models.Q(("motive", ""), _negated=True),
                            ),
                            models.Q(("file_id__isnull", False), ("origin", "file")),
                            _connector="OR",
                        ),
                        name="follow_personal_has_motive",
                        violation_error_message="Dites pourquoi vous suivez cette entreprise.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True), ("origin", "personal")),
                        fields=("user", "siren"),
                        name="follow_personal_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True), ("origin", "file")),
                        fields=("user", "file_id"),
                        name="follow_file_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FollowReview",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "follow",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="review", to="agents.follow"
                    ),
                ),
                (
                    "verdict",
                    models.CharField(
                        choices=[("confirmed", "Confirmé"), ("contested", "Contesté")],
                        max_length=10,
                        verbose_name="avis",
                    ),
                ),
                ("reason", models.TextField(blank=True, verbose_name="motif")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("at", models.DateTimeField()),
            ],
            options={
                "ordering": ("-at",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("verdict", "contested"), _negated=True),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="follow_contested_says_why",
                        violation_error_message="Dites pourquoi vous contestez ce suivi.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Look",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "agent",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="looks", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("reason", models.CharField(max_length=300, verbose_name="motif")),
                ("minutes", models.PositiveSmallIntegerField(verbose_name="minutes")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "À signer"),
                            ("signed", "Signée"),
                            ("running", "En cours"),
                            ("refused", "Refusée"),
                            ("ended", "Terminée"),
                        ],
                        default="asked",
                        max_length=10,
                        verbose_name="état",
                    ),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                (
                    "signed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("signed_at", models.DateTimeField(null=True)),
                ("begun_at", models.DateTimeField(null=True)),
                ("until", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ("-asked_at", "-pk"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("minutes__gte", 5), ("minutes__lte", 30)), name="look_is_short"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("signed_by", None),
                            models.Q(("signed_by", models.F("asked_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="look_signed_by_another",
                        violation_error_message="Un autre administrateur doit signer.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "running"), _negated=True),
                            models.Q(("signed_by__isnull", False), ("until__isnull", False)),
                            _connector="OR",
                        ),
                        name="look_runs_when_signed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at__isnull", False), ("state__in", ["refused", "ended"])),
                            models.Q(
                                models.Q(("state__in", ["refused", "ended"]), _negated=True), ("ended_at__isnull", True)
                            ),
                            _connector="OR",
                        ),
                        name="look_ended_iff_final",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["asked", "signed", "running"])),
                        fields=("asked_by",),
                        name="look_one_at_a_time",
                        violation_error_message="Vous avez déjà une demande en cours.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="UsersImport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[("read", "À relire"), ("applied", "Appliqué"), ("abandoned", "Abandonné")],
                        default="read",
                        max_length=10,
                        verbose_name="état",
                    ),
                ),
                ("file_name", models.CharField(max_length=150, verbose_name="fichier")),
                ("sha256", models.CharField(max_length=64)),
                ("wanted", models.JSONField(default=list)),
                ("shown", models.JSONField(default=list)),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("read_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ("-read_at", "-pk"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at__isnull", True), ("state", "read")),
                            models.Q(models.Q(("state", "read"), _negated=True), ("ended_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="users_import_ended_iff_final",
                    )
                ],
            },
        ),
    ]
