"""The tables of the first release: what the migrations it replaces had come to, written at once.

A base that has them all is taken as it stands; `replaces` may go when no such base is left.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import vigie.accounts.models
from vigie.first_release import FirstRelease


class Migration(FirstRelease):
    replaces = [("directory", "0001_initial"), ("directory", "0002_change_sheet"), ("directory", "0003_imports")]

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Theme",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("label", models.CharField(max_length=100, unique=True, verbose_name="intitulé")),
                ("slug", models.SlugField(max_length=100, unique=True)),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="rang")),
            ],
            options={
                "ordering": ("position", "label"),
            },
        ),
        migrations.CreateModel(
            name="Subject",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "theme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="subjects", to="directory.theme"
                    ),
                ),
                ("label", models.CharField(max_length=150, unique=True, verbose_name="intitulé")),
                ("slug", models.SlugField(max_length=150, unique=True)),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="rang")),
                (
                    "is_catch_all",
                    models.BooleanField(default=False, verbose_name="autre besoin\xa0: lu par une personne"),
                ),
                ("archived_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ("theme__position", "position", "label"),
            },
        ),
        migrations.CreateModel(
            name="Change",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("target_type", models.CharField(max_length=60)),
                ("target_id", models.CharField(max_length=40)),
                ("target_label", models.CharField(max_length=200)),
                ("sheet_type", models.CharField(default="", max_length=60)),
                ("sheet_id", models.CharField(default="", max_length=40)),
                ("before", models.JSONField(default=dict)),
                ("after", models.JSONField(default=dict)),
                ("at", models.DateTimeField()),
            ],
            options={
                "ordering": ("-at",),
                "indexes": [models.Index(fields=["sheet_type", "sheet_id"], name="change_sheet")],
            },
        ),
        migrations.CreateModel(
            name="CollectiveAgreement",
            fields=[
                ("idcc", models.CharField(max_length=4, primary_key=True, serialize=False)),
                ("label", models.CharField(blank=True, max_length=250)),
                (
                    "opco",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="agreements",
                        to="accounts.institution",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="DirectoryImport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("antennes", "Antennes"), ("advisers", "Conseillers et experts")],
                        max_length=10,
                        verbose_name="contenu",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("reading", "Lecture en cours"),
                            ("proposed", "À vérifier"),
                            ("applying", "Application en cours"),
                            ("faulty", "À corriger"),
                            ("same", "Rien à changer"),
                            ("applied", "Appliqué"),
                            ("abandoned", "Abandonné"),
                        ],
                        default="reading",
                        max_length=10,
                        verbose_name="état",
                    ),
                ),
                ("file_name", models.CharField(max_length=150, verbose_name="fichier")),
                ("sha256", models.CharField(max_length=64)),
                ("data", models.BinaryField(default=bytes)),
                ("text", models.TextField(blank=True)),
                ("separator", models.CharField(blank=True, max_length=1)),
                ("encoding", models.CharField(blank=True, max_length=20, verbose_name="encodage")),
                ("by_record", models.BooleanField(default=False)),
                ("line_count", models.PositiveIntegerField(default=0, verbose_name="lignes")),
                ("error_count", models.PositiveIntegerField(default=0, verbose_name="erreurs")),
                ("warning_count", models.PositiveIntegerField(default=0, verbose_name="avertissements")),
                ("counts", models.JSONField(default=dict)),
                ("fingerprint", models.CharField(blank=True, max_length=64)),
                ("notice", models.CharField(blank=True, max_length=500)),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("read_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("invitations_asked_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ("-created_at", "-pk"),
                "indexes": [models.Index(fields=["sha256"], name="directory_import_file")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("ended_at__isnull", False), ("state__in", ["faulty", "same", "applied", "abandoned"])
                            ),
                            models.Q(
                                models.Q(("state__in", ["faulty", "same", "applied", "abandoned"]), _negated=True),
                                ("ended_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="directory_import_ended_iff_final",
                        violation_error_message="Un import porte une date de fin si et seulement s’il est terminé.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ImportEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "directory_import",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="entries",
                        to="directory.directoryimport",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("antenne", "Antenne"), ("team", "Équipe"), ("person", "Personne")], max_length=8
                    ),
                ),
                (
                    "verdict",
                    models.CharField(
                        choices=[
                            ("created", "Créé"),
                            ("modified", "Modifié"),
                            ("reduced", "Modifié, avec un retrait"),
                            ("unchanged", "Inchangé"),
                        ],
                        max_length=10,
                    ),
                ),
                ("label", models.CharField(max_length=300)),
                ("under", models.CharField(blank=True, max_length=320)),
                ("target_id", models.PositiveBigIntegerField(null=True)),
                ("changes", models.JSONField(default=list)),
                ("search_text", vigie.accounts.models.FoldedField(default="", editable=False, of=("label", "under"))),
            ],
            options={
                "ordering": ("pk",),
                "indexes": [models.Index(fields=["directory_import", "kind", "verdict"], name="import_entry_list")],
            },
        ),
        migrations.CreateModel(
            name="ImportRemark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "directory_import",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="remarks",
                        to="directory.directoryimport",
                    ),
                ),
                ("severity", models.CharField(max_length=8)),
                ("line", models.PositiveIntegerField(default=0)),
                ("column", models.CharField(blank=True, max_length=250)),
                ("value", models.CharField(blank=True, max_length=120)),
                ("message", models.CharField(max_length=500)),
            ],
            options={
                "ordering": ("pk",),
                "indexes": [models.Index(fields=["directory_import", "severity"], name="import_remark_list")],
            },
        ),
        migrations.CreateModel(
            name="InstitutionSubject",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "institution",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="competences",
                        to="accounts.institution",
                    ),
                ),
                (
                    "subject",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="institution_subjects",
                        to="directory.subject",
                    ),
                ),
                ("description", models.CharField(blank=True, max_length=200, verbose_name="précision")),
            ],
            options={
                "ordering": ("institution", "subject", "description"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("institution", "subject", "description"),
                        name="institution_subject_once",
                        violation_error_message="Cette institution a déjà cette compétence.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SubjectQuestion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "subject",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="questions", to="directory.subject"
                    ),
                ),
                ("key", models.SlugField(max_length=60)),
                ("label", models.CharField(max_length=250, verbose_name="question")),
                ("short_label", models.CharField(blank=True, max_length=80, verbose_name="intitulé court")),
                ("answers", models.JSONField(default=list, verbose_name="réponses possibles")),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="rang")),
            ],
            options={
                "ordering": ("subject", "position"),
                "constraints": [models.UniqueConstraint(fields=("subject", "key"), name="question_key_in_subject")],
            },
        ),
        migrations.CreateModel(
            name="Expert",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "antenne",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="experts", to="accounts.antenne"
                    ),
                ),
                ("full_name", models.CharField(max_length=150, verbose_name="nom")),
                ("email", models.EmailField(max_length=254, verbose_name="adresse électronique")),
                ("phone", models.CharField(blank=True, max_length=25, verbose_name="téléphone")),
                ("job", models.CharField(blank=True, max_length=120, verbose_name="fonction")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("deleted_at", models.DateTimeField(blank=True, null=True)),
                (
                    "search_text",
                    vigie.accounts.models.FoldedField(default="", editable=False, of=("full_name", "email")),
                ),
            ],
            options={
                "ordering": ("full_name",),
                "indexes": [
                    models.Index(
                        condition=models.Q(("deleted_at__isnull", True)), fields=["antenne"], name="expert_antenne_live"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="AnswerGrouping",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "institution",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="%(class)ss",
                        to="accounts.institution",
                    ),
                ),
                (
                    "antenne",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="%(class)ss",
                        to="accounts.antenne",
                    ),
                ),
                (
                    "expert",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="%(class)ss",
                        to="directory.expert",
                    ),
                ),
                ("label", models.CharField(blank=True, max_length=100, verbose_name="intitulé")),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("antenne__isnull", True), ("expert__isnull", True), ("institution__isnull", False)
                            ),
                            models.Q(
                                ("antenne__isnull", False), ("expert__isnull", True), ("institution__isnull", True)
                            ),
                            models.Q(
                                ("antenne__isnull", True), ("expert__isnull", False), ("institution__isnull", True)
                            ),
                            _connector="OR",
                        ),
                        name="answer_grouping_one_owner",
                        violation_error_message="Un groupe de réponses appartient à une institution, une antenne ou un expert.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ExpertMember",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "expert",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="members", to="directory.expert"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("expert", "user"),
                        name="expert_member_once",
                        violation_error_message="Cette personne est déjà dans cette équipe.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ExpertZone",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
                    "expert",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="zones", to="directory.expert"
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [models.Index(fields=["zone_type", "code", "expert"], name="expert_zone_lookup")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("zone_type", "commune"), ("code__regex", "\\A([0-9]{5}|2[AB][0-9]{3})\\Z")),
                            models.Q(("zone_type", "epci"), ("code__regex", "\\A[0-9]{9}\\Z")),
                            models.Q(("zone_type", "employment_area"), ("code__regex", "\\A[0-9]{4}\\Z")),
                            models.Q(("zone_type", "departement"), ("code__regex", "\\A([0-9]{2}|2[AB]|[0-9]{3})\\Z")),
                            models.Q(("zone_type", "region"), ("code__regex", "\\A([0-9]{2}|9[78][0-9])\\Z")),
                            _connector="OR",
                        ),
                        name="directory_expertzone_zone_code_shape",
                        violation_error_message="Ce code n’est pas celui d’une zone de ce type.",
                    ),
                    models.UniqueConstraint(
                        fields=("expert", "zone_type", "code"),
                        name="expert_zone_once",
                        violation_error_message="Cet expert couvre déjà cette zone.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ExpertSubject",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "expert",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="competences", to="directory.expert"
                    ),
                ),
                (
                    "institution_subject",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="expert_subjects",
                        to="directory.institutionsubject",
                    ),
                ),
                ("criteria", models.TextField(blank=True, verbose_name="critères d’intervention")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("expert", "institution_subject"),
                        name="expert_subject_once",
                        violation_error_message="Cet expert a déjà cette compétence.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="MatchFilter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "institution",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="%(class)ss",
                        to="accounts.institution",
                    ),
                ),
                (
                    "antenne",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="%(class)ss",
                        to="accounts.antenne",
                    ),
                ),
                (
                    "expert",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="%(class)ss",
                        to="directory.expert",
                    ),
                ),
                ("group", models.CharField(blank=True, max_length=40, verbose_name="groupe d’alternatives")),
                (
                    "min_years",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="plus de … années d’existence"
                    ),
                ),
                (
                    "max_years",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="moins de … années d’existence"
                    ),
                ),
                ("min_workforce", models.PositiveIntegerField(blank=True, null=True, verbose_name="effectif minimum")),
                (
                    "max_workforce",
                    models.PositiveIntegerField(blank=True, null=True, verbose_name="effectif strictement inférieur à"),
                ),
                ("accepted_naf", models.JSONField(blank=True, default=list, verbose_name="codes NAF acceptés")),
                ("excluded_naf", models.JSONField(blank=True, default=list, verbose_name="codes NAF exclus")),
                (
                    "accepted_legal_forms",
                    models.JSONField(blank=True, default=list, verbose_name="catégories juridiques acceptées"),
                ),
                (
                    "excluded_legal_forms",
                    models.JSONField(blank=True, default=list, verbose_name="catégories juridiques exclues"),
                ),
                ("excluded_communes", models.JSONField(blank=True, default=list, verbose_name="communes exclues")),
                (
                    "subjects",
                    models.ManyToManyField(
                        blank=True, related_name="+", to="directory.subject", verbose_name="sujets (vide\xa0: tous)"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("antenne__isnull", True), ("expert__isnull", True), ("institution__isnull", False)
                            ),
                            models.Q(
                                ("antenne__isnull", False), ("expert__isnull", True), ("institution__isnull", True)
                            ),
                            models.Q(
                                ("antenne__isnull", True), ("expert__isnull", False), ("institution__isnull", True)
                            ),
                            _connector="OR",
                        ),
                        name="match_filter_one_owner",
                        violation_error_message="Un filtre appartient à une institution, une antenne ou un expert.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="AnswerCondition",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "grouping",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="conditions",
                        to="directory.answergrouping",
                    ),
                ),
                (
                    "question",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="directory.subjectquestion"
                    ),
                ),
                ("value", models.CharField(max_length=60, verbose_name="réponse attendue")),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("grouping", "question"), name="answer_condition_once")],
            },
        ),
        migrations.AddField(
            model_name="expert",
            name="users",
            field=models.ManyToManyField(
                related_name="experts", through="directory.ExpertMember", to=settings.AUTH_USER_MODEL
            ),
        ),
    ]
