"""Every reason can be said in French, from what is stored (matching.md 4.9: explainability)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.matching.rules_examples import need
from vigie.matching.rules.facts import Workforce
from vigie.matching.rules.missing import MISSING_WORDS, missing_facts, say_missing
from vigie.matching.rules.reasons import REASONS, Reason, Side, french_spaces, say

EXAMPLES: dict[str, tuple[dict[str, Any], str]] = {
    "added_by_team": ({}, "ajouté par l’équipe"),
    "competence": ({"label": "Recruter"}, "compétence : Recruter"),
    "competence_missing": ({}, "n’a pas de compétence pour ce sujet"),
    "expert_deleted": ({}, "l’équipe ne figure plus dans l’annuaire"),
    "institution_deleted": ({"name": "La Région"}, "La Région n’est plus partenaire"),
    "covers_zone": (
        {"zone_type": "epci", "code": "290000012", "name": "Val inventé", "of": "expert"},
        "couvre l’EPCI Val inventé (territoire propre à l’équipe)",
    ),
    "covers_country": ({}, "antenne nationale : couvre toute la France"),
    "place_unknown": ({}, "commune inconnue : personne ne peut être choisi"),
    "outside_own_zones": ({}, "hors du territoire propre à l’équipe, qui remplace celui de son antenne"),
    "outside_antenne_zones": ({}, "hors du territoire de son antenne"),
    "no_zone": ({}, "sans zone d’intervention : ni l’équipe ni son antenne n’en a"),
    "nature_accepted": ({"natures": ["ARTISANALE"]}, "nature d’activité acceptée : artisanale"),
    "craft_code_accepted": ({"code": "1071CA"}, "code d’activité artisanale accepté : 1071CA"),
    "nature_unknown_accepted": ({"name": "La Chambre"}, "nature d’activité inconnue, acceptée par La Chambre"),
    "nature_refused": (
        {"name": "La Chambre", "natures": ["COMMERCIALE", "NOUVELLE"]},
        "nature d’activité non acceptée par La Chambre : commerciale, NOUVELLE",
    ),
    "nature_unknown_refused": ({"name": "La Chambre"}, "nature d’activité inconnue, non acceptée par La Chambre"),
    "opco_of_firm": ({}, "opérateur de compétences (OPCO) de l’entreprise"),
    "opco_of_another": ({}, "n’est pas l’opérateur de compétences (OPCO) de l’entreprise"),
    "opco_unknown": ({}, "l’opérateur de compétences (OPCO) de l’entreprise est inconnu"),
    "filter_passed": (
        {"owner": "antenne", "criteria": [{"criterion": "max_years", "wanted": 3}]},
        "filtre de l’antenne respecté : moins de 3 ans d’existence",
    ),
    "filter_failed": (
        {"owner": "expert", "tried": [[{"criterion": "accepted_naf", "wanted": ["47", "G"], "got": ""}]]},
        "filtre de l’équipe non respecté : code d’activité parmi 47, G (entreprise : inconnu)",
    ),
    "answers_accepted": ({"owner": "institution"}, "réponses acceptées par un filtre de l’institution"),
    "answers_refused": (
        {"owner": "expert", "wanted": [[{"question": "Urgent ?", "value": "true"}]]},
        "réponses non retenues ; attendu par un filtre de l’équipe : « oui » à « Urgent ? »",
    ),
    "absent": ({"until": "2026-04-01"}, "absence jusqu’au 1er avril 2026 : n’est pas coché d’office"),
    "absent_but_alone": (
        {"until": "2026-03-24"},
        "absence jusqu’au 24 mars 2026, mais personne d’autre dans son institution : "
        "le responsable de l’antenne est mis en copie",
    ),
    "own_team": ({}, "équipe de la personne qui dépose ce besoin : il va à d’autres qu’elle"),
    "no_user": ({}, "personne n’a de compte dans cette équipe : seul le courriel l’atteint"),
}


@pytest.mark.parametrize("code", REASONS)
def test_each_reason_is_said_from_what_is_stored(code: str) -> None:
    values, words = EXAMPLES[code]

    stored = json.loads(json.dumps(Reason(code, values).as_json()))

    assert say(Reason.from_json(stored)) == french_spaces(words)


def test_names_with_braces_or_hostile_marks_are_said_as_they_are() -> None:
    name = "{name} %s <b> {0.__class__}"

    assert name in say(Reason("institution_deleted", {"name": name}))
    assert name in say(Reason("competence", {"label": name}))


def test_every_reason_has_a_side_and_the_table_of_examples_is_whole() -> None:
    assert set(EXAMPLES) == set(REASONS)
    assert {Reason(code, EXAMPLES[code][0]).side for code in REASONS} == set(Side)


def test_unknown_facts_are_listed_in_french() -> None:
    blank = need(naf="", legal_form="", workforce=Workforce(), created_on=None, natures=frozenset(), place=None)

    codes = missing_facts(blank, company_known=False, register_down=True)

    assert codes == list(MISSING_WORDS)
    assert say_missing("company") == "entreprise\u00a0: aucun répertoire ne la connaît"
    assert missing_facts(need(opco_id=7), company_known=True, register_down=False) == []
