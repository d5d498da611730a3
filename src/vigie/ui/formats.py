"""Numbers, dates and identifiers as French readers expect them (pure).

Thousands are cut by a narrow non-breaking space (U+202F), a figure holds to its unit by a non-breaking one (U+00A0),
a negative figure bears the minus sign (U+2212). Moments are shown in Paris time. The present is always an argument.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from vigie.kernel.period import PARIS, Month
from vigie.kernel.siren import show_siren, show_siret
from vigie.kernel.text import clean_phone

NBSP = "\u00a0"
NARROW = "\u202f"
MINUS = "\u2212"

MONTHS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)

Number = int | float | Decimal

siren = show_siren
siret = show_siret


def number(value: Number, decimals: int = 0) -> str:
    """Gives 12 345 or, with two decimals, 12 345,50; halves are rounded away from zero."""
    if type(value) is int and not decimals:  # most figures: a thousand on a page
        return f"{MINUS if value < 0 else ''}{f'{abs(value):,}'.replace(',', NARROW)}"
    rounded = Decimal(str(value)).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    sign = MINUS if rounded < 0 else ""
    whole, _, fraction = f"{abs(rounded):f}".partition(".")
    grouped = f"{int(whole):,}".replace(",", NARROW)
    return f"{sign}{grouped},{fraction}" if fraction else f"{sign}{grouped}"


def euros(value: Number, decimals: int = 0) -> str:
    """Gives 12 345 €."""
    return f"{number(value, decimals)}{NBSP}€"


def percent(ratio: Number, decimals: int = 1) -> str:
    """Gives 3,2 % for 0.032: a ratio, 1.0 being 100 %."""
    return f"{number(Decimal(str(ratio)) * 100, decimals)}{NBSP}%"


def plural(count: float, one: str, many: str = "") -> str:
    """Gives the word that agrees with the count: in French, zero and one are singular."""
    return one if abs(count) < 2 else (many or f"{one}s")


def shortened(text: str, most: int) -> str:
    """The text, cut after a word when it has more than ``most`` signs: no « …. » where a sentence ended there."""
    return text if len(text) <= most else f"{text[:most].rsplit(' ', 1)[0].rstrip(' .,;:!?…' + NBSP)}…"


def counted(count: int, one: str, many: str = "") -> str:
    """Gives 1 besoin, 12 besoins."""
    return f"{number(count)}{NBSP}{plural(count, one, many)}"


def listed(items: Sequence[str], last: str = "et") -> str:
    """Gives « a, b et c »."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def _local(moment: date) -> date:
    """A moment as it reads in Paris; a plain date as it is."""
    return moment.astimezone(PARIS) if isinstance(moment, datetime) and moment.tzinfo else moment


def day(moment: date) -> str:
    """Gives 4 mars 2025, 1er mars 2025."""
    local = _local(moment)
    rank = "1er" if local.day == 1 else str(local.day)
    return f"{rank}{NBSP}{MONTHS[local.month - 1]} {local.year}"


def days(first: date, last: date) -> str:
    """Gives 3 au 9 mars 2025, 30 mars au 5 avril 2025, 29 décembre 2025 au 4 janvier 2026."""
    start, end = _local(first), _local(last)
    words = day(first)
    if start.year == end.year:
        words = words.removesuffix(f" {start.year}")
        words = words.removesuffix(f"{NBSP}{MONTHS[start.month - 1]}") if start.month == end.month else words
    return f"{words} au {day(last)}"


def day_short(moment: date) -> str:
    """Gives 04/03/2025."""
    local = _local(moment)
    return f"{local.day:02d}/{local.month:02d}/{local.year:04d}"


def hour(moment: datetime) -> str:
    """Gives 14 h 02."""
    local = moment.astimezone(PARIS)
    return f"{local.hour}{NBSP}h{NBSP}{local.minute:02d}"


def day_and_hour(moment: datetime) -> str:
    """Gives 4 mars 2025 à 14 h 02."""
    return f"{day(moment)} à {hour(moment)}"


def exact(moment: datetime) -> str:
    """Gives 04/03/2025 14:02: what is read on hover and in tables."""
    local = moment.astimezone(PARIS)
    return f"{day_short(moment)} {local.hour:02d}:{local.minute:02d}"


def month(value: Month) -> str:
    """Gives octobre 2026."""
    return f"{MONTHS[value.month - 1]} {value.year}"


def relative(moment: datetime, now: datetime) -> str:
    """Gives « à l’instant », « il y a 3 h », « hier », « dans 2 jours »; beyond a week, « le 4 mars 2025 »."""
    gap = abs(now - moment)
    past = moment <= now
    if gap < timedelta(minutes=1):
        return "à l’instant" if past else "dans un instant"
    if gap < timedelta(hours=1):
        return _gone(past, f"{gap // timedelta(minutes=1)}{NBSP}min")
    if gap < timedelta(days=1):
        return _gone(past, f"{gap // timedelta(hours=1)}{NBSP}h")
    days = abs(now.astimezone(PARIS).date() - moment.astimezone(PARIS).date()).days
    if days <= 1:  # the night the clocks go back lasts an hour more
        return "hier" if past else "demain"
    if days < 7:
        return _gone(past, f"{days}{NBSP}jours")
    return f"le {day(moment)}"


def _gone(past: bool, gap: str) -> str:
    return f"il y a {gap}" if past else f"dans {gap}"


def phone(text: str) -> str:
    """Gives 01 23 45 67 89, groups held together; a foreign number as +41 00…; what is not a number, as it came."""
    return (clean_phone(text) or text).replace(" ", NBSP)


def phone_href(text: str) -> str:
    """Gives tel:+33123456789, or an empty text when there is nothing to dial."""
    digits = clean_phone(text).replace(" ", "")
    if digits.startswith("0") and len(digits) == 10:
        return f"tel:+33{digits[1:]}"
    return f"tel:{digits}" if digits.strip("+") else ""
