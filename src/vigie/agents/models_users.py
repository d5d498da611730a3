"""A workbook of users that was read: its lines, what they would change, what became of it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from vigie.agents.states import READ, USERS_IMPORT
from vigie.rights.reach import ReachQuerySet


class UsersImportQuerySet(ReachQuerySet):
    REACHES = {}  # decided for the service as a whole


class UsersImport(models.Model):
    """wanted: the agents that the workbook names, as ``users_diff.Account``. shown: the differences, as they were read.

    The file itself is not kept. sha256: its fingerprint.
    """

    LIFECYCLE = USERS_IMPORT

    state = models.CharField("état", max_length=10, choices=USERS_IMPORT.choices, default=USERS_IMPORT.initial)
    file_name = models.CharField("fichier", max_length=150)
    sha256 = models.CharField(max_length=64)
    wanted: Any = models.JSONField(default=list)
    shown: Any = models.JSONField(default=list)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")  # who read it
    read_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    objects = UsersImportQuerySet.as_manager()

    class Meta:
        ordering = ("-read_at", "-pk")
        constraints = [
            models.CheckConstraint(
                condition=Q(state=READ, ended_at__isnull=True) | (~Q(state=READ) & Q(ended_at__isnull=False)),
                name="users_import_ended_iff_final",
            )
        ]

    def __str__(self) -> str:
        return self.file_name
