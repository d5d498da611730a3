"""What no register gave of a firm: said with the analysis, because it may have decided who is proposed."""

from __future__ import annotations

from vigie.matching.rules.facts import NeedFacts
from vigie.matching.rules.reasons import french_spaces

MISSING_WORDS = {
    "company": "entreprise\u00a0: aucun répertoire ne la connaît",
    "register": "répertoire des entreprises injoignable au moment de l’analyse",
    "place": "commune",
    "workforce": "effectif",
    "naf": "code d’activité",
    "legal_form": "catégorie juridique",
    "created_on": "date de création",
    "natures": "nature d’activité",
    "opco": "opérateur de compétences (OPCO)",
}


def missing_facts(need: NeedFacts, *, company_known: bool, register_down: bool) -> list[str]:
    """Codes of what is unknown, in the order of the table."""
    unknown = {
        "company": not company_known,
        "register": register_down,
        "place": need.place is None,
        "workforce": need.workforce.at_least is None,
        "naf": not need.naf,
        "legal_form": not need.legal_form,
        "created_on": need.created_on is None,
        "natures": not need.natures and not need.craft_codes,
        "opco": need.opco_id is None,
    }
    return [code for code in MISSING_WORDS if unknown[code]]


def say_missing(code: str) -> str:
    return french_spaces(MISSING_WORDS[code])
