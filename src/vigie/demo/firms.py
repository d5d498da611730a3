"""Draws the invented firms, over the communes of the world: as registers know them, closed and hidden ones included.

The first firms are those of the story and of each difficult case; the rest is drawn by population.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from itertools import accumulate
from random import Random

from vigie.connectors.fakes.data import FakeEstablishment, FakeFirm, siret_of
from vigie.demo import names
from vigie.demo.sizes import ELSEWHERE, HOME, Size
from vigie.demo.trades import TRADES, TURNS, Trade
from vigie.kernel.siren import INVENTED_PREFIX, with_key
from vigie.kernel.text import fold as fold_text
from vigie.territory.models import Commune, CommuneMovement, PostalCode

CLOSED, HIDDEN, SEVERAL, SOLE_TRADER = 0.03, 0.05, 0.08, "1000"
ONLY_IN_SERVICE = 100  # one firm in so many is known of the company-search service, and not yet of the stock file
BAKERY_COMMUNE, BAKERY = "48198", "FOURNIL DES TROIS LAVOIRS"
_STRIDE, _RANGE = 7919, 900_000  # numbers 900 000 and above are those of the fakes' built-in firms
fold = cache(fold_text)  # the same few words, tens of thousands of times
_WEIGHTS = list(accumulate(trade.weight for trade in TRADES))


@dataclass(frozen=True)
class Town:
    """A commune where firms are. code: as the register writes it, which may be one that no longer exists."""

    code: str
    name: str
    postal_code: str
    population: int


@dataclass(frozen=True)
class World:
    """The firms, the bakery of the story first. only_in_service: those that the stock file does not hold."""

    firms: tuple[FakeFirm, ...]
    only_in_service: frozenset[str]

    @property
    def bakery(self) -> FakeFirm:
        return self.firms[0]


def draw(size: Size, random: Random, day: date, count: int | None = None) -> World:
    """The firms of the size, in a fixed order for a seed; count: the first so many only. Reads the communes."""
    drawing = _Drawing(random, day, _towns(size), size.home_firms / size.firms)
    cases = _cases(drawing)
    common = list(drawing.several(count or size.firms))
    return World((*cases, *common), frozenset(firm.siren for firm in common[ONLY_IN_SERVICE::ONLY_IN_SERVICE]))


def siren_of(number: int) -> str:
    """The SIREN of the firm of this rank: invented, with a valid key, and neighbours far apart."""
    return with_key(f"{INVENTED_PREFIX}{number * _STRIDE % _RANGE:06d}")


def _towns(size: Size) -> list[Town]:
    rows = Commune.objects.order_by("code")
    if size.departements:
        rows = rows.filter(departement_code__in=size.departements)
    postal: dict[str, str] = {}
    for commune, code in PostalCode.objects.order_by("-code").values_list("commune_id", "code"):
        postal[commune] = code
    cities = set(Commune.objects.exclude(parent_code="").values_list("parent_code", flat=True))
    return [
        Town(code, name, postal[code], population or 1)
        for code, name, population in rows.values_list("code", "name_folded", "population")
        if code in postal and code not in cities
    ]


class _Drawing:
    """Draws firms one after the other."""

    def __init__(self, random: Random, day: date, towns: list[Town], at_home: float) -> None:
        self.random = random
        self.day = day
        self.towns = {town.code: town for town in towns}
        self._list = towns
        self._at_home = at_home
        self._home = [town for town in towns if town.code.startswith(HOME)]
        self._populations = list(accumulate(town.population for town in towns))
        self._number = 0

    def several(self, count: int) -> Iterator[FakeFirm]:
        """The common firms."""
        for _ in range(count):
            trade = self.random.choices(TRADES, cum_weights=_WEIGHTS)[0]
            firm = self.firm(trade, self.town())
            chance = self.random.random()
            if chance < SEVERAL:
                firm = self.with_places(firm, [self.town() for _ in range(self.random.randint(1, 4))])
            elif chance < SEVERAL + CLOSED:
                firm = self.closed(firm)
            elif chance < SEVERAL + CLOSED + HIDDEN:
                firm = hidden(firm)
            yield firm

    def town(self) -> Town:
        if self.random.random() < self._at_home:
            return self.random.choice(self._home)
        return self.random.choices(self._list, cum_weights=self._populations)[0]

    def firm(self, trade: Trade, town: Town, *, name: str = "", legal_form: str = "", workforce: str = "") -> FakeFirm:
        """A firm with one establishment."""
        self._number += 1
        random = self.random
        siren = siren_of(self._number)
        legal_form = legal_form or random.choice(trade.legal_forms)
        alone = legal_form == SOLE_TRADER
        born = self.day - timedelta(days=int(random.paretovariate(0.8) * 300) % 15_000 + 20)
        first, last = names.person(random)
        called = name or f"{random.choice(trade.words)} {fold(last) if random.random() < 0.4 else random.choice(TURNS)}"
        number = "NN" if alone and random.random() < 0.7 else workforce or random.choice(trade.workforce)
        place = FakeEstablishment(
            siret_of(siren, 1), town.code, town.name, town.postal_code, trade.naf,
            street=f"{random.randint(1, 120)} {fold(random.choice(names.STREETS))}", is_headquarters=True,
            workforce=workforce or number, opened_on=born, signs=(called,) if alone else (),
            idcc=(trade.idcc,) if trade.idcc and number not in ("NN", "00") else (),
        )  # fmt: skip
        return FakeFirm(
            siren, f"{fold(first)} {fold(last)}" if alone else called, trade.naf, legal_form, (place,),
            created_on=born, workforce=workforce or number, is_sole_trader=alone, natures=trade.natures,
            craft_codes=(trade.craft_code,) if trade.craft_code else (),
        )  # fmt: skip

    def with_places(self, firm: FakeFirm, towns: list[Town]) -> FakeFirm:
        """The same with more establishments."""
        head = firm.headquarters
        assert head.opened_on is not None
        more = [
            replace(
                head, siret=siret_of(firm.siren, rank), commune=town.code, commune_name=town.name,
                postal_code=town.postal_code, is_headquarters=False,
                opened_on=min(self.day, head.opened_on + timedelta(days=90 * rank)),
                street=f"{self.random.randint(1, 120)} {fold(self.random.choice(names.STREETS))}",
            )
            for rank, town in enumerate(towns, 2)
        ]  # fmt: skip
        return replace(firm, establishments=(head, *more))

    def closed(self, firm: FakeFirm) -> FakeFirm:
        """The same, closed for some time."""
        head = firm.headquarters
        assert head.opened_on is not None
        end = max(head.opened_on, self.day - timedelta(days=self.random.randint(10, 900)))
        return replace(
            firm, is_open=False, closed_on=end, establishments=(replace(head, is_open=False, closed_on=end),)
        )


def hidden(firm: FakeFirm) -> FakeFirm:
    """The same firm, which asked that its name and address be kept back."""
    return replace(
        firm, diffusion="P", establishments=tuple(replace(place, diffusion="P") for place in firm.establishments)
    )


def _cases(drawing: _Drawing) -> list[FakeFirm]:
    """The bakery of the story, then one firm of each difficult kind."""
    towns, random, trades = drawing.towns, drawing.random, {trade.naf: trade for trade in TRADES}
    baker, mechanics, shop = trades["10.71C"], trades["25.62B"], trades["47.11C"]
    home = towns[BAKERY_COMMUNE]
    far = next(town for town in towns.values() if town.code.startswith(ELSEWHERE))
    bakery = drawing.firm(baker, home, name=BAKERY, legal_form="5499", workforce="02")
    shut = drawing.closed(drawing.firm(baker, home, name="FOURNIL DE L ANCIENNE GARE", legal_form="5499"))
    discreet = hidden(drawing.firm(trades["96.02A"], home, legal_form="1000"))
    chain = drawing.firm(shop, far, name="EPICERIES DU BON PANIER", legal_form="5710", workforce="21")
    chain = drawing.with_places(chain, [drawing.town() for _ in range(24)])
    foreign = drawing.firm(mechanics, far, name="WERKZEUGBAU LINDENTAL", legal_form="3120")
    abroad = replace(foreign.headquarters, commune="", commune_name="", postal_code="", country="ALLEMAGNE")
    foreign = replace(foreign, establishments=(abroad,))
    old = _old_code(set(towns))
    merged = drawing.firm(
        trades["43.32A"], replace(home, code=old[0], name=old[1], postal_code=old[2]) if old else home
    )
    cases = [bakery, shut, discreet, chain, foreign, merged]
    for departement in ("976", "2A", "01"):
        here = next(town for town in towns.values() if town.code.startswith(departement))
        cases.append(drawing.firm(random.choice(TRADES[:16]), here))
    return cases


def _old_code(codes: set[str]) -> tuple[str, str, str] | None:
    """(code, name, postal code) of a commune that was merged into one of these."""
    for movement in CommuneMovement.objects.order_by("old_code"):
        if movement.new_code in codes:
            today = Commune.objects.get(code=movement.new_code)
            postal = today.postal_codes.first()
            return movement.old_code, fold(today.name), postal.code if postal else ""
    return None
