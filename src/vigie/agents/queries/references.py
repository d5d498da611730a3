"""The pages where administrators keep zones, networks, profiles of work and bodies."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import Http404
from django.urls import reverse

from vigie.accounts.models_agents import Network
from vigie.agents.models import ReferenceChange
from vigie.agents.queries.reference_effects import USED_BY, in_short, used_by, uses
from vigie.agents.reference_kinds import ENTITY, KINDS, MERGEABLE, NETWORK, SEGMENT, ZONE, Kind
from vigie.kernel.lifecycle import State
from vigie.kernel.text import fold
from vigie.kernel.zones import ZoneType
from vigie.territory.models import Zone, ZoneGroup
from vigie.territory.queries import zone_labels
from vigie.ui.components import ActButton, Cell, Column, Tab, Table
from vigie.ui.formats import counted, day, exact, listed, number

HISTORY_SHOWN = 50
LIVE = State("live", "En service", "success")
LEVELS = {"level_a": "A", "level_b": "B", "": "aucun"}


def kind_named(slug: str) -> Kind:
    """The kind of this address; else 404."""
    if slug not in KINDS:
        raise Http404
    return KINDS[slug]


def reference(kind: Kind, pk: int) -> Any:
    """One of them; else 404. 1 query."""
    rows = kind.model.objects.select_related("network") if kind is SEGMENT else kind.model.objects.all()
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def departements_named(codes: Iterable[str]) -> list[str]:
    """The codes typed, each région (R53) replaced by its départements; what is unknown stays as it is. 0 or 1 query."""
    typed = set(codes)
    regions = {code for code in typed if code.startswith("R")}
    if not regions:
        return sorted(typed)
    inside = Zone.objects.filter(zone_type=ZoneType.DEPARTEMENT, region_code__in=[code[1:] for code in regions])
    found: dict[str, set[str]] = defaultdict(set)
    for code, region in inside.order_by().values_list("code", "region_code"):
        found[f"R{region}"].add(code)
    return sorted((typed - found.keys()).union(*found.values()))


def network_choices() -> list[tuple[str, str]]:
    """The networks in service. 1 query."""
    return [("", "Aucun"), *Network.objects.filter(archived_at=None).values_list("code", "label")]


def state_of(kind: Kind, row: Any) -> State:
    return LIVE if row.archived_at is None else State("withdrawn", kind.withdrawn, "warning")


# --- the list ---------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class ReferencesPage:
    """All those of a kind, in service first."""

    title: str
    lead: str
    count: str
    new: str
    new_href: str
    tabs: tuple[Tab, ...]
    table: Table


def references_page(kind: Kind) -> ReferencesPage:
    """2 queries, whatever the rows."""
    rows = list(kind.model.objects.select_related("network") if kind is SEGMENT else kind.model.objects.all())
    place = (lambda row: row.position) if kind is NETWORK else (lambda row: fold(_name(kind, row)))
    rows.sort(key=lambda row: (row.archived_at is not None, place(row)))
    used = uses(kind)
    live = sum(row.archived_at is None for row in rows)
    return ReferencesPage(
        title=kind.title,
        lead=kind.lead,
        count=f"{number(live)} en service" + (f", {len(rows) - live} hors service" if live < len(rows) else ""),
        new=kind.new,
        new_href=reverse("agents:new_reference", args=[kind.slug]),
        tabs=tuple(
            Tab(one.title, reverse("agents:references", args=[one.slug]), current=one is kind) for one in KINDS.values()
        ),
        table=Table(
            caption=kind.title,
            columns=(
                Column("Nom", header=True), Column(kind.holds), Column("Utilisation"), Column("État"),
            ),
            rows=tuple(
                (
                    Cell(str(_name(kind, row)), href=reverse("agents:reference", args=[kind.slug, row.pk]),
                         hint=_hint(kind, row)),
                    _facts(kind, row),
                    _used(kind, used.get(row.code if kind is ZONE else row.pk, 0)),
                    Cell(state=state_of(kind, row)),
                )
                for row in rows
            ),
            empty="Rien n’est encore enregistré.",
            caption_hidden=True,
        ),
    )  # fmt: skip


def _name(kind: Kind, row: Any) -> str:
    return row.name if kind is ENTITY else row.label  # type: ignore[no-any-return]


def _hint(kind: Kind, row: Any) -> str:
    if kind is ENTITY:
        return str(row.short_name)
    return f"Z-{row.code}" if kind is ZONE else str(row.code)


def _facts(kind: Kind, row: Any) -> str:
    if kind is ZONE:
        held = sorted(row.departements)
        codes = ", ".join(held) if len(held) <= 8 else f"{', '.join(held[:8])}…"
        return f"{codes} ({len(held)})" if len(held) > 8 else codes
    if kind is NETWORK:
        return f"Oui, au rang {row.position}" if row.is_active else "Non"
    if kind is SEGMENT:
        network = row.network.label if row.network else "sans réseau"
        words = (network, "CODEFI" if row.in_codefi else "", f"niveau habituel\u00a0: {LEVELS[row.usual_level]}")
        return ", ".join(filter(None, words))
    return str(row.siret) or "Non renseigné"


def _used(kind: Kind, count: int) -> str:
    return counted(count, *USED_BY[kind.code]) if count else "Personne"


# --- one of them ------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class ReferencePage:
    """One of them. used: who rests on it. current: its values, in words. button: to withdraw it or offer it again."""

    title: str
    state: State
    since: str
    used: str
    current: tuple[tuple[str, str], ...]
    editable: bool
    button: ActButton
    history: Table
    merge: str  # where it joins another; empty: it does not
    back: str
    back_label: str


def reference_page(kind: Kind, row: Any) -> ReferencePage:
    """At most 4 queries, whatever its history."""
    action = reverse("agents:reference_act", args=[kind.slug, row.pk])
    used = used_by(kind, row)
    if row.archived_at is None:
        it = "Elle ne sera plus proposée" if kind.feminine else "Il ne sera plus proposé"
        button = ActButton(
            "Retirer", action, "withdraw", "tertiary",
            confirm=f"{it}. Rien n’est effacé\u00a0; vous pourrez revenir en arrière.",
        )  # fmt: skip
    else:
        button = ActButton("Remettre en service", action, "restore", "secondary")
    return ReferencePage(
        title=_name(kind, row),
        state=state_of(kind, row),
        since="" if row.archived_at is None else f"Hors service depuis le {day(row.archived_at)}.",
        used=f"{used}." if used else "Personne ne s’en sert.",
        current=_current(kind, row),
        editable=row.archived_at is None,
        button=button,
        history=_history(kind, row),
        merge=reverse("agents:merge_reference", args=[kind.slug, row.pk]) if kind in MERGEABLE else "",
        back=reverse("agents:references", args=[kind.slug]),
        back_label=kind.title,
    )


def _current(kind: Kind, row: Any) -> tuple[tuple[str, str], ...]:
    values = kind.values(row)
    lines = [(label, _word(name, values[name])) for name, label in kind.fields.items()]
    if kind is ZONE:
        pairs = [(ZoneType.DEPARTEMENT, code) for code in values["departements"]]
        names = zone_labels(pairs)
        lines[-1] = (lines[-1][0], listed([names[pair] for pair in pairs]))
    return tuple(lines)


def _word(name: str, value: Any) -> str:
    """A value as it is read."""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, list):
        return " ".join(value)
    if name == "usual_level":
        return LEVELS.get(value, value)
    if name == "kind":
        return dict(ZoneGroup.Kind.choices).get(value, value)
    return str(value) if value not in ("", None) else "rien"


def _history(kind: Kind, row: Any) -> Table:
    rows = ReferenceChange.objects.filter(kind=kind.code, object_id=row.pk).select_related("author")
    return Table(
        caption="Qui a changé quoi",
        columns=(Column("Quand", header=True), Column("Qui"), Column("Quoi"), Column("Effet")),
        rows=tuple(
            (exact(one.at), str(one.author), _said(kind, one), in_short(one.effects) or "Aucun accès changé")
            for one in rows[:HISTORY_SHOWN]
        ),
        empty="Aucun changement depuis l’installation.",
        caption_hidden=True,
    )


def _said(kind: Kind, one: ReferenceChange) -> str:
    """« Modification : Nom : A → B ; Départements : + 30, − 48 »; of two that became one, the other's name."""
    if one.act == ReferenceChange.Act.MERGED:
        done = "Réunie à" if "into" in one.after else "A reçu les fiches de"
        agents = one.effects.get("agents", 0)
        return f"{one.get_act_display()}. {done} «\u00a0{one.after['label']}\u00a0»\u00a0: {counted(agents, 'agent')}."
    parts = []
    for name, after in one.after.items():
        label, before = kind.fields.get(name, name), one.before.get(name)
        if isinstance(after, list) and before is not None:
            moved = [f"+\u00a0{code}" for code in after if code not in before]
            moved += [f"−\u00a0{code}" for code in before if code not in after]
            parts.append(f"{label}\u00a0: {', '.join(moved)}")
        elif one.act == ReferenceChange.Act.CREATED:
            parts.append(f"{label}\u00a0: {_word(name, after)}")
        else:
            parts.append(f"{label}\u00a0: {_word(name, before)} → {_word(name, after)}")
    told = "\u00a0; ".join(parts)
    return f"{one.get_act_display()}. {told}" if told else str(one.get_act_display())
