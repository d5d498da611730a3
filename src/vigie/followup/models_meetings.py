"""A meeting of the CODEFI: when, where, who was there, the firms spoken of, and what was decided for each.

Read by the CODEFI network of its département. A firm that one of them may not read is not on his agenda.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from vigie.accounts.models_agents import Duty, Network
from vigie.followup.states_meetings import MEETING, PLANNED
from vigie.rights.person import Person
from vigie.rights.reach import ReachQuerySet
from vigie.rights.table import Reach


def _codefi(person: Person) -> Q:
    """Those of the territory, for the members of the CODEFI network."""
    if Network.CODEFI not in person.networks:
        return Q(pk__in=[])
    return Q(pk__isnull=False) if person.nationwide else Q(departement__in=sorted(person.departements))


def _kept(person: Person) -> Q:
    """Those one keeps, as the secretary of the day or as the permanent one of the département."""
    held = Duty.objects.filter(user_id=person.user_id or 0, kind=Duty.Kind.SP_CODEFI)
    return _codefi(person) & (Q(secretary_id=person.user_id or 0) | Q(departement__in=held.values("departement")))


class MeetingQuerySet(ReachQuerySet):
    REACHES = {Reach.TERRITORY: _codefi, Reach.OWN: _kept}


class Meeting(models.Model):
    """A meeting. place: a room, or how to join it from afar. guests: those who have no account, as they are named."""

    LIFECYCLE = MEETING

    departement = models.CharField("département", max_length=3)
    held_on = models.DateField("date")
    held_at = models.TimeField("heure", null=True, blank=True)
    place = models.CharField("lieu ou visioconférence", max_length=200)
    secretary = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")  # who answers
    participants = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+", blank=True)
    guests = models.TextField("autres participants", blank=True)
    state = models.CharField("état", max_length=10, choices=MEETING.choices, default=MEETING.initial)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    form_token = models.CharField(max_length=64, unique=True)  # a form sent twice plans one meeting

    objects = MeetingQuerySet.as_manager()

    class Meta:
        ordering = ("-held_on", "-pk")
        indexes = [models.Index(fields=["departement", "held_on"], name="meeting_departement")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state=PLANNED, ended_at__isnull=True) | (~Q(state=PLANNED) & Q(ended_at__isnull=False)),
                name="meeting_ended_iff_dated",
            ),
        ]

    def __str__(self) -> str:
        return f"CODEFI {self.departement} {self.held_on}"

    @property
    def is_planned(self) -> bool:
        return self.state == PLANNED


class MeetingPoint(models.Model):
    """A firm on the agenda, and what was decided. followup: its file, if it has one; else it is in alert.

    summary: that of the CODEFI network as it was when the minutes were closed. done_at: the decision is carried out.
    """

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="points")
    followup = models.ForeignKey(
        "followup.Followup", null=True, blank=True, on_delete=models.PROTECT, related_name="points"
    )  # what was said of it stays
    siren = models.CharField(max_length=9)
    heading = models.CharField("rubrique", max_length=60)
    position = models.PositiveSmallIntegerField("rang")
    decision = models.TextField("décision", blank=True)
    contact = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )  # who contacts the firm
    due_on = models.DateField("pour le", null=True, blank=True)
    summary = models.TextField("synthèse CODEFI", blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("position", "pk")
        indexes = [models.Index(fields=["siren"], name="meeting_point_firm")]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "siren"], name="meeting_point_once"),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True, done_by__isnull=True)
                | (Q(done_at__isnull=False, done_by__isnull=False) & ~Q(decision="")),
                name="meeting_point_done_after_decision",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.siren} {self.meeting_id}"
