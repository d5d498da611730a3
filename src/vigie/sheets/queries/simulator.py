"""« Que verrait cette personne de cette entreprise ? »: the one decision, for somebody else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from vigie.accounts.models import User
from vigie.accounts.queries import person_for
from vigie.accounts.rules import named_places
from vigie.companies.models import Company
from vigie.rights.table import DETECTION, ROLE_LABELS
from vigie.ui.components import Column, Fact, Table
from vigie.ui.formats import counted
from vigie.watchlists.queries.sight import sight_of
from vigie.watchlists.rules_sight import CATEGORY_LABELS, Category, Sight, Why

BECAUSE = {
    Why.ALERT: "ouvert\u00a0: sur son territoire, et est ou a été en alerte",
    Why.FOLLOW: "ouvert\u00a0: suit l’entreprise, ou prend part à son accompagnement",
    Why.TRACED: "ouvert par son habilitation, et enregistré",
    Why.LOCKED: "verrouillé\u00a0: suivre l’entreprise l’ouvrirait",
    Why.NO_RIGHT: "fermé\u00a0: son habilitation n’ouvre pas cette nature de données",
}


@dataclass(frozen=True)
class Simulated:
    """What a person would read of a firm, and why. opened: the codes of the natures that are open, for the audit."""

    who: str
    firm: str
    answer: str
    facts: tuple[Fact, ...]
    rights: Table
    opened: tuple[str, ...]


def simulate(user: User, company: Company, at: datetime) -> Simulated:
    """At most 6 queries."""
    person = person_for(user, at)
    seen = sight_of(person, company.siren)
    ground = seen.ground
    levels = ", ".join(ROLE_LABELS[role] for role in sorted(person.roles & DETECTION))
    return Simulated(
        who=str(user),
        firm=company.name,
        answer=_answer(seen),
        facts=(
            Fact("Habilitation en cours", levels, missing="aucune"),
            Fact("Territoire", named_places(person.zone_label), missing="aucun"),
            Fact("Un établissement est dans son territoire", _yes(ground.visible)),
            Fact("Est ou a été en alerte dans une liste publiée", _yes(ground.alerted)),
            Fact("Suit l’entreprise, ou prend part à son accompagnement", _yes(ground.followed)),
        ),
        rights=Table(
            caption="Nature par nature",
            columns=(Column("Données", header=True), Column("Pour cette personne")),
            rows=tuple((CATEGORY_LABELS[one], BECAUSE[seen.why(one)]) for one in Category),
        ),
        opened=tuple(one.value for one in Category if seen.opens(one)),
    )


def _answer(seen: Sight) -> str:
    if not seen.held:
        return "Cette personne ne lit aucune donnée confidentielle\u00a0: aucune habilitation n’en ouvre."
    count = sum(seen.opens(one) for one in Category)
    if not count:
        return "Cette personne lit l’identité de l’entreprise, et rien de confidentiel."
    return f"Cette personne lit {counted(count, 'nature')} de données confidentielles sur {len(Category)}."


def _yes(true: bool) -> str:
    return "Oui" if true else "Non"
