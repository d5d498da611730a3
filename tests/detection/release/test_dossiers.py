"""Tables of the sheets worked by hand: ratios as shares, links to groups without the name of a person."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from vigie.detection.engine import engine
from vigie.detection.intake.reading import typed_schema
from vigie.detection.release.dossiers import Inputs, write_dossiers
from vigie.detection.sources.registry import source
from vigie.kernel.period import Month

A, B = "290000017", "290000025"


def delivered(folder: Path, code: str, rows: Iterable[dict[str, Any]]) -> Path:
    path = folder / f"{code}.parquet"
    schema = typed_schema(source(code))
    pq.write_table(pa.Table.from_pylist([{name: row.get(name) for name in schema.names} for row in rows], schema), path)
    return path


def dossier(folder: Path, code: str, table: str, rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """One table made from one source, for the two firms."""
    inputs = Inputs({code: delivered(folder, code, rows)}, Month(2025, 7), Month(2026, 6))
    with engine() as opened:
        made = write_dossiers(opened, inputs, [A, B], folder / "made")
    assert set(made) == {table}
    return pq.read_table(made[table]).to_pylist()


def test_accounts_hold_every_published_ratio_in_its_unit(tmp_path: Path) -> None:
    delivery = {
        "siren": A, "closed_on": date(2024, 12, 31), "balance_type": "C", "revenue_eur": Decimal("2500000"),
        "debt_ratio": 85.5, "obsolescence_ratio": 40.0, "cash_flow_ratio": -2.5, "repayment_capacity_ratio": 3.2,
        "working_capital_ratio": 12.0, "working_capital_days": 43.0, "stock_days": 30.0, "customer_credit_days": 61.0,
        "supplier_credit_days": 92.0, "confidentiality": "Public", "filed_on": date(2025, 7, 12),
    }  # fmt: skip

    (found,) = dossier(tmp_path, "ratios_inpi", "dossier_accounts", [delivery, {**delivery, "siren": "999999990"}])

    assert {name: value for name, value in found.items() if value is not None} == {
        "siren": A, "closed_on": date(2024, 12, 31), "balance_type": "C", "revenue_eur": 2_500_000.0,
        "debt_ratio": 0.855, "obsolescence_ratio": 0.4, "cash_flow_ratio": -0.025, "repayment_capacity": 3.2,
        "working_capital_ratio": 0.12, "working_capital_days": 43.0, "stock_days": 30.0, "customer_credit_days": 61.0,
        "supplier_credit_days": 92.0, "disclosure": "Public", "filed_on": date(2025, 7, 12),
    }  # fmt: skip


def test_person_at_the_head_of_a_group_has_no_name(tmp_path: Path) -> None:
    rows = [
        {"siren": A, "group_code": "12", "head_kind": "M", "head_siren": "111111118", "head_name": "HOLDING DU LAC",
         "head_country": "FRANCE", "holding_level": 2, "holding_percent": 51.5},
        {"siren": B, "group_code": "13", "head_kind": "P", "head_name": "DUPONT JEANNE", "holding_level": 1,
         "holding_percent": 100.0},
    ]  # fmt: skip

    firm, person = dossier(tmp_path, "ellisphere", "dossier_groups", rows)

    assert (firm["head_siren"], firm["head_name"], firm["holding_share"]) == ("111111118", "HOLDING DU LAC", 0.515)
    assert (person["head_kind"], person["head_name"], person["holding_share"]) == ("P", None, 1.0)
    assert firm["confidentiality"] == "internal"
