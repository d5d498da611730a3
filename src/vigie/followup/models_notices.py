"""What was told to agents by mail, so that it is told once."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Digest(models.Model):
    """The news of somebody's files, told one morning: what others wrote after ``since``, up to ``until``."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    since = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        ordering = ("-until", "-pk")
        constraints = [models.UniqueConstraint(fields=["user", "day"], name="digest_once_a_day")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.day}"


class Handover(models.Model):
    """The files that somebody gave to a colleague in one go: one mail to each of them, whatever their number."""

    giver = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")  # proof
    taker = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    files = models.ManyToManyField("followup.Followup", related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return f"{self.giver_id} {self.taker_id}"
