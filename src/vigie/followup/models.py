"""A file shared by agents about one establishment: who holds it, where it stands, what it was at each change.

Texts (summaries, comments, contacts) are in ``models_texts``, analyses and actions in ``models_acts``.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from vigie.agents.models import Follow
from vigie.companies.models import Establishment
from vigie.followup.places import in_departements
from vigie.followup.states import ACTIVE, FOLLOWUP
from vigie.rights.person import Person
from vigie.rights.reach import ReachQuerySet
from vigie.rights.table import Reach

CRP = "crp"  # the network whose agents read the contacts of the files of their territory


class Term(models.Model):
    """A word that files offer: a difficulty, an action, a sector… Archived words stay on the files that bear them."""

    class Kind(models.TextChoices):
        DIFFICULTY = "difficulty", "Difficulté"
        ACTION = "action", "Action réalisée"
        REDIRECT = "redirect", "Réorientation hors CODEFI"
        SECTOR = "sector", "Filière"
        SERVICE = "service", "Instance concernée"
        LABEL = "label", "Étiquette"
        SIZE = "size", "Taille du groupe"

    kind = models.CharField("liste", max_length=12, choices=Kind.choices)
    code = models.SlugField("code", max_length=80)
    label = models.CharField("libellé", max_length=120)
    position = models.PositiveSmallIntegerField("rang", default=0)
    is_system = models.BooleanField("étiquette du système", default=False)
    archived_at = models.DateTimeField(null=True, blank=True)
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")  # trace
    version = models.PositiveIntegerField(default=1)  # of what administrators write

    class Meta:
        ordering = ("kind", "position", "label")
        constraints = [
            models.UniqueConstraint(fields=["kind", "code"], name="term_once"),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | Q(archived_at__isnull=False), name="term_merged_is_archived"
            ),
        ]

    def __str__(self) -> str:
        return self.label


class WorkplaceQuerySet(ReachQuerySet):
    REACHES = {Reach.TERRITORY: in_departements}


class Workplace(Establishment):
    """An establishment, as the place of a file."""

    objects = WorkplaceQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        proxy = True


def _living() -> Q:
    return Q(deleted_at__isnull=True)


def _zone(person: Person) -> Q:
    return _living() if person.nationwide else _living() & Q(departement__in=sorted(person.departements))


def _held(person: Person, **role: str) -> Q:
    mine = Member.objects.filter(user_id=person.user_id or 0, removed_at__isnull=True, **role)
    return Q(pk__in=mine.values("followup_id"))


def _territory_contacts(person: Person) -> Q:
    """In the territory, by the CRP network or by who takes part in the file."""
    if CRP in person.networks:
        return _zone(person)
    return _zone(person) & _held(person)


class FollowupQuerySet(ReachQuerySet):
    REACHES = {
        Reach.TERRITORY: _zone,
        Reach.PARTICIPANT: lambda person: _living() & _held(person, role=Member.Role.PARTICIPANT),
        Reach.REFERENT: lambda person: _living() & _held(person, role=Member.Role.REFERENT),
        Reach.TERRITORY_CRP: _territory_contacts,
    }

    def active(self) -> FollowupQuerySet:
        return self.filter(state__in=ACTIVE, deleted_at__isnull=True)

    def held_by(self, person: Person) -> FollowupQuerySet:
        """« Mes accompagnements », whatever the territory."""
        return self.filter(_living() & _held(person))


class Followup(models.Model):
    """One file. ``modified_at`` moves with its texts and its criticality; ``version`` with its fields."""

    LIFECYCLE = FOLLOWUP

    class Criticality(models.TextChoices):
        NONE = "none", "Pas de criticité"
        MODERATE = "moderate", "Criticité modérée"
        HIGH = "high", "Criticité élevée"

    class Source(models.TextChoices):
        AGENT = "agent", "Ouvert par un agent"
        DUPLICATE = "duplicate", "Suite d’un accompagnement terminé"
        REQUEST = "demande", "Demande d’aide de l’entreprise"
        BOARD = "board", "Carte d’un ancien tableau"

    workplace = models.ForeignKey(Workplace, on_delete=models.PROTECT, related_name="followups")  # its history
    siren = models.CharField(max_length=9)
    departement = models.CharField("département", max_length=3, blank=True)  # of the establishment, at creation
    region = models.CharField("région", max_length=3, blank=True)
    state = models.CharField("état", max_length=20, choices=FOLLOWUP.choices, default=FOLLOWUP.initial)
    source = models.CharField("origine", max_length=10, choices=Source.choices, default=Source.AGENT)
    copied_from = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="copies")
    criticality = models.CharField(
        "criticité", max_length=10, choices=Criticality.choices, default=Criticality.NONE
    )  # priority of the CODEFI
    size = models.ForeignKey(
        Term, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name="taille du groupe"
    )
    terms = models.ManyToManyField(Term, related_name="followups", blank=True)
    next_step = models.CharField("prochaine étape", max_length=200, blank=True)
    next_step_on = models.DateField("date de la prochaine étape", null=True, blank=True)
    motive = models.CharField("motif", max_length=20, choices=Follow.Motive.choices, blank=True)
    motive_comment = models.TextField("précision", blank=True)
    creator = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")  # who opened it
    form_token = models.CharField(max_length=64, unique=True)  # a form sent twice opens one file
    started_on = models.DateField("début")
    created_at = models.DateTimeField()
    modified_at = models.DateTimeField("dernière nouvelle")
    ended_at = models.DateTimeField("fin", null=True, blank=True)
    reopened_reason = models.TextField("raison de la réouverture", blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)  # last told that it is without news
    orphaned_at = models.DateTimeField(null=True, blank=True)  # told that no référent is left; null when there is one
    deleted_at = models.DateTimeField(null=True, blank=True)
    deleted_reason = models.TextField("raison de la suppression", blank=True)
    deleted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    version = models.PositiveIntegerField(default=1)

    objects = FollowupQuerySet.as_manager()

    class Meta:
        ordering = ("-modified_at", "-pk")
        indexes = [
            models.Index(fields=["departement", "state"], name="followup_departement"),
            models.Index(fields=["siren"], name="followup_firm"),
            models.Index(fields=["state", "modified_at"], name="followup_news"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["workplace"],
                condition=Q(state__in=ACTIVE, deleted_at__isnull=True),
                name="followup_one_active",
                violation_error_message="Un accompagnement actif existe déjà sur cet établissement.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=FOLLOWUP.final_codes, ended_at__isnull=False)
                | (~Q(state__in=FOLLOWUP.final_codes) & Q(ended_at__isnull=True)),
                name="followup_ended_iff_completed",
            ),
            models.CheckConstraint(
                condition=Q(deleted_at__isnull=True, deleted_by__isnull=True)
                | (Q(deleted_at__isnull=False, deleted_by__isnull=False) & ~Q(deleted_reason="")),
                name="followup_deleted_says_why",
                violation_error_message="Dites pourquoi vous supprimez cet accompagnement.",
            ),
        ]

    def __str__(self) -> str:
        return f"Accompagnement {self.pk}"

    @property
    def is_active(self) -> bool:
        return self.state in ACTIVE

    @property
    def siret(self) -> str:
        return str(self.workplace_id)


class DeletedFollowupQuerySet(ReachQuerySet):
    REACHES = {
        Reach.REFERENT: lambda person: Q(deleted_at__isnull=False) & _held(person, role=Member.Role.REFERENT),
    }


class DeletedFollowup(Followup):
    """A file that was deleted, and that its référents may take back. It has no life of its own."""

    LIFECYCLE = None  # type: ignore[assignment]

    objects = DeletedFollowupQuerySet.as_manager()  # type: ignore[assignment,misc]

    class Meta:
        proxy = True


class MemberQuerySet(models.QuerySet):
    def present(self) -> MemberQuerySet:
        """Those who take part today, référents first."""
        return self.filter(removed_at__isnull=True).order_by("-role", "added_at", "pk")


class Member(models.Model):
    """Somebody who takes part in a file, from ``added_at`` to ``removed_at``; coming back is a new row."""

    class Role(models.TextChoices):
        PARTICIPANT = "participant", "Participant"
        REFERENT = "referent", "Référent"

    followup = models.ForeignKey(Followup, on_delete=models.CASCADE, related_name="members")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="files")  # proof
    role = models.CharField("rôle", max_length=12, choices=Role.choices)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)
    removed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = MemberQuerySet.as_manager()

    class Meta:
        ordering = ("added_at", "pk")
        indexes = [models.Index(fields=["user", "followup"], name="member_files")]
        constraints = [
            models.UniqueConstraint(
                fields=["followup", "user"],
                condition=Q(removed_at__isnull=True),
                name="member_once",
                violation_error_message="Cette personne participe déjà à l’accompagnement.",
            ),
            models.CheckConstraint(
                condition=Q(removed_at__isnull=True) | Q(removed_at__gte=F("added_at")), name="member_period"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.get_role_display()})"


class Snapshot(models.Model):
    """The file as it was after one change, whole and denormalised: statistics « as it was at date D »."""

    followup = models.ForeignKey(Followup, on_delete=models.CASCADE, related_name="snapshots")
    at = models.DateTimeField()
    event = models.CharField("événement", max_length=60)
    actor_name = models.CharField("auteur", max_length=150)
    changes: Any = models.JSONField(default=dict)  # {"added": [...], "removed": [...]} or {field: [before, after]}
    data: Any = models.JSONField(default=dict)

    class Meta:
        ordering = ("at", "pk")
        indexes = [models.Index(fields=["followup", "at"], name="snapshot_as_of")]

    def __str__(self) -> str:
        return f"{self.followup_id} {self.at:%Y-%m-%d}"


# Django finds here the models of the application; the others have their own files.
from vigie.followup.models_acts import Analysis as Analysis  # noqa: E402
from vigie.followup.models_acts import CampaignContact as CampaignContact  # noqa: E402
from vigie.followup.models_acts import FirmAction as FirmAction  # noqa: E402
from vigie.followup.models_acts import Referral as Referral  # noqa: E402
from vigie.followup.models_cards import CardsImport as CardsImport  # noqa: E402
from vigie.followup.models_closed import ClosedPlace as ClosedPlace  # noqa: E402
from vigie.followup.models_meetings import Meeting as Meeting  # noqa: E402
from vigie.followup.models_meetings import MeetingPoint as MeetingPoint  # noqa: E402
from vigie.followup.models_notices import Digest as Digest  # noqa: E402
from vigie.followup.models_notices import Handover as Handover  # noqa: E402
from vigie.followup.models_requests import FirmNeed as FirmNeed  # noqa: E402
from vigie.followup.models_requests import HelpRequest as HelpRequest  # noqa: E402
from vigie.followup.models_texts import Comment as Comment  # noqa: E402
from vigie.followup.models_texts import FirmContact as FirmContact  # noqa: E402
from vigie.followup.models_texts import Summary as Summary  # noqa: E402
from vigie.followup.models_texts import SummaryDraft as SummaryDraft  # noqa: E402
from vigie.followup.models_texts import SummaryVersion as SummaryVersion  # noqa: E402
from vigie.followup.models_views import FileViews as FileViews  # noqa: E402
