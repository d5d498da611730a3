"""Visits to firms: planned, held or cancelled, and what was said in one text walled by network.

A visit is seen, whatever his administration, by who may read the detection of the firm; its text by its network only.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q

from vigie.accounts.models_agents import Network
from vigie.campaigns.rules import CANCELLATIONS
from vigie.campaigns.states import CANCELLED, PLANNED, VISIT
from vigie.followup.models_texts import WalledQuerySet
from vigie.rights.person import Person
from vigie.rights.reach import ReachQuerySet
from vigie.rights.table import Reach
from vigie.watchlists.models import Firm


def _open(person: Person) -> Q:
    return Q(Exists(Firm.objects.allowed(person, "dossier.score").filter(pk=OuterRef("firm_id"))))


class VisitQuerySet(ReachQuerySet):
    REACHES = {
        Reach.UNLOCKED: _open,
        Reach.OWN: lambda person: _open(person) & Q(organiser_id=person.user_id or 0),
    }

    def of(self, person: Person) -> VisitQuerySet:
        """Those that the person organises or takes part in."""
        together = Visit.companions.through.objects.filter(visit_id=OuterRef("pk"), user_id=person.user_id or 0)
        return self.filter(Q(organiser_id=person.user_id or 0) | Exists(together))


class Visit(models.Model):
    """A visit to a firm. departement: of the place visited. companions: agents who come too."""

    LIFECYCLE = VISIT

    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="+")  # history
    where = models.CharField("lieu", max_length=120)
    departement = models.CharField("département", max_length=3)
    planned_on = models.DateField("date")
    planned_at = models.TimeField("heure", null=True, blank=True)
    organiser = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")  # proof
    companions = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+", blank=True)
    state = models.CharField("état", max_length=10, choices=VISIT.choices, default=VISIT.initial)
    ended_at = models.DateTimeField(null=True, blank=True)
    cancelled_for = models.CharField("annulée parce que", max_length=10, choices=CANCELLATIONS, blank=True)
    created_at = models.DateTimeField()
    form_token = models.CharField(max_length=64, unique=True)  # a form sent twice plans one visit

    objects = VisitQuerySet.as_manager()

    class Meta:
        ordering = ("planned_on", "planned_at", "pk")
        indexes = [
            models.Index(fields=["departement", "planned_on"], name="visit_week"),
            models.Index(fields=["firm", "planned_on"], name="visit_firm"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state=PLANNED, ended_at__isnull=True) | (~Q(state=PLANNED) & Q(ended_at__isnull=False)),
                name="visit_ended_iff_dated",
            ),
            models.CheckConstraint(
                condition=~Q(state=CANCELLED) | ~Q(cancelled_for=""), name="visit_cancelled_says_why"
            ),
        ]

    def __str__(self) -> str:
        return f"Visite {self.pk}"


class VisitReport(models.Model):
    """What was said during a visit, for the agents of one network."""

    visit = models.OneToOneField(Visit, on_delete=models.CASCADE, related_name="report")
    network = models.ForeignKey(Network, on_delete=models.PROTECT, related_name="+")  # who reads it
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")  # who wrote it
    text = models.TextField("compte rendu")
    written_at = models.DateTimeField()

    objects = WalledQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="visit_report_says_something")]

    def __str__(self) -> str:
        return f"Compte rendu {self.visit_id}"
