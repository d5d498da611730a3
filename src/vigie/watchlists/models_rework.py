"""The working list of a département: what its rules gave, for ever, and what people corrected by hand since.

Imported by ``models``.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from vigie.rights.person import Person
from vigie.rights.reach import ReachQuerySet
from vigie.rights.table import Reach
from vigie.watchlists.models import Publication
from vigie.watchlists.states import OPEN, REPLACED

CRP = "crp"  # the network that corrects the working lists of its territory


def _here(person: Person) -> Q:
    """Of a département of the territory; never from a list that was withdrawn."""
    published = Q(publication__state__in=(OPEN, REPLACED))
    return published if person.nationwide else published & Q(departement__in=sorted(person.departements))


def _made_here(person: Person) -> Q:
    """Those of the territory, for the CRP network; for the others, those they made there."""
    return _here(person) if CRP in person.networks else _here(person) & Q(user_id=person.user_id or 0)


class ReworkedListQuerySet(ReachQuerySet):
    REACHES = {Reach.TERRITORY: _here, Reach.TERRITORY_CRP: _made_here}


class ReworkedList(models.Model):
    """A working list: its rules (code → parameter), and how many firms each step kept or dropped. Never rewritten."""

    publication = models.ForeignKey(Publication, on_delete=models.PROTECT, related_name="reworked")  # what it says of
    departement = models.CharField("département", max_length=3)
    name = models.CharField("nom", max_length=80)
    rules: Any = models.JSONField("règles")
    quota = models.PositiveSmallIntegerField("nombre d’entreprises au plus")
    complete_to = models.PositiveSmallIntegerField("nombre d’entreprises au moins", default=0)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")  # who answers for it
    made_at = models.DateTimeField()

    objects = ReworkedListQuerySet.as_manager()

    class Meta:
        ordering = ("-made_at", "-pk")
        constraints = [
            models.UniqueConstraint(
                fields=["publication", "departement", "name"],
                name="reworked_list_named_once",
                violation_error_message="Une liste retraitée porte déjà ce nom dans ce département.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ReworkedEntryQuerySet(models.QuerySet):
    def now(self) -> ReworkedEntryQuerySet:
        """Each with ``stays``: whether it is in the list today, the last correction deciding."""
        last = ReworkCorrection.objects.filter(entry=OuterRef("pk")).order_by("-pk").values("keeps")[:1]
        return self.annotate(stays=Coalesce(Subquery(last), F("kept")))


class ReworkedEntry(models.Model):
    """A firm of the département, and what the rules decided of it. See ``rules_rework.Verdict``."""

    reworked = models.ForeignKey(ReworkedList, on_delete=models.CASCADE, related_name="entries")
    siren = models.CharField(max_length=9)
    kept = models.BooleanField()
    reason = models.CharField(max_length=20)
    dropped_by: Any = models.JSONField(default=list)
    place = models.PositiveIntegerField(null=True)

    objects = ReworkedEntryQuerySet.as_manager()

    class Meta:
        ordering = (F("place").asc(nulls_last=True), "siren")
        constraints = [models.UniqueConstraint(fields=["reworked", "siren"], name="reworked_entry_once")]

    def __str__(self) -> str:
        return f"{self.siren} {self.reason}"


class ReworkCorrection(models.Model):
    """Somebody keeps or drops a firm by hand, and says why. Nothing is erased: the last one counts."""

    entry = models.ForeignKey(ReworkedEntry, on_delete=models.PROTECT, related_name="corrections")  # proof
    keeps = models.BooleanField()
    motive = models.CharField("motif", max_length=300)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")  # who answers for it
    at = models.DateTimeField()

    class Meta:
        ordering = ("pk",)
        constraints = [models.CheckConstraint(condition=~Q(motive=""), name="rework_correction_says_why")]

    def __str__(self) -> str:
        return f"{self.entry_id} {self.keeps}"
