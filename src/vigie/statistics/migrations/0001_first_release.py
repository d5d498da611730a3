"""The tables of the first release: what the migrations it replaces had come to, written at once.

A base that has them all is taken as it stands; `replaces` may go when no such base is left.
"""

from django.db import migrations, models

from vigie.first_release import FirstRelease


class Migration(FirstRelease):
    replaces = [("statistics", "0001_counts"), ("statistics", "0002_usage")]

    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Count",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("month", models.DateField(verbose_name="mois")),
                ("region", models.CharField(max_length=3, verbose_name="région")),
                ("base", models.CharField(max_length=20, verbose_name="ensemble compté")),
                ("family", models.CharField(blank=True, max_length=20, verbose_name="répartition")),
                ("part", models.CharField(blank=True, max_length=120, verbose_name="part")),
                ("count", models.PositiveIntegerField(verbose_name="nombre")),
                ("masked", models.BooleanField(default=False, verbose_name="masqué")),
            ],
            options={
                "ordering": ("month", "base", "family", "part", "region"),
                "indexes": [models.Index(fields=["base", "family", "month"], name="count_family")],
                "constraints": [
                    models.UniqueConstraint(fields=("region", "month", "base", "family", "part"), name="count_once"),
                    models.CheckConstraint(condition=models.Q(("month__day", 1)), name="count_month_is_a_first_day"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("family", ""), ("part", "")),
                            models.Q(models.Q(("family", ""), _negated=True), models.Q(("part", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="count_total_or_part",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Freshness",
            fields=[
                ("key", models.CharField(default="counts", max_length=10, primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("whole_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("at__gte", models.F("whole_at"))), name="freshness_after_whole"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PageCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("page", models.CharField(max_length=80)),
                ("method", models.CharField(max_length=7)),
                ("status", models.PositiveSmallIntegerField()),
                ("bound_ms", models.PositiveIntegerField()),
                ("count", models.PositiveIntegerField()),
            ],
            options={
                "ordering": ("day", "page"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("day", "page", "method", "status", "bound_ms"), name="page_count_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="UsageCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("month", models.DateField(verbose_name="mois")),
                ("entity", models.CharField(blank=True, max_length=200, verbose_name="administration")),
                ("zone", models.CharField(blank=True, max_length=200, verbose_name="territoire")),
                ("indicator", models.CharField(max_length=30, verbose_name="indicateur")),
                ("count", models.PositiveIntegerField(verbose_name="nombre")),
            ],
            options={
                "ordering": ("month", "entity", "zone", "indicator"),
                "constraints": [
                    models.UniqueConstraint(fields=("month", "entity", "zone", "indicator"), name="usage_once"),
                    models.CheckConstraint(condition=models.Q(("month__day", 1)), name="usage_month_is_a_first_day"),
                ],
            },
        ),
    ]
