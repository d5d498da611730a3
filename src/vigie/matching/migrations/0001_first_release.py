"""The tables of the first release: what the migrations it replaces had come to, written at once.

A base that has them all is taken as it stands; `replaces` may go when no such base is left.
"""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import vigie.matching.need_text
from vigie.first_release import FirstRelease


class Migration(FirstRelease):
    replaces = [
        ("matching", "0001_initial"),
        ("matching", "0002_need_search_text"),
        ("matching", "0003_match_taken_index"),
        ("matching", "0004_network"),
        ("matching", "0005_visits"),
        ("matching", "0006_following"),
        ("matching", "0007_diagnosis_commune"),
    ]

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("companies", "0001_first_release"),
        ("directory", "0001_first_release"),
    ]

    operations = [
        migrations.CreateModel(
            name="Landing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slug", models.SlugField(max_length=60, unique=True)),
                ("title", models.CharField(max_length=150)),
                ("paused_at", models.DateTimeField(blank=True, null=True)),
                ("archived_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="RefusalTemplate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=60, unique=True)),
                ("title", models.CharField(max_length=120, verbose_name="intitulé")),
                ("mail_subject", models.CharField(max_length=150, verbose_name="objet")),
                ("body", models.TextField(verbose_name="texte")),
                ("lets_complete", models.BooleanField(default=False, verbose_name="propose de compléter la demande")),
                ("position", models.PositiveSmallIntegerField(default=0)),
            ],
            options={
                "ordering": ("position", "title"),
            },
        ),
        migrations.CreateModel(
            name="SpamAddress",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("email_hash", models.CharField(max_length=64, unique=True)),
                ("created_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Tag",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("label", models.CharField(max_length=60, unique=True, verbose_name="étiquette")),
                ("archived_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ("label",),
            },
        ),
        migrations.CreateModel(
            name="LandingTheme",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "landing",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="themes", to="matching.landing"
                    ),
                ),
                (
                    "theme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.theme"
                    ),
                ),
                ("slug", models.SlugField(max_length=100)),
                ("title", models.CharField(max_length=120)),
                ("description", models.CharField(blank=True, max_length=300)),
                ("examples", models.JSONField(blank=True, default=list, verbose_name="exemples d’aides obtenues")),
                ("position", models.PositiveSmallIntegerField(default=0)),
                ("archived_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ("position",),
                "constraints": [models.UniqueConstraint(fields=("landing", "slug"), name="landing_theme_slug")],
            },
        ),
        migrations.CreateModel(
            name="LandingSubject",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "theme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="subjects", to="matching.landingtheme"
                    ),
                ),
                (
                    "subject",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.subject"
                    ),
                ),
                ("slug", models.SlugField(max_length=150)),
                ("title", models.CharField(max_length=150, verbose_name="question posée au public")),
                ("description", models.CharField(blank=True, max_length=300)),
                ("explanation", models.TextField(blank=True, verbose_name="ce qu’il est utile de préciser")),
                ("prefill", models.TextField(blank=True, verbose_name="trame proposée")),
                (
                    "fields_mode",
                    models.CharField(
                        choices=[("siret", "Une entreprise qui existe"), ("location", "Un projet dans une commune")],
                        default="siret",
                        max_length=10,
                    ),
                ),
                (
                    "mode",
                    models.CharField(
                        choices=[("automatic", "Transmission automatique"), ("validated", "Validation par l’équipe")],
                        default="automatic",
                        max_length=10,
                    ),
                ),
                (
                    "asks_head",
                    models.BooleanField(default=False, verbose_name="demande d’attester être dirigeant ou mandaté"),
                ),
                ("position", models.PositiveSmallIntegerField(default=0)),
                ("archived_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ("theme__position", "position"),
                "constraints": [models.UniqueConstraint(fields=("theme", "slug"), name="landing_subject_slug")],
            },
        ),
        migrations.CreateModel(
            name="Solicitation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("form_token", models.CharField(max_length=64, unique=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("step_contact", "Étape contact"),
                            ("step_company", "Étape entreprise"),
                            ("step_description", "Étape description"),
                            ("in_progress", "Reçue"),
                            ("processed", "Mise en relation"),
                            ("canceled", "Abandonnée"),
                        ],
                        default="step_contact",
                        max_length=20,
                        verbose_name="état",
                    ),
                ),
                (
                    "landing_subject",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="solicitations",
                        to="matching.landingsubject",
                    ),
                ),
                ("full_name", models.CharField(blank=True, max_length=150)),
                ("email", models.EmailField(blank=True, max_length=254)),
                ("phone", models.CharField(blank=True, max_length=25)),
                ("siret", models.CharField(blank=True, max_length=14)),
                ("company_name", models.CharField(blank=True, max_length=200)),
                ("commune_code", models.CharField(blank=True, max_length=5)),
                ("company_checked", models.BooleanField(default=False)),
                ("is_head", models.BooleanField(default=False)),
                ("description", models.TextField(blank=True)),
                ("provenance", models.JSONField(default=dict)),
                (
                    "mode",
                    models.CharField(
                        blank=True,
                        choices=[("automatic", "Transmission automatique"), ("validated", "Validation par l’équipe")],
                        max_length=10,
                    ),
                ),
                ("hold_reasons", models.JSONField(default=list)),
                ("transmit_at", models.DateTimeField(null=True)),
                ("audit_sampled", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField()),
                ("completed_at", models.DateTimeField(null=True)),
                ("transmitted_at", models.DateTimeField(null=True)),
                ("canceled_at", models.DateTimeField(null=True)),
                (
                    "cancel_reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("spam", "Indésirable"),
                            ("refused", "Non retenue"),
                            ("withdrawn", "Retirée par l’entreprise"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "refusal_template",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="matching.refusaltemplate",
                    ),
                ),
            ],
            options={
                "ordering": ("completed_at", "pk"),
                "indexes": [
                    models.Index(fields=["state", "completed_at"], name="solicitation_queue"),
                    models.Index(
                        condition=models.Q(("transmit_at__isnull", False)),
                        fields=["transmit_at"],
                        name="solicitation_transmit",
                    ),
                    models.Index(fields=["siret"], name="solicitation_siret"),
                    models.Index(fields=["email"], name="solicitation_email"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ("step_contact", "step_company", "step_description")),
                            ("completed_at__isnull", False),
                            _connector="OR",
                        ),
                        name="solicitation_completed_stamped",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("canceled_at__isnull", False), ("state", "canceled")),
                            models.Q(models.Q(("state", "canceled"), _negated=True), ("canceled_at__isnull", True)),
                            _connector="OR",
                        ),
                        name="solicitation_canceled_iff_stamped",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("transmit_at__isnull", True), ("state", "in_progress"), _connector="OR"),
                        name="solicitation_scheduled_in_progress",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "processed"), _negated=True),
                            ("transmitted_at__isnull", False),
                            _connector="OR",
                        ),
                        name="solicitation_processed_stamped",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Precision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "solicitation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="precisions",
                        to="matching.solicitation",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("precision", "Précision"), ("not_called", "On ne m’a pas appelé")],
                        default="precision",
                        max_length=12,
                    ),
                ),
                ("body", models.TextField(blank=True)),
                ("at", models.DateTimeField()),
            ],
            options={
                "ordering": ("at",),
            },
        ),
        migrations.CreateModel(
            name="SolicitationAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "solicitation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="answers", to="matching.solicitation"
                    ),
                ),
                (
                    "question",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.subjectquestion"
                    ),
                ),
                ("value", models.CharField(max_length=60)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("solicitation", "question"), name="solicitation_answer_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="SolicitationTag",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "solicitation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="tags", to="matching.solicitation"
                    ),
                ),
                (
                    "tag",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="solicitations", to="matching.tag"
                    ),
                ),
                ("at", models.DateTimeField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("solicitation", "tag"), name="solicitation_tag_once")],
            },
        ),
        migrations.CreateModel(
            name="Diagnosis",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "solicitation",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="diagnosis",
                        to="matching.solicitation",
                    ),
                ),
                (
                    "establishment",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="diagnoses",
                        to="companies.establishment",
                    ),
                ),
                ("commune_code", models.CharField(max_length=5)),
                (
                    "contact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="diagnoses", to="companies.contact"
                    ),
                ),
                (
                    "adviser",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="diagnoses",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("form_token", models.CharField(blank=True, max_length=64)),
                ("visited_on", models.DateField(null=True, verbose_name="date de la visite")),
                ("consent_at", models.DateTimeField(null=True, verbose_name="accord de l’entreprise")),
                ("submitted_at", models.DateTimeField(null=True)),
                ("company_name", models.CharField(blank=True, max_length=200)),
                ("return_reason", models.TextField(blank=True, verbose_name="motif du retour")),
                ("content", models.TextField(blank=True)),
                ("missing_facts", models.JSONField(default=list)),
                ("created_at", models.DateTimeField()),
                ("completed_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["adviser", "created_at"], name="diagnosis_adviser"),
                    models.Index(fields=["commune_code"], name="diagnosis_commune"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("form_token", ""), _negated=True),
                        fields=("form_token",),
                        name="diagnosis_form_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("solicitation__isnull", False),
                            ("submitted_at__isnull", True),
                            ("consent_at__isnull", False),
                            _connector="OR",
                        ),
                        name="diagnosis_visit_with_consent",
                        violation_error_message="Un besoin n’est déposé qu’avec l’accord de l’entreprise.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("solicitation__isnull", False),
                            ("completed_at__isnull", True),
                            ("submitted_at__isnull", False),
                            _connector="OR",
                        ),
                        name="diagnosis_visit_submitted_first",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Need",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "diagnosis",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="needs", to="matching.diagnosis"
                    ),
                ),
                (
                    "subject",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="needs", to="directory.subject"
                    ),
                ),
                ("content", models.TextField()),
                ("answers", models.JSONField(default=dict)),
                ("facts", models.JSONField(default=dict)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("diagnosis_not_complete", "Analyse en cours"),
                            ("quo", "En attente de réponse"),
                            ("expired", "Abandonné, resté sans réponse"),
                            ("taking_care", "En cours de prise en charge"),
                            ("done", "Clôturé avec une aide proposée"),
                            ("done_no_help", "Clôturé sans aide disponible"),
                            ("done_not_reachable", "Clôturé, entreprise injoignable"),
                            ("not_for_me", "Refusé par tous les experts"),
                            ("withdrawn", "Retiré par l’entreprise"),
                        ],
                        default="diagnosis_not_complete",
                        max_length=25,
                        verbose_name="état",
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(null=True)),
                ("search_text", vigie.matching.need_text.NeedTextField()),
            ],
            options={
                "ordering": ("sent_at", "pk"),
                "indexes": [models.Index(fields=["status", "sent_at"], name="need_status")],
                "constraints": [
                    models.UniqueConstraint(fields=("diagnosis", "subject"), name="need_subject_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status", "diagnosis_not_complete"), ("sent_at__isnull", False), _connector="OR"
                        ),
                        name="need_sent_stamped",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Match",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "need",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="matches", to="matching.need"
                    ),
                ),
                (
                    "expert",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="matches", to="directory.expert"
                    ),
                ),
                (
                    "subject",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.subject"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("quo", "En attente de réponse"),
                            ("expired", "Restée sans réponse"),
                            ("taking_care", "En cours"),
                            ("not_for_me", "Ce n’est pas pour moi"),
                            ("done", "Aide proposée"),
                            ("done_no_help", "Pas d’aide disponible"),
                            ("done_not_reachable", "Entreprise injoignable"),
                            ("covered_by_colleague", "Pris en charge par un collègue"),
                            ("withdrawn", "Demande retirée par l’entreprise"),
                        ],
                        default="quo",
                        max_length=25,
                        verbose_name="état",
                    ),
                ),
                ("sent_at", models.DateTimeField()),
                ("asked_again_at", models.DateTimeField(null=True)),
                ("moved_reason", models.TextField(blank=True, verbose_name="pourquoi une autre équipe")),
                ("taken_care_of_at", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                ("archived_at", models.DateTimeField(null=True)),
                (
                    "refusal_reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("territory", "Hors de mon territoire"),
                            ("competence", "Hors de ma compétence"),
                            ("criteria", "L’entreprise ne remplit pas les critères"),
                            ("duplicate", "Demande déjà traitée"),
                            ("vague", "Demande trop vague"),
                            ("other", "Autre raison"),
                        ],
                        max_length=12,
                        verbose_name="raison",
                    ),
                ),
                ("refusal_comment", models.TextField(blank=True, verbose_name="commentaire")),
                ("help_name", models.CharField(blank=True, max_length=200, verbose_name="aide proposée")),
                ("help_provider", models.CharField(blank=True, max_length=200, verbose_name="organisme qui l’apporte")),
                (
                    "help_level",
                    models.CharField(
                        blank=True,
                        choices=[("national", "Nationale"), ("regional", "Régionale"), ("local", "Locale")],
                        max_length=10,
                        verbose_name="niveau",
                    ),
                ),
            ],
            options={
                "ordering": ("sent_at", "pk"),
                "indexes": [
                    models.Index(fields=["expert", "state", "sent_at"], name="match_inbox"),
                    models.Index(fields=["state", "sent_at"], name="match_state"),
                    models.Index(
                        condition=models.Q(("taken_care_of_at__isnull", False)),
                        fields=["taken_care_of_at"],
                        name="match_taken",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("need", "expert"),
                        name="match_once",
                        violation_error_message="Cet expert a déjà reçu ce besoin.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("closed_at__isnull", False),
                                (
                                    "state__in",
                                    (
                                        "not_for_me",
                                        "done",
                                        "done_no_help",
                                        "done_not_reachable",
                                        "covered_by_colleague",
                                        "withdrawn",
                                    ),
                                ),
                            ),
                            models.Q(
                                models.Q(
                                    (
                                        "state__in",
                                        (
                                            "not_for_me",
                                            "done",
                                            "done_no_help",
                                            "done_not_reachable",
                                            "covered_by_colleague",
                                            "withdrawn",
                                        ),
                                    ),
                                    _negated=True,
                                ),
                                ("closed_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="match_closed_iff_final",
                        violation_error_message="Une mise en relation porte une date si et seulement si elle est close.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "taking_care"), _negated=True),
                            ("taken_care_of_at__isnull", False),
                            _connector="OR",
                        ),
                        name="match_taking_care_stamped",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "done"), _negated=True),
                            models.Q(
                                models.Q(("help_name", ""), _negated=True),
                                models.Q(("help_provider", ""), _negated=True),
                                models.Q(("help_level", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="match_done_names_help",
                        violation_error_message="Une clôture avec aide nomme l’aide, son organisme et son niveau.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "not_for_me"), _negated=True),
                            models.Q(("refusal_reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="match_declined_with_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HoleReport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "subject",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.subject"
                    ),
                ),
                (
                    "zone_type",
                    models.CharField(
                        choices=[
                            ("commune", "Commune"),
                            ("epci", "Intercommunalité (EPCI)"),
                            ("employment_area", "Bassin d’emploi"),
                            ("departement", "Département"),
                            ("region", "Région"),
                        ],
                        max_length=20,
                        verbose_name="type de zone",
                    ),
                ),
                ("code", models.CharField(max_length=9, verbose_name="code")),
                (
                    "need",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="matching.need"
                    ),
                ),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("body", models.TextField(blank=True, verbose_name="ce qui manque")),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "À traiter"), ("filled", "Comblé"), ("dismissed", "Sans suite")],
                        default="open",
                        max_length=12,
                        verbose_name="état",
                    ),
                ),
                ("at", models.DateTimeField()),
                ("answer", models.TextField(blank=True, verbose_name="réponse")),
                ("closed_at", models.DateTimeField(null=True)),
                ("form_token", models.CharField(max_length=64, unique=True)),
            ],
            options={
                "ordering": ("at", "pk"),
                "indexes": [models.Index(fields=["state", "at"], name="hole_report_queue")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at__isnull", False), ("state__in", ("filled", "dismissed"))),
                            models.Q(
                                models.Q(("state__in", ("filled", "dismissed")), _negated=True),
                                ("closed_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="hole_report_closed_iff_final",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Candidate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "need",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="candidates", to="matching.need"
                    ),
                ),
                (
                    "expert",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.expert"
                    ),
                ),
                (
                    "competence",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="directory.expertsubject",
                    ),
                ),
                ("kept", models.BooleanField()),
                ("ticked", models.BooleanField()),
                (
                    "origin",
                    models.CharField(
                        choices=[("routing", "Règles"), ("team", "Ajouté par l’équipe")],
                        default="routing",
                        max_length=10,
                    ),
                ),
                ("reasons", models.JSONField(default=list)),
            ],
            options={
                "ordering": ("-kept", "pk"),
                "constraints": [models.UniqueConstraint(fields=("need", "expert"), name="candidate_once")],
            },
        ),
        migrations.CreateModel(
            name="Reminder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "need",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="reminders", to="matching.need"
                    ),
                ),
                (
                    "expert",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reminders",
                        to="directory.expert",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("silent", "Relance du neuvième jour"),
                            ("last_chance", "Dernière chance du vingt-et-unième jour"),
                            ("abandon", "Abandon du quarante-cinquième jour"),
                            ("refused", "Refus de tous les experts annoncé à l’entreprise"),
                            ("by_hand", "Relance à la main"),
                        ],
                        max_length=12,
                        verbose_name="relance",
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("form_token", models.CharField(blank=True, max_length=64)),
                ("experts", models.PositiveSmallIntegerField(default=0, verbose_name="experts relancés")),
            ],
            options={
                "ordering": ("at", "pk"),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("expert__isnull", True), models.Q(("kind", "by_hand"), _negated=True)),
                        fields=("need", "kind"),
                        name="reminder_kind_once",
                        violation_error_message="Cette relance est déjà partie.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("expert__isnull", False), models.Q(("kind", "by_hand"), _negated=True)),
                        fields=("need", "expert", "kind"),
                        name="reminder_expert_once",
                        violation_error_message="Cet expert a déjà reçu cette relance.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("form_token", ""), _negated=True),
                        fields=("form_token",),
                        name="reminder_form_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Note",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "solicitation",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notes",
                        to="matching.solicitation",
                    ),
                ),
                (
                    "need",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.CASCADE, related_name="notes", to="matching.need"
                    ),
                ),
                (
                    "expert",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notes",
                        to="directory.expert",
                    ),
                ),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("body", models.TextField()),
                ("at", models.DateTimeField()),
                ("form_token", models.CharField(max_length=64, unique=True)),
                ("deleted_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ("at", "pk"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("expert__isnull", True), ("need__isnull", True), ("solicitation__isnull", False)),
                            models.Q(("expert__isnull", True), ("need__isnull", False), ("solicitation__isnull", True)),
                            models.Q(("expert__isnull", False), ("need__isnull", True), ("solicitation__isnull", True)),
                            _connector="OR",
                        ),
                        name="note_about_one_thing",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="NeedTag",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "need",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="tags", to="matching.need"
                    ),
                ),
                (
                    "tag",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="needs", to="matching.tag"
                    ),
                ),
                ("at", models.DateTimeField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("need", "tag"), name="need_tag_once")],
            },
        ),
        migrations.CreateModel(
            name="ThreadMessage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "need",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="thread", to="matching.need"
                    ),
                ),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("body", models.TextField()),
                ("at", models.DateTimeField()),
                ("form_token", models.CharField(max_length=64, unique=True)),
                ("deleted_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ("at", "pk"),
            },
        ),
        migrations.AddField(
            model_name="diagnosis",
            name="passed_from",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="passed_on", to="matching.need"
            ),
        ),
    ]
