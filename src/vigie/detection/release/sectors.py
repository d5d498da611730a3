"""Where the firms of a sector and a size stand: quartiles of each published ratio, year by year.

What a firm's ratios are compared with on its sheet. A group of fewer than ten firms says nothing and is left out; the
band `all` is there for sectors whose bands are too small.
"""

from __future__ import annotations

from pathlib import Path

import ibis
import pyarrow as pa

from vigie.detection.engine import Engine, Table
from vigie.detection.release import dossiers
from vigie.kernel.period import Month
from vigie.publication.schema import BY_NAME

FEWEST_FIRMS = 10
YEARS = 5
ALL_SIZES = "all"
RATIOS = (*dossiers.AMOUNTS, *dossiers.SHARES, *dossiers.AS_DELIVERED, "repayment_capacity")
QUARTILES = {"q1": 0.25, "median": 0.5, "q3": 0.75}


def sector_ratios(engine: Engine, accounts: Path, entries: pa.Table, last: Month) -> pa.Table:
    """The table `sector_ratios`. accounts: `dossier_accounts`; entries: siren, naf, naf_section, size_band."""
    firms = engine.load(entries.select(["siren", "naf", "naf_section", "size_band"]))
    sheets = one_a_year(engine.read(accounts)).filter(ibis._.year > last.year - YEARS)
    known = engine.keep(sheets.inner_join(firms, "siren").select("naf", "naf_section", "size_band", "year", *RATIOS))
    found = pa.concat_tables([engine.arrow(_quartiles(known, name)) for name in RATIOS])
    schema = BY_NAME["sector_ratios"]
    return found.sort_by([(name, "ascending") for name in schema.key]).cast(schema.arrow())


def one_a_year(sheets: Table) -> Table:
    """One line per firm and year: consolidated accounts first, then complete, then simplified; the latest closing.

    The year of accounts is that of their closing date less six months.
    """
    closing = sheets.closed_on
    year = ibis.ifelse(closing.month() <= 6, closing.year() - 1, closing.year()).cast("int32")
    rank = sheets.balance_type.cases(("K", 0), ("C", 1), ("S", 2), else_=3)
    ranked = sheets.mutate(year=year, rank=rank)
    first = ibis.row_number().over(
        ibis.window(group_by=[ranked.siren, ranked.year], order_by=[ranked.rank, ranked.closed_on.desc()])
    )
    return ranked.mutate(place=first).filter(ibis._.place == 0).drop("rank", "place")


def _quartiles(known: Table, ratio: str) -> Table:
    told = known.filter(known[ratio].notnull(), known.size_band.notnull()).select(
        "year", value=known[ratio], sector=ibis.array([known.naf.substr(0, 2), known.naf_section]).unnest(),
        sizes=ibis.array([known.size_band, ibis.literal(ALL_SIZES)]),
    )  # fmt: skip
    placed = told.filter(told.sector.notnull()).mutate(size_band=told.sizes.unnest())
    grouped = placed.group_by(["sector", "size_band", "year"]).agg(
        firms_count=placed.count().cast("int32"),
        **{name: placed.value.quantile(share) for name, share in QUARTILES.items()},
    )
    kept = grouped.filter(grouped.firms_count >= FEWEST_FIRMS).mutate(ratio=ibis.literal(ratio))
    return kept.select(*BY_NAME["sector_ratios"].arrow().names)
