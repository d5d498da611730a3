"""Following what waits: reminders, labels and notes of the team, holes of the directory met on the ground."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from vigie.accounts.models import User
from vigie.directory.models import Expert, Subject
from vigie.kernel.zones import ZONE_LABELS
from vigie.matching.models.needs import Need
from vigie.matching.models.requests import Solicitation
from vigie.matching.states import HOLE
from vigie.rights.reach import ReachQuerySet
from vigie.rights.table import Reach


class Reminder(models.Model):
    """Something said, once, because a need waits: to one expert, or to the company (no expert).

    An automatic kind leaves once per need and expert, and once per need, whoever asks. ``experts``: how many were
    written to, on the row of the need.
    """

    class Kind(models.TextChoices):
        SILENT = "silent", "Relance du neuvième jour"
        LAST_CHANCE = "last_chance", "Dernière chance du vingt-et-unième jour"
        ABANDON = "abandon", "Abandon du quarante-cinquième jour"
        REFUSED = "refused", "Refus de tous les experts annoncé à l’entreprise"
        BY_HAND = "by_hand", "Relance à la main"

    need = models.ForeignKey(Need, on_delete=models.CASCADE, related_name="reminders")
    expert = models.ForeignKey(Expert, null=True, on_delete=models.PROTECT, related_name="reminders")  # proof
    kind = models.CharField("relance", max_length=12, choices=Kind.choices)
    at = models.DateTimeField()
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")  # who asked; null: Vigie
    form_token = models.CharField(max_length=64, blank=True)  # of a reminder by hand: a double click is one
    experts = models.PositiveSmallIntegerField("experts relancés", default=0)

    class Meta:
        ordering = ("at", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["need", "kind"],
                condition=Q(expert__isnull=True) & ~Q(kind="by_hand"),
                name="reminder_kind_once",
                violation_error_message="Cette relance est déjà partie.",
            ),
            models.UniqueConstraint(
                fields=["need", "expert", "kind"],
                condition=Q(expert__isnull=False) & ~Q(kind="by_hand"),
                name="reminder_expert_once",
                violation_error_message="Cet expert a déjà reçu cette relance.",
            ),
            models.UniqueConstraint(fields=["form_token"], condition=~Q(form_token=""), name="reminder_form_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.need_id})"


class Tag(models.Model):
    """A label that the team puts on requests and needs."""

    label = models.CharField("étiquette", max_length=60, unique=True)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("label",)

    def __str__(self) -> str:
        return self.label


class SolicitationTag(models.Model):
    """A label on a request."""

    solicitation = models.ForeignKey(Solicitation, on_delete=models.CASCADE, related_name="tags")
    tag = models.ForeignKey(Tag, on_delete=models.PROTECT, related_name="solicitations")  # archived, never lost
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["solicitation", "tag"], name="solicitation_tag_once")]


class NeedTag(models.Model):
    """A label on a need."""

    need = models.ForeignKey(Need, on_delete=models.CASCADE, related_name="tags")
    tag = models.ForeignKey(Tag, on_delete=models.PROTECT, related_name="needs")  # archived, never lost
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["need", "tag"], name="need_tag_once")]


class Note(models.Model):
    """A note of the team to itself, about a request, a need or an expert; nobody else reads it."""

    solicitation = models.ForeignKey(Solicitation, null=True, on_delete=models.CASCADE, related_name="notes")
    need = models.ForeignKey(Need, null=True, on_delete=models.CASCADE, related_name="notes")
    expert = models.ForeignKey(Expert, null=True, on_delete=models.CASCADE, related_name="notes")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")  # who said it
    body = models.TextField()
    at = models.DateTimeField()
    form_token = models.CharField(max_length=64, unique=True)
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("at", "pk")
        constraints = [
            models.CheckConstraint(
                condition=Q(solicitation__isnull=False, need__isnull=True, expert__isnull=True)
                | Q(solicitation__isnull=True, need__isnull=False, expert__isnull=True)
                | Q(solicitation__isnull=True, need__isnull=True, expert__isnull=False),
                name="note_about_one_thing",
            )
        ]

    def __str__(self) -> str:
        return f"Note {self.pk}"


class HoleReportQuerySet(ReachQuerySet):
    REACHES = {Reach.OWN: lambda person: Q(author_id=person.user_id)}


class HoleReport(models.Model):
    """Somebody on the ground says that nobody answers for a subject in a zone; the team answers."""

    LIFECYCLE = HOLE

    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+")  # what was missing
    zone_type = models.CharField(
        "type de zone", max_length=20, choices=[(kind.value, label) for kind, label in ZONE_LABELS.items()]
    )
    code = models.CharField("code", max_length=9)
    need = models.ForeignKey(Need, null=True, on_delete=models.SET_NULL, related_name="+")  # what revealed it
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")  # who said it
    body = models.TextField("ce qui manque", blank=True)
    state = models.CharField("état", max_length=12, choices=HOLE.choices, default=HOLE.initial)
    at = models.DateTimeField()
    answer = models.TextField("réponse", blank=True)
    closed_at = models.DateTimeField(null=True)
    form_token = models.CharField(max_length=64, unique=True)

    objects = HoleReportQuerySet.as_manager()

    class Meta:
        ordering = ("at", "pk")
        indexes = [models.Index(fields=["state", "at"], name="hole_report_queue")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=HOLE.final_codes, closed_at__isnull=False)
                | (~Q(state__in=HOLE.final_codes) & Q(closed_at__isnull=True)),
                name="hole_report_closed_iff_final",
            )
        ]

    def __str__(self) -> str:
        return f"Signalement {self.pk}"
