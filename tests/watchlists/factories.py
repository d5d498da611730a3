"""Agents with their territory, and lists received from small invented publications."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings as live

from tests.accounts.factories import HabilitationFactory, UserFactory
from tests.publication.factories import Firm, published
from vigie.accounts.models import User
from vigie.agents.models import ConfidentialityText, Consent, Follow
from vigie.kernel.clock import now
from vigie.rights.table import Role
from vigie.watchlists.actions import receive
from vigie.watchlists.models import Publication

OPENED = datetime(2026, 7, 6, 7, 0, tzinfo=UTC)  # the day the invented lists are planned for

MENUISERIE = Firm(1, "Menuiserie Durand", "strong", 0.42, first_alert=True, correction=-0.4)
BOULANGERIE = Firm(2, "Boulangerie Petit", "moderate", 0.2, aggravation=True)
GARAGE = Firm(3, "Garage Morel", "none", 0.02)
ACIERIE = Firm(4, "Aciérie du Nord", "strong", 0.61, departement="59", region="32", in_plan=True)
DEUX_SITES = Firm(5, "Deux Sites", "moderate", 0.15, departement="59", region="32", also_in=("35",), section="F")
FIRMS = (MENUISERIE, BOULANGERIE, GARAGE, ACIERIE, DEUX_SITES)


def agent(level: Role = Role.LEVEL_A, territory: str = "35", consented: bool = True, **values: Any) -> User:
    """An agent of detection, habilitated on a territory, who has accepted the rules of confidentiality."""
    user = UserFactory(**values)
    HabilitationFactory(user=user, role=level, territory=territory)
    if consented:
        consent(user)
    return user


def consent(user: User) -> Consent:
    """He has accepted the rules of confidentiality, now."""
    text, _new = ConfidentialityText.objects.get_or_create(
        version=1, defaults={"body": "Les règles.", "published_at": OPENED}
    )
    return Consent.objects.create(user=user, text=text, at=now())


def with_folders(settings: Any, root: Path) -> Path:
    """The folders of the batch, under ``root``; gives that of the publications."""
    settings.VIGIE = replace(
        live.VIGIE,
        publications=str(root / "publications"), lake=str(root / "lake"), incoming=str(root / "incoming"),
    )  # fmt: skip
    return root / "publications"


def opened(root: Path, code: str = "2026-06.1", firms: Iterable[Firm] = FIRMS, **changes: Any) -> Publication:
    """A list written, received and opened on its day."""
    month = int(code[5:7])
    planned = date(2026, month + 1, 6)
    folder = published(root, code, firms, **({"planned_on": planned} | changes))
    received = receive(folder, at=datetime(2026, month + 1, 6, 7, 0, tzinfo=UTC))
    assert isinstance(received, Publication)
    return received


def follow(user: User, siren: str, at: datetime, **values: Any) -> Follow:
    """Somebody follows a firm for a year, because he read it in a list."""
    return Follow.objects.create(
        user=user, siren=siren, since=at, **({"motive": "detection", "until": at + timedelta(days=365)} | values)
    )
