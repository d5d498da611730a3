"""The tables of the first release: what the migrations it replaces had come to, written at once.

A base that has them all is taken as it stands; `replaces` may go when no such base is left.
"""

import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

import vigie.accounts.models
from vigie.first_release import FirstRelease


class Migration(FirstRelease):
    replaces = [
        ("accounts", "0001_initial"),
        ("accounts", "0002_habilitation_territory"),
        ("accounts", "0003_network"),
        ("accounts", "0004_chosen_parent"),
        ("accounts", "0005_network_alter_habilitation_role_entity_segment_and_more"),
        ("accounts", "0006_federated_identity"),
        ("accounts", "0007_last_login_says_it"),
        ("accounts", "0008_sealed_second_factors"),
    ]

    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Network",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=30, unique=True, verbose_name="code")),
                ("label", models.CharField(max_length=80, verbose_name="nom")),
                ("is_active", models.BooleanField(default=True, verbose_name="donne un onglet")),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="rang")),
            ],
            options={
                "ordering": ("position", "code"),
            },
        ),
        migrations.CreateModel(
            name="Entity",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=150, unique=True, verbose_name="nom")),
                ("short_name", models.CharField(max_length=40, verbose_name="sigle")),
                ("siret", models.CharField(blank=True, max_length=14, verbose_name="SIRET")),
                ("archived_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ("name",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("siret", ""), ("siret__regex", "\\A[0-9]{14}\\Z"), _connector="OR"),
                        name="entity_siret_shape",
                        violation_error_message="Un numéro SIRET compte 14 chiffres.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Institution",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=150, unique=True, verbose_name="nom")),
                ("slug", models.SlugField(max_length=150, unique=True)),
                ("short_name", models.CharField(blank=True, max_length=40, verbose_name="nom court")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("expert_provider", "Fournisseur d’experts"),
                            ("acquisition", "Apporteur de demandes"),
                            ("opco", "Opérateur de compétences (OPCO)"),
                        ],
                        default="expert_provider",
                        max_length=20,
                        verbose_name="catégorie",
                    ),
                ),
                ("siren", models.CharField(blank=True, max_length=9, verbose_name="SIREN")),
                (
                    "region_code",
                    models.CharField(blank=True, max_length=3, verbose_name="région (vide\xa0: nationale)"),
                ),
                (
                    "accepted_natures",
                    models.JSONField(blank=True, default=list, verbose_name="natures d’activité acceptées"),
                ),
                (
                    "accepts_craft_code",
                    models.BooleanField(
                        default=False, verbose_name="accepte toute entreprise ayant un code d’activité artisanale"
                    ),
                ),
                (
                    "accepts_unknown_nature",
                    models.BooleanField(default=True, verbose_name="accepte une nature d’activité inconnue"),
                ),
                (
                    "opco_region_codes",
                    models.JSONField(blank=True, default=list, verbose_name="OPCO d’office dans ces régions"),
                ),
                (
                    "one_team_at_a_time",
                    models.BooleanField(default=False, verbose_name="une seule équipe prend en charge un besoin"),
                ),
                (
                    "validates_visits",
                    models.BooleanField(
                        default=False, verbose_name="l’équipe valide les besoins déposés après une visite"
                    ),
                ),
                ("booking_url", models.URLField(blank=True, verbose_name="prise de rendez-vous")),
                ("deleted_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ("name",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("siren", ""), ("siren__regex", "\\A[0-9]{9}\\Z"), _connector="OR"),
                        name="institution_siren_shape",
                        violation_error_message="Un numéro SIREN compte 9 chiffres.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("region_code", ""), ("region_code__regex", "\\A([0-9]{2}|9[78][0-9])\\Z"), _connector="OR"
                        ),
                        name="institution_region_shape",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Antenne",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "institution",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="antennes", to="accounts.institution"
                    ),
                ),
                ("name", models.CharField(max_length=150, verbose_name="nom")),
                (
                    "level",
                    models.CharField(
                        choices=[("local", "Locale"), ("regional", "Régionale"), ("national", "Nationale")],
                        default="local",
                        max_length=10,
                        verbose_name="échelon",
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="children",
                        to="accounts.antenne",
                    ),
                ),
                (
                    "parent_is_chosen",
                    models.BooleanField(default=False, verbose_name="antenne au-dessus choisie par l’équipe"),
                ),
                ("booking_url", models.URLField(blank=True, verbose_name="prise de rendez-vous")),
                ("deleted_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ("name",),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("deleted_at__isnull", True)),
                        fields=("institution", "name"),
                        name="antenne_name_in_institution",
                        violation_error_message="Cette institution a déjà une antenne de ce nom.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("parent__isnull", True),
                            models.Q(("parent", models.F("id")), _negated=True),
                            _connector="OR",
                        ),
                        name="antenne_not_own_parent",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="User",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                ("email", models.EmailField(max_length=254, unique=True, verbose_name="adresse électronique")),
                ("full_name", models.CharField(max_length=150, verbose_name="prénom et nom")),
                ("job", models.CharField(blank=True, max_length=120, verbose_name="fonction")),
                ("phone", models.CharField(blank=True, max_length=25, verbose_name="téléphone")),
                (
                    "antenne",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="users",
                        to="accounts.antenne",
                    ),
                ),
                ("is_active", models.BooleanField(default=True)),
                ("invited_at", models.DateTimeField(blank=True, null=True)),
                (
                    "invited_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("terms_accepted_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("deleted_at", models.DateTimeField(blank=True, null=True)),
                (
                    "search_text",
                    vigie.accounts.models.FoldedField(default="", editable=False, of=("full_name", "email")),
                ),
                ("session_epoch", models.PositiveIntegerField(default=0, editable=False)),
            ],
            options={
                "ordering": ("full_name",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("email", django.db.models.functions.text.Lower("email"))),
                        name="user_email_in_lower_case",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("deleted_at__isnull", True), ("is_active", False), _connector="OR"),
                        name="user_deleted_not_active",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AntenneZone",
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
                    "antenne",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="zones", to="accounts.antenne"
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [models.Index(fields=["zone_type", "code", "antenne"], name="antenne_zone_lookup")],
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
                        name="accounts_antennezone_zone_code_shape",
                        violation_error_message="Ce code n’est pas celui d’une zone de ce type.",
                    ),
                    models.UniqueConstraint(
                        fields=("antenne", "zone_type", "code"),
                        name="antenne_zone_once",
                        violation_error_message="Cette antenne couvre déjà cette zone.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Duty",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="duties", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("sp_codefi", "Secrétaire permanent du CODEFI"), ("cded", "Chargé de mission CDED")],
                        max_length=20,
                        verbose_name="fonction",
                    ),
                ),
                ("departement", models.CharField(max_length=3, verbose_name="département")),
            ],
            options={
                "ordering": ("kind", "departement"),
                "indexes": [models.Index(fields=["kind", "departement"], name="duty_where")],
                "constraints": [models.UniqueConstraint(fields=("user", "kind", "departement"), name="duty_once")],
            },
        ),
        migrations.CreateModel(
            name="FederatedIdentity",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="identities",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "provider",
                    models.CharField(
                        choices=[("proconnect", "ProConnect")],
                        default="proconnect",
                        max_length=20,
                        verbose_name="service",
                    ),
                ),
                ("idp_id", models.CharField(max_length=100, verbose_name="fournisseur d’identité")),
                ("sub", models.CharField(max_length=255, verbose_name="identifiant")),
                (
                    "siret",
                    models.CharField(
                        blank=True, max_length=14, verbose_name="SIRET de l’employeur, à la dernière connexion"
                    ),
                ),
                (
                    "sid",
                    models.CharField(blank=True, max_length=255, verbose_name="session ouverte chez le fournisseur"),
                ),
                ("first_seen_at", models.DateTimeField()),
                ("last_seen_at", models.DateTimeField()),
            ],
            options={
                "ordering": ("user", "-last_seen_at"),
                "constraints": [
                    models.UniqueConstraint(fields=("provider", "idp_id", "sub"), name="identity_once"),
                    models.CheckConstraint(condition=models.Q(("sub", ""), _negated=True), name="identity_sub_filled"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Habilitation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="habilitations",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("adviser", "Conseiller"),
                            ("expert", "Expert"),
                            ("manager", "Responsable d’antenne"),
                            ("animator", "Animateur local"),
                            ("team", "Équipe"),
                            ("level_a", "Agent de détection, niveau A"),
                            ("level_b", "Agent de détection, niveau B"),
                            ("reviewer", "Responsable des habilitations d’un partenaire"),
                            ("auditor", "Auditeur"),
                            ("administrator", "Administrateur de la détection"),
                            ("statistics", "Lecteur des statistiques d’usage"),
                        ],
                        max_length=20,
                        verbose_name="rôle",
                    ),
                ),
                (
                    "antenne",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.antenne",
                    ),
                ),
                ("territory", models.CharField(blank=True, max_length=1000, verbose_name="territoire")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("requested", "Demandée"),
                            ("granted", "Accordée"),
                            ("suspended", "Suspendue"),
                            ("revoked", "Révoquée"),
                            ("expired", "Expirée"),
                        ],
                        default="requested",
                        max_length=12,
                        verbose_name="état",
                    ),
                ),
                ("starts_on", models.DateField(verbose_name="du")),
                ("ends_on", models.DateField(blank=True, null=True, verbose_name="au")),
                ("requested_at", models.DateTimeField()),
                ("granted_at", models.DateTimeField(blank=True, null=True)),
                (
                    "granted_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ("user", "role"),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("antenne__isnull", True), models.Q(("state__in", ["revoked", "expired"]), _negated=True)
                        ),
                        fields=("user", "role"),
                        name="habilitation_once",
                        violation_error_message="Cette personne a déjà cette habilitation.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("antenne__isnull", False), models.Q(("state__in", ["revoked", "expired"]), _negated=True)
                        ),
                        fields=("user", "role", "antenne"),
                        name="habilitation_once_per_antenne",
                        violation_error_message="Cette personne est déjà responsable de cette antenne.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("antenne__isnull", False), ("role", "manager")),
                            models.Q(models.Q(("role", "manager"), _negated=True), ("antenne__isnull", True)),
                            _connector="OR",
                        ),
                        name="habilitation_antenne_iff_manager",
                        violation_error_message="Un responsable l’est d’une antenne\xa0; les autres rôles n’en portent pas.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("role__in", ["level_a", "level_b", "animator"]),
                                models.Q(("territory", ""), _negated=True),
                            ),
                            models.Q(
                                models.Q(("role__in", ["level_a", "level_b", "animator"]), _negated=True),
                                ("territory", ""),
                            ),
                            _connector="OR",
                        ),
                        name="habilitation_territory_iff_territorial",
                        violation_error_message="Un agent de détection ou un animateur a un territoire\xa0; les autres n’en portent pas.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "granted"), _negated=True),
                            models.Q(("granted_at__isnull", False), ("granted_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="habilitation_granted_by_someone",
                        violation_error_message="Une habilitation est accordée par quelqu’un.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at__isnull", False), ("state__in", ["revoked", "expired"])),
                            models.Q(
                                models.Q(("state__in", ["revoked", "expired"]), _negated=True),
                                ("ended_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="habilitation_ended_iff_final",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_on__isnull", True), ("ends_on__gte", models.F("starts_on")), _connector="OR"
                        ),
                        name="habilitation_period",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Segment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=30, unique=True, verbose_name="code")),
                ("label", models.CharField(max_length=120, verbose_name="nom")),
                (
                    "network",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="segments",
                        to="accounts.network",
                    ),
                ),
                ("in_codefi", models.BooleanField(default=False, verbose_name="membre du réseau CODEFI")),
                (
                    "usual_level",
                    models.CharField(
                        blank=True,
                        choices=[("level_a", "A"), ("level_b", "B"), ("", "aucun")],
                        max_length=10,
                        verbose_name="niveau habituel",
                    ),
                ),
                ("archived_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ("code",),
            },
        ),
        migrations.CreateModel(
            name="AgentProfile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="agent", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "entity",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="agents", to="accounts.entity"
                    ),
                ),
                (
                    "segment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="agents", to="accounts.segment"
                    ),
                ),
                ("siret", models.CharField(blank=True, max_length=14, verbose_name="SIRET du lieu de travail")),
                ("scopes", models.JSONField(blank=True, default=list, verbose_name="périmètres d’usage")),
                ("boards", models.JSONField(blank=True, default=list, verbose_name="tableaux")),
                ("taskforces", models.JSONField(blank=True, default=list, verbose_name="groupes de travail")),
                ("ambassador", models.BooleanField(default=False, verbose_name="ambassadeur")),
                ("trained", models.BooleanField(default=False, verbose_name="formé")),
                ("feedbacks", models.TextField(blank=True, verbose_name="retours")),
                ("last_contact_on", models.DateField(blank=True, null=True, verbose_name="dernier échange")),
                ("time_zone", models.CharField(default="Europe/Paris", max_length=40, verbose_name="fuseau horaire")),
            ],
            options={
                "ordering": ("user",),
            },
        ),
        migrations.CreateModel(
            name="Absence",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="absences",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("starts_on", models.DateField(verbose_name="du")),
                ("ends_on", models.DateField(verbose_name="au")),
                (
                    "replacement",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="remplacé par",
                    ),
                ),
            ],
            options={
                "ordering": ("starts_on",),
                "indexes": [models.Index(fields=["user", "ends_on"], name="absence_user")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_on__gte", models.F("starts_on"))),
                        name="absence_ends_after_start",
                        violation_error_message="La fin de l’absence précède son début.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("replacement__isnull", True),
                            models.Q(("replacement", models.F("user")), _negated=True),
                            _connector="OR",
                        ),
                        name="absence_replaced_by_another",
                        violation_error_message="Choisissez une autre personne que vous-même comme remplaçant.",
                    ),
                ],
            },
        ),
    ]
