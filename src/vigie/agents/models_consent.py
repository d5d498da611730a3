"""The rules of confidentiality, in their successive texts, and who accepted which, when. Neither is ever changed."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class ConfidentialityText(models.Model):
    """A version of the rules; the latest is asked of everybody. Markdown, without HTML."""

    version = models.PositiveIntegerField(unique=True)
    body = models.TextField("texte")
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )  # who answers for it; null: the text that came with the service

    class Meta:
        ordering = ("-version",)
        constraints = [models.CheckConstraint(condition=~models.Q(body=""), name="confidentiality_text_said")]

    def __str__(self) -> str:
        return f"version {self.version}"


class Consent(models.Model):
    """Somebody read a version of the rules and undertook to respect it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="consents")  # proof
    text = models.ForeignKey(ConfidentialityText, on_delete=models.PROTECT, related_name="consents")  # proof
    at = models.DateTimeField()

    class Meta:
        ordering = ("-at",)
        indexes = [models.Index(fields=["user", "text", "at"], name="consent_valid")]

    def __str__(self) -> str:
        return f"{self.user} {self.text}"
