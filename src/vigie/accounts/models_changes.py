"""What an account said before and after each change, and who changed it. Never changed afterwards."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models


class AccountChange(models.Model):
    """One change of an account or of the agent's own sheet. before, after: by field, as they are read."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="changes")
    author_name = models.CharField("auteur", max_length=150)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )  # null: the service itself
    at = models.DateTimeField()
    before: Any = models.JSONField(default=dict)
    after: Any = models.JSONField(default=dict)

    class Meta:
        ordering = ("-at", "-pk")
        indexes = [models.Index(fields=["user", "-at"], name="account_changes")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.at:%Y-%m-%d}"
