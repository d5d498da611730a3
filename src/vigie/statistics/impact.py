"""What comes of a list of detection, as one table: indicators, what each means, how it is counted. Pure.

The firms in alert of the list of a month are counted by département of their head office: for all administrations
together (no entity), and for each one among the firms of the départements that its agents cover.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

WINDOW_DAYS = 90
HORIZONS = (12, 18)  # months
LATEST = 2  # months after a horizon in which a list still tells what became of firms
EVERYBODY = ""
HELPED, ALONE = "helped", "alone"


class Fate(StrEnum):
    """Where a firm stands some months after its alert, as the list of that month says."""

    ACTIVE = "active"
    PROCEEDING = "proceeding"
    CLOSED = "closed"
    OUT = "out"


FATES: dict[Fate, str] = {
    Fate.ACTIVE: "en activité, sans procédure",
    Fate.PROCEEDING: "en procédure collective ou en plan",
    Fate.CLOSED: "cessée",
    Fate.OUT: "sortie du champ",
}
IN_COURT, INACTIVE = "in_proceedings", "inactive"  # rules by which a list leaves a firm out


def fate(left_out: str | None, in_bonis: bool | None) -> Fate:
    """in_bonis: as the later list says, None when the firm is not in it. left_out: then, the rule that says why."""
    if in_bonis is not None:
        return Fate.ACTIVE if in_bonis else Fate.PROCEEDING
    return {IN_COURT: Fate.PROCEEDING, INACTIVE: Fate.CLOSED}.get(left_out or "", Fate.OUT)


@dataclass(frozen=True)
class ImpactIndicator:
    """One row of the table. over: the code of what its share is divided by, empty for a count alone."""

    code: str
    label: str
    definition: str
    over: str = ""
    share: str = ""


LISTED, SELECTED, OPENED, CONTACTED = "listed", "selected", "opened", "contacted"
FOLLOWED, RATED, USEFUL = "followed", "rated", "useful"
DELAY = "contact_days"  # the family of the days from the list to the first contact: whole days → firms
DELAY_LABEL = "Délai médian de contact"
DELAY_DEFINITION = (
    "La moitié des entreprises contactées l’ont été en ce nombre de jours au plus, de l’ouverture de la liste au "
    "premier contact."
)
INDICATORS = (
    ImpactIndicator(
        LISTED, "Entreprises détectées",
        "Entreprises en alerte, modérée ou forte, dans la liste du mois ouverte aux agents, selon le département de "
        "leur siège. Une entreprise compte une fois par liste.",
    ),
    ImpactIndicator(
        SELECTED, "Après les filtres habituels",
        "Parmi elles, celles que garde la «\u00a0Sélection CODEFI\u00a0»\u00a0: en première alerte, in bonis, sans "
        "délai de paiement Urssaf en cours, et qui ne sont pas récentes.",
        LISTED, "Part de la sélection CODEFI",
    ),
    ImpactIndicator(
        OPENED, "Entreprises consultées",
        f"Parmi les entreprises détectées, celles dont un agent a ouvert la fiche dans les {WINDOW_DAYS} jours qui "
        "suivent l’ouverture de la liste. Le taux de consultation est leur part.",
        LISTED, "Taux de consultation",
    ),
    ImpactIndicator(
        CONTACTED, "Entreprises contactées",
        f"Parmi elles, celles qu’un agent a jointes dans ces {WINDOW_DAYS} jours\u00a0: un échange noté dans un "
        "accompagnement, un contact abouti d’une campagne ou une visite faite.",
        LISTED, "Taux de contact",
    ),
    ImpactIndicator(
        FOLLOWED, "Entreprises accompagnées",
        f"Parmi elles, celles dont un accompagnement a été en cours un jour au moins de ces {WINDOW_DAYS} jours.",
        LISTED, "Taux d’accompagnement",
    ),
    ImpactIndicator(
        RATED, "Entreprises jugées",
        "Parmi elles, celles sur lesquelles un agent au moins a donné son avis sur la détection.",
        LISTED, "Part des entreprises jugées",
    ),
    ImpactIndicator(
        USEFUL, "Détections utiles",
        "Parmi les entreprises jugées, celles qu’un agent au moins a jugées utiles.",
        RATED, "Part des détections utiles",
    ),
)  # fmt: skip
FAMILIES = tuple(one.code for one in INDICATORS if one.over)
SHARES = tuple(one for one in INDICATORS if one.over == LISTED)


def after(horizon: int) -> str:
    """The family of what became of firms."""
    return f"after_{horizon}"


def outcome(helped: bool, what: Fate) -> str:
    """The part of that family."""
    return f"{HELPED if helped else ALONE}_{what.value}"


ACTED = "acted"


def acted(horizon: int) -> str:
    """The family of what became of firms, by the actions done for them; never published."""
    return f"{ACTED}_{horizon}"


def of_action(term: int, what: Fate) -> str:
    """The part of that family: the action, then where the firm stands."""
    return f"{term}_{what.value}"


ACTED_DEFINITION = (
    "Entreprises pour lesquelles chaque action a été réalisée, dans un accompagnement, entre l’ouverture de la liste "
    "et cette date. Une entreprise compte pour chacune de ses actions. Ces chiffres décrivent, ils ne disent pas "
    "qu’une action vaut mieux qu’une autre : on n’agit pas de même pour toutes."
)
OUTCOMES: dict[str, str] = {
    outcome(helped, what): f"{'Accompagnées' if helped else 'Non accompagnées'}\u00a0: {words}"
    for helped in (True, False)
    for what, words in FATES.items()
}


def outcomes_definition(horizon: int) -> str:
    """What the outcomes at a horizon mean, in French."""
    return (
        f"Ce que la liste publiée {horizon} mois plus tard (à défaut, l’une des {LATEST} suivantes) dit des "
        "entreprises détectées\u00a0: en procédure collective ou en plan\u00a0; cessée, sans établissement en "
        "activité\u00a0; sortie du champ, par exemple faute d’effectif\u00a0; sinon en activité. "
        f"Accompagnée\u00a0: un accompagnement a été en cours un jour au moins de ces {horizon} mois. Les deux "
        "groupes ne se ressemblent pas\u00a0: l’écart ne mesure pas l’effet de l’accompagnement."
    )


class Key(NamedTuple):
    """What is counted together. family and part: empty for the firms listed."""

    entity: str
    departement: str
    family: str = ""
    part: str = ""


Pairs = Collection[tuple[str, str]]  # (siren, entity of the agent)


@dataclass(frozen=True)
class ListFacts:
    """A list and what was done with it. helped, fates: by horizon, those that have come only.

    acted: by horizon, (siren, entity, action) done until then.
    firms: siren → département. selected: those that the usual filters keep. contact_days: (siren, entity) → days from
    the list to the first contact. touched: family → who did it to which firm. covered: entity → the départements of its
    agents, None for France as a whole.
    """

    firms: Mapping[str, str]
    selected: Collection[str] = ()
    contact_days: Mapping[tuple[str, str], int] = field(default_factory=dict)
    touched: Mapping[str, Pairs] = field(default_factory=dict)
    helped: Mapping[int, Pairs] = field(default_factory=dict)
    acted: Mapping[int, Collection[tuple[str, str, int]]] = field(default_factory=dict)
    fates: Mapping[int, Mapping[str, Fate]] = field(default_factory=dict)
    covered: Mapping[str, frozenset[str] | None] = field(default_factory=dict)


def count_list(facts: ListFacts) -> Counter[Key]:
    """Every count of a list; the work grows with the firms, then with what was done, not with firms × entities."""
    listed = Counter(facts.firms.values())
    ends = {horizon: _ends(facts, horizon) for horizon in facts.fates}
    found: Counter[Key] = Counter()
    for entity, held in {EVERYBODY: None, **facts.covered}.items():
        where = [code for code in listed if held is None or code in held]
        found.update({Key(entity, code): listed[code] for code in where})
        kept = (facts.firms[siren] for siren in facts.selected if siren in facts.firms)
        found.update(Key(entity, code, SELECTED, "yes") for code in kept if held is None or code in held)
        for siren, days in _first_contacts(facts, entity, held).items():
            found[Key(entity, facts.firms[siren], DELAY, str(days))] += 1
        for family, pairs in facts.touched.items():
            found.update(Key(entity, facts.firms[siren], family, "yes") for siren in _firms(facts, pairs, entity, held))
        for horizon, by_place in ends.items():
            helped = _firms(facts, facts.helped.get(horizon, ()), entity, held)
            named = Counter((facts.firms[siren], facts.fates[horizon][siren]) for siren in helped)
            for (code, what), count in by_place.items():
                if held is None or code in held:
                    with_help = named[code, what]
                    found[Key(entity, code, after(horizon), outcome(True, what))] += with_help
                    found[Key(entity, code, after(horizon), outcome(False, what))] += count - with_help
            found.update(_by_action(facts, horizon, entity, held))
    return +found


def _by_action(facts: ListFacts, horizon: int, entity: str, held: frozenset[str] | None) -> Counter[Key]:
    """The firms of the list for which an action was done, each once for each action."""
    rows = facts.acted.get(horizon, ())
    mine = {(siren, term) for siren, who, term in rows if entity in (EVERYBODY, who) and siren in facts.firms}
    return Counter(
        Key(entity, facts.firms[siren], acted(horizon), of_action(term, facts.fates[horizon][siren]))
        for siren, term in mine
        if held is None or facts.firms[siren] in held
    )


def _first_contacts(facts: ListFacts, entity: str, held: frozenset[str] | None) -> dict[str, int]:
    """Firm of the list → days to its first contact by this entity, or by any."""
    firms = _firms(facts, facts.contact_days, entity, held)
    found: dict[str, int] = {}
    for (siren, who), days in facts.contact_days.items():
        if siren in firms and entity in (EVERYBODY, who):
            found[siren] = min(days, found.get(siren, days))
    return found


def _ends(facts: ListFacts, horizon: int) -> Counter[tuple[str, Fate]]:
    return Counter((facts.firms[siren], what) for siren, what in facts.fates[horizon].items())


def _firms(facts: ListFacts, pairs: Iterable[tuple[str, str]], entity: str, held: frozenset[str] | None) -> set[str]:
    """The firms of the list among these, for an entity and within its départements."""
    mine = {siren for siren, who in pairs if entity in (EVERYBODY, who) and siren in facts.firms}
    return mine if held is None else {siren for siren in mine if facts.firms[siren] in held}
