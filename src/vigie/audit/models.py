"""Reading the audit: who saw what, who was refused, what is out of the ordinary."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q


class DayHead(models.Model):
    """Where the chain of the audit ended on a day, and what its verification found; mailed to the auditors."""

    day = models.DateField(unique=True)
    seq = models.BigIntegerField()
    hash = models.CharField(max_length=64, blank=True)
    links = models.BigIntegerField()
    fault = models.CharField(max_length=400, blank=True)
    verified_at = models.DateTimeField()

    class Meta:
        ordering = ("-day",)

    def __str__(self) -> str:
        return f"{self.day} {self.hash[:12]}"


class AnomalyReport(models.Model):
    """What was out of the ordinary in a week. findings: see ``rules.Finding``, one object each."""

    monday = models.DateField(unique=True)
    made_at = models.DateTimeField()
    agents = models.PositiveIntegerField()
    findings: Any = models.JSONField(default=list)

    class Meta:
        ordering = ("-monday",)
        constraints = [
            models.CheckConstraint(
                condition=Q(monday__week_day=2),
                name="anomalies_from_a_monday",
                violation_error_message="Un relevé commence un lundi.",
            )
        ]

    def __str__(self) -> str:
        return f"Semaine du {self.monday:%d/%m/%Y}"
