"""« Redressements »: those in force, proposed, in preparation, over; the sheet of one and what can be done to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.forms import BaseForm
from django.urls import reverse

from vigie.accounts.models import User
from vigie.kernel.lifecycle import State, Transition
from vigie.kernel.period import Month
from vigie.kernel.zones import ZoneType
from vigie.rights.person import Person
from vigie.rights.reach import may
from vigie.territory.models import Zone
from vigie.ui.components import ActButton, Cell, Column, Fact, Table
from vigie.ui.formats import day, day_and_hour
from vigie.watchlists.models import Publication
from vigie.watchlists.models_corrections import DONE, FAILED, WAITING, Correction
from vigie.watchlists.queries.explanation import Author, Authors
from vigie.watchlists.queries.simulations import SimulationView, view_of
from vigie.watchlists.queries.words import SECTIONS, month_words
from vigie.watchlists.rules_corrections import (
    KINDS,
    Drawing,
    Words,
    drawing,
    effect_words,
    in_force,
    may_approve,
    scope_words,
    shown,
)
from vigie.watchlists.states_corrections import APPROVED, CORRECTION, DRAFT, PROPOSED, REFUSED, state_shown

NEEDS_REASON = ("refuse", "withdraw")
CONFIRM = {
    "propose": "Une autre personne pourra l’approuver. Vous ne pourrez plus le modifier, sauf à le reprendre.",
    "approve": "Les prochaines listes l’appliqueront pendant ses mois. Le niveau d’avant reste écrit à côté.",
    "refuse": "Il ne sera jamais appliqué. Son auteur lira votre raison.",
    "withdraw": "Les prochaines listes ne l’appliqueront plus. Celles qui sont parues ne changent pas.",
}
ENDED_SHOWN = 30


@dataclass(frozen=True)
class Choices:
    """What the form offers: facts, families, sections, régions (code, label)."""

    features: tuple[tuple[str, str], ...]
    families: tuple[tuple[str, str], ...]
    sections: tuple[tuple[str, str], ...]
    regions: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class CorrectionsPage:
    """The list. write: address of the form, empty for who may not."""

    in_force: Table
    proposed: Table
    drafts: Table
    ended: Table
    write: str
    month: str


@dataclass(frozen=True)
class CorrectionPage:
    """One correction. simulation_note: where the simulation is, in words."""

    title: str
    state: object
    facts: tuple[Fact, ...]
    reason: str
    scope: tuple[str, ...]
    effect: str
    picture: Drawing | None
    points: Table | None
    simulation_note: str
    waiting: bool
    simulation: SimulationView | None
    buttons: tuple[ActButton, ...]
    change: str
    here: str


def words() -> Words:
    """Labels of facts and families by the last list, of sections and régions. 2 queries."""
    told = _told()
    regions = Zone.objects.filter(zone_type=ZoneType.REGION).values_list("code", "name")
    return Words(
        features={code: str(row["label"]) for code, row in told.get("features", {}).items()},
        families=dict(told.get("families", {})),
        sections={code: f"{code} – {label}" for code, label in SECTIONS.items()},
        regions=dict(regions),
    )


def _told() -> dict:
    latest = Publication.objects.exclude(told={}).order_by("-batch", "-number").first()
    return latest.told if latest is not None else {}


def choices(known: Words) -> Choices:
    """What the form offers, sorted by label."""

    def by_label(given: dict[str, str]) -> tuple[tuple[str, str], ...]:
        return tuple(sorted(given.items(), key=lambda pair: pair[1]))

    return Choices(
        features=by_label(dict(known.features)),
        families=by_label(dict(known.families)),
        sections=tuple(known.sections.items()),
        regions=by_label(dict(known.regions)),
    )


def visible_corrections(person: Person) -> list[Correction]:
    """All corrections but the drafts of others. 1 query."""
    found = Correction.objects.shown_to(person.user_id)
    return list(found.select_related("created_by", "proposed_by", "approved_by"))


def visible_correction(person: Person, pk: int) -> Correction | None:
    """One of them. 1 query."""
    found = Correction.objects.shown_to(person.user_id).filter(pk=pk)
    return found.select_related("created_by", "proposed_by", "approved_by").first()


def authors_of(contributions: Iterable[dict[str, Any]]) -> Authors:
    """Who wrote the corrections that touch a firm, by code and version. No query when none does, else 1."""
    codes = {row["code"] for row in contributions if row["kind"] == "correction"}
    if not codes:
        return {}
    rows = Correction.objects.approved_once().filter(code__in=codes).select_related("created_by__agent__entity")
    return {
        (row.code, str(row.version)): Author(_kind_of(row.created_by), day(row.approved_at) if row.approved_at else "")
        for row in rows
    }


def _kind_of(user: User) -> str:
    """The body of the agent who wrote it; else it comes from the team of the service."""
    profile = getattr(user, "agent", None)
    return f"Agent ({profile.entity.short_name})" if profile is not None else "Équipe du service"


def corrections_page(person: Person, today: date) -> CorrectionsPage:
    """The page; 1 query and those of the rights."""
    rows = visible_corrections(person)
    month = Month.of(today)
    once = [
        (row.code, row.version, row.first_month, row.last_month, row.state == APPROVED)
        for row in rows
        if row.approved_by_id is not None
    ]
    now = in_force(once, month)
    approved = [row for row in rows if row.state == APPROVED]
    active = [row for row in approved if (row.code, row.version) in now]
    coming = [row for row in approved if row.first_month > month]
    over = [row for row in rows if row.state in CORRECTION.final_codes or (row in approved and row not in active)]
    over = [row for row in over if row not in coming]
    return CorrectionsPage(
        in_force=_table("En vigueur ou à venir", [*active, *coming], "Aucun redressement n’est en vigueur."),
        proposed=_table("En attente d’approbation", [r for r in rows if r.state == PROPOSED], "Rien à approuver."),
        drafts=_table("Mes brouillons", [r for r in rows if r.state == DRAFT], "Vous n’avez pas de brouillon."),
        ended=_table("Passés", over[:ENDED_SHOWN], "Aucun redressement passé."),
        write=reverse("watchlists:write_correction") if may(person, "correction.write") else "",
        month=month_words(today),
    )


def _table(caption: str, rows: list[Correction], empty: str) -> Table:
    return Table(
        caption=caption,
        columns=(Column("Redressement", header=True), Column("État"), Column("Mois"), Column("Auteur")),
        rows=tuple(_row(row) for row in rows),
        empty=empty,
        caption_hidden=True,
    )


def _row(row: Correction) -> tuple[Cell | str, ...]:
    return (
        Cell(row.wording, href=reverse("watchlists:correction", args=[row.pk]), hint=f"{KINDS[row.kind]}, {row}"),
        Cell(state=_state(row)),
        _months(row),
        str(row.created_by),
    )


def _state(row: Correction) -> State:
    return state_shown(row.state, approved=row.approved_at is not None)


def _months(row: Correction) -> str:
    return f"{month_words(row.valid_from)} à {month_words(row.valid_until)}"


def correction_page(person: Person, row: Correction, end_form: Callable[[], BaseForm]) -> CorrectionPage:
    """The sheet; 2 queries for the words, those of the rights and of the firms that may be seen."""
    known, content = words(), row.said
    return CorrectionPage(
        title=row.wording,
        state=_state(row),
        facts=_facts(row),
        reason=row.reason,
        scope=tuple(scope_words(content, known)),
        effect=effect_words(content, known),
        picture=_picture(row),
        points=_points(row, known),
        simulation_note=_simulation_note(row),
        waiting=row.simulation_state == WAITING,
        simulation=view_of(person, row.simulation, known) if row.simulation_state == DONE else None,
        buttons=tuple(_buttons(person, row, end_form)),
        change=reverse("watchlists:change_correction", args=[row.pk]) if _editable(person, row) else "",
        here=reverse("watchlists:correction", args=[row.pk]),
    )


def _facts(row: Correction) -> tuple[Fact, ...]:
    proposed = f"{row.proposed_by}, le {day(row.proposed_at)}" if row.proposed_at else ""
    approved = f"{row.approved_by}, le {day(row.approved_at)}" if row.approved_at else ""
    facts = [
        Fact("Code et version", str(row)),
        Fact("Type", KINDS[row.kind]),
        Fact("Mois", _months(row)),
        Fact("Décision", row.decision_reference),
        Fact("Auteur", str(row.created_by)),
        Fact("Proposé par", proposed, missing="pas encore"),
        Fact("Approuvé par", approved, missing="pas encore"),
    ]
    if row.replaces:
        facts.append(Fact("Remplace", f"la version {row.replaces}"))
    if row.ended_at:
        refused = _state(row) is REFUSED
        facts = [fact for fact in facts if not (refused and fact.label == "Approuvé par")]
        facts.append(Fact("Refusé le" if refused else "Terminé le", f"{day(row.ended_at)} {row.ended_reason}".strip()))
    return tuple(facts)


def _curve(row: Correction) -> tuple[list[tuple[float, float]], list[tuple[float, float]] | None]:
    """After and before, from the simulation when it has a curve; else the effects drawn."""
    curve = row.simulation.get("curve") if row.simulation_state == DONE else None
    points = curve.get("points") if isinstance(curve, dict) else None
    if not points:
        return [*row.said.points], None
    after = [(float(one["value"]), float(one["after"])) for one in points]
    return after, [(float(one["value"]), float(one["before"])) for one in points]


def _picture(row: Correction) -> Drawing | None:
    after, before = _curve(row)
    return drawing(after, before)


def _points(row: Correction, known: Words) -> Table | None:
    """The figures of the picture."""
    after, before = _curve(row)
    if len(after) < 2:
        return None
    name = known.feature(row.said.feature)
    first = Column(name[:1].upper() + name[1:], header=True)
    if before is None:
        rows = tuple((Cell(shown(x)), shown(y)) for x, y in after)
        return Table("Effets dessinés", (first, Column("Effet", numeric=True)), rows)
    rows3 = tuple(
        (Cell(shown(round(x, 4))), shown(round(b, 3)), shown(round(y, 3)))
        for (x, y), (_x, b) in zip(after, before, strict=True)
    )
    columns = (first, Column("Contribution avant", numeric=True), Column("Contribution après", numeric=True))
    return Table("Courbe avant et après", columns, rows3)


def _simulation_note(row: Correction) -> str:
    if row.simulation_state == WAITING:
        return "La simulation est en cours. Elle prend quelques minutes\u00a0: rechargez la page pour la lire."
    if row.simulation_state == FAILED:
        return str(row.simulation.get("refused", "La simulation a échoué."))[:1000]
    if row.simulation_state == DONE and row.simulated_at:
        return f"Simulé le {day_and_hour(row.simulated_at)}."
    return "Pas encore simulé."


def _editable(person: Person, row: Correction) -> bool:
    return row.state == DRAFT and may(person, "correction.propose", row)


def _buttons(person: Person, row: Correction, end_form: Callable[[], BaseForm]) -> list[ActButton]:
    href = reverse("watchlists:act_on_correction", args=[row.pk])
    found = []
    if _editable(person, row) and row.simulation_state != WAITING:
        found.append(ActButton("Simuler", href, "simulate", "primary" if row.simulation_state != DONE else "secondary"))
    for step in CORRECTION.offered(row.state):
        if step.button and _offered(person, row, step):
            found.append(_button(step, href, end_form))
    if row.state == APPROVED and may(person, "correction.write"):
        found.append(ActButton("Préparer une nouvelle version", href, "next_version", "secondary"))
    if _editable(person, row):
        confirm = "Ce brouillon n’a été vu que de vous. Il ne pourra pas être retrouvé."
        found.append(ActButton("Supprimer le brouillon", href, "delete", "tertiary", confirm))
    return found


def _offered(person: Person, row: Correction, step: Transition) -> bool:
    if not may(person, step.right, row):
        return False
    if step.name == "propose":
        return row.simulated_at is not None
    if step.name == "approve":
        return may_approve(person.user_id, author=row.created_by_id, proposer=row.proposed_by_id)
    return True


def _button(step: Transition, href: str, end_form: Callable[[], BaseForm]) -> ActButton:
    style = "secondary" if step.name in (*NEEDS_REASON, "take_back") else "primary"
    form = end_form() if step.name in NEEDS_REASON else None
    return ActButton(step.button, href, step.name, style, CONFIRM.get(step.name, ""), form)
