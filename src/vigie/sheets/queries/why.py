"""« Pourquoi je vois, ou ne vois pas ceci ? »: the three facts and the rights, in plain French."""

from __future__ import annotations

from dataclasses import dataclass

from vigie.companies.models import Company
from vigie.rights.person import Person
from vigie.sheets.queries.block import NO_RIGHT
from vigie.ui.components import Column, Fact, Table
from vigie.watchlists.queries.sight import sight_of
from vigie.watchlists.rules_sight import CATEGORY_LABELS, Category, Sight, Why

BECAUSE = {
    Why.ALERT: "ouvert\u00a0: sur votre territoire, et en alerte dans une liste publiée",
    Why.FOLLOW: "ouvert\u00a0: vous suivez l’entreprise, ou prenez part à son accompagnement",
    Why.TRACED: "ouvert par votre habilitation, et enregistré",
    Why.LOCKED: "verrouillé\u00a0: suivre l’entreprise l’ouvrirait",
    Why.NO_RIGHT: NO_RIGHT[0].lower() + NO_RIGHT[1:-1],
}


@dataclass(frozen=True)
class WhyPage:
    """The facts of the doctrine about one reader and one firm."""

    siren: str
    name: str
    answer: str
    facts: tuple[Fact, ...]
    rights: Table
    can_follow: bool


def why_page(person: Person, company: Company) -> WhyPage:
    """1 query. « In alert » is only told to who may read the level: the fact is confidential for the others."""
    seen = sight_of(person, company.siren)
    ground = seen.ground
    return WhyPage(
        siren=company.siren,
        name=company.name,
        answer=_answer(seen),
        facts=(
            Fact("Un établissement est dans votre territoire", _yes(ground.visible)),
            Fact(
                "Est ou a été en alerte dans une liste publiée",
                _yes(ground.alerted) if seen.opens(Category.SCORE) else "",
                missing="ne peut pas vous être dit tant que ces données sont verrouillées",
            ),
            Fact("Vous la suivez, ou prenez part à son accompagnement", _yes(ground.followed)),
        ),
        rights=Table(
            caption="Nature par nature",
            columns=(Column("Données", header=True), Column("Pour vous")),
            rows=(
                ("identité, effectif, comptes publics, procédures", "ouvert à tout agent habilité"),
                *((CATEGORY_LABELS[one], BECAUSE[seen.why(one)]) for one in Category),
            ),
        ),
        can_follow=bool(seen.held) and not seen.unlocked,
    )


def _answer(seen: Sight) -> str:
    if not seen.held:
        return "Votre habilitation n’ouvre aucune donnée confidentielle."
    if seen.by is Why.LOCKED:
        return (
            "Les données confidentielles de cette entreprise sont verrouillées pour vous. Elles s’ouvrent "
            "quand un de ses "
            "établissements est dans votre territoire et qu’elle est ou a été en alerte, ou quand vous la suivez."
        )
    return {
        Why.ALERT: "Vous voyez ses données parce qu’elle est sur votre territoire et est ou a été en alerte.",
        Why.FOLLOW: "Vous voyez ses données parce que vous la suivez, ou prenez part à son accompagnement.",
        Why.TRACED: "Vous voyez ses données par votre habilitation\u00a0; chaque lecture est enregistrée.",
    }[seen.by]


def _yes(true: bool) -> str:
    return "Oui" if true else "Non"
