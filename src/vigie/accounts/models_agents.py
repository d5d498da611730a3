"""Who public agents are: the body that employs them, their profile of work, the networks they read, their duties.

Segments, networks, bodies and zones are data: an administrator adds a préfecture without code. Nothing here gives a
right: rights come from habilitations.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

TIME_ZONES = (
    ("Europe/Paris", "Paris"), ("America/Guadeloupe", "Guadeloupe, Saint-Barthélemy, Saint-Martin"),
    ("America/Martinique", "Martinique"), ("America/Cayenne", "Guyane"),
    ("America/Miquelon", "Saint-Pierre-et-Miquelon"), ("Indian/Reunion", "La Réunion"), ("Indian/Mayotte", "Mayotte"),
    ("Pacific/Noumea", "Nouvelle-Calédonie"), ("Pacific/Tahiti", "Polynésie française"),
    ("Pacific/Wallis", "Wallis-et-Futuna"),
)  # fmt: skip


class Network(models.Model):
    """A network of agents: those whose summaries and comments a file keeps apart."""

    CODEFI = "codefi"

    code = models.SlugField("code", max_length=30, unique=True)
    label = models.CharField("nom", max_length=80)
    is_active = models.BooleanField("donne un onglet", default=True)
    position = models.PositiveSmallIntegerField("rang", default=0)
    archived_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)  # as that of a named zone

    class Meta:
        ordering = ("position", "code")

    def __str__(self) -> str:
        return self.label


class Segment(models.Model):
    """A profile of work: which network, inside the CODEFI or not, at which level one is usually habilitated."""

    code = models.SlugField("code", max_length=30, unique=True)
    label = models.CharField("nom", max_length=120)
    network = models.ForeignKey(Network, null=True, blank=True, on_delete=models.PROTECT, related_name="segments")
    in_codefi = models.BooleanField("membre du réseau CODEFI", default=False)
    usual_level = models.CharField(
        "niveau habituel", max_length=10, choices=[("level_a", "A"), ("level_b", "B"), ("", "aucun")], blank=True
    )
    archived_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("code",)

    def __str__(self) -> str:
        return self.label

    def network_codes(self) -> frozenset[str]:
        """The networks whose texts its agents read; the network must be loaded."""
        codes = {self.network.code} if self.network is not None and self.network.is_active else set()
        return frozenset(codes | ({Network.CODEFI} if self.in_codefi else set()))


class Entity(models.Model):
    """A body that employs agents: DREETS, DDFiP, Urssaf…"""

    name = models.CharField("nom", max_length=150, unique=True)
    short_name = models.CharField("sigle", max_length=40)
    siret = models.CharField("SIRET", max_length=14, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("name",)
        constraints = [
            models.CheckConstraint(
                condition=Q(siret="") | Q(siret__regex=r"\A[0-9]{14}\Z"),
                name="entity_siret_shape",
                violation_error_message="Un numéro SIRET compte 14 chiffres.",
            )
        ]

    def __str__(self) -> str:
        return self.short_name


class AgentProfile(models.Model):
    """What is known of a public agent beyond his account."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="agent")
    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="agents")  # history
    segment = models.ForeignKey(Segment, on_delete=models.PROTECT, related_name="agents")  # history
    siret = models.CharField("SIRET du lieu de travail", max_length=14, blank=True)
    scopes: Any = models.JSONField("périmètres d’usage", default=list, blank=True)
    boards: Any = models.JSONField("tableaux", default=list, blank=True)
    taskforces: Any = models.JSONField("groupes de travail", default=list, blank=True)
    ambassador = models.BooleanField("ambassadeur", default=False)
    trained = models.BooleanField("formé", default=False)
    feedbacks = models.TextField("retours", blank=True)
    last_contact_on = models.DateField("dernier échange", null=True, blank=True)
    time_zone = models.CharField("fuseau horaire", max_length=40, default="Europe/Paris")

    class Meta:
        ordering = ("user",)

    def __str__(self) -> str:
        return f"{self.user} ({self.entity})"


class Duty(models.Model):
    """A function held in some départements: permanent secretary of the CODEFI, CDED. It opens nothing by itself."""

    class Kind(models.TextChoices):
        SP_CODEFI = "sp_codefi", "Secrétaire permanent du CODEFI"
        CDED = "cded", "Chargé de mission CDED"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="duties")
    kind = models.CharField("fonction", max_length=20, choices=Kind.choices)
    departement = models.CharField("département", max_length=3)

    class Meta:
        ordering = ("kind", "departement")
        constraints = [models.UniqueConstraint(fields=["user", "kind", "departement"], name="duty_once")]
        indexes = [models.Index(fields=["kind", "departement"], name="duty_where")]

    def __str__(self) -> str:
        return f"{self.user} {self.kind} {self.departement}"
