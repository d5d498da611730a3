"""What the statistics read: counts by month and région, written by jobs. No row here says anything of one firm."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class Count(models.Model):
    """How many of a base set, in a month and a région: the total (no family), or one part of a family.

    ``masked``: too small to be published, or would give away one that is. ``month``: its first day.
    """

    month = models.DateField("mois")
    region = models.CharField("région", max_length=3)  # FR: the whole country; ZZ: unknown
    base = models.CharField("ensemble compté", max_length=20)
    family = models.CharField("répartition", max_length=20, blank=True)
    part = models.CharField("part", max_length=120, blank=True)
    count = models.PositiveIntegerField("nombre")
    masked = models.BooleanField("masqué", default=False)

    class Meta:
        ordering = ("month", "base", "family", "part", "region")
        constraints = [
            models.UniqueConstraint(fields=["region", "month", "base", "family", "part"], name="count_once"),
            models.CheckConstraint(condition=Q(month__day=1), name="count_month_is_a_first_day"),
            models.CheckConstraint(
                condition=Q(family="", part="") | (~Q(family="") & ~Q(part="")), name="count_total_or_part"
            ),
        ]
        indexes = [models.Index(fields=["base", "family", "month"], name="count_family")]

    def __str__(self) -> str:
        return f"{self.base} {self.family} {self.part} {self.region} {self.month}"


class Freshness(models.Model):
    """Until when the counts follow the rows. One row. ``whole_at``: when every month was last counted again."""

    key = models.CharField(max_length=10, primary_key=True, default="counts")
    at = models.DateTimeField()
    whole_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(at__gte=F("whole_at")), name="freshness_after_whole")]

    def __str__(self) -> str:
        return f"{self.key} {self.at}"


# Django finds here the models of the application.
from vigie.statistics.models_followups import FollowupCount as FollowupCount  # noqa: E402
from vigie.statistics.models_impact import ImpactCount as ImpactCount  # noqa: E402
from vigie.statistics.models_usage import PageCount as PageCount  # noqa: E402
from vigie.statistics.models_usage import UsageCount as UsageCount  # noqa: E402
