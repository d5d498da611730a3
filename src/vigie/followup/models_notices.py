"""What was told to agents by mail, so that it is told once."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class MailChoice(models.Model):
    """How somebody wants to be told what others do in his files; without a row: each morning.

    What is addressed to him alone (added, removed, named in a comment, called to a meeting) is always told.
    """

    class Rhythm(models.TextChoices):
        NOW = "now", "Tout de suite, à chaque texte"
        DAILY = "daily", "Un résumé chaque matin"
        NEVER = "never", "Aucun, sauf ce qui s’adresse à moi"

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    rhythm = models.CharField("rythme", max_length=6, choices=Rhythm.choices, default=Rhythm.DAILY)

    class Meta:
        ordering = ("user",)

    def __str__(self) -> str:
        return f"{self.user_id} {self.rhythm}"


class Digest(models.Model):
    """The news of somebody's files, told one morning: what others wrote after ``since``, up to ``until``."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    since = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        ordering = ("-until", "-pk")
        constraints = [models.UniqueConstraint(fields=["user", "day"], name="digest_once_a_day")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.day}"
