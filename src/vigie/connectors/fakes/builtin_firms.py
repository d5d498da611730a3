"""About thirty invented firms over real communes: enough to meet each case once. Names and numbers are of
nobody."""

from __future__ import annotations

from datetime import date

from vigie.connectors.fakes.data import FakeEstablishment, FakeFirm, siret_of
from vigie.kernel.siren import INVENTED_PREFIX, with_key

# commune: INSEE code, name as the register writes it, postal code
RENNES = ("35238", "RENNES", "35000")
BRUZ = ("35047", "BRUZ", "35170")
LENS = ("62498", "LENS", "62300")
ARRAS = ("62041", "ARRAS", "62000")
LILLE = ("59350", "LILLE", "59000")
VALENCIENNES = ("59606", "VALENCIENNES", "59300")
AMIENS = ("80021", "AMIENS", "80000")
LYON_3 = ("69383", "LYON", "69003")
MARSEILLE_3 = ("13203", "MARSEILLE", "13003")
PARIS_2 = ("75102", "PARIS", "75002")
NANTES = ("44109", "NANTES", "44000")
BREST = ("29019", "BREST", "29200")
BORDEAUX = ("33063", "BORDEAUX", "33000")
TOULOUSE = ("31555", "TOULOUSE", "31000")
STRASBOURG = ("67482", "STRASBOURG", "67000")
GRENOBLE = ("38185", "GRENOBLE", "38000")
AJACCIO = ("2A004", "AJACCIO", "20000")
SAINT_DENIS = ("97411", "SAINT-DENIS", "97400")
NOWHERE = ("", "", "")
MAMOUDZOU = ("97611", "MAMOUDZOU", "97600")

ARTISANALE, COMMERCIALE, LIBERALE = ("ARTISANALE",), ("COMMERCIALE",), ("LIBERALE_NON_REGLEMENTEE",)
BOTH, ANY = (*ARTISANALE, *COMMERCIALE), ("TOUTE_FORME_ACTIVITE",)

PANIER = "LE PANIER DU CANAL"
NAF_2025 = {"10.71C": "10.71H", "70.10Z": "70.10Y"}  # enough to meet both nomenclatures

# rank, name, commune, naf, legal form, workforce, natures, craft codes, idcc
_PLAIN = (
    (1, "FOURNIL DES TROIS MOULINS", BRUZ, "10.71C", "5499", "02", BOTH, ("1071CZ",), ("0843",)),
    (2, "ATELIER BOIS ET COPEAUX", LENS, "43.32A", "5499", "03", ARTISANALE, ("4332AA",), ("1597",)),
    (3, "LIBRAIRIE DU VENT LEVE", RENNES, "47.61Z", "5710", "01", COMMERCIALE, (), ("3013",)),
    (4, "GARAGE DES DEUX PONTS", ARRAS, "45.20A", "5499", "03", ARTISANALE, ("4520AZ",), ("1090",)),
    (5, "MECANIQUE FINE DU HAINAUT", VALENCIENNES, "25.62B", "5710", "21", ANY, (), ("3248",)),
    (6, "CONSEIL RIVE CLAIRE", LILLE, "70.22Z", "5710", "00", LIBERALE, (), ("1486",)),
    (7, "CABINET INFIRMIER DES TILLEULS", AMIENS, "86.90D", "6540", "NN", ("LIBERALE_REGLEMENTEE",), (), ()),
    (8, "SALON COUPE FRANCHE", LYON_3, "96.02A", "5499", "01", ARTISANALE, ("9602AA",), ("2596",)),
    (9, "TRANSPORTS DE LA COTE BLEUE", MARSEILLE_3, "49.41A", "5710", "12", COMMERCIALE, (), ("0016",)),
    (10, "MAISON HUIT AIGUILLES", PARIS_2, "14.13Z", "5710", "11", BOTH, (), ("0247",)),
    (11, "VOILES ET GREEMENTS DE L ERDRE", NANTES, "30.12Z", "5499", "03", ARTISANALE, (), ("3236",)),
    (12, "ALGUES ET SAVEURS", BREST, "10.20Z", "5710", "11", COMMERCIALE, (), ("1396",)),
    (13, "CHATEAU LES SEPT RANGS", BORDEAUX, "01.21Z", "6598", "02", ("ACTIF_AGRICOLE",), (), ("7024",)),
    (14, "ETUDES AERO GARONNE", TOULOUSE, "71.12B", "5710", "22", ANY, (), ("1486",)),
    (15, "BRASSERIE DU QUAI AUX GRUES", STRASBOURG, "11.05Z", "5710", "02", COMMERCIALE, (), ("1513",)),
    (16, "LOGICIELS DE LA BASTILLE", GRENOBLE, "62.01Z", "5710", "12", COMMERCIALE, (), ("1486",)),
    (17, "PAILLOTE DU GOLFE CLAIR", AJACCIO, "56.10A", "5499", "01", COMMERCIALE, (), ("1979",)),
    (18, "VANILLE DES HAUTS", SAINT_DENIS, "10.84Z", "5499", "02", BOTH, (), ("1396",)),
    (19, "PECHERIE DU LAGON MAHORAIS", MAMOUDZOU, "03.11Z", "5499", "02", COMMERCIALE, (), ()),
    (20, "MENUISERIE DU PAYS DE LENS", LENS, "16.23Z", "5499", "11", ARTISANALE, ("1623ZZ",), ("0158",)),
    (21, "RESTAURANT LA TABLE DES MINES", LENS, "56.10A", "5499", "02", COMMERCIALE, (), ("1979",)),
    (22, "ASSOCIATION LES MAINS TENDUES", RENNES, "88.99B", "9220", "12", (), (), ("1518",)),
    (23, "AGENCE COMMERCIALE PENN", BREST, "46.19B", "5710", "NN", ("AGENT_COMMERCIAL",), (), ()),
    (24, "COUVERTURE DU BEFFROI", ARRAS, "43.91B", "5499", "03", ARTISANALE, ("4391BA",), ("1597",)),
)  # fmt: skip


def invented_siren(rank: int) -> str:
    """The SIREN of the built-in firm of this rank."""
    return with_key(f"{INVENTED_PREFIX}9{rank:05d}")


def builtin_firms() -> tuple[FakeFirm, ...]:
    """The whole set, in a fixed order."""
    return (*(_plain(*row) for row in _PLAIN), *_several_places(), *_hard_to_show())


def _plain(
    rank: int,
    name: str,
    commune: tuple[str, str, str],
    naf: str,
    legal_form: str,
    workforce: str,
    natures: tuple[str, ...],
    craft_codes: tuple[str, ...],
    idcc: tuple[str, ...],
) -> FakeFirm:
    siren = invented_siren(rank)
    day = date(1996 + rank, 1 + rank % 12, 1 + rank % 28)
    place = _place(siren, 1, commune, naf, workforce=workforce, opened_on=day, idcc=idcc, is_headquarters=True)
    return FakeFirm(
        siren, name, naf, legal_form, (place,), created_on=day, workforce=workforce, natures=natures,
        craft_codes=craft_codes, naf25=NAF_2025.get(naf, ""),
    )  # fmt: skip


def _several_places() -> tuple[FakeFirm, ...]:
    """Several establishments, one of them closed or abroad."""
    several, abroad, moved = (invented_siren(rank) for rank in (25, 27, 30))
    year = date(2015, 4, 1)
    return (
        FakeFirm(
            several, "EPICERIES DU CANAL", "47.11C", "5710",
            (
                _place(several, 1, LILLE, "70.10Z", opened_on=year, is_headquarters=True, idcc=("2216",)),
                _place(several, 2, LENS, "47.11C", opened_on=year, workforce="03", idcc=("2216",), signs=(PANIER,)),
                _place(several, 3, ARRAS, "47.11C", opened_on=year, workforce="02", idcc=("2216",)),
                _place(several, 4, VALENCIENNES, "47.11C", opened_on=year, closed_on=date(2022, 6, 30)),
            ),
            acronym="EDC", created_on=year, workforce="11", natures=COMMERCIALE,
        ),
        FakeFirm(
            abroad, "NORDSEE WERKZEUGE", "28.41Z", "3120",
            (
                _place(abroad, 1, NOWHERE, "28.41Z", opened_on=year, is_headquarters=True, country="ALLEMAGNE"),
                _place(abroad, 2, STRASBOURG, "46.62Z", opened_on=year, workforce="01"),
            ),
            created_on=year, natures=COMMERCIALE,
        ),
        FakeFirm(
            moved, "CARRELAGES DE L ARTOIS", "43.33Z", "5499",
            (
                _place(moved, 1, ARRAS, "43.33Z", opened_on=year, closed_on=date(2021, 3, 31)),
                _place(moved, 2, LENS, "43.33Z", opened_on=date(2021, 4, 1), is_headquarters=True, workforce="02"),
            ),
            created_on=year, workforce="02", natures=ARTISANALE, craft_codes=("4333ZZ",),
        ),
    )  # fmt: skip


def _hard_to_show() -> tuple[FakeFirm, ...]:
    """Closed, hidden, partly shown, a sole trader, an activity code of long ago."""
    closed, hidden, partly, trader, old = (invented_siren(rank) for rank in (26, 28, 29, 31, 32))
    then, year = date(1978, 1, 1), date(2015, 4, 1)
    return (
        FakeFirm(
            closed, "FILATURE DE LA DEULE", "13.10Z", "5710",
            (_place(closed, 1, LILLE, "13.10Z", opened_on=year, closed_on=date(2019, 12, 31), is_headquarters=True),),
            is_open=False, created_on=year, closed_on=date(2019, 12, 31),
        ),
        FakeFirm(
            hidden, "SOCIETE QUI NE SE MONTRE PAS", "10.71C", "5499",
            (_place(hidden, 1, LENS, "10.71C", opened_on=year, is_headquarters=True),), diffusion="N",
        ),
        FakeFirm(
            partly, "MARTIN OUDIN", "43.34Z", "1000",
            (_place(partly, 1, ARRAS, "43.34Z", opened_on=year, is_headquarters=True, diffusion="P"),),
            created_on=year, diffusion="P", is_sole_trader=True, natures=ARTISANALE, craft_codes=("4334ZA",),
        ),
        FakeFirm(
            trader, "JEANNE ROUVELIN", "96.09Z", "1000",
            (_place(trader, 1, RENNES, "96.09Z", opened_on=date(2025, 2, 3), is_headquarters=True),),
            created_on=date(2025, 2, 3), is_sole_trader=True, natures=("INDEPENDANTE",),
        ),
        FakeFirm(
            old, "QUINCAILLERIE DU VIEUX PORT", "52.4A", "5499",
            (_place(old, 1, MARSEILLE_3, "52.4A", opened_on=then, closed_on=date(2001, 1, 1), is_headquarters=True),),
            is_open=False, created_on=then, closed_on=date(2001, 1, 1),
        ),
    )  # fmt: skip


def _place(
    siren: str,
    rank: int,
    commune: tuple[str, str, str],
    naf: str,
    *,
    opened_on: date,
    workforce: str = "NN",
    idcc: tuple[str, ...] = (),
    is_headquarters: bool = False,
    closed_on: date | None = None,
    signs: tuple[str, ...] = (),
    diffusion: str = "O",
    country: str = "",
) -> FakeEstablishment:
    code, name, postal_code = commune
    return FakeEstablishment(
        siret=siret_of(siren, rank),
        commune=code,
        commune_name=name,
        postal_code=postal_code,
        naf=naf,
        naf25=NAF_2025.get(naf, ""),
        street=f"{rank + 2} RUE DES ESSAIS",
        is_headquarters=is_headquarters,
        is_open=closed_on is None,
        workforce=workforce,
        opened_on=opened_on,
        closed_on=closed_on,
        signs=signs,
        idcc=idcc,
        diffusion=diffusion,
        country=country,
    )
