"""A partner's reviewer asks that the habilitation of an agent be another one: level, territory, profile of work."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from vigie.accounts.models import Habilitation
from vigie.accounts.models_agents import Segment
from vigie.agents.states import MOVE
from vigie.rights.reach import ReachQuerySet


class AskedMoveQuerySet(ReachQuerySet):
    REACHES = {}


class AskedMove(models.Model):
    """level, territory (as it is stored), segment: what it becomes; empty: unchanged. answer: why it was left."""

    LIFECYCLE = MOVE

    habilitation = models.ForeignKey(Habilitation, on_delete=models.PROTECT, related_name="moves")  # proof
    level = models.CharField("niveau", max_length=10, blank=True)
    territory = models.CharField("territoire", max_length=1000, blank=True)
    segment = models.ForeignKey(
        Segment, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )  # what was asked
    reason = models.CharField("motif", max_length=300)
    state = models.CharField("état", max_length=10, choices=MOVE.choices, default=MOVE.initial)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")  # who vouches
    asked_at = models.DateTimeField()
    answer = models.CharField("réponse", max_length=300, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = AskedMoveQuerySet.as_manager()

    class Meta:
        ordering = ("asked_at", "pk")
        constraints = [
            models.CheckConstraint(
                condition=~Q(level="") | ~Q(territory="") | Q(segment__isnull=False), name="move_says_something"
            ),
            models.CheckConstraint(
                condition=Q(state=MOVE.initial, ended_at__isnull=True)
                | (~Q(state=MOVE.initial) & Q(ended_at__isnull=False)),
                name="move_ended_iff_final",
            ),
            models.UniqueConstraint(
                fields=["habilitation"],
                condition=Q(state=MOVE.initial),
                name="move_one_at_a_time",
                violation_error_message="Une demande attend déjà pour cet agent.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.habilitation} {self.asked_at:%Y-%m-%d}"
