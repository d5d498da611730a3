"""What an agent keeps of the lists: his views, his columns. Imported by ``models``."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models


class ListSettings(models.Model):
    """How an agent reads lists. views: ``{"name", "query"}``, the query of an address; columns: codes, empty: usual."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="list_settings")
    columns: Any = models.JSONField(default=list)
    views: Any = models.JSONField(default=list)
    default_view = models.CharField("vue par défaut", max_length=60, blank=True)

    def __str__(self) -> str:
        return str(self.user)
