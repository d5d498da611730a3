"""Expert corrections as they are written, simulated, proposed and approved on the pages. Imported by ``models``."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from vigie.kernel.period import Month
from vigie.rights.reach import ReachQuerySet
from vigie.rights.table import Reach
from vigie.watchlists.rules_corrections import KINDS, Content, Identity
from vigie.watchlists.states_corrections import APPROVED, CORRECTION, DRAFT, EXPIRED, PROPOSED, WITHDRAWN

NEVER, WAITING, DONE, FAILED = "never", "waiting", "done", "failed"
SIMULATION_STATES = [(NEVER, "pas encore"), (WAITING, "en cours"), (DONE, "faite"), (FAILED, "échouée")]


class CorrectionQuerySet(ReachQuerySet):
    REACHES = {Reach.OWN: lambda person: Q(created_by_id=person.user_id)}

    def shown_to(self, user_id: int | None) -> CorrectionQuerySet:
        """All but the drafts of others."""
        return self.filter(~Q(state=DRAFT) | Q(created_by_id=user_id))

    def approved_once(self) -> CorrectionQuerySet:
        """Those that were approved, whatever became of them."""
        return self.filter(approved_by__isnull=False)


class Correction(models.Model):
    """A version of a correction. ``content``: what was set on the page; ``simulation``: the batch's answer."""

    LIFECYCLE = CORRECTION

    code = models.CharField(max_length=60)
    version = models.PositiveSmallIntegerField(default=1)
    wording = models.CharField("ce que lit l’agent", max_length=300)
    reason = models.TextField("raison", max_length=2000)
    decision_reference = models.CharField("référence de la décision", max_length=200)
    kind = models.CharField("type", max_length=12, choices=list(KINDS.items()))
    content: Any = models.JSONField()
    valid_from = models.DateField("premier mois")
    valid_until = models.DateField("dernier mois")  # its first day
    replaces = models.PositiveSmallIntegerField("remplace la version", null=True)
    state = models.CharField("état", max_length=10, choices=CORRECTION.choices, default=DRAFT)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")  # answers
    created_at = models.DateTimeField()
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_reason = models.CharField("raison de la fin", max_length=500, blank=True)
    simulation_state = models.CharField(max_length=8, choices=SIMULATION_STATES, default=NEVER)
    simulation_asked_at = models.DateTimeField(null=True)
    simulated_at = models.DateTimeField(null=True)
    simulation: Any = models.JSONField(default=dict)

    objects = CorrectionQuerySet.as_manager()

    class Meta:
        ordering = ("code", "-version")
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="correction_version"),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True)
                | (~Q(approved_by=F("created_by")) & Q(proposed_by__isnull=False) & ~Q(approved_by=F("proposed_by"))),
                name="correction_by_two_persons",
                violation_error_message="Une autre personne que l’auteur doit approuver.",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[APPROVED, EXPIRED]) | Q(approved_by__isnull=False, approved_at__isnull=False),
                name="correction_approved_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(state=DRAFT, proposed_at__isnull=True, proposed_by__isnull=True)
                | (~Q(state=DRAFT) & Q(proposed_at__isnull=False, proposed_by__isnull=False)),
                name="correction_proposed_iff_no_draft",
            ),
            models.CheckConstraint(
                condition=Q(state=DRAFT) | Q(simulated_at__isnull=False), name="correction_simulated_before_proposed"
            ),
            models.CheckConstraint(
                condition=Q(state__in=[EXPIRED, WITHDRAWN], ended_at__isnull=False)
                | (~Q(state__in=[EXPIRED, WITHDRAWN]) & Q(ended_at__isnull=True)),
                name="correction_ended_iff_final",
            ),
            models.CheckConstraint(condition=~Q(state=WITHDRAWN) | ~Q(ended_reason=""), name="correction_says_why"),
            models.CheckConstraint(condition=Q(valid_until__gte=F("valid_from")), name="correction_months_in_order"),
            # One version of a code is being discussed at a time.
            models.UniqueConstraint(
                fields=["code"], condition=Q(state__in=[DRAFT, PROPOSED]), name="correction_one_open_version"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} v{self.version}"

    @property
    def first_month(self) -> Month:
        return Month.of(self.valid_from)

    @property
    def last_month(self) -> Month:
        return Month.of(self.valid_until)

    @property
    def said(self) -> Content:
        """What it says."""
        return Content.read(self.content)

    @property
    def identity(self) -> Identity:
        """What its file says beside the content."""
        return Identity(
            code=self.code,
            version=self.version,
            wording=self.wording,
            reason=self.reason,
            decision_reference=self.decision_reference,
            valid_from=self.first_month,
            valid_until=self.last_month,
            status=self.state,
            author=self.created_by_id,
            proposed_by=self.proposed_by_id,
            approved_by=self.approved_by_id,
            replaces=self.replaces,
        )
