"""Accepting the rules of confidentiality, and publishing a new text of them."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Max

from vigie.agents.models import ConfidentialityText, Consent
from vigie.journal import audit
from vigie.journal.actions import record
from vigie.kernel.errors import InvalidInput
from vigie.rights.person import Person
from vigie.rights.reach import require


@transaction.atomic
def accept(version: int, *, by: Person, at: datetime) -> Consent:
    """The person undertakes to respect this version; InvalidInput when it is no longer the one in force."""
    require(by, "consent.give")
    text = ConfidentialityText.objects.order_by("-version").first()
    if text is None or text.version != version:
        raise InvalidInput("text_changed", "Les règles viennent de changer. Relisez-les avant de vous engager.")
    consent = Consent.objects.create(user_id=by.user_id or 0, text=text, at=at)
    audit.note("consent", "agents.ConfidentialityText", str(version), by=by, at=at)
    return consent


@transaction.atomic
def publish_text(body: str, *, by: Person, at: datetime) -> ConfidentialityText:
    """A new version of the rules, asked of everybody at his next page."""
    require(by, "consent.edit")
    body = body.replace("\r\n", "\n").strip()
    if not body:
        raise InvalidInput("text_empty", "Écrivez le texte des règles.", field="body")
    former = ConfidentialityText.objects.select_for_update().order_by("-version").first()
    if former is not None and former.body.strip() == body:
        return former
    version = (ConfidentialityText.objects.aggregate(last=Max("version"))["last"] or 0) + 1
    text = ConfidentialityText.objects.create(
        version=version, body=body + "\n", published_at=at, published_by_id=by.user_id
    )
    record("confidentiality.published", text, by=by, at=at, payload={"version": version})
    audit.note("admin_confidentiality", "agents.ConfidentialityText", str(version), by=by, at=at)
    return text
