"""The help that firms ask for: needs known to the agents of the territory, and those that a file holds."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("followup", "0004_summary_draft"),
        ("matching", "0001_first_release"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="FirmNeed",
            fields=[],
            options={"proxy": True, "indexes": [], "constraints": []},
            bases=("matching.need",),
        ),
        migrations.AlterField(
            model_name="followup",
            name="source",
            field=models.CharField(
                choices=[
                    ("agent", "Ouvert par un agent"),
                    ("duplicate", "Suite d’un accompagnement terminé"),
                    ("demande", "Demande d’aide de l’entreprise"),
                ],
                default="agent",
                max_length=10,
                verbose_name="origine",
            ),
        ),
        migrations.CreateModel(
            name="HelpRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                (
                    "followup",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="help_requests",
                        to="followup.followup",
                    ),
                ),
                (
                    "need",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="matching.need"
                    ),
                ),
                (
                    "taken_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={"ordering": ("-at", "-pk")},
        ),
    ]
