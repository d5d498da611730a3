"""The settings that somebody changed, and each change. A setting that nobody touched has no row."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models


class SettingValue(models.Model):
    """What a setting is worth today; null: again what it starts from."""

    name = models.CharField("réglage", max_length=40, unique=True)
    value: Any = models.JSONField(null=True, blank=True)
    version = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class SettingChange(models.Model):
    """One change, by whom, from what to what. Never changed afterwards."""

    setting = models.ForeignKey(SettingValue, on_delete=models.PROTECT, related_name="changes")  # its history
    version = models.PositiveIntegerField()
    before: Any = models.JSONField(null=True)
    after: Any = models.JSONField(null=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")  # proof
    at = models.DateTimeField()

    class Meta:
        ordering = ("-at", "-pk")
        constraints = [models.UniqueConstraint(fields=["setting", "version"], name="setting_change_once")]

    def __str__(self) -> str:
        return f"{self.setting} v{self.version}"
