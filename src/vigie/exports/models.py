"""Files given to people: workbooks, texts, pages to print; each is written down before it is made."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from vigie.exports.formats import FORMATS
from vigie.exports.states import EXPIRED, EXPORT, FAILED, GIVEN, READY
from vigie.rights.reach import ReachQuerySet
from vigie.rights.table import Reach


class ExportQuerySet(ReachQuerySet):
    REACHES: ClassVar = {Reach.OWN: lambda person: Q(author_id=person.user_id)}


class ExportRecord(models.Model):
    """One file asked for: by whom, of what, with which filters; then how many rows it held and its fingerprint.

    exporter, parameters: what makes it again. title, version, filters, about: what it says of itself, as asked.
    lease, leased_until, attempts: who is making it in the background, and until when he is believed.
    """

    LIFECYCLE = EXPORT

    code = models.CharField("numéro", max_length=13, unique=True)
    exporter = models.CharField(max_length=40)
    parameters: Any = models.JSONField(default=dict)
    file_format = models.CharField("format", max_length=4, choices=[(one.code, one.recorded) for one in FORMATS])
    title = models.CharField("contenu", max_length=250)
    version = models.CharField(max_length=120, blank=True)
    about = models.CharField(max_length=60, blank=True)
    filters: Any = models.JSONField(default=list)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",  # who answers for it
    )
    asked_at = models.DateTimeField("demandé le")
    expected_rows = models.PositiveIntegerField()
    background = models.BooleanField(default=False)
    state = models.CharField("état", max_length=10, choices=EXPORT.choices, default=EXPORT.initial)
    row_count = models.PositiveIntegerField("lignes", null=True)
    size = models.PositiveBigIntegerField(null=True)  # bytes
    sha256 = models.CharField(max_length=64, blank=True)
    rights_mark = models.CharField(max_length=64, blank=True)  # of the author when it was made
    file_name = models.CharField(max_length=120)
    lease = models.CharField(max_length=32, blank=True)
    leased_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    reason = models.CharField(max_length=300, blank=True)  # why it failed, in French
    made_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    objects = ExportQuerySet.as_manager()

    class Meta:
        ordering = ("-asked_at", "-pk")
        indexes = [models.Index(fields=["author", "-asked_at"], name="export_of_author")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[GIVEN, FAILED, EXPIRED], ended_at__isnull=False)
                | (~Q(state__in=[GIVEN, FAILED, EXPIRED]) & Q(ended_at__isnull=True)),
                name="export_ended_iff_final",
                violation_error_message="Un export porte une date de fin si et seulement s’il est terminé.",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[GIVEN, READY]) | (Q(row_count__isnull=False) & ~Q(sha256="")),
                name="export_made_is_told",
                violation_error_message="Un export produit porte son nombre de lignes et son empreinte.",
            ),
            models.CheckConstraint(
                condition=~Q(state=READY) | Q(expires_at__isnull=False), name="export_ready_expires"
            ),
        ]

    def __str__(self) -> str:
        return self.code
