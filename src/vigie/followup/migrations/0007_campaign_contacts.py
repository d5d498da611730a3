"""What the contacts of campaigns gave, on the files."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("followup", "0006_words"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CampaignContact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
                ("said", models.CharField(max_length=80, verbose_name="résultat")),
                ("campaign", models.CharField(max_length=120, verbose_name="campagne")),
                ("source", models.PositiveBigIntegerField()),
                ("recorded_at", models.DateTimeField()),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "followup",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="campaign_contacts",
                        to="followup.followup",
                    ),
                ),
            ],
            options={
                "ordering": ("-contacted_on", "-pk"),
                "constraints": [models.UniqueConstraint(fields=("followup", "source"), name="campaign_contact_once")],
            },
        ),
    ]
