"""The counters of calls that rate limits share between workers."""

from __future__ import annotations

from django.db import models


class RateCounter(models.Model):
    """How often something was asked since ``window_start``. The key is a keyed hash: no address is stored."""

    key = models.CharField(max_length=64, unique=True)
    window_start = models.BigIntegerField(db_index=True)  # milliseconds since 1970, UTC
    count = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.key[:8]} {self.count}"
