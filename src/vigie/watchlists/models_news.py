"""New facts of the firms that agents follow, by kind: found once for each list or folder of facts, told from here."""

from __future__ import annotations

from django.db import models

from vigie.watchlists.rules_news import KINDS

CHOICES = [(str(kind), row.label) for kind, row in KINDS.items()]


class NewsBatch(models.Model):
    """What a list that opened, or a folder of facts, brought of new: looked for once."""

    code = models.CharField(max_length=14, unique=True)  # of the publication, or of the folder
    at = models.DateTimeField()

    class Meta:
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return self.code


class FirmNews(models.Model):
    """A kind of fact that is new of a firm, that somebody followed then. No value: the sheet shows it."""

    batch = models.ForeignKey(NewsBatch, on_delete=models.CASCADE, related_name="news")
    siren = models.CharField(max_length=9)
    kind = models.CharField("fait nouveau", max_length=12, choices=CHOICES)
    at = models.DateTimeField()  # of the batch

    class Meta:
        ordering = ("-at", "siren", "kind")
        constraints = [models.UniqueConstraint(fields=["batch", "siren", "kind"], name="firm_news_once")]
        indexes = [models.Index(fields=["siren", "at"], name="firm_news")]

    def __str__(self) -> str:
        return f"{self.siren} {self.kind}"
