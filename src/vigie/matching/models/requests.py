"""The request of a company head, from the first step of the form."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models
from django.db.models import Q

from vigie.directory.models import SubjectQuestion
from vigie.matching.models.public import LandingSubject, RefusalTemplate
from vigie.matching.states import CANCELED, INCOMPLETE, SOLICITATION
from vigie.rights.reach import ReachQuerySet
from vigie.rights.table import Reach


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
