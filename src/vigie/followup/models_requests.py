"""The help that a firm asks for itself: a need, for the agents of its territory, and in the file that it joined."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q

from vigie.followup.models_acts import Referral
from vigie.followup.places import in_departements
from vigie.matching.models import Need
from vigie.rights.person import Person
from vigie.rights.reach import ReachQuerySet
from vigie.rights.table import Reach


def _asked_here(person: Person) -> Q:
    """Put before experts, on a subject that tells difficulties, of an establishment of the person's départements.

    A need that a file sent to advisers is not the firm's own request.
    """
    told = Q(sent_at__isnull=False, subject__tells_difficulty=True, diagnosis__establishment__isnull=False)
    own = ~Q(Exists(Referral.objects.filter(visit=OuterRef("diagnosis_id"))))
    return told & own & in_departements(person, "diagnosis__establishment__commune_code")


class FirmNeedQuerySet(ReachQuerySet):
    REACHES = {Reach.TERRITORY: _asked_here}


class FirmNeed(Need):
    """A need of a firm in difficulty, as its territory's agents know it: that it exists, on what, since when."""

    objects = FirmNeedQuerySet.as_manager()  # type: ignore[misc,assignment]

    class Meta:
        proxy = True


class HelpRequest(models.Model):
    """A need that the firm asked for itself, or through an adviser, and that an expert took up in a file."""

    followup = models.ForeignKey("followup.Followup", on_delete=models.CASCADE, related_name="help_requests")
    need = models.OneToOneField(Need, on_delete=models.CASCADE, related_name="+")
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")  # proof
    at = models.DateTimeField()

    class Meta:
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return f"Demande {self.pk}"
