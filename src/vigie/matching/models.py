"""From what a company head writes to an expert's outcome: requests, analyses, needs, candidates, matches, thread."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, Q

from vigie.accounts.models import User
from vigie.companies.models import Contact, Establishment
from vigie.directory.models import Expert, ExpertMember, ExpertSubject, Subject, SubjectQuestion, Theme
from vigie.matching.need_text import NeedTextField
from vigie.matching.states import CANCELED, INCOMPLETE, MATCH, NEED_STATUSES, NOT_COMPLETE, SOLICITATION
from vigie.rights.person import Person
from vigie.rights.reach import ReachQuerySet
from vigie.rights.table import Reach


class Landing(models.Model):
    """An entry point of the public site."""

    slug = models.SlugField(max_length=60, unique=True)
    title = models.CharField(max_length=150)
    paused_at = models.DateTimeField(null=True, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.title


class LandingTheme(models.Model):
    """A theme as the public reads it on a landing."""

    landing = models.ForeignKey(Landing, on_delete=models.PROTECT, related_name="themes")  # requests refer to it
    theme = models.ForeignKey(Theme, on_delete=models.PROTECT, related_name="+")  # requests refer to it
    slug = models.SlugField(max_length=100)
    title = models.CharField(max_length=120)
    description = models.CharField(max_length=300, blank=True)
    examples: Any = models.JSONField("exemples d’aides obtenues", default=list, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("position",)
        constraints = [models.UniqueConstraint(fields=["landing", "slug"], name="landing_theme_slug")]

    def __str__(self) -> str:
        return self.title


class LandingSubject(models.Model):
    """A subject as the public reads it, with what its form asks and how its requests are transmitted."""

    class Mode(models.TextChoices):
        AUTOMATIC = "automatic", "Transmission automatique"
        VALIDATED = "validated", "Validation par l’équipe"

    class Fields(models.TextChoices):
        SIRET = "siret", "Une entreprise qui existe"
        LOCATION = "location", "Un projet dans une commune"

    theme = models.ForeignKey(LandingTheme, on_delete=models.PROTECT, related_name="subjects")  # requests refer to it
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+")  # requests refer to it
    slug = models.SlugField(max_length=150)
    title = models.CharField("question posée au public", max_length=150)
    description = models.CharField(max_length=300, blank=True)
    explanation = models.TextField("ce qu’il est utile de préciser", blank=True)
    prefill = models.TextField("trame proposée", blank=True)
    fields_mode = models.CharField(max_length=10, choices=Fields.choices, default=Fields.SIRET)
    mode = models.CharField(max_length=10, choices=Mode.choices, default=Mode.AUTOMATIC)
    asks_head = models.BooleanField("demande d’attester être dirigeant ou mandaté", default=False)
    position = models.PositiveSmallIntegerField(default=0)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("theme__position", "position")
        constraints = [models.UniqueConstraint(fields=["theme", "slug"], name="landing_subject_slug")]

    def __str__(self) -> str:
        return self.title


class RefusalTemplate(models.Model):
    """A standard answer to a request that is not transmitted; ``lets_complete``: the company may complete it."""

    code = models.SlugField(max_length=60, unique=True)
    title = models.CharField("intitulé", max_length=120)
    mail_subject = models.CharField("objet", max_length=150)
    body = models.TextField("texte")
    lets_complete = models.BooleanField("propose de compléter la demande", default=False)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("position", "title")

    def __str__(self) -> str:
        return self.title


class SpamAddress(models.Model):
    """A blocked address, kept as a keyed hash."""

    email_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.email_hash[:8]


class SolicitationQuerySet(ReachQuerySet):
    REACHES = {Reach.OWN_LINK: lambda person: Q(uuid=person.link or None)}


class Solicitation(models.Model):
    """What a company head typed on the public form; exists from the end of the first step."""

    LIFECYCLE = SOLICITATION

    class CancelReason(models.TextChoices):
        SPAM = "spam", "Indésirable"
        REFUSED = "refused", "Non retenue"
        WITHDRAWN = "withdrawn", "Retirée par l’entreprise"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    form_token = models.CharField(max_length=64, unique=True)  # a second identical POST gives the first result
    state = models.CharField("état", max_length=20, choices=SOLICITATION.choices, default=SOLICITATION.initial)
    landing_subject = models.ForeignKey(
        LandingSubject, on_delete=models.PROTECT, related_name="solicitations"
    )  # history
    full_name = models.CharField(max_length=150, blank=True)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=25, blank=True)
    siret = models.CharField(max_length=14, blank=True)
    company_name = models.CharField(max_length=200, blank=True)  # as chosen or typed; kept when no register answers
    commune_code = models.CharField(max_length=5, blank=True)
    company_checked = models.BooleanField(default=False)  # a register confirmed the SIRET
    is_head = models.BooleanField(default=False)
    description = models.TextField(blank=True)
    provenance: Any = models.JSONField(default=dict)
    mode = models.CharField(max_length=10, choices=LandingSubject.Mode.choices, blank=True)
    hold_reasons: Any = models.JSONField(default=list)  # codes of matching.rules.guards that failed
    transmit_at = models.DateTimeField(null=True)  # when an automatic transmission leaves, unless recalled
    audit_sampled = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    completed_at = models.DateTimeField(null=True)
    transmitted_at = models.DateTimeField(null=True)
    canceled_at = models.DateTimeField(null=True)
    cancel_reason = models.CharField(max_length=12, choices=CancelReason.choices, blank=True)
    refusal_template = models.ForeignKey(
        RefusalTemplate, null=True, on_delete=models.PROTECT, related_name="+"
    )  # mail sent

    objects = SolicitationQuerySet.as_manager()

    class Meta:
        ordering = ("completed_at", "pk")
        indexes = [
            models.Index(fields=["state", "completed_at"], name="solicitation_queue"),
            models.Index(fields=["transmit_at"], name="solicitation_transmit", condition=Q(transmit_at__isnull=False)),
            models.Index(fields=["siret"], name="solicitation_siret"),
            models.Index(fields=["email"], name="solicitation_email"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=INCOMPLETE) | Q(completed_at__isnull=False),
                name="solicitation_completed_stamped",
            ),
            models.CheckConstraint(
                condition=Q(state=CANCELED, canceled_at__isnull=False)
                | (~Q(state=CANCELED) & Q(canceled_at__isnull=True)),
                name="solicitation_canceled_iff_stamped",
            ),
            models.CheckConstraint(
                condition=Q(transmit_at__isnull=True) | Q(state="in_progress"),
                name="solicitation_scheduled_in_progress",
            ),
            models.CheckConstraint(
                condition=~Q(state="processed") | Q(transmitted_at__isnull=False),
                name="solicitation_processed_stamped",
            ),
        ]

    def __str__(self) -> str:
        return f"Sollicitation {self.pk}"


class SolicitationAnswer(models.Model):
    """The answer to one additional question."""

    solicitation = models.ForeignKey(Solicitation, on_delete=models.CASCADE, related_name="answers")
    question = models.ForeignKey(SubjectQuestion, on_delete=models.PROTECT, related_name="+")  # what was asked
    value = models.CharField(max_length=60)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["solicitation", "question"], name="solicitation_answer_once")]


class Precision(models.Model):
    """Something the company head added afterwards, on his page; ``kind`` not_called: nobody has called him."""

    class Kind(models.TextChoices):
        PRECISION = "precision", "Précision"
        NOT_CALLED = "not_called", "On ne m’a pas appelé"

    solicitation = models.ForeignKey(Solicitation, on_delete=models.CASCADE, related_name="precisions")
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.PRECISION)
    body = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ("at",)


class Diagnosis(models.Model):
    """The qualification of one request (or, later, of one visit): company, contact, needs."""

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
    adviser = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="diagnoses")  # who transmitted
    content = models.TextField(blank=True)
    missing_facts: Any = models.JSONField(default=list)  # facts that no register gave, shown as such
    created_at = models.DateTimeField()
    completed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"Analyse {self.pk}"


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
        Reach.FILED_BY_ME: lambda person: Q(diagnosis__adviser_id=person.user_id, diagnosis__solicitation__isnull=True),
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
