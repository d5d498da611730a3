"""Who changed a zone, a network, a profile, a body or a word of files, when, from what to what. Never changed later."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models


class ReferenceChange(models.Model):
    """One act of an administrator. before, after: the values by field; effects: whom it gave or took access to."""

    class Kind(models.TextChoices):
        ZONE = "zone", "Zone"
        NETWORK = "network", "Réseau"
        SEGMENT = "segment", "Profil de travail"
        ENTITY = "entity", "Administration"
        TERM = "term", "Mot des accompagnements"

    class Act(models.TextChoices):
        CREATED = "created", "Création"
        CHANGED = "changed", "Modification"
        WITHDRAWN = "withdrawn", "Retrait"
        RESTORED = "restored", "Remise en service"
        MERGED = "merged", "Réunion"

    kind = models.CharField("nature", max_length=10, choices=Kind.choices)
    object_id = models.PositiveBigIntegerField()
    act = models.CharField("acte", max_length=10, choices=Act.choices)
    version = models.PositiveIntegerField()  # that it made
    before: Any = models.JSONField(default=dict)
    after: Any = models.JSONField(default=dict)
    effects: Any = models.JSONField(default=dict)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")  # proof
    at = models.DateTimeField()
    form_token = models.CharField(max_length=64, blank=True)  # of a creation: sent twice, it counts once

    class Meta:
        ordering = ("-at", "-pk")
        constraints = [
            models.UniqueConstraint(fields=["kind", "object_id", "version"], name="reference_change_once"),
            models.CheckConstraint(
                condition=~models.Q(act="created", form_token=""), name="reference_created_by_a_form"
            ),
            models.UniqueConstraint(
                fields=["form_token"], condition=~models.Q(form_token=""), name="reference_created_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id} v{self.version}"
