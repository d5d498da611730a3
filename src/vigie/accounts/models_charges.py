"""Whose habilitations a partner's reviewer answers for: bodies, profiles of work, or a profile within a body."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from vigie.accounts.models_agents import AgentProfile, Entity, Segment


class ChargeQuerySet(models.QuerySet["Charge"]):
    def covering(self, entity: object, segment: object) -> ChargeQuerySet:
        """Those that hold an agent of this body and this profile of work (keys, or columns of another table)."""
        bodies = Q(entity__isnull=True) | Q(entity_id=entity)
        return self.filter(bodies, Q(segment__isnull=True) | Q(segment_id=segment))


class Charge(models.Model):
    """The agents of a body, of a profile of work, or of a profile within a body; an empty column says « any ».

    It gives nothing by itself: the habilitation of reviewer does, on the agents that his charges hold.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="charges")
    entity = models.ForeignKey(
        Entity, null=True, blank=True, on_delete=models.PROTECT, related_name="charges"
    )  # somebody answers for its agents
    segment = models.ForeignKey(
        Segment, null=True, blank=True, on_delete=models.PROTECT, related_name="charges"
    )  # the same

    objects = ChargeQuerySet.as_manager()

    class Meta:
        ordering = ("user", "pk")
        constraints = [
            models.CheckConstraint(
                condition=Q(entity__isnull=False) | Q(segment__isnull=False),
                name="charge_says_whom",
                violation_error_message="Choisissez une administration, un profil de travail, ou les deux.",
            ),
            models.UniqueConstraint(
                "user", Coalesce("entity", 0), Coalesce("segment", 0), name="charge_once",
                violation_error_message="Cette personne répond déjà de ces agents.",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.user}\u00a0: {self.words()}"

    def words(self) -> str:
        """« DREETS, profil CRP »; body and profile must be loaded."""
        whose = self.entity.name if self.entity else "toutes les administrations"
        return f"{whose}, profil {self.segment.label}" if self.segment else whose


def answered_for(user_id: int | None) -> QuerySet[AgentProfile]:
    """The sheets of the agents whom this person answers for, as bodies and profiles are now."""
    mine = Charge.objects.filter(user_id=user_id or 0).covering(OuterRef("entity_id"), OuterRef("segment_id"))
    return AgentProfile.objects.filter(Exists(mine)).order_by()


def whole_bodies(user_id: int | None) -> QuerySet[Charge, Any]:
    """The short names of the bodies that this person answers for as a whole, whatever the profile of work."""
    held = Charge.objects.filter(user_id=user_id or 0, segment=None, entity__isnull=False)
    return held.order_by().values("entity__short_name")
