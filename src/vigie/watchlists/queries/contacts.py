"""The last contact that an administration had with each firm of a page, as far as the reader may know of it.

Upper floors hold the contacts and the rules that open them; they say here how to read them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from vigie.rights.person import Person


@dataclass(frozen=True)
class LastContact:
    """When, and how in a few words; never with whom nor what was said."""

    on: date
    how: str


# source(person, sirens) → (siren, day, how) of the contacts that this person may know of. 1 query, whatever the firms.
Source = Callable[[Person, Sequence[str]], Iterable[tuple[str, date, str]]]
_sources: dict[str, Source] = {}


def register_contacts(name: str, source: Source) -> None:
    """Called once by the apps.py of a package that holds contacts."""
    _sources[name] = source


def last_contacts(person: Person, sirens: Sequence[str], *, but: str = "") -> dict[str, LastContact]:
    """siren → its last contact. but: a source that is left out. 1 query a source."""
    found: dict[str, LastContact] = {}
    for source in (one for name, one in _sources.items() if name != but):
        for siren, on, how in source(person, sirens):
            if siren not in found or found[siren].on < on:
                found[siren] = LastContact(on, how)
    return found
