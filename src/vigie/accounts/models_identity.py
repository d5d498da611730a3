"""Who an identity provider says that somebody is. An account may have several; none gives a right."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q


class FederatedIdentity(models.Model):
    """One person as one identity provider knows him: ``sub`` is proper to it, and changes when the provider does."""

    class Provider(models.TextChoices):
        PROCONNECT = "proconnect", "ProConnect"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="identities")  # proof
    provider = models.CharField("service", max_length=20, choices=Provider.choices, default=Provider.PROCONNECT)
    idp_id = models.CharField("fournisseur d’identité", max_length=100)
    sub = models.CharField("identifiant", max_length=255)
    siret = models.CharField("SIRET de l’employeur, à la dernière connexion", max_length=14, blank=True)
    roles = models.CharField("statut, à la dernière connexion", max_length=200, blank=True)  # agent_public…
    sid = models.CharField("session ouverte chez le fournisseur", max_length=255, blank=True)
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()

    class Meta:
        ordering = ("user", "-last_seen_at")
        constraints = [
            models.UniqueConstraint(fields=["provider", "idp_id", "sub"], name="identity_once"),
            models.CheckConstraint(condition=~Q(sub=""), name="identity_sub_filled"),
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.idp_id})"
