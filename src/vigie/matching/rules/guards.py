"""The guards of automatic transmission (matching.md 4.7): each one that fails is a reason to wait for the team.

``Solicitation.hold_reasons`` keeps the codes of this table; the words are found when they are read.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import timedelta

from vigie.kernel.nomenclature.naf import falls_under
from vigie.kernel.text import fold
from vigie.matching.rules.guard_lists import BANNED_WORDS, EXCLUDED_LEGAL_FORMS, INTERMEDIARY_NAF
from vigie.matching.rules.reasons import french_spaces

DUPLICATE_WITHIN = timedelta(weeks=3)
MAX_ABANDONED = 3  # a fourth abandoned request of the company holds the next ones
DESCRIPTION_MIN, DESCRIPTION_MAX = 120, 6_000
AUDITED_ONE_IN = 20


@dataclass(frozen=True)
class GuardFacts:
    """What the guards ask. company_active: None when no register could say.

    duplicates: earlier requests of the same company or address, same subject, within DUPLICATE_WITHIN, not abandoned.
    abandoned: requests of the same company that were abandoned.
    """

    automatic: bool
    catch_all: bool
    about_a_place: bool
    siret_valid: bool
    company_active: bool | None
    duplicates: int
    abandoned: int
    naf: str
    legal_form: str
    description: str
    place_known: bool
    experts: int
    experts_with_user: int


@dataclass(frozen=True)
class Guard:
    """A guard: its code, what is said when it passes and when it holds the request, and the question asked."""

    code: str
    passed_fr: str
    held_fr: str
    passes: Callable[[GuardFacts], bool]


@dataclass(frozen=True)
class GuardResult:
    """What a guard says of one request, for its card."""

    code: str
    passed: bool
    label: str


def _company_ok(facts: GuardFacts) -> bool:
    return facts.about_a_place or (facts.siret_valid and facts.company_active is True)


def _legal_form_ok(facts: GuardFacts) -> bool:
    return not (facts.legal_form and facts.legal_form.startswith(tuple(EXCLUDED_LEGAL_FORMS)))


def _words_ok(facts: GuardFacts) -> bool:
    text = f" {fold(facts.description)} "
    return not any(f" {word} " in text for word in BANNED_WORDS)


GUARDS: tuple[Guard, ...] = (
    Guard(
        "validated_mode",
        "Transmission automatique",
        "L’équipe relit avant l’envoi",
        lambda facts: facts.automatic,
    ),
    Guard(
        "catch_all_subject",
        "Sujet précis",
        "«\u00a0Autre besoin\u00a0»\u00a0: le sujet est à choisir",
        lambda facts: not facts.catch_all,
    ),
    Guard(
        "about_a_place",
        "Demande d’une entreprise",
        "Projet sans entreprise\u00a0: à vérifier",
        lambda facts: not facts.about_a_place,
    ),
    Guard(
        "company_active",
        "SIRET valide, entreprise en activité",
        "Entreprise introuvable, fermée ou non vérifiée",
        _company_ok,
    ),
    Guard(
        "place_known",
        "Commune connue",
        "Commune inconnue\u00a0: le territoire est à préciser",
        lambda facts: facts.place_known,
    ),
    Guard(
        "duplicate",
        "Pas de demande semblable récente",
        "Demande semblable depuis moins de trois semaines",
        lambda facts: facts.duplicates == 0,
    ),
    Guard(
        "often_abandoned",
        "Pas de demandes abandonnées à répétition",
        "Au moins quatre demandes abandonnées par cette entreprise",
        lambda facts: facts.abandoned <= MAX_ABANDONED,
    ),
    Guard(
        "intermediary",
        "N’est pas un intermédiaire",
        "Activité d’intermédiaire\u00a0: pour qui est la demande\u00a0?",
        lambda facts: not falls_under(facts.naf, INTERMEDIARY_NAF),
    ),
    Guard(
        "legal_form",
        "Forme juridique acceptée",
        "SCI, association ou collectivité",
        _legal_form_ok,
    ),
    Guard(
        "description_length",
        "Description suffisante",
        f"Description de moins de {DESCRIPTION_MIN} ou de plus de {DESCRIPTION_MAX:,} caractères".replace(
            ",", "\u202f"
        ),
        lambda facts: DESCRIPTION_MIN <= len(facts.description.strip()) <= DESCRIPTION_MAX,
    ),
    Guard("banned_word", "Aucun mot interdit", "Un mot interdit figure dans la description", _words_ok),
    Guard(
        "nobody_found",
        "Des experts couvrent la demande",
        "Aucun expert trouvé",
        lambda facts: facts.experts > 0 or facts.catch_all,  # a catch-all subject chooses nobody by itself
    ),
    Guard(
        "no_expert_with_user",
        "Au moins un expert a un compte",
        "Aucun expert trouvé n’a de compte",
        lambda facts: facts.experts == 0 or facts.experts_with_user > 0,
    ),
)

# Reasons to wait that no guard gives: something happened.
OTHER_HOLDS = {
    "recalled": "Transmission rappelée par l’équipe",
    "taken_over": "Demande reprise en main par l’équipe",
    "transmission_refused": "La transmission automatique n’a pas pu se faire",
}

_HELD_WORDS = {guard.code: guard.held_fr for guard in GUARDS} | OTHER_HOLDS


def guard_results(facts: GuardFacts) -> list[GuardResult]:
    """What each guard says, in the order of the table."""
    return [_result(guard, guard.passes(facts)) for guard in GUARDS]


def stored_results(hold_reasons: Collection[str]) -> list[GuardResult]:
    """The same from the codes kept with a request, followed by the other reasons why it waits."""
    others = [GuardResult(code, False, say_hold(code)) for code in hold_reasons if code in OTHER_HOLDS]
    return others + [_result(guard, guard.code not in hold_reasons) for guard in GUARDS]


def say_hold(code: str) -> str:
    """Why a request waits, in French words."""
    return french_spaces(_HELD_WORDS[code])


def audit_sampled(number: int) -> bool:
    """True for one automatic transmission in AUDITED_ONE_IN; always the same answer for the same request.

    number: the request's random number (its uuid).
    """
    return number % AUDITED_ONE_IN == 0


def _result(guard: Guard, passed: bool) -> GuardResult:
    return GuardResult(guard.code, passed, french_spaces(guard.passed_fr if passed else guard.held_fr))
