"""The tables of the first release: what the migrations it replaces had come to, written at once.

A base that has them all is taken as it stands; `replaces` may go when no such base is left.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from vigie.first_release import FirstRelease

REASONS = (
    ("saisonnalite", "Activité saisonnière"),
    ("tresorerie-groupe", "Trésorerie gérée par le groupe"),
    ("deja-suivie", "Déjà suivie par ailleurs"),
    ("dette-contestee", "Dette contestée ou déjà payée"),
    ("donnees-fausses", "Données fausses ou tardives"),
    ("fermee", "Entreprise fermée ou absorbée"),
    ("evenement-passe", "Événement exceptionnel, passé"),
    ("effet-secteur", "Effet du secteur"),
    ("autre", "Autre raison"),
)


def seed(apps, schema_editor):
    reasons = apps.get_model("watchlists", "OpinionReason").objects
    for position, (code, label) in enumerate(REASONS, start=1):
        reasons.get_or_create(code=code, defaults={"label": label, "position": position})



class Migration(FirstRelease):
    replaces = [
        ("watchlists", "0001_initial"),
        ("watchlists", "0002_correction"),
        ("watchlists", "0003_delivery_of_facts"),
        ("watchlists", "0004_firm_places_and_follows"),
        ("watchlists", "0005_list_settings"),
        ("watchlists", "0006_opinions"),
        ("watchlists", "0007_reworked_lists"),
    ]

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("companies", "0001_first_release"),
    ]

    operations = [
        migrations.CreateModel(
            name="Delivery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("month", models.CharField(max_length=7, unique=True)),
                ("picture", models.CharField(max_length=64)),
                ("seen_at", models.DateTimeField()),
                ("started_at", models.DateTimeField(null=True)),
                ("started_picture", models.CharField(blank=True, max_length=64)),
                ("started_facts_only", models.BooleanField(default=False)),
                ("process_id", models.PositiveIntegerField(null=True)),
            ],
            options={
                "ordering": ("-month",),
            },
        ),
        migrations.CreateModel(
            name="FactsFolder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=14, unique=True)),
                ("fingerprint", models.CharField(max_length=64)),
                ("written_at", models.DateTimeField()),
                ("received_at", models.DateTimeField()),
                ("told", models.JSONField(default=dict)),
                ("changed", models.JSONField(default=list)),
            ],
            options={
                "ordering": ("-written_at",),
            },
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=200, unique=True)),
                ("at", models.DateTimeField()),
                ("title", models.CharField(max_length=200)),
                ("lines", models.JSONField(default=list)),
            ],
            options={
                "ordering": ("-at", "-pk"),
            },
        ),
        migrations.CreateModel(
            name="OpinionReason",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=30, unique=True, verbose_name="code")),
                ("label", models.CharField(max_length=120, verbose_name="raison")),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="rang")),
                ("archived_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ("position", "pk"),
            },
        ),
        migrations.CreateModel(
            name="Firm",
            fields=[],
            options={
                "proxy": True,
                "indexes": [],
                "constraints": [],
            },
            bases=("companies.company",),
        ),
        migrations.CreateModel(
            name="FirmPlace",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("siren", models.CharField(max_length=9)),
                ("departement", models.CharField(max_length=3)),
            ],
            options={
                "indexes": [models.Index(fields=["departement", "siren"], name="firm_place")],
                "constraints": [models.UniqueConstraint(fields=("siren", "departement"), name="firm_place_once")],
            },
        ),
        migrations.CreateModel(
            name="ListSettings",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="list_settings",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("columns", models.JSONField(default=list)),
                ("views", models.JSONField(default=list)),
                ("default_view", models.CharField(blank=True, max_length=60, verbose_name="vue par défaut")),
            ],
        ),
        migrations.CreateModel(
            name="Publication",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=12, unique=True, verbose_name="liste")),
                ("batch", models.DateField(verbose_name="mois")),
                ("number", models.PositiveSmallIntegerField(verbose_name="numéro dans le mois")),
                ("replaces", models.CharField(blank=True, max_length=12, verbose_name="remplace")),
                ("fingerprint", models.CharField(max_length=64)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("received", "Reçue"),
                            ("checked", "Contrôlée"),
                            ("open", "Ouverte"),
                            ("replaced", "Remplacée"),
                            ("withdrawn", "Retirée"),
                        ],
                        default="received",
                        max_length=10,
                        verbose_name="état",
                    ),
                ),
                ("planned_on", models.DateField(null=True, verbose_name="ouverture prévue")),
                ("received_at", models.DateTimeField()),
                ("checked_at", models.DateTimeField(null=True)),
                ("opened_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("withdrawn_reason", models.CharField(blank=True, max_length=500, verbose_name="raison du retrait")),
                ("entries_expected", models.PositiveIntegerField()),
                ("entries_loaded", models.PositiveIntegerField(default=0)),
                ("all_green", models.BooleanField(null=True)),
                ("checks", models.JSONField(default=list)),
                ("counts", models.JSONField(default=dict)),
                ("told", models.JSONField(default=dict)),
            ],
            options={
                "ordering": ("-batch", "-number"),
                "constraints": [
                    models.UniqueConstraint(fields=("batch", "number"), name="publication_number_in_month"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state", "received"),
                            models.Q(("all_green__isnull", False), ("checked_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="publication_checked_before_anything",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["open", "replaced"]), _negated=True),
                            ("opened_at__isnull", False),
                            _connector="OR",
                        ),
                        name="publication_open_has_date",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at__isnull", False), ("state__in", ["replaced", "withdrawn"])),
                            models.Q(
                                models.Q(("state__in", ["replaced", "withdrawn"]), _negated=True),
                                ("ended_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="publication_ended_iff_final",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "withdrawn"), _negated=True),
                            models.Q(("withdrawn_reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="publication_withdrawn_says_why",
                        violation_error_message="Une liste retirée dit pourquoi.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["received", "withdrawn"]),
                            ("entries_loaded", models.F("entries_expected")),
                            _connector="OR",
                        ),
                        name="publication_whole_before_checked",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "open")), fields=("batch",), name="publication_one_open_per_month"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReworkedList",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "publication",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reworked",
                        to="watchlists.publication",
                    ),
                ),
                ("departement", models.CharField(max_length=3, verbose_name="département")),
                ("name", models.CharField(max_length=80, verbose_name="nom")),
                ("rules", models.JSONField(verbose_name="règles")),
                ("quota", models.PositiveSmallIntegerField(verbose_name="nombre d’entreprises au plus")),
                (
                    "complete_to",
                    models.PositiveSmallIntegerField(default=0, verbose_name="nombre d’entreprises au moins"),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("made_at", models.DateTimeField()),
            ],
            options={
                "ordering": ("-made_at", "-pk"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("publication", "departement", "name"),
                        name="reworked_list_named_once",
                        violation_error_message="Une liste retraitée porte déjà ce nom dans ce département.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ReworkedEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "reworked",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="entries",
                        to="watchlists.reworkedlist",
                    ),
                ),
                ("siren", models.CharField(max_length=9)),
                ("kept", models.BooleanField()),
                ("reason", models.CharField(max_length=20)),
                ("dropped_by", models.JSONField(default=list)),
                ("place", models.PositiveIntegerField(null=True)),
            ],
            options={
                "ordering": (models.OrderBy(models.F("place"), nulls_last=True), "siren"),
                "constraints": [models.UniqueConstraint(fields=("reworked", "siren"), name="reworked_entry_once")],
            },
        ),
        migrations.CreateModel(
            name="Correction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=60)),
                ("version", models.PositiveSmallIntegerField(default=1)),
                ("wording", models.CharField(max_length=300, verbose_name="ce que lit l’agent")),
                ("reason", models.TextField(max_length=2000, verbose_name="raison")),
                ("decision_reference", models.CharField(max_length=200, verbose_name="référence de la décision")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("shape_edit", "Redessiner la courbe d’une donnée"),
                            ("offset", "Décaler toutes les entreprises de la portée"),
                            ("family_scale", "Donner plus ou moins de poids à une famille"),
                            ("floor", "Poser un plancher ou un plafond"),
                        ],
                        max_length=12,
                        verbose_name="type",
                    ),
                ),
                ("content", models.JSONField()),
                ("valid_from", models.DateField(verbose_name="premier mois")),
                ("valid_until", models.DateField(verbose_name="dernier mois")),
                ("replaces", models.PositiveSmallIntegerField(null=True, verbose_name="remplace la version")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Brouillon"),
                            ("proposed", "Proposé"),
                            ("approved", "Approuvé"),
                            ("expired", "Échu"),
                            ("withdrawn", "Retiré"),
                        ],
                        default="draft",
                        max_length=10,
                        verbose_name="état",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("created_at", models.DateTimeField()),
                (
                    "proposed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("proposed_at", models.DateTimeField(null=True)),
                (
                    "approved_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("approved_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_reason", models.CharField(blank=True, max_length=500, verbose_name="raison de la fin")),
                (
                    "simulation_state",
                    models.CharField(
                        choices=[
                            ("never", "pas encore"),
                            ("waiting", "en cours"),
                            ("done", "faite"),
                            ("failed", "échouée"),
                        ],
                        default="never",
                        max_length=8,
                    ),
                ),
                ("simulation_asked_at", models.DateTimeField(null=True)),
                ("simulated_at", models.DateTimeField(null=True)),
                ("simulation", models.JSONField(default=dict)),
            ],
            options={
                "ordering": ("code", "-version"),
                "constraints": [
                    models.UniqueConstraint(fields=("code", "version"), name="correction_version"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("approved_by__isnull", True),
                            models.Q(
                                models.Q(("approved_by", models.F("created_by")), _negated=True),
                                ("proposed_by__isnull", False),
                                models.Q(("approved_by", models.F("proposed_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="correction_by_two_persons",
                        violation_error_message="Une autre personne que l’auteur doit approuver.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["approved", "expired"]), _negated=True),
                            models.Q(("approved_at__isnull", False), ("approved_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="correction_approved_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("proposed_at__isnull", True), ("proposed_by__isnull", True), ("state", "draft")),
                            models.Q(
                                models.Q(("state", "draft"), _negated=True),
                                ("proposed_at__isnull", False),
                                ("proposed_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="correction_proposed_iff_no_draft",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state", "draft"), ("simulated_at__isnull", False), _connector="OR"),
                        name="correction_simulated_before_proposed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at__isnull", False), ("state__in", ["expired", "withdrawn"])),
                            models.Q(
                                models.Q(("state__in", ["expired", "withdrawn"]), _negated=True),
                                ("ended_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="correction_ended_iff_final",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "withdrawn"), _negated=True),
                            models.Q(("ended_reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="correction_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("valid_until__gte", models.F("valid_from"))),
                        name="correction_months_in_order",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["draft", "proposed"])),
                        fields=("code",),
                        name="correction_one_open_version",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Opinion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "publication",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="opinions",
                        to="watchlists.publication",
                    ),
                ),
                ("siren", models.CharField(max_length=9)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="opinions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("segment", models.CharField(blank=True, max_length=30)),
                ("useful", models.BooleanField(verbose_name="détection utile")),
                ("comment", models.TextField(blank=True, verbose_name="précision")),
                ("given_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
                ("reasons", models.ManyToManyField(blank=True, to="watchlists.opinionreason")),
            ],
            options={
                "ordering": ("-given_at", "-pk"),
                "indexes": [models.Index(fields=["publication", "sent_at"], name="opinion_to_send")],
                "constraints": [models.UniqueConstraint(fields=("publication", "siren", "user"), name="opinion_once")],
            },
        ),
        migrations.CreateModel(
            name="Entry",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                (
                    "publication",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="entries", to="watchlists.publication"
                    ),
                ),
                ("siren", models.CharField(max_length=9)),
                (
                    "level",
                    models.CharField(
                        choices=[("strong", "fort"), ("moderate", "modéré"), ("none", "aucun")], max_length=8
                    ),
                ),
                ("score", models.FloatField()),
                ("rank", models.PositiveIntegerField()),
                ("name", models.CharField(blank=True, max_length=200)),
                ("commune_name", models.CharField(blank=True, max_length=100)),
                ("departement", models.CharField(blank=True, max_length=3)),
                ("region", models.CharField(blank=True, max_length=3)),
                ("naf", models.CharField(blank=True, max_length=6)),
                ("section", models.CharField(blank=True, max_length=1)),
                ("workforce_count", models.PositiveIntegerField(null=True)),
                ("workforce_change_ratio", models.FloatField(null=True)),
                ("main_family", models.CharField(blank=True, max_length=40)),
                ("first_alert", models.BooleanField(default=False)),
                ("aggravation", models.BooleanField(default=False)),
                ("alerts_before", models.PositiveSmallIntegerField(default=0)),
                ("in_bonis", models.BooleanField(default=True)),
                ("plan_running", models.BooleanField(default=False)),
                ("payment_plan_running", models.BooleanField(default=False)),
                ("recent_company", models.BooleanField(default=False)),
                ("corrected", models.BooleanField(default=False)),
                ("accounts_public", models.BooleanField(null=True)),
                ("reasons", models.JSONField(default=list)),
                ("missing_families", models.JSONField(default=list)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("level", "none"), _negated=True),
                        fields=["publication", "-level", "rank", "siren"],
                        name="entry_alerts",
                    ),
                    models.Index(
                        condition=models.Q(("level", "none"), _negated=True),
                        fields=["publication", "name", "siren"],
                        name="entry_names",
                    ),
                    models.Index(fields=["siren"], name="entry_siren"),
                    models.Index(
                        condition=models.Q(("level", "none"), _negated=True),
                        fields=["siren", "publication"],
                        name="entry_ever_alerted",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("publication", "siren"), name="entry_once_per_list"),
                    models.CheckConstraint(
                        condition=models.Q(("score__gte", 0), ("score__lte", 1)), name="entry_score_is_a_probability"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Approval",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "publication",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="approvals",
                        to="watchlists.publication",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("at", models.DateTimeField()),
            ],
            options={
                "ordering": ("at", "pk"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("publication", "user"),
                        name="approval_by_two_persons",
                        violation_error_message="Vous avez déjà approuvé cette liste.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ReworkCorrection",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "entry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrections",
                        to="watchlists.reworkedentry",
                    ),
                ),
                ("keeps", models.BooleanField()),
                ("motive", models.CharField(max_length=300, verbose_name="motif")),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("at", models.DateTimeField()),
            ],
            options={
                "ordering": ("pk",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("motive", ""), _negated=True), name="rework_correction_says_why"
                    )
                ],
            },
        ),
        migrations.RunPython(seed, migrations.RunPython.noop, elidable=False),
    ]
