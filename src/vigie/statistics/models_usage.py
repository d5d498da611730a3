"""What is counted of the use of the service: answers of pages, and what each partner does. Nothing names a person."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from vigie.rights.reach import ReachQuerySet
from vigie.rights.table import Reach
from vigie.statistics.reaches import of_charged_bodies


class PageCount(models.Model):
    """Answers of a page in a day: its name, the method, the status, the bound of its duration (``measuring``)."""

    day = models.DateField()
    page = models.CharField(max_length=80)
    method = models.CharField(max_length=7)
    status = models.PositiveSmallIntegerField()
    bound_ms = models.PositiveIntegerField()
    count = models.PositiveIntegerField()

    class Meta:
        ordering = ("day", "page")
        constraints = [
            models.UniqueConstraint(fields=["day", "page", "method", "status", "bound_ms"], name="page_count_once")
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.page} {self.count}"


class UsageQuerySet(ReachQuerySet):
    REACHES: ClassVar = {Reach.CHARGE: of_charged_bodies}


class UsageCount(models.Model):
    """An indicator of ``usage`` in a month, for the agents of a body and a territory, as the audit names them."""

    month = models.DateField("mois")
    entity = models.CharField("administration", max_length=200, blank=True)
    zone = models.CharField("territoire", max_length=200, blank=True)
    indicator = models.CharField("indicateur", max_length=30)
    count = models.PositiveIntegerField("nombre")

    objects = UsageQuerySet.as_manager()

    class Meta:
        ordering = ("month", "entity", "zone", "indicator")
        constraints = [
            models.UniqueConstraint(fields=["month", "entity", "zone", "indicator"], name="usage_once"),
            models.CheckConstraint(condition=Q(month__day=1), name="usage_month_is_a_first_day"),
        ]

    def __str__(self) -> str:
        return f"{self.month} {self.indicator} {self.count}"
