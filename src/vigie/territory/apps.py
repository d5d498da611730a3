"""The territory: communes, the zones they belong to, and what became of the communes that are no more."""

from __future__ import annotations

from django.apps import AppConfig


class TerritoryConfig(AppConfig):
    name = "vigie.territory"
    label = "territory"
    verbose_name = "Territoire"
