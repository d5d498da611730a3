"""The invented firms that the fakes know: a small built-in set, or those of a provider registered at run
time.

The demo registers its own world; every fake then speaks of the same firms.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from vigie.kernel.siren import with_key
from vigie.kernel.text import fold


@dataclass(frozen=True)
class FakeEstablishment:
    """One place of work. naf and naf25 are dotted, as the real service writes them. country: empty in
    France."""

    siret: str
    commune: str
    commune_name: str
    postal_code: str
    naf: str
    street: str = ""
    is_headquarters: bool = False
    is_open: bool = True
    workforce: str = "NN"
    opened_on: date | None = None
    closed_on: date | None = None
    name: str = ""
    signs: tuple[str, ...] = ()
    idcc: tuple[str, ...] = ()
    diffusion: str = "O"
    country: str = ""
    naf25: str = ""

    @property
    def departement(self) -> str:
        return self.commune[:3] if self.commune.startswith("97") else self.commune[:2]


@dataclass(frozen=True)
class FakeFirm:
    """One company. diffusion: O (shown), P (partly shown), N (never shown). natures, craft_codes: of the
    RNE."""

    siren: str
    name: str
    naf: str
    legal_form: str
    establishments: tuple[FakeEstablishment, ...]
    acronym: str = ""
    is_open: bool = True
    created_on: date | None = None
    closed_on: date | None = None
    workforce: str = "NN"
    diffusion: str = "O"
    is_sole_trader: bool = False
    natures: tuple[str, ...] = ()
    craft_codes: tuple[str, ...] = ()
    naf25: str = ""

    @property
    def headquarters(self) -> FakeEstablishment:
        return next((place for place in self.establishments if place.is_headquarters), self.establishments[0])


Provider = Callable[[], Iterable[FakeFirm]]
Lookup = Callable[[str], FakeFirm | None]  # a firm that the provider does not tell of, by its SIREN


class Firms:
    """The firms of one provider, loaded at the first question, with the words by which they are found."""

    def __init__(self, provider: Provider, lookup: Lookup | None = None) -> None:
        self._provider = provider
        self._lookup = lookup
        self._lock = threading.Lock()
        self._rows: list[tuple[FakeFirm, str]] | None = None
        self._by_siren: dict[str, FakeFirm] = {}

    def rows(self) -> list[tuple[FakeFirm, str]]:
        """(firm, its searchable text) of the firms that may be shown."""
        with self._lock:
            if self._rows is None:
                shown = [firm for firm in self._provider() if firm.diffusion != "N"]
                self._by_siren = {firm.siren: firm for firm in shown}
                self._rows = [(firm, _words(firm)) for firm in shown]
            return self._rows

    def find(self, siren: str) -> FakeFirm | None:
        """The firm, if it may be shown."""
        self.rows()
        found = self._by_siren.get(siren)
        return found if found is not None or self._lookup is None else self._lookup(siren)


def siret_of(siren: str, rank: int) -> str:
    """A SIRET of the company, whose key is right."""
    return with_key(f"{siren}{rank:04d}")


def register(provider: Provider | None, lookup: Lookup | None = None) -> None:
    """From now on the fakes know the firms of ``provider``, and by number those of ``lookup``; None: the built-in."""
    global _firms
    _firms = Firms(provider or _builtin, lookup)


def firms() -> Firms:
    """The firms that the fakes know at present."""
    return _firms


def _builtin() -> Iterable[FakeFirm]:
    from vigie.connectors.fakes.builtin_firms import builtin_firms

    return builtin_firms()


def _words(firm: FakeFirm) -> str:
    parts = [firm.name, firm.acronym]
    for place in firm.establishments:
        parts += [place.name, *place.signs, place.street, place.commune_name]
    return f" {fold(' '.join(parts))} "


_firms = Firms(_builtin)
