"""A closed establishment on which an administrator lets files be opened for some days, and says why (S-03)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q


class ClosedPlace(models.Model):
    """From ``since`` to ``until``. Ended sooner: ``until`` moves. Never erased: it is the proof of the exception."""

    workplace = models.ForeignKey("followup.Workplace", on_delete=models.CASCADE, related_name="+")
    reason = models.TextField("motif")
    since = models.DateTimeField()
    until = models.DateTimeField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")  # proof

    class Meta:
        ordering = ("-since", "-pk")
        constraints = [
            models.CheckConstraint(condition=Q(until__gte=F("since")), name="closed_place_period"),
            models.CheckConstraint(condition=~Q(reason=""), name="closed_place_says_why"),
        ]

    def __str__(self) -> str:
        return str(self.workplace_id)
