"""How an agent reads lists of accompagnements. Imported by ``models``."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models


class FileViews(models.Model):
    """The views of an agent, his alone. views: ``{"name", "query"}``, the query of an address: which accompagnements,
    filters, sort, form. default_view: the one that opens first; empty: his own accompagnements.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    views: Any = models.JSONField(default=list)
    default_view = models.CharField("vue par défaut", max_length=60, blank=True)

    def __str__(self) -> str:
        return str(self.user)
