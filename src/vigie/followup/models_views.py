"""How an agent reads lists of accompagnements. Imported by ``models``."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from vigie.agents.models_kept_views import KeptViews


class FileViews(KeptViews):
    """The views of an agent, his alone: which accompagnements, filters, sort, form. None opens first: his own."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return str(self.user)
