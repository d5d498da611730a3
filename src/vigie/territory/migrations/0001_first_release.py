"""The tables of the first release: what the migrations it replaces had come to, written at once.

A base that has them all is taken as it stands; `replaces` may go when no such base is left.
"""

import django.db.models.deletion
from django.db import migrations, models

from vigie.first_release import FirstRelease


class Migration(FirstRelease):
    replaces = [("territory", "0001_initial"), ("territory", "0002_zonegroup")]

    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Commune",
            fields=[
                (
                    "code",
                    models.CharField(max_length=5, primary_key=True, serialize=False, verbose_name="code officiel"),
                ),
                ("name", models.CharField(max_length=80, verbose_name="nom")),
                ("name_folded", models.CharField(db_index=True, max_length=80, verbose_name="nom pour la recherche")),
                (
                    "kind",
                    models.CharField(
                        choices=[("commune", "Commune"), ("municipal_district", "Arrondissement municipal")],
                        max_length=20,
                        verbose_name="nature",
                    ),
                ),
                (
                    "parent_code",
                    models.CharField(blank=True, default="", max_length=5, verbose_name="ville de l’arrondissement"),
                ),
                ("departement_code", models.CharField(max_length=3, verbose_name="département")),
                ("region_code", models.CharField(max_length=3, verbose_name="région")),
                ("epci_code", models.CharField(blank=True, default="", max_length=9, verbose_name="intercommunalité")),
                (
                    "employment_area_code",
                    models.CharField(blank=True, default="", max_length=4, verbose_name="bassin d’emploi"),
                ),
                ("population", models.PositiveIntegerField(blank=True, null=True, verbose_name="population")),
                ("vintage", models.PositiveSmallIntegerField(verbose_name="millésime")),
            ],
            options={
                "verbose_name": "commune",
                "ordering": ["code"],
                "indexes": [
                    models.Index(fields=["departement_code"], name="commune_departement"),
                    models.Index(fields=["region_code"], name="commune_region"),
                    models.Index(fields=["epci_code"], name="commune_epci"),
                    models.Index(fields=["employment_area_code"], name="commune_employment_area"),
                    models.Index(
                        condition=models.Q(("parent_code", ""), _negated=True),
                        fields=["parent_code"],
                        name="commune_parent",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("code__regex", "\\A([0-9]{5}|2[AB][0-9]{3})\\Z")), name="commune_code_shape"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("name", ""), _negated=True), models.Q(("name_folded", ""), _negated=True)
                        ),
                        name="commune_named",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "commune"), ("parent_code", "")),
                            models.Q(
                                ("kind", "municipal_district"),
                                ("parent_code__regex", "\\A([0-9]{5}|2[AB][0-9]{3})\\Z"),
                                models.Q(("parent_code", models.F("code")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="commune_district_has_its_city",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("departement_code__regex", "\\A([0-9]{2}|2[AB]|[0-9]{3})\\Z")),
                        name="commune_departement_shape",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("region_code__regex", "\\A([0-9]{2}|9[78][0-9])\\Z")),
                        name="commune_region_shape",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("epci_code", ""), ("epci_code__regex", "\\A[0-9]{9}\\Z"), _connector="OR"),
                        name="commune_epci_shape",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("employment_area_code", ""),
                            ("employment_area_code__regex", "\\A[0-9]{4}\\Z"),
                            _connector="OR",
                        ),
                        name="commune_employment_area_shape",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("vintage__gte", 1943), ("vintage__lte", 2100)),
                        name="commune_vintage_since_1943",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CommuneMovement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("old_code", models.CharField(max_length=5, verbose_name="ancien code")),
                ("new_code", models.CharField(max_length=5, verbose_name="code suivant")),
                ("effective_on", models.DateField(blank=True, null=True, verbose_name="date d’effet")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("delegated", "Commune déléguée"),
                            ("associated", "Commune associée"),
                            ("merged", "Commune fusionnée"),
                            ("recoded", "Changement de code"),
                            ("suppressed", "Commune supprimée"),
                        ],
                        max_length=20,
                        verbose_name="nature",
                    ),
                ),
            ],
            options={
                "verbose_name": "mouvement de commune",
                "verbose_name_plural": "mouvements de communes",
                "ordering": ["old_code"],
                "indexes": [models.Index(fields=["new_code"], name="movement_new_code")],
                "constraints": [
                    models.UniqueConstraint(fields=("old_code",), name="movement_one_per_old_code"),
                    models.CheckConstraint(
                        condition=models.Q(("old_code", models.F("new_code")), _negated=True),
                        name="movement_goes_elsewhere",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("old_code__regex", "\\A([0-9]{5}|2[AB][0-9]{3})\\Z"),
                            ("new_code__regex", "\\A([0-9]{5}|2[AB][0-9]{3})\\Z"),
                        ),
                        name="movement_code_shapes",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["delegated", "associated", "merged", "recoded", "suppressed"])
                        ),
                        name="movement_kind_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Zone",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "zone_type",
                    models.CharField(
                        choices=[
                            ("epci", "Intercommunalité (EPCI)"),
                            ("employment_area", "Bassin d’emploi"),
                            ("departement", "Département"),
                            ("region", "Région"),
                        ],
                        max_length=20,
                        verbose_name="type",
                    ),
                ),
                ("code", models.CharField(max_length=9, verbose_name="code")),
                ("name", models.CharField(max_length=120, verbose_name="nom")),
                ("name_folded", models.CharField(max_length=120, verbose_name="nom pour la recherche")),
                (
                    "departement_code",
                    models.CharField(blank=True, default="", max_length=3, verbose_name="département principal"),
                ),
                (
                    "region_code",
                    models.CharField(blank=True, default="", max_length=3, verbose_name="région principale"),
                ),
                ("vintage", models.PositiveSmallIntegerField(verbose_name="millésime")),
            ],
            options={
                "verbose_name": "zone",
                "ordering": ["zone_type", "code"],
                "indexes": [models.Index(fields=["zone_type", "name_folded"], name="zone_name")],
                "constraints": [
                    models.UniqueConstraint(fields=("zone_type", "code"), name="zone_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("zone_type", "epci"), ("code__regex", "\\A[0-9]{9}\\Z")),
                            models.Q(("zone_type", "employment_area"), ("code__regex", "\\A[0-9]{4}\\Z")),
                            models.Q(("zone_type", "departement"), ("code__regex", "\\A([0-9]{2}|2[AB]|[0-9]{3})\\Z")),
                            models.Q(("zone_type", "region"), ("code__regex", "\\A([0-9]{2}|9[78][0-9])\\Z")),
                            _connector="OR",
                        ),
                        name="zone_code_shape",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("name", ""), _negated=True), models.Q(("name_folded", ""), _negated=True)
                        ),
                        name="zone_named",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("departement_code", ""),
                                ("departement_code__regex", "\\A([0-9]{2}|2[AB]|[0-9]{3})\\Z"),
                                _connector="OR",
                            ),
                            models.Q(
                                ("region_code", ""),
                                ("region_code__regex", "\\A([0-9]{2}|9[78][0-9])\\Z"),
                                _connector="OR",
                            ),
                        ),
                        name="zone_parents_shape",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("zone_type", "departement"), _negated=True),
                            models.Q(("region_code", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="zone_departement_has_its_region",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("vintage__gte", 1943), ("vintage__lte", 2100)),
                        name="zone_vintage_since_1943",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ZoneGroup",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=40, unique=True, verbose_name="code")),
                ("label", models.CharField(max_length=80, verbose_name="nom")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("former_region", "Ancienne région"),
                            ("overseas", "Outre-mer"),
                            ("custom", "Zone particulière"),
                        ],
                        default="custom",
                        max_length=15,
                        verbose_name="nature",
                    ),
                ),
                ("departements", models.JSONField(default=list, verbose_name="départements")),
                ("archived_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ("label", "code"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("code__regex", "\\A[A-Z0-9]+(-[A-Z0-9]+)*\\Z")),
                        name="zone_group_code_shape",
                        violation_error_message="Un code de zone s’écrit en capitales, chiffres et tirets.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="FormerName",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "commune",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="former_names", to="territory.commune"
                    ),
                ),
                ("code", models.CharField(max_length=5, verbose_name="code qui portait ce nom")),
                ("name", models.CharField(max_length=80, verbose_name="nom")),
                ("name_folded", models.CharField(db_index=True, max_length=80, verbose_name="nom pour la recherche")),
            ],
            options={
                "verbose_name": "ancien nom",
                "verbose_name_plural": "anciens noms",
                "ordering": ["code", "name_folded"],
                "constraints": [
                    models.UniqueConstraint(fields=("code", "name_folded"), name="formername_once_per_code"),
                    models.CheckConstraint(
                        condition=models.Q(("code__regex", "\\A([0-9]{5}|2[AB][0-9]{3})\\Z")),
                        name="formername_code_shape",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("name", ""), _negated=True), models.Q(("name_folded", ""), _negated=True)
                        ),
                        name="formername_named",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PostalCode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "commune",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="postal_codes", to="territory.commune"
                    ),
                ),
                ("code", models.CharField(max_length=5, verbose_name="code postal")),
            ],
            options={
                "verbose_name": "code postal",
                "verbose_name_plural": "codes postaux",
                "ordering": ["code", "commune_id"],
                "indexes": [models.Index(fields=["code"], name="postalcode_code")],
                "constraints": [
                    models.UniqueConstraint(fields=("commune", "code"), name="postalcode_once_per_commune"),
                    models.CheckConstraint(
                        condition=models.Q(("code__regex", "\\A[0-9]{5}\\Z")), name="postalcode_shape"
                    ),
                ],
            },
        ),
    ]
