"""What a partner's reviewer says of a firm that an agent of his body opened by following it with a motive."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from vigie.agents.models import Follow


class FollowReview(models.Model):
    """One per follow. reason: why it is contested; told to the agent."""

    class Verdict(models.TextChoices):
        CONFIRMED = "confirmed", "Confirmé"
        CONTESTED = "contested", "Contesté"

    follow = models.OneToOneField(Follow, on_delete=models.PROTECT, related_name="review")  # proof
    verdict = models.CharField("avis", max_length=10, choices=Verdict.choices)
    reason = models.TextField("motif", blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")  # who vouches
    at = models.DateTimeField()

    class Meta:
        ordering = ("-at",)
        constraints = [
            models.CheckConstraint(
                condition=~Q(verdict="contested") | ~Q(reason=""),
                name="follow_contested_says_why",
                violation_error_message="Dites pourquoi vous contestez ce suivi.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.follow_id} {self.verdict}"
