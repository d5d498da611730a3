"""Whether an establishment can be the one a request is about (pure)."""

from __future__ import annotations

from datetime import date

from vigie.ui.formats import day


def why_not(*, is_active: bool, closed_on: date | None, abroad: bool) -> str:
    """Why a request cannot be about this establishment, and what to do; empty when it can."""
    if abroad:
        return "Cet établissement est à l’étranger\u00a0: choisissez un établissement situé en France."
    if not is_active:
        since = f" depuis le {day(closed_on)}" if closed_on else ""
        return f"Cet établissement est fermé{since}\u00a0: choisissez-en un qui est ouvert."
    return ""
