"""Name and place of the firms of a list, as Sirene delivers them; what the law keeps from diffusion stays out."""

from __future__ import annotations

from pathlib import Path

import ibis
import pyarrow as pa

from vigie.detection.engine import Engine

PARTIAL = "P"  # statutDiffusion: partially diffusible, the name may not be shown
COLUMNS = (
    "siren", "display_name", "naf", "commune", "commune_name", "departements", "workforce_count",
    "workforce_change_ratio",
)  # fmt: skip


def identity(engine: Engine, sirene: Path, sirene_ul: Path, firms: pa.Table) -> pa.Table:
    """One row per firm, in the order given. firms: rows of the panel."""
    wanted = engine.load(firms.select(["siren"]).append_column("row", pa.array(range(firms.num_rows), pa.int64())))
    units = engine.read(sirene_ul)
    named = units.group_by("siren").agg(
        display_name=ibis.ifelse(units.diffusion_status.fill_null("") == PARTIAL, None, units.display_name).max(),
        naf=units.naf.max(),
    )
    places = engine.read(sirene)
    places = places.mutate(siren=places.siret.substr(0, 9)).semi_join(wanted, "siren")
    offices = places.filter(places.is_head_office)
    offices = offices.group_by("siren").agg(
        commune=offices.commune.max(),
        commune_name=offices.commune_name.max(),
        head_office_siret=offices.siret.max(),
    )
    spread = places.filter(places.departement.notnull()).group_by("siren")
    spread = spread.agg(departements=places.departement.collect(distinct=True).sort())
    joined = wanted.left_join(named, "siren").drop("siren_right")
    joined = joined.left_join(offices, "siren").drop("siren_right")
    joined = joined.left_join(spread, "siren").drop("siren_right")
    found = engine.arrow(
        joined.mutate(departements=joined.departements.fill_null(ibis.literal([], "array<string>"))).order_by("row")
    )
    return pa.table(
        {
            **{name: found[name] for name in COLUMNS[:6]},
            "workforce_count": _column(firms, "workforce_count", pa.int32()),
            "workforce_change_ratio": _column(firms, "workforce_change_12m_ratio", pa.float64()),
        }
    )


def establishments(engine: Engine, sirene: Path, firms: pa.Table) -> int:
    """Active establishments of the firms."""
    wanted = engine.load(firms.select(["siren"]))
    places = engine.read(sirene)
    kept = places.mutate(siren=places.siret.substr(0, 9)).filter(places.state == "A", ~places.is_pseudo_siret)
    count = int(engine.value(kept.semi_join(wanted, "siren").count()))
    return count


def _column(firms: pa.Table, name: str, kind: pa.DataType) -> pa.ChunkedArray | pa.Array:
    if name not in firms.column_names:
        return pa.nulls(firms.num_rows, kind)
    return firms[name].cast(kind, safe=False)
