"""The indicators, as one table: what is shown, what it means, and how it is worked out from the base sets.

The page, the files, the reference of the documentation and the tests are made from it. The base sets (matching.md 9),
each counted in a month and in the région of the commune concerned:

- solicitations: requests sent, by the month of their sending;
- needs: needs from a request put before at least one expert, by the month of their creation;
- exchanges: among them, those closed after an exchange with the company;
- companies: firms of which an analysis was completed in the month, each once a month;
- listed: firms in alert in the list of detection of the month, by région of the head office (``impact``);
- agents: agents of detection in force on the last night of the month, by région of their territory.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from vigie.matching.states import DONE, DONE_NO_HELP
from vigie.statistics import impact

YES, NO = "yes", "no"
WHOLE, NOWHERE = "FR", "ZZ"
SMALLEST = 5  # a smaller count of the public page could tell of one firm
SMALLEST_OF_DETECTION = 11  # everything about detection, zero and the whole country included


class Base(StrEnum):
    """The sets that are counted."""

    SOLICITATIONS = "solicitations"
    NEEDS = "needs"
    EXCHANGES = "exchanges"
    COMPANIES = "companies"
    TAKEN = "taken"
    COHORT = "cohort"
    COVERAGE = "coverage"
    LISTED = "listed"
    AGENTS = "agents"


BASES: dict[Base, str] = {
    Base.SOLICITATIONS: "demandes envoyées par les entreprises, par mois d’envoi",
    Base.NEEDS: "besoins issus d’une demande et transmis à un expert au moins, par mois de création",
    Base.EXCHANGES: "parmi eux, besoins clôturés après un échange avec l’entreprise, avec ou sans aide",
    Base.COMPANIES: "entreprises dont une analyse s’est achevée dans le mois, chacune une fois par mois",
    Base.TAKEN: "parmi les besoins, ceux qu’un expert a pris en charge, par délai en heures entières",
    Base.COHORT: "besoins du mois selon leur état 5, 30 et 45 jours après leur transmission",
    Base.COVERAGE: "couples sujet × commune, et ceux qu’au moins un expert présent couvre",
    Base.LISTED: "entreprises en alerte dans la liste de détection du mois, par région de leur siège",
    Base.AGENTS: "agents de détection habilités la dernière nuit du mois, par région de leur territoire",
}
DETECTION = frozenset({Base.LISTED, Base.AGENTS})
APART = DETECTION | {Base.COVERAGE}  # counted by other jobs than the requests and the needs


class Kind(StrEnum):
    """How an indicator is worked out."""

    COUNT = "count"
    SHARE = "share"
    PARTS = "parts"
    DELAY = "delay"


@dataclass(frozen=True)
class Sum:
    """A count: the whole base set, or some parts of one of its families."""

    base: Base
    family: str = ""
    parts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Indicator:
    """One row of the table. over: what a share is divided by. rank: of a delay, in percent."""

    code: str
    label: str
    definition: str
    kind: Kind
    of: Sum
    over: Sum | None = None
    unit: str = ""
    chart: str = "bar"
    public: bool = True
    headline: bool = False
    rank: int = 0
    regional: bool = True


INDICATORS: tuple[Indicator, ...] = (
    Indicator(
        "done_with_help",
        "Besoins clôturés avec une aide",
        "Nombre de besoins issus d’une demande, créés dans le mois et aujourd’hui clôturés par un expert qui a nommé "
        "l’aide apportée.",
        Kind.COUNT,
        Sum(Base.NEEDS, "status", (DONE,)),
        headline=True,
    ),
    Indicator(
        "solicitations_completed",
        "Demandes déposées",
        "Nombre de demandes envoyées par des entreprises dans le mois, y compris celles qui ont ensuite été annulées.",
        Kind.COUNT,
        Sum(Base.SOLICITATIONS),
        headline=True,
    ),
    Indicator(
        "needs_answered_in_five_days",
        "Réponse en moins de cinq jours, tous besoins",
        "Part des besoins transmis dont un expert au moins a pris en charge la demande moins de cinq jours (5 × 24 "
        "heures) après l’avoir reçue, parmi tous les besoins transmis, y compris ceux restés sans réponse.",
        Kind.SHARE,
        Sum(Base.NEEDS, "taken_5", (YES,)),
        Sum(Base.NEEDS),
        "%",
        "line",
        headline=True,
    ),
    Indicator(
        "needs_taken_care_in_five_days",
        "Réponse en moins de cinq jours, besoins avec échange",
        "Part des besoins qu’un expert ayant échangé avec l’entreprise a pris en charge moins de cinq jours (5 × 24 "
        "heures) après les avoir reçus, parmi les seuls besoins clôturés après un échange, avec ou sans aide.",
        Kind.SHARE,
        Sum(Base.EXCHANGES, "within_5", (YES,)),
        Sum(Base.EXCHANGES),
        "%",
        "line",
        headline=True,
    ),
    Indicator(
        "needs_taken_care_in_three_days",
        "Réponse en moins de trois jours, besoins avec échange",
        "La même part, pour trois jours (3 × 24 heures).",
        Kind.SHARE,
        Sum(Base.EXCHANGES, "within_3", (YES,)),
        Sum(Base.EXCHANGES),
        "%",
        "line",
    ),
    Indicator(
        "take_charge_median",
        "Délai médian de prise en charge",
        "La moitié des besoins pris en charge l’ont été en ce nombre d’heures entières au plus, depuis la "
        "transmission jusqu’au premier expert qui prend en charge. Les besoins que personne n’a pris en charge ne "
        "comptent pas. Exact à l’heure près.",
        Kind.DELAY,
        Sum(Base.TAKEN, "hours"),
        unit="h",
        chart="line",
        rank=50,
    ),
    Indicator(
        "take_charge_p90",
        "Délai de prise en charge de neuf besoins sur dix",
        "Neuf besoins pris en charge sur dix l’ont été en ce nombre d’heures entières au plus (rang le plus proche). "
        "Exact à l’heure près.",
        Kind.DELAY,
        Sum(Base.TAKEN, "hours"),
        unit="h",
        chart="line",
        rank=90,
    ),
    Indicator(
        "solicitations_diagnoses",
        "Demandes transmises",
        "Part des demandes déposées dans le mois dont l’analyse est achevée\u00a0: un expert au moins les a reçues.",
        Kind.SHARE,
        Sum(Base.SOLICITATIONS, "analysed", (YES,)),
        Sum(Base.SOLICITATIONS),
        "%",
        "line",
    ),
    Indicator(
        "needs_exchange_with_expert",
        "Besoins suivis d’un échange",
        "Part des besoins transmis, créés dans le mois, clôturés après un échange avec l’entreprise, avec ou sans "
        "aide, parmi tous les besoins transmis.",
        Kind.SHARE,
        Sum(Base.NEEDS, "status", (DONE, DONE_NO_HELP)),
        Sum(Base.NEEDS),
        "%",
        "line",
    ),
    Indicator(
        "needs_done",
        "Part des besoins clôturés avec une aide",
        "Part des besoins transmis, créés dans le mois, clôturés avec une aide, parmi tous les besoins transmis.",
        Kind.SHARE,
        Sum(Base.NEEDS, "status", (DONE,)),
        Sum(Base.NEEDS),
        "%",
        "line",
    ),
    Indicator(
        "needs_transmitted",
        "Besoins transmis",
        "Nombre de besoins issus d’une demande, créés dans le mois et transmis à un expert au moins.",
        Kind.COUNT,
        Sum(Base.NEEDS),
    ),
    Indicator(
        "needs_themes_all",
        "Besoins par thème",
        "Répartition des besoins transmis selon le thème de leur sujet.",
        Kind.PARTS,
        Sum(Base.NEEDS, "theme"),
    ),
    Indicator(
        "needs_origins",
        "Demandes par origine",
        "Répartition des demandes déposées selon ce qui a amené l’entreprise. Une demande n’a qu’une origine\u00a0: "
        "la première de la liste qui convient, telle que l’adresse suivie par l’entreprise la dit.",
        Kind.PARTS,
        Sum(Base.SOLICITATIONS, "origin"),
    ),
    Indicator(
        "companies_by_employees",
        "Entreprises par effectif",
        "Répartition des entreprises dont une analyse s’est achevée dans le mois, selon leur tranche d’effectif. Un "
        "effectif inconnu compte dans la première tranche. Une entreprise compte une fois par mois.",
        Kind.PARTS,
        Sum(Base.COMPANIES, "employees"),
    ),
    Indicator(
        "companies_by_naf",
        "Entreprises par secteur",
        "Répartition des mêmes entreprises selon les dix secteurs de la nomenclature d’activités.",
        Kind.PARTS,
        Sum(Base.COMPANIES, "naf"),
    ),
    Indicator(
        "coverage_available",
        "Couverture du territoire",
        "Part des couples sujet × commune que couvre au moins un expert présent ce jour-là, relevée chaque nuit\u00a0; "
        "la dernière nuit du mois compte.",
        Kind.SHARE,
        Sum(Base.COVERAGE, "available", (YES,)),
        Sum(Base.COVERAGE),
        "%",
        "line",
        regional=False,
    ),
    Indicator(
        "agents_activated",
        "Taux d’activation des agents",
        "Parmi les agents de niveau A ou B habilités la dernière nuit comptée du mois, part de ceux qui ont ouvert une "
        "liste, une recherche, une fiche ou un accompagnement au moins dans les 90 jours précédents.",
        Kind.SHARE,
        Sum(Base.AGENTS, "activated", (YES,)),
        Sum(Base.AGENTS),
        "%",
        "line",
    ),
    Indicator(
        "listed",
        impact.INDICATORS[0].label,
        impact.INDICATORS[0].definition,
        Kind.COUNT,
        Sum(Base.LISTED),
    ),
    *(
        Indicator(
            f"listed_{one.code}",
            one.share,
            one.definition,
            Kind.SHARE,
            Sum(Base.LISTED, one.code, (YES,)),
            Sum(Base.LISTED),
            "%",
            "line",
        )
        for one in impact.SHARES
    ),
    *(
        Indicator(
            f"listed_{impact.after(horizon)}",
            f"Entreprises détectées, {horizon} mois plus tard",
            impact.outcomes_definition(horizon),
            Kind.PARTS,
            Sum(Base.LISTED, impact.after(horizon)),
        )
        for horizon in impact.HORIZONS
    ),
    Indicator(
        "cohorts",
        "Ce que deviennent les besoins",
        "État des besoins d’un mois 5, 30 et 45 jours après leur transmission, reconstitué d’après les dates des "
        "mises en relation\u00a0; seuls comptent les besoins assez anciens. Une réponse annulée depuis n’y paraît "
        "plus.",
        Kind.PARTS,
        Sum(Base.COHORT, "days_45"),
        public=False,
    ),
)  # fmt: skip

PUBLIC = tuple(one for one in INDICATORS if one.public)
_COLUMNS = (
    "solicitations_completed", "needs_transmitted", "needs_answered_in_five_days", "needs_exchange_with_expert",
)  # fmt: skip
IN_REGIONS = tuple(
    one for code in _COLUMNS for one in PUBLIC if one.code == code
)  # the columns of the table of régions

ORIGINS: tuple[tuple[str, str], ...] = (
    ("entreprendre", "Entreprendre.Service-Public.fr"),
    ("ads", "Publicité en ligne"),
    ("partner", "Orientation par un partenaire"),
    ("campaign", "Autre campagne"),
    ("direct", "Accès direct ou non précisé"),
)
_CAMPAIGNS = (
    ("entreprendre", ("entreprendre",)),
    ("ads", ("googleads",)),
    ("partner", ("orientation-partenaire", "compartenaire")),
)


def origin(provenance: dict[str, str]) -> str:
    """The one origin of a request: the first that its campaign names."""
    campaign = (provenance.get("mtm_campaign") or provenance.get("pk_campaign") or "").lower()
    found = next((code for code, words in _CAMPAIGNS if any(word in campaign for word in words)), "")
    return found or ("campaign" if campaign else "direct")


def of_audience(*, public: bool) -> Iterable[Indicator]:
    """The indicators of the public page, or those of the team alone."""
    return (one for one in INDICATORS if one.public is public)
