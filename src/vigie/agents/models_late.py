"""Habilitations whose review is late by a month: reported above the reviewer, once for each date. By ``models``."""

from __future__ import annotations

from django.db import models

from vigie.accounts.models import Habilitation
from vigie.accounts.models_agents import Entity


class LateReport(models.Model):
    """What one body was late to review, on the day it was reported."""

    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="+")  # who answers for it
    at = models.DateTimeField()

    class Meta:
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return f"{self.entity} {self.at:%Y-%m-%d}"


class LateReview(models.Model):
    """A habilitation that was to be reviewed on that day, and was reported."""

    report = models.ForeignKey(LateReport, on_delete=models.CASCADE, related_name="late")
    habilitation = models.ForeignKey(Habilitation, on_delete=models.CASCADE, related_name="+")
    due_on = models.DateField()

    class Meta:
        ordering = ("due_on", "pk")
        constraints = [models.UniqueConstraint(fields=["habilitation", "due_on"], name="late_review_once")]

    def __str__(self) -> str:
        return f"{self.habilitation_id} {self.due_on}"
