"""The tables of the first release: what the migrations it replaces had come to, written at once.

A base that has them all is taken as it stands; `replaces` may go when no such base is left.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from vigie.first_release import FirstRelease


class Migration(FirstRelease):
    replaces = [("campaigns", "0001_initial"), ("campaigns", "0002_visits")]

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("watchlists", "0001_first_release"),
    ]

    operations = [
        migrations.CreateModel(
            name="Campaign",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120, verbose_name="nom")),
                ("objective", models.TextField(blank=True, verbose_name="objectif")),
                ("starts_on", models.DateField(verbose_name="début")),
                ("ends_on", models.DateField(verbose_name="fin")),
                (
                    "publication",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="watchlists.publication",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "En cours"), ("closed", "Close")],
                        default="open",
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
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("form_token", models.CharField(max_length=64, unique=True)),
            ],
            options={
                "ordering": ("-starts_on", "-pk"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_on__gte", models.F("starts_on"))), name="campaign_dates"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at__isnull", False), ("state", "closed")),
                            models.Q(models.Q(("state", "closed"), _negated=True), ("closed_at__isnull", True)),
                            _connector="OR",
                        ),
                        name="campaign_closed_iff_dated",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CampaignMember",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="members", to="campaigns.campaign"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "added_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("added_at", models.DateTimeField()),
            ],
            options={
                "ordering": ("added_at", "pk"),
                "constraints": [models.UniqueConstraint(fields=("campaign", "user"), name="campaign_member_once")],
            },
        ),
        migrations.CreateModel(
            name="CampaignPlace",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="places", to="campaigns.campaign"
                    ),
                ),
                ("departement", models.CharField(max_length=3, verbose_name="département")),
            ],
            options={
                "ordering": ("departement",),
                "indexes": [models.Index(fields=["departement", "campaign"], name="campaign_place")],
                "constraints": [
                    models.UniqueConstraint(fields=("campaign", "departement"), name="campaign_place_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Target",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="targets", to="campaigns.campaign"
                    ),
                ),
                (
                    "firm",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="watchlists.firm"
                    ),
                ),
                ("departement", models.CharField(max_length=3, verbose_name="département")),
                ("family", models.CharField(blank=True, max_length=40)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("to_contact", "À contacter"),
                            ("taken", "Prise"),
                            ("postponed", "Reportée"),
                            ("done", "Traitée"),
                        ],
                        default="to_contact",
                        max_length=10,
                        verbose_name="état",
                    ),
                ),
                (
                    "assignee",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "taken_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("taken_at", models.DateTimeField(blank=True, null=True)),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("support", "Jointe\xa0: elle demande un accompagnement"),
                            ("fine", "Jointe\xa0: aucun besoin pour le moment"),
                            ("declined", "Jointe\xa0: elle ne souhaite pas d’aide"),
                            ("call_back", "Jointe\xa0: à rappeler"),
                            ("no_answer", "Pas de réponse\xa0: à rappeler"),
                            ("unreachable", "Injoignable\xa0: on n’appelle plus"),
                        ],
                        max_length=12,
                        verbose_name="résultat",
                    ),
                ),
                ("call_back_on", models.DateField(blank=True, null=True, verbose_name="à rappeler le")),
                (
                    "released_for",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("other_priority", "Je n’ai pas le temps"),
                            ("somebody_else", "Quelqu’un d’autre s’en occupe"),
                            ("mistake", "Je l’ai prise par erreur"),
                        ],
                        max_length=16,
                        verbose_name="rendue parce que",
                    ),
                ),
                (
                    "postponed_for",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("3_months", "De trois mois"),
                            ("6_months", "De six mois"),
                            ("9_months", "De neuf mois"),
                            ("for_good", "Sans la reprendre"),
                        ],
                        max_length=10,
                        verbose_name="reportée",
                    ),
                ),
                ("postponed_until", models.DateField(blank=True, null=True, verbose_name="reportée jusqu’au")),
            ],
            options={
                "ordering": ("campaign", "pk"),
                "indexes": [
                    models.Index(fields=["campaign", "state"], name="target_state"),
                    models.Index(fields=["taken_by", "state"], name="target_taken_by"),
                    models.Index(fields=["assignee", "state"], name="target_assignee"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("campaign", "firm"), name="target_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "taken")),
                        fields=("firm",),
                        name="target_one_taker",
                        violation_error_message="Un autre agent contacte déjà cette entreprise.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("state__in", ["taken", "done"]),
                                ("taken_at__isnull", False),
                                ("taken_by__isnull", False),
                            ),
                            models.Q(
                                models.Q(("state__in", ["taken", "done"]), _negated=True),
                                ("taken_at__isnull", True),
                                ("taken_by__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="target_taken_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("done_at__isnull", False), ("state", "done"), models.Q(("outcome", ""), _negated=True)
                            ),
                            models.Q(models.Q(("state", "done"), _negated=True), ("done_at__isnull", True)),
                            _connector="OR",
                        ),
                        name="target_done_says_what",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "postponed"), _negated=True),
                            models.Q(("postponed_for", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="target_postponed_says_how_long",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Contact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "target",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="contacts", to="campaigns.target"
                    ),
                ),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("contacted_on", models.DateField(verbose_name="date du contact")),
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
                    "outcome",
                    models.CharField(
                        choices=[
                            ("support", "Jointe\xa0: elle demande un accompagnement"),
                            ("fine", "Jointe\xa0: aucun besoin pour le moment"),
                            ("declined", "Jointe\xa0: elle ne souhaite pas d’aide"),
                            ("call_back", "Jointe\xa0: à rappeler"),
                            ("no_answer", "Pas de réponse\xa0: à rappeler"),
                            ("unreachable", "Injoignable\xa0: on n’appelle plus"),
                        ],
                        max_length=12,
                        verbose_name="résultat",
                    ),
                ),
                ("call_back_on", models.DateField(blank=True, null=True, verbose_name="à rappeler le")),
                ("form_token", models.CharField(max_length=64, unique=True)),
                ("recorded_at", models.DateTimeField()),
            ],
            options={
                "ordering": ("-contacted_on", "-pk"),
            },
        ),
        migrations.CreateModel(
            name="Visit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "firm",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="watchlists.firm"
                    ),
                ),
                ("where", models.CharField(max_length=120, verbose_name="lieu")),
                ("departement", models.CharField(max_length=3, verbose_name="département")),
                ("planned_on", models.DateField(verbose_name="date")),
                ("planned_at", models.TimeField(blank=True, null=True, verbose_name="heure")),
                (
                    "organiser",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("planned", "Prévue"), ("held", "Faite"), ("cancelled", "Annulée")],
                        default="planned",
                        max_length=10,
                        verbose_name="état",
                    ),
                ),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "cancelled_for",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("firm", "L’entreprise ne peut pas, ou ne veut pas"),
                            ("agent", "Un agent est empêché"),
                            ("useless", "Elle n’est plus utile"),
                        ],
                        max_length=10,
                        verbose_name="annulée parce que",
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("form_token", models.CharField(max_length=64, unique=True)),
                ("companions", models.ManyToManyField(blank=True, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "ordering": ("planned_on", "planned_at", "pk"),
                "indexes": [
                    models.Index(fields=["departement", "planned_on"], name="visit_week"),
                    models.Index(fields=["firm", "planned_on"], name="visit_firm"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at__isnull", True), ("state", "planned")),
                            models.Q(models.Q(("state", "planned"), _negated=True), ("ended_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="visit_ended_iff_dated",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "cancelled"), _negated=True),
                            models.Q(("cancelled_for", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="visit_cancelled_says_why",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="VisitReport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "visit",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="report", to="campaigns.visit"
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
                ("text", models.TextField(verbose_name="compte rendu")),
                ("written_at", models.DateTimeField()),
            ],
            options={
                "ordering": ("pk",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("text", ""), _negated=True), name="visit_report_says_something"
                    )
                ],
            },
        ),
    ]
