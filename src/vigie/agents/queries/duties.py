"""The page of duties: who holds which, département by département."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from vigie.accounts.models_agents import Duty
from vigie.kernel.zones import ZoneType
from vigie.territory.models import Zone
from vigie.ui.components import ActButton
from vigie.ui.formats import counted


@dataclass(frozen=True)
class DutyLine:
    """A duty: where, which, by whom. button: what withdraws it."""

    title: str
    holder: str
    button: ActButton


@dataclass(frozen=True)
class DutiesPage:
    """All of them; count: « 3 fonctions »."""

    count: str
    lines: tuple[DutyLine, ...]


def departement_names() -> dict[str, str]:
    """Code to name, as they are listed. 1 query."""
    rows = Zone.objects.filter(zone_type=ZoneType.DEPARTEMENT).order_by("code")
    return dict(rows.values_list("code", "name"))


def duties_page() -> DutiesPage:
    """2 queries."""
    names = departement_names()
    rows = Duty.objects.select_related("user__agent__entity").order_by("departement", "kind", "user__full_name")
    lines = tuple(_line(row, names) for row in rows)
    return DutiesPage(counted(len(lines), "fonction", "fonctions"), lines)


def _line(row: Duty, names: dict[str, str]) -> DutyLine:
    where = f"{row.departement} – {names[row.departement]}" if row.departement in names else row.departement
    entity = getattr(getattr(row.user, "agent", None), "entity", None)
    state = "" if row.user.is_active else ", compte fermé"
    title = f"{where}\u00a0: {row.get_kind_display()}"
    return DutyLine(
        title,
        f"{row.user.full_name}{f' ({entity.short_name or entity.name})' if entity else ''} · {row.user.email}{state}",
        ActButton(
            "Retirer", reverse("agents:withdraw_duty", args=[row.pk]), style="tertiary",
            about=f"{title}, {row.user.full_name}",
        ),
    )  # fmt: skip
