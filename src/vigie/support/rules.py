"""Who answers a question, how late it is, what is kept of the page it was asked from. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from vigie.kernel.period import working_days_between

PROMISED_DAYS = 2  # working days within which an answer is promised
HIDDEN = "…"
_PART = re.compile(r"<(?:\w+:)?(\w+)>")
_REFERENCE = re.compile(r"[0-9]{1,8}")  # the number of a row; a SIREN has nine digits

# code → what the question is about, in the words of who asks
TOPICS: dict[str, str] = {
    "site": "Le site\u00a0: une page, une erreur, une connexion",
    "request": "Ma demande d’aide ou un besoin que je suis",
    "account": "Mon compte ou mon habilitation",
    "detection": "Les listes et les fiches de détection",
    "other": "Autre chose",
}
# score → its word
SCORES: dict[int, str] = {
    1: "Pas du tout satisfait",
    2: "Plutôt pas satisfait",
    3: "Mitigé",
    4: "Plutôt satisfait",
    5: "Très satisfait",
}


@dataclass(frozen=True)
class Candidate:
    """Somebody who answers: everything, or only a topic, or only the people of a body. waiting: what waits for him."""

    user_id: int
    topic: str = ""
    institution_id: int | None = None
    entity_id: int | None = None
    waiting: int = 0


def choose(
    candidates: Iterable[Candidate], topic: str, *, institution_id: int | None, entity_id: int | None
) -> Candidate | None:
    """Who answers this question: first for the body of who asks, then for the topic, then who has the least waiting."""
    fit = [
        one
        for one in candidates
        if one.topic in ("", topic)
        and one.institution_id in (None, institution_id)
        and one.entity_id in (None, entity_id)
    ]
    return min(fit, key=_rank, default=None)


def _rank(one: Candidate) -> tuple[bool, bool, int, int]:
    any_body = one.institution_id is None and one.entity_id is None
    return any_body, not one.topic, one.waiting, one.user_id


def days_taken(asked_on: date, ended_on: date) -> int:
    """Working days from the question to its answer, or to today."""
    return working_days_between(asked_on, ended_on)


def is_late(asked_on: date, ended_on: date) -> bool:
    return days_taken(asked_on, ended_on) > PROMISED_DAYS


def masked_address(route: str, values: Mapping[str, object]) -> str:
    """The address of a page as it is kept: the number of its object stays; a SIREN, a link or a name does not."""

    def shown(part: re.Match[str]) -> str:
        name, value = part[1], str(values.get(part[1], ""))
        return value if name.endswith("pk") and _REFERENCE.fullmatch(value) else HIDDEN

    return "/" + _PART.sub(shown, route)
