"""The page that unlocks a firm, renews or ends what opens it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse

from vigie.agents.models import Follow
from vigie.companies.models import Company
from vigie.rights.person import Person
from vigie.tuning.queries import live
from vigie.ui.components import ActButton, Column, Table
from vigie.ui.formats import day
from vigie.watchlists.queries.sight import held_by
from vigie.watchlists.rules_sight import CATEGORY_LABELS


@dataclass(frozen=True)
class FollowPage:
    """action: where the forms are sent. follow: the one that runs, if any. past: the reader's former follows."""

    siren: str
    name: str
    action: str
    opens: tuple[str, ...]
    until: str
    follow: Follow | None
    acts: tuple[ActButton, ...]
    past: Table


def follow_page(person: Person, company: Company, at: datetime, unfollow: Any) -> FollowPage:
    """What following would open to this reader, and until when. 1 query."""
    mine = list(
        Follow.objects.filter(user_id=person.user_id or 0, siren=company.siren, origin=Follow.Origin.PERSONAL)[:20]
    )
    running = next((one for one in mine if one.until > at), None)
    action = reverse("sheets:follow", args=[company.siren])
    offered = (
        ActButton("Renouveler mon suivi", action, "renew", "secondary"),
        ActButton("Ne plus suivre", action, "unfollow", "tertiary", form=unfollow),
    )
    held = held_by(person)
    return FollowPage(
        siren=company.siren,
        name=company.name,
        action=action,
        opens=tuple(label for category, label in CATEGORY_LABELS.items() if category in held),
        until=day(running.until if running else at + timedelta(days=live("follow_days", at))),
        follow=running,
        acts=offered if running else (),
        past=Table(
            caption="Vos suivis de cette entreprise",
            columns=(Column("Depuis", header=True), Column("Jusqu’au"), Column("Motif"), Column("Fin")),
            rows=tuple(
                (day(one.since), day(one.until), one.get_motive_display(), one.get_ending_display() or "à son terme")
                for one in mine
                if one is not running
            ),
        ),
    )
