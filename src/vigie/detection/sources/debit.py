"""Debts to the URSSAF: the successive states of each debt line (écart négatif)."""

from __future__ import annotations

from vigie.detection.sources.table import COMPLETE_CHECKS, AccountLookup, Column, Derived, Source, Type
from vigie.detection.sources.urssaf import ACCOUNT_STATES, DEBT_REASONS, OPERATIONS, PROCEEDINGS_CODES, URSSAF

SOURCE = Source(
    code="debit",
    label_fr="Débits Urssaf",
    **URSSAF,
    frequency="monthly, around the 20th",
    delay_months=1,
    grain="siret × account × period × debt line × operation",
    key=("siret", "account", "period_start", "period_end", "ecn_number", "history_number"),
    sort=("siret", "period_start"),
    period="treated_on",
    file_names=(r"sigfaible_debits\.csv",),
    essential=True,
    refreshes_facts=True,
    file_names_2023=(r".*_debits.*",),
    accounts=AccountLookup("account", "period_start"),
    checks=COMPLETE_CHECKS,
    columns=(
        Column("Siret", "siret", Type.SIRET, "establishment", nullable=False),
        Column("num_cpte", "account", Type.TEXT, "URSSAF account number", nullable=False),
        Column("Periode", "period", Type.URSSAF_PERIOD, "period the debt bears on", nullable=False),
        Column("Num_Ecn", "ecn_number", Type.TEXT, "number of the debt line within the period", nullable=False),
        Column("Num_Hist_Ecn", "history_number", Type.COUNT, "rank of the operation on the debt line", nullable=False),
        Column("Dt_trt_ecn", "treated_on", Type.URSSAF_DATE, "accounting date of the operation", nullable=False),
        Column("Mt_PO", "employee_debt_eur", Type.CENTS, "remaining employees’ share (part ouvrière)", nullable=False),
        Column("Mt_PP", "employer_debt_eur", Type.CENTS, "remaining employer’s share (part patronale)", nullable=False),
        Column("Etat_cpte", "account_state", Type.CODE, "state of the account", required=False, codes=ACCOUNT_STATES),
        Column(
            "Cd_pro_col",
            "proceedings_code",
            Type.CODE,
            "proceedings seen by the URSSAF",
            required=False,
            codes=PROCEEDINGS_CODES,
        ),
        Column("Cd_op_ecn", "operation_code", Type.CODE, "kind of operation", required=False, codes=OPERATIONS),
        Column("Motif_ecn", "reason_code", Type.CODE, "reason of the debt", required=False, codes=DEBT_REASONS),
        Column("Recours_en_cours", "appeal_pending", Type.BOOL, "an appeal is pending", required=False),
    ),
    derived=(
        Derived(
            "counted_month",
            "CAST(date_trunc('month', CASE WHEN day(treated_on) <= 20 THEN treated_on "
            "ELSE treated_on + INTERVAL 1 MONTH END) AS DATE)",
            "month in which the operation counts: that of its date until the 20th, else the next",
            "DATE",
        ),
    ),
    notes=(
        "Each line is the new state of the debt line after the operation, not an increment.",
        "Two identical lines are both kept here; the debt stock takes one state per operation.",
    ),
)
