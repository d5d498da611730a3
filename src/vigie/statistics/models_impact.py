"""What comes of the lists of detection, counted. Nothing names a firm nor a person. Imported by ``models``."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from vigie.rights.reach import ReachQuerySet
from vigie.rights.table import Reach
from vigie.statistics.reaches import of_charged_bodies


class ImpactQuerySet(ReachQuerySet):
    REACHES: ClassVar = {Reach.CHARGE: of_charged_bodies}


class ImpactCount(models.Model):
    """Firms of the list of a month, for one body (none: for all together) and a département of head offices.

    family, part: of ``impact``; both empty for the firms listed.
    """

    month = models.DateField("mois de la liste")
    entity = models.CharField("administration", max_length=200, blank=True)
    departement = models.CharField("département", max_length=3, blank=True)
    family = models.CharField("indicateur", max_length=12, blank=True)
    part = models.CharField("part", max_length=20, blank=True)
    count = models.PositiveIntegerField("nombre")

    objects = ImpactQuerySet.as_manager()

    class Meta:
        ordering = ("month", "entity", "departement", "family", "part")
        constraints = [
            models.UniqueConstraint(fields=["month", "entity", "departement", "family", "part"], name="impact_once"),
            models.CheckConstraint(condition=Q(month__day=1), name="impact_month_is_a_first_day"),
        ]

    def __str__(self) -> str:
        return f"{self.month} {self.family} {self.count}"
