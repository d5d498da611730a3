"""The analysis of a request or of a visit, its needs, their candidates, their matches and their discussion."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, Q

from vigie.accounts.models import User
from vigie.companies.models import Contact, Establishment
from vigie.directory.models import Expert, ExpertMember, ExpertSubject, Subject
from vigie.kernel.zones import ZoneType
from vigie.matching.models.requests import Solicitation
from vigie.matching.need_text import NeedTextField
from vigie.matching.states import MATCH, NEED_STATUSES, NOT_COMPLETE
from vigie.rights.person import Person
from vigie.rights.reach import ReachQuerySet
from vigie.rights.table import Reach
from vigie.territory.models import Commune, in_zone


class DiagnosisQuerySet(ReachQuerySet):
    REACHES = {Reach.FILED_BY_ME: lambda person: Q(adviser_id=person.user_id, solicitation__isnull=True)}

    def visits(self) -> DiagnosisQuerySet:
        """Those filed by an adviser or an expert, without a request of the company."""
        return self.filter(solicitation__isnull=True)


class Diagnosis(models.Model):
    """The qualification of one request or of one visit: company, contact, needs. A visit has no request.

    ``consent_at``: when the person met agreed to be contacted, as said by ``adviser``. ``passed_from``: the need during
    which an expert met this other one. ``submitted_at``: filed by the adviser, and waiting for the team where the
    institution wants its visits validated; ``completed_at``: put before experts.
    """

    solicitation = models.OneToOneField(
        Solicitation,
        null=True,
        on_delete=models.PROTECT,
        related_name="diagnosis",  # a need keeps its origin
    )
    establishment = models.ForeignKey(
        Establishment, null=True, on_delete=models.PROTECT, related_name="diagnoses"
    )  # history
    commune_code = models.CharField(max_length=5)
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="diagnoses")  # whom to call
    adviser = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="diagnoses"
    )  # who transmitted the request, or who visited
    form_token = models.CharField(max_length=64, blank=True)  # a visit filed twice is filed once
    visited_on = models.DateField("date de la visite", null=True)
    consent_at = models.DateTimeField("accord de l’entreprise", null=True)
    passed_from = models.ForeignKey(
        "Need", null=True, on_delete=models.PROTECT, related_name="passed_on"
    )  # where it was met
    submitted_at = models.DateTimeField(null=True)
    company_name = models.CharField(max_length=200, blank=True)  # as typed after a visit, when no register knows it
    return_reason = models.TextField("motif du retour", blank=True)  # why the team sent a visit back to who filed it
    content = models.TextField(blank=True)
    missing_facts: Any = models.JSONField(default=list)  # facts that no register gave, shown as such
    created_at = models.DateTimeField()
    completed_at = models.DateTimeField(null=True)

    objects = DiagnosisQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["adviser", "created_at"], name="diagnosis_adviser"),
            models.Index(fields=["commune_code"], name="diagnosis_commune"),  # the needs of a zone
        ]
        constraints = [
            models.UniqueConstraint(fields=["form_token"], condition=~Q(form_token=""), name="diagnosis_form_once"),
            models.CheckConstraint(
                condition=Q(solicitation__isnull=False) | Q(submitted_at__isnull=True) | Q(consent_at__isnull=False),
                name="diagnosis_visit_with_consent",
                violation_error_message="Un besoin n’est déposé qu’avec l’accord de l’entreprise.",
            ),
            models.CheckConstraint(
                condition=Q(solicitation__isnull=False) | Q(completed_at__isnull=True) | Q(submitted_at__isnull=False),
                name="diagnosis_visit_submitted_first",
            ),
        ]

    def __str__(self) -> str:
        return f"Analyse {self.pk}"


def communes_of(person: Person) -> models.QuerySet[Commune]:
    """The communes of the zones that a person animates."""
    held = Q(pk__in=[])
    for kind, code in sorted(person.zones):
        held |= in_zone(ZoneType(kind), code)
    return Commune.objects.filter(held)


def _need_filed_by_me(person: Person) -> Q:
    mine = Diagnosis.objects.filter(adviser_id=person.user_id or 0, solicitation__isnull=True)
    return Q(diagnosis__in=mine.values("pk"))  # a set: joined, every need would be looked at


def _need_in_my_zones(person: Person) -> Q:
    """Needs put before experts, of companies in the zones that a person animates."""
    there = Diagnosis.objects.filter(commune_code__in=communes_of(person).values("code"))
    return Q(sent_at__isnull=False, diagnosis__in=there.values("pk"))


def _need_of_my_experts(person: Person) -> Q:
    mine = ExpertMember.objects.filter(user_id=person.user_id or 0).values("expert_id")
    return Q(Exists(Match.objects.filter(need=OuterRef("pk"), expert_id__in=mine)))


def _need_of_my_antenne(person: Person) -> Q:
    if person.antenne_id is None:
        return Q(pk__in=[])
    return Q(Exists(Match.objects.filter(need=OuterRef("pk"), expert__antenne_id=person.antenne_id)))


def _need_of_managed_antennes(person: Person) -> Q:
    return Q(Exists(Match.objects.filter(need=OuterRef("pk"), expert__antenne_id__in=person.managed_antennes)))


class NeedQuerySet(ReachQuerySet):
    REACHES = {
        Reach.OWN_EXPERT: _need_of_my_experts,
        Reach.OWN_ANTENNE: _need_of_my_antenne,
        Reach.ANTENNE: _need_of_managed_antennes,
        Reach.FILED_BY_ME: _need_filed_by_me,
        Reach.ZONES: _need_in_my_zones,
    }


class Need(models.Model):
    """One subject for one establishment: what experts see and statistics count. ``status`` is derived from matches."""

    diagnosis = models.ForeignKey(Diagnosis, on_delete=models.PROTECT, related_name="needs")  # origin of the need
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="needs")  # statistics
    content = models.TextField()
    answers: Any = models.JSONField(default=dict)  # question key → value, copied so that the team can correct
    facts: Any = models.JSONField(default=dict)  # NeedFacts as they were when the candidates were computed
    status = models.CharField(
        "état",
        max_length=25,
        choices=[(state.code, state.label) for state in NEED_STATUSES],
        default=NOT_COMPLETE,
    )
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    search_text = NeedTextField()  # what the search of a desk reads

    objects = NeedQuerySet.as_manager()

    class Meta:
        ordering = ("sent_at", "pk")
        indexes = [models.Index(fields=["status", "sent_at"], name="need_status")]
        constraints = [
            models.UniqueConstraint(fields=["diagnosis", "subject"], name="need_subject_once"),
            models.CheckConstraint(
                condition=Q(status=NOT_COMPLETE) | Q(sent_at__isnull=False),
                name="need_sent_stamped",
            ),
        ]

    def __str__(self) -> str:
        return f"Besoin {self.pk}"


class Candidate(models.Model):
    """One line of the decision trace of a need: an expert, kept or dropped, and why. ``ticked``: receives the need."""

    class Origin(models.TextChoices):
        ROUTING = "routing", "Règles"
        TEAM = "team", "Ajouté par l’équipe"

    need = models.ForeignKey(Need, on_delete=models.CASCADE, related_name="candidates")
    expert = models.ForeignKey(Expert, on_delete=models.PROTECT, related_name="+")  # trace
    competence = models.ForeignKey(ExpertSubject, null=True, on_delete=models.SET_NULL, related_name="+")
    kept = models.BooleanField()
    ticked = models.BooleanField()
    origin = models.CharField(max_length=10, choices=Origin.choices, default=Origin.ROUTING)
    reasons: Any = models.JSONField(default=list)  # [{"code": …, "values": {…}}], words in matching.rules.reasons

    class Meta:
        ordering = ("-kept", "pk")
        constraints = [models.UniqueConstraint(fields=["need", "expert"], name="candidate_once")]


class MatchQuerySet(ReachQuerySet):
    REACHES = {
        Reach.OWN_EXPERT: lambda person: Q(
            expert_id__in=ExpertMember.objects.filter(user_id=person.user_id or 0).values("expert_id")
        ),
        Reach.ANTENNE: lambda person: Q(expert__antenne_id__in=person.managed_antennes),
        Reach.OWN_LINK: lambda person: Q(need__diagnosis__solicitation__uuid=person.link or None),
        Reach.ZONES: lambda person: Q(need__diagnosis__commune_code__in=communes_of(person).values("code")),
    }


class Match(models.Model):
    """One need put before one expert, with the expert's position (« mise en relation »)."""

    LIFECYCLE = MATCH

    class RefusalReason(models.TextChoices):
        TERRITORY = "territory", "Hors de mon territoire"
        COMPETENCE = "competence", "Hors de ma compétence"
        CRITERIA = "criteria", "L’entreprise ne remplit pas les critères"
        DUPLICATE = "duplicate", "Demande déjà traitée"
        VAGUE = "vague", "Demande trop vague"
        OTHER = "other", "Autre raison"

    class HelpLevel(models.TextChoices):
        NATIONAL = "national", "Nationale"
        REGIONAL = "regional", "Régionale"
        LOCAL = "local", "Locale"

    need = models.ForeignKey(Need, on_delete=models.PROTECT, related_name="matches")  # history of a need
    expert = models.ForeignKey(Expert, on_delete=models.PROTECT, related_name="matches")  # history of an expert
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+")  # statistics
    state = models.CharField("état", max_length=25, choices=MATCH.choices, default=MATCH.initial)
    sent_at = models.DateTimeField()
    asked_again_at = models.DateTimeField(null=True)  # back to waiting: reminders count from then
    moved_reason = models.TextField("pourquoi une autre équipe", blank=True)  # said to both, by the team
    taken_care_of_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    archived_at = models.DateTimeField(null=True)
    refusal_reason = models.CharField("raison", max_length=12, choices=RefusalReason.choices, blank=True)
    refusal_comment = models.TextField("commentaire", blank=True)
    help_name = models.CharField("aide proposée", max_length=200, blank=True)
    help_provider = models.CharField("organisme qui l’apporte", max_length=200, blank=True)
    help_level = models.CharField("niveau", max_length=10, choices=HelpLevel.choices, blank=True)

    objects = MatchQuerySet.as_manager()

    class Meta:
        ordering = ("sent_at", "pk")
        indexes = [
            models.Index(fields=["expert", "state", "sent_at"], name="match_inbox"),
            models.Index(fields=["state", "sent_at"], name="match_state"),
            models.Index(
                fields=["taken_care_of_at"], name="match_taken", condition=Q(taken_care_of_at__isnull=False)
            ),  # the figures of the last thirty days
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["need", "expert"],
                name="match_once",
                violation_error_message="Cet expert a déjà reçu ce besoin.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=MATCH.final_codes, closed_at__isnull=False)
                | (~Q(state__in=MATCH.final_codes) & Q(closed_at__isnull=True)),
                name="match_closed_iff_final",
                violation_error_message="Une mise en relation porte une date si et seulement si elle est close.",
            ),
            models.CheckConstraint(
                condition=~Q(state="taking_care") | Q(taken_care_of_at__isnull=False),
                name="match_taking_care_stamped",
            ),
            models.CheckConstraint(
                condition=~Q(state="done") | (~Q(help_name="") & ~Q(help_provider="") & ~Q(help_level="")),
                name="match_done_names_help",
                violation_error_message="Une clôture avec aide nomme l’aide, son organisme et son niveau.",
            ),
            models.CheckConstraint(
                condition=~Q(state="not_for_me") | ~Q(refusal_reason=""),
                name="match_declined_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"Mise en relation {self.pk}"


class ThreadMessage(models.Model):
    """A message of the discussion between the experts of a need and the team; the company does not see it."""

    need = models.ForeignKey(Need, on_delete=models.CASCADE, related_name="thread")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")  # who said it
    body = models.TextField()
    at = models.DateTimeField()
    form_token = models.CharField(max_length=64, unique=True)
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("at", "pk")

    def __str__(self) -> str:
        return f"Message {self.pk}"
