"""Public agents: who follows which firm, and why; what each accepted; what is asked for each.

``Follow`` is the one truth of « F » (follow-up.md 1.4): a firm that somebody follows is open to him, whatever his zone.
It is personal (asked with a motive, for a time) or comes from a file he takes part in (``followup`` writes it).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from vigie.accounts.models import answered_for
from vigie.rights.reach import ReachQuerySet
from vigie.rights.table import Reach

# A file that runs gives a follow without a foreseen end (a century); one that is over, its days of grace.
ENDLESS_FROM = timedelta(days=3_650)


class FollowQuerySet(ReachQuerySet):
    REACHES = {
        Reach.OWN: lambda person: Q(user_id=person.user_id),
        Reach.CHARGE: lambda person: Q(user_id__in=answered_for(person.user_id).values("user_id")),
    }

    def running(self, at: datetime) -> FollowQuerySet:
        """Those that open something at this moment."""
        return self.filter(until__gt=at)

    def by_running_file(self, at: datetime) -> FollowQuerySet:
        """Those that a file in progress or under surveillance gives; not the days of grace of one that is over."""
        return self.endless(at + ENDLESS_FROM)

    def endless(self, beyond: datetime) -> FollowQuerySet:
        """The same, by the moment beyond which a follow has no end yet (``ENDLESS_FROM`` from now)."""
        return self.filter(origin=Follow.Origin.FILE, until__gt=beyond)


class Follow(models.Model):
    """Somebody follows a firm from ``since`` until ``until``: its end, foreseen or given. A new follow is a new row."""

    class Origin(models.TextChoices):
        PERSONAL = "personal", "Suivi personnel"
        FILE = "file", "Accompagnement"

    class Motive(models.TextChoices):
        DETECTION = "detection", "Lue dans une liste de détection"
        SOURCE_INTERNE = "source_interne", "L’entreprise ou un de ses partenaires m’a contacté"
        SOURCE_EXTERNE = "source_externe", "Difficultés connues localement ou par la presse"
        AUTRE = "autre", "Autre motif"

    class Ending(models.TextChoices):
        ACTIONS = "actions", "Une ou plusieurs actions ont été menées"
        NO_ACTION = "aucune_action", "Aucune action n’a été menée"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="follows")  # proof
    siren = models.CharField(max_length=9)
    origin = models.CharField(max_length=10, choices=Origin.choices, default=Origin.PERSONAL)
    file_id = models.PositiveBigIntegerField(null=True, blank=True)  # of the file that gives it
    motive = models.CharField("motif", max_length=20, choices=Motive.choices, blank=True)
    comment = models.TextField("précision", blank=True)
    since = models.DateTimeField()
    until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)  # by somebody, before its time
    ending = models.CharField("fin", max_length=20, choices=Ending.choices, blank=True)
    ending_comment = models.TextField("précision sur la fin", blank=True)
    warned_at = models.DateTimeField(null=True, blank=True)  # told that it is about to end

    objects = FollowQuerySet.as_manager()

    class Meta:
        ordering = ("-since", "-pk")
        indexes = [
            models.Index(fields=["user", "siren", "until"], name="follow_open"),
            models.Index(fields=["siren", "until"], name="follow_firm"),
            models.Index(fields=["file_id"], name="follow_file"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(until__gte=F("since")), name="follow_period"),
            models.CheckConstraint(
                condition=Q(origin="personal", file_id__isnull=True) & ~Q(motive="")
                | Q(origin="file", file_id__isnull=False),
                name="follow_personal_has_motive",
                violation_error_message="Dites pourquoi vous suivez cette entreprise.",
            ),
            # While one runs: ended_at is set when it is stopped, or when the firm is followed again after its time.
            models.UniqueConstraint(
                fields=["user", "siren"],
                condition=Q(origin="personal", ended_at__isnull=True),
                name="follow_personal_once",
            ),
            models.UniqueConstraint(
                fields=["user", "file_id"], condition=Q(origin="file", ended_at__isnull=True), name="follow_file_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.siren}"

    def is_by_running_file(self, at: datetime) -> bool:
        """The same as ``by_running_file``, of a row already read."""
        return self.origin == self.Origin.FILE and self.until > at + ENDLESS_FROM


# Django finds here the models of the application; some have their own files.
from vigie.agents.models_consent import ConfidentialityText as ConfidentialityText  # noqa: E402
from vigie.agents.models_consent import Consent as Consent  # noqa: E402
from vigie.agents.models_follow_review import FollowReview as FollowReview  # noqa: E402
from vigie.agents.models_late import LateReport as LateReport  # noqa: E402
from vigie.agents.models_late import LateReview as LateReview  # noqa: E402
from vigie.agents.models_look import Look as Look  # noqa: E402
from vigie.agents.models_mails import MailChoice as MailChoice  # noqa: E402
from vigie.agents.models_moves import AskedMove as AskedMove  # noqa: E402
from vigie.agents.models_references import ReferenceChange as ReferenceChange  # noqa: E402
from vigie.agents.models_review import Confirmation as Confirmation  # noqa: E402
from vigie.agents.models_users import UsersImport as UsersImport  # noqa: E402
