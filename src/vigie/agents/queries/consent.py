"""Whether a person has accepted the rules of confidentiality in force, and what the page that asks it shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import OuterRef, QuerySet, Subquery

from vigie.agents.models import ConfidentialityText, Consent
from vigie.rights.person import Person
from vigie.rights.statements import composed_once
from vigie.tuning.queries import live
from vigie.ui.formats import counted, day
from vigie.ui.markdown import to_html


@dataclass(frozen=True)
class ConsentPage:
    """body: the rules in force; accepted: when, if they are; until: when they will be asked again."""

    body: str
    version: int
    accepted: str
    until: str


def has_consented(person: Person, at: datetime) -> bool:
    """Whether the latest text was accepted recently enough. 1 query."""
    return bool(_consents(person.user_id or 0, at - timedelta(days=live("consent_days", at))))


@composed_once
def _consents(user_pk: int, since: datetime) -> QuerySet[Consent, tuple[int]]:
    latest = ConfidentialityText.objects.order_by("-version").values("pk")[:1]
    given = Consent.objects.filter(user_id=user_pk, at__gt=since, text_id=Subquery(latest))
    return given.order_by().values_list("pk")[:1]


def consent_page(person: Person, at: datetime) -> ConsentPage | None:
    """The rules in force; None while none is published. 2 queries."""
    text = ConfidentialityText.objects.order_by("-version").first()
    if text is None:
        return None
    given = Consent.objects.filter(user_id=person.user_id or 0, text=text).order_by("-at").first()
    end = given.at + timedelta(days=live("consent_days", at)) if given else None
    running = end is not None and end > at
    return ConsentPage(
        body=to_html(text.body),
        version=text.version,
        accepted=day(given.at) if given and running else "",
        until=day(end) if end and running else "",
    )


def last_consents() -> Subquery:
    """For a QuerySet of accounts: when each last accepted the rules."""
    return Subquery(Consent.objects.filter(user=OuterRef("pk")).order_by("-at").values("at")[:1])


@dataclass(frozen=True)
class TextPage:
    """The text in force, to be changed. history: « version 2, le 4 mars 2026, par … », the latest first."""

    body: str
    history: tuple[str, ...]
    accepted: str


def text_page() -> TextPage:
    """What the page of administrators shows; 2 queries."""
    texts = list(ConfidentialityText.objects.select_related("published_by").order_by("-version")[:20])
    people = Consent.objects.filter(text=texts[0]).values("user").distinct().count() if texts else 0
    return TextPage(
        body=texts[0].body if texts else "",
        history=tuple(
            f"Version {one.version}, le {day(one.published_at)}"
            + (f", par {one.published_by}" if one.published_by else ", fournie avec le service")
            for one in texts
        ),
        accepted=counted(people, "agent s’est engagé", "agents se sont engagés") + " sur cette version",
    )
