"""An administrator looks through an agent's eyes: asked with a reason, signed by another, for some minutes, to read."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from vigie.agents.states import ASKED, ENDED, LOOK, REFUSED, RUNNING
from vigie.rights.reach import ReachQuerySet
from vigie.rights.table import Reach

LONGEST_MINUTES = 30


class LookQuerySet(ReachQuerySet):
    REACHES = {Reach.OWN: lambda person: Q(asked_by_id=person.user_id)}


class Look(models.Model):
    """until: when it closes, whatever happens; told when it begins."""

    LIFECYCLE = LOOK

    agent = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="looks")  # proof
    reason = models.CharField("motif", max_length=300)
    minutes = models.PositiveSmallIntegerField("minutes")
    state = models.CharField("état", max_length=10, choices=LOOK.choices, default=LOOK.initial)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")  # proof
    asked_at = models.DateTimeField()
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField(null=True)
    begun_at = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    objects = LookQuerySet.as_manager()

    class Meta:
        ordering = ("-asked_at", "-pk")
        constraints = [
            models.CheckConstraint(condition=Q(minutes__gte=5, minutes__lte=LONGEST_MINUTES), name="look_is_short"),
            models.CheckConstraint(
                condition=Q(signed_by=None) | ~Q(signed_by=F("asked_by")),
                name="look_signed_by_another",
                violation_error_message="Un autre administrateur doit signer.",
            ),
            models.CheckConstraint(
                condition=~Q(state=RUNNING) | Q(signed_by__isnull=False, until__isnull=False),
                name="look_runs_when_signed",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[REFUSED, ENDED], ended_at__isnull=False)
                | (~Q(state__in=[REFUSED, ENDED]) & Q(ended_at__isnull=True)),
                name="look_ended_iff_final",
            ),
            models.UniqueConstraint(
                fields=["asked_by"],
                condition=Q(state__in=[ASKED, "signed", RUNNING]),
                name="look_one_at_a_time",
                violation_error_message="Vous avez déjà une demande en cours.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.asked_by} {self.agent}"
