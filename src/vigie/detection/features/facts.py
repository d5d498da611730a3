"""What the families read: typed rows of the sources, by firm, and the grid of firms and months.

Each typed table has a column `siren`, the key of the firm; the panel puts a short whole number there, a test a text.
A source that was not delivered is an empty table: a family always finds its columns.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import ibis.expr.types as ir
import pyarrow as pa

from vigie.detection.engine import Engine, Table

TEXT, DAY, REAL, WHOLE, FLAG = pa.string(), pa.date32(), pa.float64(), pa.int32(), pa.bool_()
EURO = pa.decimal128(15, 2)

NEEDED: dict[str, dict[str, pa.DataType]] = {
    "sirene": {"siret": TEXT, "siren": TEXT, "is_head_office": FLAG, "departement": TEXT, "state": TEXT},
    "sirene_ul": {
        "siren": TEXT, "legal_category": TEXT, "naf": TEXT, "created_on": DAY, "state": TEXT,
    },
    "sirene_histo": {
        "siret": TEXT, "valid_from": DAY, "valid_until": DAY, "is_active": FLAG, "state_changed": FLAG,
    },
    "cotisation": {"siret": TEXT, "period_start": DAY, "period_end": DAY, "due_eur": EURO},
    "debit": {
        "siret": TEXT, "account": TEXT, "period_start": DAY, "period_end": DAY, "ecn_number": TEXT,
        "history_number": WHOLE, "counted_month": DAY, "employee_debt_eur": EURO, "employer_debt_eur": EURO,
        "line": pa.int64(),
    },
    "delai": {
        "siret": TEXT, "created_on": DAY, "due_on": DAY, "duration_days": WHOLE, "amount_eur": EURO, "stage": TEXT,
    },
    "ccsf": {"siret": TEXT, "treated_on": DAY},
    "effectif": {"siret": TEXT, "month": DAY, "workforce_count": WHOLE},
    "effectif_ent": {"siren": TEXT, "month": DAY, "workforce_count": WHOLE},
    "procol": {"siren": TEXT, "effective_on": DAY, "kind": TEXT, "stage": TEXT},
    "apdemande": {
        "siret": TEXT, "request_id": TEXT, "company_workforce_count": WHOLE, "workforce_count": WHOLE,
        "decided_on": DAY, "start_on": DAY, "end_on": DAY, "authorised_hours": REAL,
        "authorised_workforce_count": WHOLE, "reason_code": TEXT,
    },
    "apconso": {"siret": TEXT, "request_id": TEXT, "month": DAY, "hours": REAL},
    "ratios_inpi": {
        "siren": TEXT, "closed_on": DAY, "filed_on": DAY, "balance_type": TEXT, "confidentiality": TEXT,
        "revenue_eur": EURO, "ebitda_eur": EURO, "ebit_eur": EURO, "net_income_eur": EURO,
        **dict.fromkeys((
            "debt_ratio", "liquidity_ratio", "obsolescence_ratio", "equity_ratio", "working_capital_ratio",
            "interest_cover_ratio", "cash_flow_ratio", "repayment_capacity_ratio", "ebitda_margin_ratio",
            "pretax_income_ratio", "working_capital_days", "stock_days", "customer_credit_days",
            "supplier_credit_days",
        ), REAL),
    },
}  # fmt: skip


@dataclass(frozen=True)
class Facts:
    """What is known, for some firms.

    grid: siren × month (whole number), complete from `first` to `last`.
    tables: typed rows by source code, with the key `siren`. delivered: those that hold a delivery.
    delivery_months: by source, the month of the delivery in hand; what has no date of its own (the stage of a payment
    plan, say) is known from that month only.
    """

    engine: Engine
    grid: Table
    first: int
    last: int
    tables: Mapping[str, Table]
    delivered: frozenset[str]
    delivery_months: Mapping[str, int]

    def table(self, source: str) -> Table:
        """The rows of a source; an empty table when it was not delivered."""
        if source in self.tables:
            return self.tables[source]
        columns = {"siren": self.engine_key(), **{k: v for k, v in NEEDED[source].items() if k != "siren"}}
        return self.engine.load(pa.table({name: pa.array([], kind) for name, kind in columns.items()}))

    def engine_key(self) -> pa.DataType:
        """The type of the firms' key."""
        return self.grid.schema()["siren"].to_pyarrow()

    def dated(self, rows: Table, month: ir.Value) -> Table:
        """The rows with their month, those of the future left out; what is older than the grid counts at its start."""
        return rows.mutate(month=month.cast("int32")).filter(lambda t: t.month <= self.last)
