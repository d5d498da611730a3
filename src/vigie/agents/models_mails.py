"""How an agent wants to be told of what happens without him."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models


class MailChoice(models.Model):
    """The rhythm of the mails about files, followed firms and new lists; without a row: what suits most.

    kinds: code of a kind of news (``watchlists.rules_news``) → its own rhythm; those that are absent follow ``rhythm``.

    What is addressed to one person (added, removed, named in a comment, called to a meeting) is always told.
    """

    class Rhythm(models.TextChoices):
        NOW = "now", "Tout de suite"
        DAILY = "daily", "Un résumé chaque matin"
        NEVER = "never", "Aucun, sauf ce qui s’adresse à moi"

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    rhythm = models.CharField("rythme", max_length=6, choices=Rhythm.choices, default=Rhythm.DAILY)

    kinds: Any = models.JSONField("rythme de chaque fait", default=dict)

    class Meta:
        ordering = ("user",)

    def __str__(self) -> str:
        return f"{self.user_id} {self.rhythm}"
