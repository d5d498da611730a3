"""The named views that an agent keeps of a list, whichever list it is. Imported by the models that hold them."""

from __future__ import annotations

from typing import Any

from django.db import models

NAME_AT_MOST = 60


class KeptViews(models.Model):
    """views: ``{"name", "query"}``, the query of an address. default_view: the one that opens first, or empty.

    Who keeps them is a column ``user``, one row each.
    """

    views: Any = models.JSONField(default=list)
    default_view = models.CharField("vue par défaut", max_length=NAME_AT_MOST, blank=True)

    class Meta:
        abstract = True
