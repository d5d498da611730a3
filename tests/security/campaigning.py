"""Campaigns of the security tests: one of an agent of the territory, one of elsewhere."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse

from tests.accounts.factories import person
from tests.campaigns.factories import campaign, target, workplace_of
from tests.followup.factories import network
from tests.watchlists.factories import ACIERIE, BOULANGERIE, DEUX_SITES, MENUISERIE, agent
from vigie.accounts.models import User
from vigie.campaigns.actions.targets import take
from vigie.campaigns.actions.visits import Appointment, plan_visit
from vigie.kernel.period import paris_day
from vigie.watchlists.models import Firm

TOKEN = "jeton-de-securite-0003"


def prepare(users: dict[str, User], at: datetime) -> dict[str, Any]:
    """Names what the addresses of campaigns need; agent_a opened one, and took a firm of it."""
    mine = campaign(users["agent_a"], at, numbers=f"{MENUISERIE.siren}\n{BOULANGERIE.siren}")
    far = campaign(agent(territory="59", full_name="Agente du Nord"), at, numbers=ACIERIE.siren)
    taken = take(target(mine, MENUISERIE.siren), by=person(users["agent_a"], at), at=at)
    by = person(users["agent_a"], at)
    asked = Appointment(workplace_of(MENUISERIE.siren), paris_day(at), None, ())
    firm = Firm.objects.get(pk=MENUISERIE.siren)
    visit = plan_visit(firm, asked, form_token=TOKEN, by=by, at=at)
    again = plan_visit(firm, asked, form_token="jeton-de-securite-0004", by=by, at=at)
    return {
        "visit_planned": visit.pk, "visit_again": again.pk, "visit_place": asked.place.pk,
        "campaign": mine.pk, "campaign_elsewhere": far.pk, "campaign_taken": taken.pk,
        "campaign_target": target(mine, BOULANGERIE.siren).pk, "campaign_far": target(far, ACIERIE.siren).pk,
    }  # fmt: skip


def acts(ids: dict[str, Any], users: dict[str, User], at: datetime) -> list[tuple[str, str, str, dict[str, Any]]]:
    """One valid sending of each form."""
    pk, day = ids["campaign"], paris_day(at).isoformat()
    soon = (paris_day(at) + timedelta(days=30)).isoformat()

    def to(name: str, *args: Any) -> str:
        return reverse(f"campaigns:{name}", args=args)

    plan = {"name": "Rentrée", "starts_on": day, "ends_on": day, "numbers": BOULANGERIE.siren, "form_token": TOKEN}
    rows = [
        ("new", to("new"), plan),
        ("add", to("add", pk), {"numbers": DEUX_SITES.siren}),
        ("edit", to("edit", pk), {"name": "Hiver", "starts_on": day, "ends_on": day}),
        ("team", to("team", pk), {"who": users["agent_b"].email}),
        ("act", to("act", pk), {"transition": "share"}),
        ("export_campaign", to("export_campaign", pk), {"format": "csv"}),
        ("target_act", to("target_act", ids["campaign_target"]), {"transition": "take"}),
        ("contact", to("contact", ids["campaign_taken"]),
         {"contacted_on": day, "channel": "phone", "outcome": "no_answer", "call_back_on": "2040-01-01",
          "form_token": TOKEN}),
        ("plan_visit", f"{to('plan_visit')}?siren={MENUISERIE.siren}",
         {"place": ids["visit_place"], "planned_on": soon, "form_token": "jeton-de-securite-0005"}),
        ("hold_visit", to("hold_visit", ids["visit_planned"]),
         {"network": network("dgfip").pk, "text": "Une visite utile."}),
        ("visit_act", to("visit_act", ids["visit_again"]), {"transition": "cancel", "why": "firm"}),
    ]  # fmt: skip
    return [(f"campaigns:{name}", "agent_a", url, data) for name, url, data in rows]
