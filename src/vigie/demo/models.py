"""The mailbox of the demo: the mails that a real installation would have sent."""

from __future__ import annotations

from django.db import models


class DemoMail(models.Model):
    """A mail taken by the demo's relay; one row per Message-ID, however often it is handed over."""

    message_id = models.CharField(max_length=120, unique=True)
    to = models.CharField("destinataire", max_length=254, db_index=True)
    to_name = models.CharField(max_length=200, blank=True)
    subject = models.TextField("objet")
    text = models.TextField()
    html = models.TextField(blank=True)
    sent_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ("-sent_at", "-pk")

    def __str__(self) -> str:
        return f"{self.subject} → {self.to}"
