"""What a list shows of a firm in alert beside its score. Imported by ``models``.

Apart from ``Entry``: only firms in alert have one, and the pages that do not sort nor narrow by them read no more.
"""

from __future__ import annotations

from typing import Any

from django.db import models

from vigie.watchlists.models import Entry


class EntryFigures(models.Model):
    """The figures of a line of a list, as known on the day of its publication; null: unknown.

    debts_eur: the social debt at the end of each of the last twelve known months, in whole euros, the oldest first.
    used_fte: mean of the last twelve known months; 0: no short-time work. group_head: null when none is known.
    """

    entry = models.OneToOneField(Entry, on_delete=models.CASCADE, primary_key=True, related_name="figures")
    legal_form = models.CharField(max_length=4, blank=True)
    is_closed = models.BooleanField(null=True)
    closed_on = models.DateField(null=True)  # end of the fiscal year of the three next ones
    revenue_eur = models.BigIntegerField(null=True)
    ebit_eur = models.BigIntegerField(null=True)
    ebitda_eur = models.BigIntegerField(null=True)
    revenue_change_ratio = models.FloatField(null=True)
    debt_eur = models.BigIntegerField(null=True)
    debts_eur: Any = models.JSONField(default=list)
    used_fte = models.FloatField(null=True)
    group_head = models.CharField(max_length=200, null=True)  # noqa: DJ001  # null: what is unknown is sorted last
    group_head_siren = models.CharField(max_length=9, blank=True)
    proceedings_state = models.CharField(max_length=12, blank=True)  # empty: unknown

    def __str__(self) -> str:
        return f"figures of {self.entry_id}"
