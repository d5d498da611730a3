"""What Insee, the Labour ministry and the open accounts deliver, line by line, from a block and for a delivery."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from vigie.detection.invent import words
from vigie.detection.invent.accounts import RATIOS
from vigie.detection.invent.block import Block, extraction_day
from vigie.detection.invent.firms import FOREIGN, Bools
from vigie.detection.invent.layouts import SIRENE_HISTORY, SIRENE_PLACES, SIRENE_UNITS
from vigie.detection.invent.rows import (
    Bytes,
    Cell,
    Ints,
    chosen,
    days_of,
    decimal,
    digits,
    iso,
    joined,
    lines,
    shifted,
    text,
    where,
    whole,
)
from vigie.detection.invent.short_time import HOURLY_CENTS
from vigie.detection.invent.streams import stream

KEPT_BACK = b"[ND]"
BALANCE_KINDS = ("K", "C", "S", "")
PROVIDER = b"partenaire-fictif"


def hours_used(block: Block, delivery: int) -> Iterator[bytes]:
    """consommation_ap: everything used up to the month before."""
    asked = block.requests
    keep = np.flatnonzero(used_and_known(block, delivery))
    request, quarters = asked.use_request[keep], asked.use_quarters[keep]
    cells: list[Cell] = [
        _quoted(_request_id(asked.number[request])),
        _quoted(digits(asked.siret[request], 14)),
        decimal(quarters * 25, b"."),
        decimal(quarters * HOURLY_CENTS // 4, b"."),
        joined(whole(asked.use_people[keep]), b".0"),
        _quoted(iso(days_of(asked.use_month[keep]))),
    ]
    yield from lines(cells, b",", block.options.chunk_rows)


def used_and_known(block: Block, delivery: int) -> Bools:
    """Which lines of use a delivery brings."""
    asked = block.requests
    decided = asked.decided_on[asked.use_request] <= extraction_day(delivery)
    late = late_uses(block) & (asked.use_month == delivery - 1)
    return decided & (asked.use_month < delivery) & ~late


def late_uses(block: Block) -> Bools:
    """Among realistic defects: three lines of use out of ten come a month late."""
    if block.options.defects == "none":
        return np.zeros(len(block.requests.use_request), bool)
    random = stream(block.options.seed, "consommation_ap.csv late", block.firms.block)
    return random.random(len(block.requests.use_request)) < 0.3


def hours_asked(block: Block, delivery: int) -> Iterator[bytes]:
    """demande_ap, with what was used of each request until then."""
    asked = block.requests
    keep = np.flatnonzero(asked.decided_on <= extraction_day(delivery))
    known = used_and_known(block, delivery)
    used = np.bincount(asked.use_request[known], asked.use_quarters[known], len(asked.firm)).astype(np.int64)[keep]
    people = np.bincount(asked.use_request[known], asked.use_people[known], len(asked.firm)).astype(np.int64)[keep]
    quarters = asked.quarters[keep]
    cells: list[Cell] = [
        _quoted(_request_id(asked.number[keep])),
        _quoted(digits(asked.siret[keep], 14)),
        joined(whole(asked.company[keep]), b".0"),
        joined(whole(asked.site[keep]), b".0"),
        _quoted(iso(asked.decided_on[keep])),
        _quoted(iso(asked.start_on[keep])),
        _quoted(iso(asked.end_on[keep])),
        decimal(quarters * 25, b"."),
        decimal(quarters * HOURLY_CENTS // 4, b"."),
        joined(whole(asked.people[keep]), b".0"),
        _quoted(whole(asked.reason[keep])),
        _quoted(whole(asked.scope[keep])),
        decimal(used * 25, b"."),
        joined(whole(people), b".0"),
        decimal(used * HOURLY_CENTS // 4, b"."),
        _quoted(whole(asked.former[keep])),
    ]
    yield from lines(cells, b",", block.options.chunk_rows)


def _request_id(number: Ints) -> Bytes:
    return joined(digits(number, 9), b"00")


def _quoted(column: Bytes) -> Bytes:
    return joined(b'"', column, b'"')


def _closed(block: Block, delivery: int) -> tuple[Bools, Ints]:
    closed = block.life.closed_on
    return (closed >= 0) & (closed <= extraction_day(delivery)), closed


def _exists(block: Block, delivery: int) -> Bools:
    return block.firms.created_on <= extraction_day(delivery)


def _cells(header: tuple[str, ...], filled: dict[str, Cell]) -> list[Cell]:
    unknown = filled.keys() - set(header)
    assert not unknown, f"columns that the file does not have: {unknown}"
    return [filled.get(column, b"") for column in header]


def legal_units(block: Block, delivery: int) -> Iterator[bytes]:
    """sireneUL."""
    firms = block.firms
    keep = np.flatnonzero(_exists(block, delivery))
    alone, hidden = firms.sole_trader[keep], firms.hidden[keep]
    closed, _ = _closed(block, delivery)
    legal = np.where(firms.public_legal < 0, firms.legal, len(words.LEGAL) + firms.public_legal)[keep]
    created = firms.created_on[keep]
    head = block.places.first_of[keep] + _moved(block, delivery)[keep] * firms.establishments[keep]
    filled: dict[str, Cell] = {
        "siren": shifted(block.siren, keep),
        "statutDiffusionUniteLegale": text(np.where(hidden, b"P", b"O")),
        "dateCreationUniteLegale": iso(created),
        "prenom1UniteLegale": _kept(where(alone, chosen(words.FIRST_NAMES, firms.first_name[keep])), hidden & alone),
        "nombrePeriodesUniteLegale": b"1",
        "dateDebut": iso(np.where(closed[keep], block.life.closed_on[keep], created)),
        "etatAdministratifUniteLegale": text(np.where(closed[keep], b"C", b"A")),
        "nomUniteLegale": _kept(where(alone, chosen(words.FAMILIES, firms.family[keep])), hidden & alone),
        "denominationUniteLegale": _kept(where(~alone, shifted(block.name(","), keep)), hidden & ~alone),
        "categorieJuridiqueUniteLegale": chosen([*words.LEGAL, *words.PUBLIC_LEGAL], legal),
        "activitePrincipaleUniteLegale": chosen([trade.naf for trade in words.ALL_TRADES], firms.trade[keep]),
        "nomenclatureActivitePrincipaleUniteLegale": b"NAFRev2",
        "activitePrincipaleNAF25UniteLegale": chosen([each.naf25 for each in words.ALL_TRADES], firms.trade[keep]),
        "nicSiegeUniteLegale": digits(block.places.siret[head] % 100_000, 5),
        "caractereEmployeurUniteLegale": b"O",
    }
    yield from lines(_cells(SIRENE_UNITS.header, filled), b",", block.options.chunk_rows)


def _kept(column: Bytes, hidden: Bools) -> Bytes:
    """The column, [ND] where the firm asked that it be kept back."""
    return joined(where(~hidden, column), text(np.where(hidden, KEPT_BACK, b"")))


def _moved(block: Block, delivery: int) -> Ints:
    return ((block.firms.moves_at >= 0) & (block.firms.moves_at <= delivery)).astype(np.int64)


def _standing(block: Block, delivery: int) -> tuple[Ints, Bools, Ints]:
    """Establishments that exist at the delivery, whether each is shut, and since when."""
    where_, firms = block.places, block.firms
    owner = where_.firm
    keep = np.flatnonzero(_exists(block, delivery)[owner] & (where_.opened_on <= extraction_day(delivery)))
    closed, day = _closed(block, delivery)
    left = (where_.rank == 0) & (_moved(block, delivery) == 1)[owner]
    moved_on = np.where(firms.moves_at >= 0, days_of(np.maximum(firms.moves_at, 0)), -1)
    alone = (where_.rank > 0) & (where_.siret % 29 == 0) & (where_.share > 0) & ~closed[owner]
    early = where_.opened_on + 365 + where_.siret % 2_000
    alone &= early <= extraction_day(delivery)
    shut = closed[owner] | left | alone
    since = np.select([left, closed[owner], alone], [moved_on[owner], day[owner], early], -1)
    return keep, shut[keep], since[keep]


def establishments(block: Block, delivery: int) -> Iterator[bytes]:
    """StockEtablissement_utf8_geo."""
    where_, firms, communes = block.places, block.firms, block.communes
    every, closed, since = _standing(block, delivery)
    for low in range(0, len(every), block.options.chunk_rows):
        part = slice(low, low + block.options.chunk_rows)
        keep, shut = every[part], closed[part]
        owner, commune, hidden = where_.firm[keep], where_.commune[keep], firms.hidden[where_.firm[keep]]
        home = where_.rank[keep] == 0
        moved = (_moved(block, delivery) == 1)[owner]
        last = where_.rank[keep] == firms.establishments[owner]
        abroad = (firms.kind[owner] == FOREIGN) & home
        country = owner % len(words.ABROAD)
        here = ~abroad
        mainland = here & np.array([not code.startswith("97") for code in communes.departement])[commune]
        precise = mainland & (where_.siret[keep] % 50 != 0)
        filled: dict[str, Cell] = {
            "siren": shifted(block.siren, owner),
            "nic": digits(where_.siret[keep] % 100_000, 5),
            "siret": digits(where_.siret[keep], 14),
            "statutDiffusionEtablissement": text(np.where(hidden, b"P", b"O")),
            "dateCreationEtablissement": iso(where_.opened_on[keep]),
            "etablissementSiege": text(np.where(np.where(moved, last, home), b"true", b"false")),
            "numeroVoieEtablissement": _kept(where(here, whole(where_.number[keep])), hidden),
            "typeVoieEtablissement": _kept(where(here, chosen(words.STREET_TYPES, where_.street[keep] % 10)), hidden),
            "libelleVoieEtablissement": _kept(where(here, chosen(words.STREETS, where_.street[keep])), hidden),
            "codePostalEtablissement": _kept(where(here, chosen(communes.postcode, commune)), hidden),
            "libelleCommuneEtablissement": where(here, chosen(communes.name, commune)),
            "libelleCommuneEtrangerEtablissement": where(abroad, chosen([each[2] for each in words.ABROAD], country)),
            "codeCommuneEtablissement": where(here, chosen(communes.code, commune)),
            "codePaysEtrangerEtablissement": where(abroad, chosen([each[0] for each in words.ABROAD], country)),
            "libellePaysEtrangerEtablissement": where(abroad, chosen([each[1] for each in words.ABROAD], country)),
            "dateDebut": iso(np.where(shut, since[part], where_.opened_on[keep])),
            "etatAdministratifEtablissement": text(np.where(shut, b"F", b"A")),
            "activitePrincipaleEtablissement": chosen([each.naf for each in words.ALL_TRADES], firms.trade[owner]),
            "nomenclatureActivitePrincipaleEtablissement": b"NAFRev2",
            "caractereEmployeurEtablissement": b"O",
            "longitude": decimal(np.rint(where_.longitude[keep] * 100).astype(np.int64), b".", precise),
            "latitude": decimal(np.rint(where_.latitude[keep] * 100).astype(np.int64), b".", precise),
        }
        yield from lines(_cells(SIRENE_PLACES.header, filled), b",", block.options.chunk_rows)


def history(block: Block, delivery: int) -> Iterator[bytes]:
    """StockEtablissementHistorique: one period, cut in two for some without change of state, then the closed one."""
    where_ = block.places
    keep, shut, since = _standing(block, delivery)
    opened = where_.opened_on[keep]
    stop = np.where(shut, since, 1 << 40)
    cut = opened + 400 + where_.siret[keep] % 900
    halves = (where_.siret[keep] % 4 == 0) & (cut < np.minimum(stop, extraction_day(delivery)))
    nature = np.concatenate(
        [np.zeros(len(keep), np.int64), np.flatnonzero(halves) * 0 + 1, np.flatnonzero(shut) * 0 + 2]
    )
    which = np.concatenate([np.arange(len(keep)), np.flatnonzero(halves), np.flatnonzero(shut)])
    order = np.lexsort((nature, which))
    nature, which = nature[order], which[order]
    begins = np.select([nature == 0, nature == 1], [opened[which], cut[which]], since[which])
    ends = np.select([(nature == 0) & halves[which], nature < 2], [cut[which] - 1, stop[which] - 1], 1 << 40)
    finite = ends < (1 << 39)
    siret = where_.siret[keep][which]
    filled: dict[str, Cell] = {
        "siren": digits(siret // 100_000, 9),
        "nic": digits(siret % 100_000, 5),
        "siret": digits(siret, 14),
        "dateFin": iso(np.where(finite, ends, 0), finite),
        "dateDebut": iso(begins),
        "etatAdministratifEtablissement": text(np.where(nature == 2, b"F", b"A")),
        "changementEtatAdministratifEtablissement": text(np.where(nature == 1, b"false", b"true")),
        "activitePrincipaleEtablissement": chosen(
            [each.naf for each in words.ALL_TRADES], block.firms.trade[where_.firm[keep][which]]
        ),
        "nomenclatureActivitePrincipaleEtablissement": b"NAFRev2",
        "changementActivitePrincipaleEtablissement": text(np.where(nature == 1, b"true", b"false")),
        "caractereEmployeurEtablissement": b"O",
    }
    yield from lines(_cells(SIRENE_HISTORY.header, filled), b",", block.options.chunk_rows)


def balance_sheets(block: Block, delivery: int) -> Iterator[bytes]:
    """ratios_inpi_bce: sheets filed until the day; confidential ones say nothing but their dates."""
    sheets = block.sheets
    keep = np.flatnonzero(sheets.filed_on <= extraction_day(delivery))
    public = ~sheets.confidential[keep]
    cells: list[Cell] = [shifted(block.siren, sheets.firm[keep]), iso(sheets.closed_on[keep])]
    cells += [whole(sheets.euros[keep, column], public) for column in range(5)]
    cells += [decimal(sheets.ratios[keep, column], b".", sheets.present[keep, column]) for column in range(len(RATIOS))]
    cells += [
        chosen(BALANCE_KINDS, sheets.kind[keep]),
        text(np.where(public, b"Public", b"Confidentiel")),
        iso(sheets.filed_on[keep]),
    ]
    yield from lines(cells, b";", block.options.chunk_rows)


def partner_scores(block: Block, delivery: int) -> Iterator[bytes]:
    """score_partenaire: another administration's noisy view of the same distress, three firms out of four."""
    random = stream(block.options.seed, "score_partenaire.csv", block.firms.block)
    noise, chance = random.standard_normal(len(block.firms)), random.random(len(block.firms))
    push = block.life.push[delivery - 1 - block.options.start]
    score = np.rint(10_000 / (1 + np.exp(-(1.2 * push + 0.8 * noise - 3)))).astype(np.int64)
    keep = np.flatnonzero(block.life.active[delivery - 1 - block.options.start] & (chance < 0.75))
    month = iso(days_of(np.full(len(keep), delivery)))
    cells: list[Cell] = [
        shifted(block.siren, keep),
        month,
        joined(b"0.", digits(np.minimum(score, 9_999)[keep], 4)),
        PROVIDER,
    ]
    yield from lines(cells, b";", block.options.chunk_rows)
