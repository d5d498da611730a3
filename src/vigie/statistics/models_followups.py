"""The accompagnements of each month, counted. Nothing names a firm nor a person. Imported by ``models``."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from vigie.rights.reach import ReachQuerySet
from vigie.rights.table import Reach
from vigie.statistics.reaches import of_charged_bodies


class FollowupCountQuerySet(ReachQuerySet):
    REACHES: ClassVar = {Reach.CHARGE: of_charged_bodies}


class FollowupCount(models.Model):
    """Files of a month, for one body (none: for all together) and a département of establishments.

    indicator, family, part: of ``followups``; family and part both empty for the whole. Each month counted has a row
    of running files without département, be it of none: it says that the month was counted.
    """

    month = models.DateField("mois")
    entity = models.CharField("administration", max_length=200, blank=True)
    departement = models.CharField("département", max_length=3, blank=True)
    indicator = models.CharField("indicateur", max_length=10)
    family = models.CharField("répartition", max_length=12, blank=True)
    part = models.CharField("part", max_length=80, blank=True)
    count = models.PositiveIntegerField("nombre")

    objects = FollowupCountQuerySet.as_manager()

    class Meta:
        ordering = ("month", "entity", "departement", "indicator", "family", "part")
        constraints = [
            models.UniqueConstraint(
                fields=["month", "entity", "departement", "indicator", "family", "part"], name="followup_count_once"
            ),
            models.CheckConstraint(condition=Q(month__day=1), name="followup_count_month_is_a_first_day"),
            models.CheckConstraint(
                condition=Q(family="", part="") | (~Q(family="") & ~Q(part="")), name="followup_count_whole_or_part"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month} {self.indicator} {self.count}"
