"""What a visit must say before its needs leave: the words of the agreement, the day, the person met (pure)."""

from __future__ import annotations

from datetime import date

from vigie.kernel.errors import InvalidInput
from vigie.kernel.period import years_before

# What the person met agrees to, as the form words it. The journal keeps the code: a new wording is a new code.
VISIT_CONSENT, PASSING_CONSENT = "visit-1", "passing-1"
CONSENTS = {
    VISIT_CONSENT: (
        "L’entreprise est d’accord pour que son besoin et ses coordonnées soient transmis aux experts choisis, "
        "et pour qu’ils l’appellent."
    ),
    PASSING_CONSENT: (
        "L’entreprise est d’accord pour que cet autre besoin et ses coordonnées soient transmis à d’autres experts, "
        "et pour qu’ils l’appellent."
    ),
}
NO_CONSENT = "Sans l’accord de l’entreprise, rien n’est transmis. Demandez-le-lui, puis cochez cette case."


def refuse_without_consent(consent: bool) -> None:
    """Raises InvalidInput when the company did not agree."""
    if not consent:
        raise InvalidInput("consent_missing", NO_CONSENT, field="consent")


def refuse_day(visited_on: date, today: date) -> None:
    """Raises InvalidInput for a visit of tomorrow, or one so old that the company no longer remembers it."""
    if visited_on > today:
        raise InvalidInput(
            "visit_in_future",
            "Cette date est à venir. Indiquez le jour de la visite ou de l’appel.",
            field="visited_on",
        )
    if visited_on < years_before(today, 1):
        raise InvalidInput(
            "visit_too_old",
            "Cette visite a plus d’un an\u00a0: rappelez l’entreprise, puis déposez le besoin à la date de cet appel.",
            field="visited_on",
        )


def refuse_unreachable(email: str, phone: str) -> None:
    """Raises InvalidInput when nobody could call nor write to the person met."""
    if not email and not phone:
        raise InvalidInput("contact_unreachable", "Donnez un téléphone ou une adresse électronique.", field="phone")
