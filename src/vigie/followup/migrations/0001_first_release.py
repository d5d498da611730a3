"""The tables of the first release: what the migrations it replaces had come to, written at once.

A base that has them all is taken as it stands; `replaces` may go when no such base is left.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from vigie.first_release import FirstRelease


class Migration(FirstRelease):
    replaces = [
        ("followup", "0001_initial"),
        ("followup", "0002_notices"),
        ("followup", "0003_meetings"),
        ("followup", "0004_mail_choice"),
    ]

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("companies", "0001_first_release"),
        ("matching", "0001_first_release"),
    ]

    operations = [
        migrations.CreateModel(
            name="Workplace",
            fields=[],
            options={
                "proxy": True,
                "indexes": [],
                "constraints": [],
            },
            bases=("companies.establishment",),
        ),
        migrations.CreateModel(
            name="MailChoice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "rhythm",
                    models.CharField(
                        choices=[
                            ("now", "Tout de suite, à chaque texte"),
                            ("daily", "Un résumé chaque matin"),
                            ("never", "Aucun, sauf ce qui s’adresse à moi"),
                        ],
                        default="daily",
                        max_length=6,
                        verbose_name="rythme",
                    ),
                ),
            ],
            options={
                "ordering": ("user",),
            },
        ),
        migrations.CreateModel(
            name="Meeting",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("departement", models.CharField(max_length=3, verbose_name="département")),
                ("held_on", models.DateField(verbose_name="date")),
                ("held_at", models.TimeField(blank=True, null=True, verbose_name="heure")),
                ("place", models.CharField(max_length=200, verbose_name="lieu ou visioconférence")),
                (
                    "secretary",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("guests", models.TextField(blank=True, verbose_name="autres participants")),
                (
                    "state",
                    models.CharField(
                        choices=[("planned", "Prévue"), ("held", "Tenue"), ("cancelled", "Annulée")],
                        default="planned",
                        max_length=10,
                        verbose_name="état",
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("form_token", models.CharField(max_length=64, unique=True)),
                ("participants", models.ManyToManyField(blank=True, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "ordering": ("-held_on", "-pk"),
                "indexes": [models.Index(fields=["departement", "held_on"], name="meeting_departement")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at__isnull", True), ("state", "planned")),
                            models.Q(models.Q(("state", "planned"), _negated=True), ("ended_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="meeting_ended_iff_dated",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Term",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("difficulty", "Difficulté"),
                            ("action", "Action réalisée"),
                            ("redirect", "Réorientation hors CODEFI"),
                            ("sector", "Filière"),
                            ("service", "Instance concernée"),
                            ("label", "Étiquette"),
                            ("size", "Taille du groupe"),
                        ],
                        max_length=12,
                        verbose_name="liste",
                    ),
                ),
                ("code", models.SlugField(max_length=80, verbose_name="code")),
                ("label", models.CharField(max_length=120, verbose_name="libellé")),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="rang")),
                ("is_system", models.BooleanField(default=False, verbose_name="étiquette du système")),
                ("archived_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ("kind", "position", "label"),
                "constraints": [models.UniqueConstraint(fields=("kind", "code"), name="term_once")],
            },
        ),
        migrations.CreateModel(
            name="Followup",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "workplace",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="followups", to="followup.workplace"
                    ),
                ),
                ("siren", models.CharField(max_length=9)),
                ("departement", models.CharField(blank=True, max_length=3, verbose_name="département")),
                ("region", models.CharField(blank=True, max_length=3, verbose_name="région")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("in_progress", "En cours"),
                            ("under_surveillance", "Sous surveillance"),
                            ("completed", "Terminé"),
                        ],
                        default="in_progress",
                        max_length=20,
                        verbose_name="état",
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[("agent", "Ouvert par un agent"), ("duplicate", "Suite d’un accompagnement terminé")],
                        default="agent",
                        max_length=10,
                        verbose_name="origine",
                    ),
                ),
                (
                    "copied_from",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="copies",
                        to="followup.followup",
                    ),
                ),
                (
                    "criticality",
                    models.CharField(
                        choices=[
                            ("none", "Pas de criticité"),
                            ("moderate", "Criticité modérée"),
                            ("high", "Criticité élevée"),
                        ],
                        default="none",
                        max_length=10,
                        verbose_name="criticité",
                    ),
                ),
                (
                    "size",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="followup.term",
                        verbose_name="taille du groupe",
                    ),
                ),
                ("next_step", models.CharField(blank=True, max_length=200, verbose_name="prochaine étape")),
                ("next_step_on", models.DateField(blank=True, null=True, verbose_name="date de la prochaine étape")),
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
                ("motive_comment", models.TextField(blank=True, verbose_name="précision")),
                (
                    "creator",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("form_token", models.CharField(max_length=64, unique=True)),
                ("started_on", models.DateField(verbose_name="début")),
                ("created_at", models.DateTimeField()),
                ("modified_at", models.DateTimeField(verbose_name="dernière nouvelle")),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="fin")),
                ("reopened_reason", models.TextField(blank=True, verbose_name="raison de la réouverture")),
                ("reminded_at", models.DateTimeField(blank=True, null=True)),
                ("orphaned_at", models.DateTimeField(blank=True, null=True)),
                ("deleted_at", models.DateTimeField(blank=True, null=True)),
                ("deleted_reason", models.TextField(blank=True, verbose_name="raison de la suppression")),
                (
                    "deleted_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1)),
                ("terms", models.ManyToManyField(blank=True, related_name="followups", to="followup.term")),
            ],
            options={
                "ordering": ("-modified_at", "-pk"),
                "indexes": [
                    models.Index(fields=["departement", "state"], name="followup_departement"),
                    models.Index(fields=["siren"], name="followup_firm"),
                    models.Index(fields=["state", "modified_at"], name="followup_news"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("deleted_at__isnull", True), ("state__in", ("in_progress", "under_surveillance"))
                        ),
                        fields=("workplace",),
                        name="followup_one_active",
                        violation_error_message="Un accompagnement actif existe déjà sur cet établissement.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at__isnull", False), ("state__in", ("completed",))),
                            models.Q(
                                models.Q(("state__in", ("completed",)), _negated=True), ("ended_at__isnull", True)
                            ),
                            _connector="OR",
                        ),
                        name="followup_ended_iff_completed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("deleted_at__isnull", True), ("deleted_by__isnull", True)),
                            models.Q(
                                ("deleted_at__isnull", False),
                                ("deleted_by__isnull", False),
                                models.Q(("deleted_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="followup_deleted_says_why",
                        violation_error_message="Dites pourquoi vous supprimez cet accompagnement.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FirmContact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "followup",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="contacts", to="followup.followup"
                    ),
                ),
                ("first_name", models.CharField(blank=True, max_length=80, verbose_name="prénom")),
                ("last_name", models.CharField(max_length=80, verbose_name="nom")),
                (
                    "function",
                    models.CharField(
                        choices=[("head", "Dirigeant"), ("finance", "DAF"), ("staff", "DRH"), ("other", "Autre")],
                        default="head",
                        max_length=10,
                        verbose_name="fonction",
                    ),
                ),
                ("phone", models.CharField(blank=True, max_length=25, verbose_name="téléphone")),
                ("mobile", models.CharField(blank=True, max_length=25, verbose_name="téléphone mobile")),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="adresse électronique")),
                ("notes", models.TextField(blank=True, verbose_name="notes")),
                ("form_token", models.CharField(max_length=64, unique=True)),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("archived_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ("archived_at", "last_name", "pk"),
            },
        ),
        migrations.CreateModel(
            name="Analysis",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "followup",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="analyses", to="followup.followup"
                    ),
                ),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("talked_on", models.DateField(verbose_name="date de l’échange")),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("phone", "Téléphone"),
                            ("visit", "Visite dans l’entreprise"),
                            ("meeting", "Rendez-vous dans nos locaux"),
                            ("video", "Visioconférence"),
                            ("mail", "Courrier ou courriel"),
                        ],
                        max_length=10,
                        verbose_name="canal",
                    ),
                ),
                (
                    "verdict",
                    models.CharField(
                        choices=[("confirmed", "Difficulté confirmée"), ("refuted", "Difficulté infirmée")],
                        max_length=10,
                        verbose_name="difficulté",
                    ),
                ),
                (
                    "nature",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("activity", "Baisse d’activité"),
                            ("treasury", "Trésorerie et financement"),
                            ("debt", "Dettes fiscales ou sociales"),
                            ("social", "Emploi et compétences"),
                            ("supply", "Approvisionnement et production"),
                            ("governance", "Transmission ou gouvernance"),
                            ("litigation", "Contentieux"),
                            ("other", "Autre"),
                        ],
                        max_length=12,
                        verbose_name="nature",
                    ),
                ),
                (
                    "intervention",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("prevention", "Prévention"),
                            ("remediation", "Remédiation"),
                            ("curation", "Curation"),
                        ],
                        max_length=12,
                        verbose_name="type d’intervention",
                    ),
                ),
                ("form_token", models.CharField(max_length=64, unique=True)),
                ("recorded_at", models.DateTimeField()),
            ],
            options={
                "ordering": ("-talked_on", "-pk"),
                "indexes": [models.Index(fields=["followup", "talked_on"], name="analysis_talks")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("intervention", ""), ("nature", ""), ("verdict", "refuted")),
                            models.Q(
                                ("verdict", "confirmed"),
                                models.Q(("nature", ""), _negated=True),
                                models.Q(("intervention", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="analysis_confirmed_says_what",
                        violation_error_message="Une difficulté confirmée a une nature et un type d’intervention.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DeletedFollowup",
            fields=[],
            options={
                "proxy": True,
                "indexes": [],
                "constraints": [],
            },
            bases=("followup.followup",),
        ),
        migrations.CreateModel(
            name="MeetingPoint",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "meeting",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="points", to="followup.meeting"
                    ),
                ),
                (
                    "followup",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="points",
                        to="followup.followup",
                    ),
                ),
                ("siren", models.CharField(max_length=9)),
                ("heading", models.CharField(max_length=60, verbose_name="rubrique")),
                ("position", models.PositiveSmallIntegerField(verbose_name="rang")),
                ("decision", models.TextField(blank=True, verbose_name="décision")),
                (
                    "contact",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("due_on", models.DateField(blank=True, null=True, verbose_name="pour le")),
                ("summary", models.TextField(blank=True, verbose_name="synthèse CODEFI")),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                (
                    "done_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1)),
            ],
            options={
                "ordering": ("position", "pk"),
                "indexes": [models.Index(fields=["siren"], name="meeting_point_firm")],
                "constraints": [
                    models.UniqueConstraint(fields=("meeting", "siren"), name="meeting_point_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("done_at__isnull", True), ("done_by__isnull", True)),
                            models.Q(
                                ("done_at__isnull", False),
                                ("done_by__isnull", False),
                                models.Q(("decision", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="meeting_point_done_after_decision",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Member",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "followup",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="members", to="followup.followup"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="files", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[("participant", "Participant"), ("referent", "Référent")],
                        max_length=12,
                        verbose_name="rôle",
                    ),
                ),
                (
                    "added_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("added_at", models.DateTimeField()),
                ("removed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "removed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("added_at", "pk"),
                "indexes": [models.Index(fields=["user", "followup"], name="member_files")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("removed_at__isnull", True)),
                        fields=("followup", "user"),
                        name="member_once",
                        violation_error_message="Cette personne participe déjà à l’accompagnement.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("removed_at__isnull", True), ("removed_at__gte", models.F("added_at")), _connector="OR"
                        ),
                        name="member_period",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Referral",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "followup",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="referrals", to="followup.followup"
                    ),
                ),
                (
                    "visit",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="matching.diagnosis"
                    ),
                ),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("at", models.DateTimeField()),
            ],
            options={
                "ordering": ("-at", "-pk"),
            },
        ),
        migrations.CreateModel(
            name="Snapshot",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "followup",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="snapshots", to="followup.followup"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("event", models.CharField(max_length=60, verbose_name="événement")),
                ("actor_name", models.CharField(max_length=150, verbose_name="auteur")),
                ("changes", models.JSONField(default=dict)),
                ("data", models.JSONField(default=dict)),
            ],
            options={
                "ordering": ("at", "pk"),
                "indexes": [models.Index(fields=["followup", "at"], name="snapshot_as_of")],
            },
        ),
        migrations.CreateModel(
            name="Summary",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "followup",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="summaries", to="followup.followup"
                    ),
                ),
                (
                    "network",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.network"
                    ),
                ),
                ("text", models.TextField(blank=True, verbose_name="synthèse")),
                ("version", models.PositiveIntegerField(default=0)),
                ("updated_at", models.DateTimeField(blank=True, null=True)),
                (
                    "updated_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "locked_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("locked_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ("network__position", "pk"),
                "constraints": [
                    models.UniqueConstraint(fields=("followup", "network"), name="summary_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("locked_at__isnull", True), ("locked_by__isnull", True)),
                            models.Q(("locked_at__isnull", False), ("locked_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="summary_lock_whole",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SummaryVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "summary",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="versions", to="followup.summary"
                    ),
                ),
                ("version", models.PositiveIntegerField()),
                ("text", models.TextField()),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("at", models.DateTimeField()),
            ],
            options={
                "ordering": ("-version",),
                "constraints": [models.UniqueConstraint(fields=("summary", "version"), name="summary_version_once")],
            },
        ),
        migrations.CreateModel(
            name="FirmAction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "followup",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="firm_actions", to="followup.followup"
                    ),
                ),
                (
                    "analysis",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="firm_actions", to="followup.analysis"
                    ),
                ),
                (
                    "term",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="followup.term"
                    ),
                ),
                ("done_on", models.DateField(verbose_name="date")),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("form_token", models.CharField(max_length=64, unique=True)),
                ("recorded_at", models.DateTimeField()),
            ],
            options={
                "ordering": ("-done_on", "-pk"),
            },
        ),
        migrations.CreateModel(
            name="Digest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("day", models.DateField()),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField()),
            ],
            options={
                "ordering": ("-until", "-pk"),
                "constraints": [models.UniqueConstraint(fields=("user", "day"), name="digest_once_a_day")],
            },
        ),
        migrations.CreateModel(
            name="Comment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "followup",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="comments", to="followup.followup"
                    ),
                ),
                (
                    "network",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.network"
                    ),
                ),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("text", models.TextField(blank=True, verbose_name="commentaire")),
                ("at", models.DateTimeField()),
                ("edited_at", models.DateTimeField(blank=True, null=True)),
                ("deleted_at", models.DateTimeField(blank=True, null=True)),
                ("form_token", models.CharField(max_length=64, unique=True)),
            ],
            options={
                "ordering": ("-at", "-pk"),
                "indexes": [models.Index(fields=["followup", "network", "-at"], name="comment_thread")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("deleted_at__isnull", False), ("text", "")),
                            models.Q(("deleted_at__isnull", True), models.Q(("text", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="comment_deleted_is_empty",
                    )
                ],
            },
        ),
    ]
