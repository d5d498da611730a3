"""What is decided of an export. Pure."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Callable
from dataclasses import asdict
from datetime import date, timedelta

from vigie.rights.person import Person

AT_ONCE = 5_000  # rows given in the answer itself; beyond, in the background
RECENT_ABOVE = 500  # rows from which the person proves again who he is
KEPT = timedelta(hours=24)
LEASE = timedelta(seconds=75)  # without news of who makes it, another takes it up; the queue asks again after 90
GIVEN_UP = timedelta(hours=1)  # an answer that was to be given at once, and never was
MOST_ATTEMPTS = 3
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # nothing that is read for something else


def new_code(choose: Callable[[str], str]) -> str:
    """A public number, such as EXP-7K2M-9QRT. choose: takes one character of a text."""
    drawn = "".join(choose(_ALPHABET) for _ in range(8))
    return f"EXP-{drawn[:4]}-{drawn[4:]}"


def file_name(title: str, day: date, file_format: str) -> str:
    """A name that every system accepts: plain letters, the day, the suffix."""
    plain = unicodedata.normalize("NFKD", title.replace("œ", "oe").replace("Œ", "OE").replace("’", "-"))
    plain = re.sub(r"[^A-Za-z0-9]+", "-", plain.encode("ascii", "ignore").decode()).strip("-").lower()
    return f"{plain[:80].strip('-') or 'export'}-{day:%Y-%m-%d}.{file_format}"


def rights_mark(person: Person) -> str:
    """A mark of what the person may do that day: it changes when his roles or his territory do."""
    held = asdict(person) | dict.fromkeys(("name", "email", "entity", "zone_label"))
    text = json.dumps(held, sort_keys=True, default=lambda value: sorted(value, key=repr))
    return hashlib.sha256(text.encode()).hexdigest()
