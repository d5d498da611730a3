"""The tables of the first release: what the migrations it replaces had come to, written at once.

A base that has them all is taken as it stands; `replaces` may go when no such base is left.
"""

import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models

from vigie.companies import search_index
from vigie.first_release import FirstRelease


class Migration(FirstRelease):
    replaces = [("companies", "0001_initial"), ("companies", "0002_search_index")]

    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="SearchWord",
            fields=[
                ("word", models.CharField(max_length=40, primary_key=True, serialize=False)),
            ],
        ),
        migrations.CreateModel(
            name="Company",
            fields=[
                ("siren", models.CharField(max_length=9, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=200)),
                ("name_key", models.CharField(blank=True, db_index=True, max_length=200)),
                ("usual_name", models.CharField(blank=True, max_length=200)),
                ("acronym", models.CharField(blank=True, max_length=40)),
                ("legal_form_code", models.CharField(blank=True, max_length=4)),
                ("naf_code", models.CharField(blank=True, max_length=6)),
                ("naf_version", models.CharField(blank=True, max_length=10)),
                ("workforce_code", models.CharField(blank=True, max_length=2)),
                ("workforce_year", models.PositiveSmallIntegerField(null=True)),
                ("created_on", models.DateField(null=True)),
                ("is_active", models.BooleanField(default=True)),
                ("diffusible", models.BooleanField(default=True)),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("sirene", "Sirene (fichier stock)"),
                            ("search_api", "Recherche d’entreprises"),
                            ("manual", "Saisie"),
                        ],
                        max_length=12,
                    ),
                ),
                ("seen_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("siren__regex", "\\A[0-9]{9}\\Z")), name="company_siren_shape"
                    ),
                    models.CheckConstraint(condition=models.Q(("name", ""), _negated=True), name="company_named"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("diffusible", True),
                            models.Q(
                                ("acronym", ""),
                                ("name", "Entreprise non diffusible"),
                                ("name_key", ""),
                                ("usual_name", ""),
                            ),
                            _connector="OR",
                        ),
                        name="company_hidden_has_no_name",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ImportRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=20)),
                ("fingerprint", models.CharField(max_length=64)),
                ("rows_done", models.PositiveBigIntegerField(default=0)),
                ("rows_rejected", models.PositiveBigIntegerField(default=0)),
                ("started_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("report", models.JSONField(default=dict)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("kind", "fingerprint"), name="import_once")],
            },
        ),
        migrations.CreateModel(
            name="Contact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "company",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contacts",
                        to="companies.company",
                    ),
                ),
                ("full_name", models.CharField(max_length=150)),
                ("email", models.EmailField(blank=True, max_length=254)),
                ("phone", models.CharField(blank=True, max_length=25)),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["email"], name="contact_email")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("email", ""), _negated=True),
                            models.Q(("phone", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="contact_reachable",
                        violation_error_message="Une adresse électronique ou un téléphone est nécessaire.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Establishment",
            fields=[
                ("siret", models.CharField(max_length=14, primary_key=True, serialize=False)),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="establishments",
                        to="companies.company",
                    ),
                ),
                ("sign", models.CharField(blank=True, max_length=200)),
                ("is_head_office", models.BooleanField(default=False)),
                ("is_active", models.BooleanField(default=True)),
                ("closed_on", models.DateField(null=True)),
                ("commune_code", models.CharField(blank=True, db_index=True, max_length=5)),
                ("commune_name", models.CharField(blank=True, max_length=100)),
                ("postal_code", models.CharField(blank=True, max_length=5)),
                ("address", models.CharField(blank=True, max_length=200)),
                ("abroad", models.BooleanField(default=False)),
                ("naf_code", models.CharField(blank=True, max_length=6)),
                ("naf_version", models.CharField(blank=True, max_length=10)),
                ("workforce_code", models.CharField(blank=True, max_length=2)),
                ("workforce_year", models.PositiveSmallIntegerField(null=True)),
                ("headcount", models.PositiveIntegerField(null=True)),
                ("created_on", models.DateField(null=True)),
                ("diffusible", models.BooleanField(default=True)),
                ("search_text", models.TextField(blank=True)),
                ("search_rank", models.PositiveSmallIntegerField(default=76)),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("sirene", "Sirene (fichier stock)"),
                            ("search_api", "Recherche d’entreprises"),
                            ("manual", "Saisie"),
                        ],
                        max_length=12,
                    ),
                ),
                ("seen_at", models.DateTimeField()),
                ("activity_natures", models.JSONField(default=list)),
                ("craft_codes", models.JSONField(default=list)),
                ("agreements", models.JSONField(default=list)),
                ("facts_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("siret__regex", "\\A[0-9]{14}\\Z")), name="establishment_siret_shape"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("company_id", django.db.models.functions.text.Left("siret", 9))),
                        name="establishment_of_its_company",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("diffusible", True),
                            models.Q(("address", ""), ("postal_code", ""), ("search_text", ""), ("sign", "")),
                            _connector="OR",
                        ),
                        name="establishment_hidden_has_no_address",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("closed_on__isnull", True), ("is_active", False), _connector="OR"),
                        name="establishment_closed_is_inactive",
                    ),
                ],
            },
        ),
        migrations.RunPython(search_index.install, search_index.uninstall),
    ]
