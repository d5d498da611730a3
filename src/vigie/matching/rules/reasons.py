"""Why an expert is kept or dropped: a code and its values, stored; and the French sentence, found when it is read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from vigie.kernel.zones import ZoneType

Values = Mapping[str, Any]


class Side(StrEnum):
    """What a reason does: for the expert, against him, or a remark."""

    FOR = "for"
    AGAINST = "against"
    REMARK = "remark"


@dataclass(frozen=True)
class Reason:
    """One reason; ``values`` holds JSON values only."""

    code: str
    values: Values = field(default_factory=dict)

    @property
    def side(self) -> Side:
        return REASONS[self.code][0]

    def as_json(self) -> dict[str, Any]:
        return {"code": self.code, "values": dict(self.values)}

    @classmethod
    def from_json(cls, stored: Values) -> Reason:
        return cls(stored["code"], dict(stored.get("values", {})))


def say(reason: Reason) -> str:
    """The reason in one short French sentence, without full stop."""
    words = REASONS[reason.code][1]
    said = words if isinstance(words, str) else words(reason.values)
    return french_spaces(said.format_map(reason.values) if isinstance(words, str) else said)


def french_spaces(text: str) -> str:
    """The text with the non-breaking spaces that French wants inside « » and before : ; ! ?"""
    text = text.replace("« ", "«\u00a0").replace(" »", "\u00a0»")
    for mark in ":;!?":
        text = text.replace(f" {mark}", f"\u00a0{mark}")
    return text


# --- words ------------------------------------------------------------------------------------------------------------

_ZONES: dict[str, str] = {
    ZoneType.COMMUNE: "la commune de {name}",
    ZoneType.EPCI: "l’EPCI {name}",
    ZoneType.EMPLOYMENT_AREA: "le bassin d’emploi {name}",
    ZoneType.DEPARTEMENT: "le département {name}",
    ZoneType.REGION: "la région {name}",
}
_OWNERS = {"expert": "de l’équipe", "antenne": "de l’antenne", "institution": "de l’institution"}
_MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin"),
    *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
)
_ANSWERS = {"true": "oui", "false": "non", "tel": "téléphone", "visio": "visioconférence", "ecrit": "écrit"}
NATURES = {
    "ACTIF_AGRICOLE": "agricole",
    "ACTIVITE_DE_PROSPECTION_UNIQUEMENT_NON_COMMERCIALE": "prospection non commerciale",
    "AGENT_COMMERCIAL": "agent commercial",
    "AGRICOLE_NON_ACTIF": "agricole non actif",
    "ARTISANALE": "artisanale",
    "ARTISANALE_REGLEMENTEE": "artisanale réglementée",
    "COMMERCIALE": "commerciale",
    "GESTION_DE_BIENS": "gestion de biens",
    "INDEPENDANTE": "indépendante",
    "LIBERALE_NON_REGLEMENTEE": "libérale non réglementée",
    "LIBERALE_REGLEMENTEE": "libérale réglementée",
    "LOUEUR_MEUBLE": "loueur en meublé",
    "LOUEUR_TERRE_AGRICOLE": "loueur de terres agricoles",
    "SANS_ACTIVITE": "sans activité",
    "TOUTE_FORME_ACTIVITE": "toute forme d’activité",
}
# What each criterion of a filter asks.
_CRITERIA = {
    "min_years": "plus de {wanted} ans d’existence",
    "max_years": "moins de {wanted} ans d’existence",
    "min_workforce": "au moins {wanted} salariés",
    "max_workforce": "moins de {wanted} salariés",
    "accepted_naf": "code d’activité parmi {wanted}",
    "excluded_naf": "code d’activité hors de {wanted}",
    "accepted_legal_forms": "catégorie juridique parmi {wanted}",
    "excluded_legal_forms": "catégorie juridique hors de {wanted}",
    "excluded_communes": "commune hors de {wanted}",
}


def _day(values: Values) -> str:
    until = date.fromisoformat(values["until"])
    number = "1er" if until.day == 1 else str(until.day)
    return f"{number} {_MONTHS[until.month - 1]} {until.year}"


def _covered(values: Values) -> str:
    holder = "territoire propre à l’équipe" if values["of"] == "expert" else "territoire de l’antenne"
    return f"couvre {_ZONES[values['zone_type']].format(name=values['name'])} ({holder})"


def nature_label(code: str) -> str:
    """A nature of activity in French; the code itself when it is unknown."""
    return NATURES.get(code, code)


def _natures(values: Values) -> str:
    return ", ".join(nature_label(code) for code in values["natures"])


def _criteria(items: Iterable[Values]) -> str:
    """« au moins 50 salariés (entreprise : 20 à 49) », and so on, separated by commas."""
    said = []
    for item in items:
        wanted = item["wanted"]
        asked = _CRITERIA[item["criterion"]].format(wanted=", ".join(wanted) if isinstance(wanted, list) else wanted)
        said.append(f"{asked} (entreprise : {item['got'] or 'inconnu'})" if "got" in item else asked)
    return ", ".join(said)


def _filter_failed(values: Values) -> str:
    tried = [_criteria(criteria) for criteria in values["tried"]]
    if len(tried) == 1:
        return f"filtre {_OWNERS[values['owner']]} non respecté : {tried[0]}"
    return f"aucun des filtres possibles {_OWNERS[values['owner']]} n’est respecté : {' ; ou '.join(tried)}"


def _answers_refused(values: Values) -> str:
    wanted = [
        " et ".join(f"« {_ANSWERS.get(item['value'], item['value'])} » à « {item['question']} »" for item in grouping)
        for grouping in values["wanted"]
    ]
    return f"réponses non retenues ; attendu par un filtre {_OWNERS[values['owner']]} : {' ; ou '.join(wanted)}"


REASONS: dict[str, tuple[Side, str | Callable[[Values], str]]] = {
    "added_by_team": (Side.FOR, "ajouté par l’équipe"),
    # who
    "competence": (Side.FOR, lambda v: f"compétence : {v['label']}" if v["label"] else "compétence pour ce sujet"),
    "competence_missing": (Side.AGAINST, "n’a pas de compétence pour ce sujet"),
    "expert_deleted": (Side.AGAINST, "l’équipe ne figure plus dans l’annuaire"),
    "institution_deleted": (Side.AGAINST, "{name} n’est plus partenaire"),
    # where
    "covers_zone": (Side.FOR, _covered),
    "covers_country": (Side.FOR, "antenne nationale : couvre toute la France"),
    "place_unknown": (Side.AGAINST, "commune inconnue : personne ne peut être choisi"),
    "outside_own_zones": (Side.AGAINST, "hors du territoire propre à l’équipe, qui remplace celui de son antenne"),
    "outside_antenne_zones": (Side.AGAINST, "hors du territoire de son antenne"),
    "own_team": (Side.AGAINST, "équipe de la personne qui dépose ce besoin : il va à d’autres qu’elle"),
    "no_zone": (Side.AGAINST, "sans zone d’intervention : ni l’équipe ni son antenne n’en a"),
    # chamber rule
    "nature_accepted": (Side.FOR, lambda v: f"nature d’activité acceptée : {_natures(v)}"),
    "craft_code_accepted": (Side.FOR, "code d’activité artisanale accepté : {code}"),
    "nature_unknown_accepted": (Side.FOR, "nature d’activité inconnue, acceptée par {name}"),
    "nature_refused": (Side.AGAINST, lambda v: f"nature d’activité non acceptée par {v['name']} : {_natures(v)}"),
    "nature_unknown_refused": (Side.AGAINST, "nature d’activité inconnue, non acceptée par {name}"),
    # skills-operator rule
    "opco_of_firm": (Side.FOR, "opérateur de compétences (OPCO) de l’entreprise"),
    "opco_of_another": (Side.AGAINST, "n’est pas l’opérateur de compétences (OPCO) de l’entreprise"),
    "opco_unknown": (Side.AGAINST, "l’opérateur de compétences (OPCO) de l’entreprise est inconnu"),
    # what is asked of the firm and of the answers
    "filter_passed": (Side.FOR, lambda v: f"filtre {_OWNERS[v['owner']]} respecté : {_criteria(v['criteria'])}"),
    "filter_failed": (Side.AGAINST, _filter_failed),
    "answers_accepted": (Side.FOR, lambda v: f"réponses acceptées par un filtre {_OWNERS[v['owner']]}"),
    "answers_refused": (Side.AGAINST, _answers_refused),
    # remarks
    "absent": (Side.REMARK, lambda v: f"absence jusqu’au {_day(v)} : n’est pas coché d’office"),
    "absent_but_alone": (
        Side.REMARK,
        lambda v: (
            f"absence jusqu’au {_day(v)}, mais personne d’autre dans son institution : "
            "le responsable de l’antenne est mis en copie"
        ),
    ),
    "no_user": (Side.REMARK, "personne n’a de compte dans cette équipe : seul le courriel l’atteint"),
}
