"""What the public site offers: landings, their themes and subjects, standard refusals, blocked addresses."""

from __future__ import annotations

from typing import Any

from django.db import models

from vigie.directory.models import Subject, Theme


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
