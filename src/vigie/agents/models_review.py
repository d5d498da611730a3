"""A partner's reviewer confirms that an agent still needs his habilitation."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from vigie.accounts.models import Habilitation


class Confirmation(models.Model):
    """That day, the reviewer of his body confirmed the habilitation as it stands."""

    habilitation = models.ForeignKey(Habilitation, on_delete=models.PROTECT, related_name="confirmations")  # proof
    day = models.DateField()
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")  # who vouches

    class Meta:
        ordering = ("-day",)
        constraints = [models.UniqueConstraint(fields=["habilitation", "day"], name="confirmation_once_a_day")]

    def __str__(self) -> str:
        return f"{self.habilitation} {self.day}"
