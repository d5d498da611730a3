"""SIREN and SIRET: reading what people type, checking the key, showing in groups.

The key is Luhn's, but for the establishments of La Poste (SIREN 356 000 000), whose SIRETs satisfy instead
"the sum of the fourteen digits is a multiple of five" (INSEE, note on the structure of identifiers).
"""

from __future__ import annotations

import re

from vigie.kernel.errors import InvalidInput

LA_POSTE = "356000000"

# Firms invented by Vigie (demo, tests) all begin so. The series 20 to 28 is attributed to local public bodies and 29 to
# nobody; `manage.py check_invented_sirens STOCK_FILE` verifies it against a Sirene stock file.
INVENTED_PREFIX = "29"


def luhn_ok(digits: str) -> bool:
    """True when the digits satisfy Luhn's key."""
    total = 0
    for rank, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if rank % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def is_siren(text: str) -> bool:
    """True for nine ASCII digits with a valid key."""
    return len(text) == 9 and text.isascii() and text.isdigit() and luhn_ok(text)


def is_siret(text: str) -> bool:
    """True for fourteen ASCII digits whose SIREN and whose whole have a valid key."""
    if not (len(text) == 14 and text.isascii() and text.isdigit()):
        return False
    if text.startswith(LA_POSTE):
        return luhn_ok(text) or sum(map(int, text)) % 5 == 0
    return luhn_ok(text[:9]) and luhn_ok(text)


def compact(text: str) -> str:
    """Gives the ASCII letters and digits of what was typed: separators, spaces and marks removed."""
    return re.sub(r"[^0-9A-Za-z]", "", text)


def parse_siren(text: str) -> str:
    """Gives the nine digits, or raises InvalidInput with what to do."""
    siren = compact(text)
    if not is_siren(siren):
        raise InvalidInput(
            "siren_invalid",
            "Ce numéro SIREN n’est pas valide\u00a0: il compte 9 chiffres. "
            "Vérifiez-le, ou cherchez l’entreprise par son nom.",
            field="siren",
        )
    return siren


def parse_siret(text: str) -> str:
    """Gives the fourteen digits, or raises InvalidInput with what to do."""
    siret = compact(text)
    if not (len(siret) == 14 and siret.isdigit()):
        raise InvalidInput(
            "siret_length",
            "Un numéro SIRET compte 14 chiffres. Vérifiez-le, ou cherchez l’entreprise par son nom.",
            field="siret",
        )
    if not is_siret(siret):
        raise InvalidInput(
            "siret_key",
            "Ce numéro SIRET comporte une erreur de frappe. "
            "Vérifiez les 14 chiffres, ou cherchez l’entreprise par son nom.",
            field="siret",
        )
    return siret


def with_key(payload: str) -> str:
    """Gives payload and the digit that makes the whole satisfy Luhn's key."""
    for digit in "0123456789":
        if luhn_ok(payload + digit):
            return payload + digit
    raise AssertionError("one of ten digits always satisfies the key")


def show_siren(siren: str) -> str:
    """Gives 732 829 320 (non-breaking spaces)."""
    return "\u00a0".join((siren[:3], siren[3:6], siren[6:9]))


def show_siret(siret: str) -> str:
    """Gives 732 829 320 00074 (non-breaking spaces)."""
    return f"{show_siren(siret[:9])}\u00a0{siret[9:]}"
