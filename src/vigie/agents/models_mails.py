"""How an agent wants to be told of what happens."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models

from vigie.agents.rules_mails import Choice


class MailChoice(models.Model):
    """What somebody chose in « Mes courriels »; without a row, or for a kind that is absent: what suits most.

    kinds: code of a kind (``agents.rules_mails``) → its rhythm. past: what held before each change of the last days,
    ``[moment of the change, kinds]``, oldest first, so that a fact of the night before is told as it was wanted then.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    kinds: Any = models.JSONField("rythme de chaque fait", default=dict)
    past: Any = models.JSONField("choix des derniers jours", default=list)

    class Meta:
        ordering = ("user",)

    def __str__(self) -> str:
        return f"{self.user_id}"

    @property
    def choice(self) -> Choice:
        return Choice(self.kinds, [(datetime.fromisoformat(ended), kinds) for ended, kinds in self.past])
