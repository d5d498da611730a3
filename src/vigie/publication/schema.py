"""What a publication holds: tables, columns, types, units. The contract of the door between the two halves.

``write`` refuses what does not match, ``read`` refuses what was not made for this major version. A new optional table
or nullable column raises the minor version; anything else raises the major one.
1.1: `drift`, `partner_scores`. 1.2: `dossier_groups`, all the ratios of `dossier_accounts`, `entries.probable_need`,
what was done for the firms of `lookalikes`. 1.3: `entry_figures`. 1.4: the head of the group and the proceeding of a
firm there, and the class `internal`: a reader that does not know a class shows nothing of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

SCHEMA_VERSION = "1.4"
MANIFEST = "manifest.json"
CARD = "CARD.md"
ROWS_PER_GROUP = 5_000  # one firm is found by reading one or two groups of this size
ROWS_PER_WIDE_GROUP = 1_000  # the same for tables of many columns, of which one row is wanted

LEVELS = ("strong", "moderate", "none")
CONFIDENTIALITY = ("public", "internal", "urssaf", "dgefp", "fiscal", "altares", "bdf")
KINDS = ("family", "feature", "correction")
PROCEEDING_STATES = ("in_bonis", "plan", "sauvegarde", "redressement", "liquidation")

TEXT, BOOL, INT, FLOAT, DAY = pa.string(), pa.bool_(), pa.int32(), pa.float64(), pa.date32()
EUR = pa.decimal128(15, 2)
TEXTS = pa.list_(pa.field("item", pa.string()))
AMOUNTS = pa.list_(pa.field("item", EUR))


@dataclass(frozen=True)
class Column:
    """One column. ``among``: its only values; ``between``: its bounds, both included."""

    name: str
    type: pa.DataType
    meaning: str
    nullable: bool = False
    among: tuple[str, ...] = ()
    between: tuple[float, float] | None = None


@dataclass(frozen=True)
class TableSchema:
    """One file. ``key``: the columns that sort it, strictly; its first one is a SIREN, a SIRET or a sector."""

    name: str
    grain: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    required: bool = False
    in_facts: bool = False  # may come alone, between two lists
    rows_per_group: int = ROWS_PER_GROUP

    @property
    def file(self) -> str:
        return f"{self.name}.parquet"

    def arrow(self) -> pa.Schema:
        return pa.schema([pa.field(c.name, c.type, nullable=c.nullable) for c in self.columns])


def _null(name: str, type_: pa.DataType, meaning: str, **more: object) -> Column:
    return Column(name, type_, meaning, nullable=True, **more)  # type: ignore[arg-type]


_SIREN = Column("siren", TEXT, "the firm")
_SIRET = Column("siret", TEXT, "the establishment; its nine first digits are the firm")
_MONTH = Column("month", DAY, "first day of the month")
_CONFIDENTIALITY = Column("confidentiality", TEXT, "who may read the fact", among=CONFIDENTIALITY)

ENTRIES = TableSchema(
    "entries",
    "one row per siren in the perimeter",
    ("siren",),
    (
        _SIREN,
        Column("level", TEXT, "alert after corrections", among=LEVELS),
        Column("score", FLOAT, "calibrated probability of failure within horizon_months", between=(0, 1)),
        Column("score_model", FLOAT, "the same before corrections", between=(0, 1)),
        Column("level_model", TEXT, "alert before corrections", among=LEVELS),
        Column("corrections", TEXTS, "codes of the corrections applied"),
        Column("first_alert", BOOL, "never in alert in a former list"),
        Column("aggravation", BOOL, "passes to strong, without having been strong in the former list"),
        _null("main_family", TEXT, "feature family that raises the risk most; null: none does"),
        Column("missing_families", TEXTS, "feature families without any fact for this firm"),
        _null("p6", FLOAT, "probability within 6 months", between=(0, 1)),
        _null("p12", FLOAT, "probability within 12 months", between=(0, 1)),
        _null("score_low", FLOAT, "lower bound of score", between=(0, 1)),
        _null("score_high", FLOAT, "upper bound of score", between=(0, 1)),
        Column("base_log_odds", FLOAT, "log-odds before any fact: mean risk of the sector and the size"),
        Column("rank_national", INT, "1 = highest score"),
        _null("rank_departement", INT, "1 = highest score of the département of the head office"),
        Column("reference_multiple", FLOAT, "score over the mean risk of the perimeter"),
        Column("alerts_24_months_count", INT, "lists of the last 24 months with an alert, this one apart"),
        _null("score_change", FLOAT, "score minus the one of the former list; null: was not in it"),
        Column("in_bonis", BOOL, "no collective proceeding is open"),
        Column("plan_running", BOOL, "a continuation or safeguard plan runs"),
        Column("payment_plan_running", BOOL, "an Urssaf payment plan runs"),
        Column("recent_company", BOOL, "under three years old"),
        _null("already_followed", BOOL, "known to be followed by agents; null: unknown"),
        Column("source_age_months", pa.map_(TEXT, INT), "source → age of its last fact, in months"),
        _null("display_name", TEXT, "name that may be shown; null: not diffusible, or unknown"),
        _null("naf", TEXT, "activity code"),
        _null("naf_section", TEXT, "letter of the section"),
        _null("commune", TEXT, "commune code of the head office"),
        _null("commune_name", TEXT, "its name"),
        _null("departement", TEXT, "département of the head office"),
        _null("region", TEXT, "région of the head office"),
        Column("departements", TEXTS, "départements of all its establishments, open or closed"),
        _null("size_band", TEXT, "10-19, 20-49, 50-249, 250+, below_10, unknown"),
        _null("workforce_count", INT, "last known workforce of the firm"),
        _null("workforce_change_ratio", FLOAT, "its change over twelve months (0.1 = + 10 %)"),
        _null("accounts_public", BOOL, "has published accounts; null: unknown"),
        _null("probable_need", FLOAT, "probability of needing what accompanied firms received", between=(0, 1)),
    ),
    required=True,
    rows_per_group=ROWS_PER_WIDE_GROUP,
)

ENTRY_FIGURES = TableSchema(
    "entry_figures",
    "one row per siren in alert: what the list shows beside `entries`, read in the dossiers of the same publication",
    ("siren",),
    (
        _SIREN,
        _null("legal_form", TEXT, "legal category, four digits"),
        _null("is_closed", BOOL, "the firm has ceased, for Sirene"),
        _null("closed_on", DAY, "end of the last fiscal year whose accounts are public"),
        _null("revenue_eur", FLOAT, "turnover of this year"),
        _null("revenue_change_ratio", FLOAT, "its change over the accounts of one year before (0.1 = + 10 %)"),
        _null("ebit_eur", FLOAT, "operating result of this year"),
        _null("ebitda_eur", FLOAT, "EBITDA of this year"),
        _null("debt_eur", EUR, "social debt, both parts, sum over the establishments of the last known one"),
        _null("debts_eur", AMOUNTS, "the same at the end of each of the last 12 known months, the oldest first"),
        _null("used_fte", FLOAT, "short-time work, mean of the last 12 known months in full-time equivalents; 0: none"),
        _null("group_head", TEXT, "head of its group, by more than half; « Personne physique » for a person"),
        _null("group_head_siren", TEXT, "its SIREN; null: abroad, a person, or unknown"),
        _null(
            "proceedings_state", TEXT, "in_bonis, plan, or the gravest proceeding that is open", among=PROCEEDING_STATES
        ),
    ),
)

CONTRIBUTIONS = TableSchema(
    "contributions",
    "siren × family, siren × feature, siren × correction applied",
    ("siren", "kind", "family", "code"),
    (
        _SIREN,
        Column("kind", TEXT, "what the row adds up", among=KINDS),
        _null("family", TEXT, "feature family; null for a correction that touches none in particular"),
        Column("code", TEXT, "feature, correction, or the family again"),
        Column("contribution_log_odds", FLOAT, "signed; families + corrections + base = logit(score)"),
        _null("change_log_odds", FLOAT, "minus the contribution of the former list; null: was not in it"),
        _null("value", FLOAT, "the fact, when it is a number"),
        _null("value_text", TEXT, "the fact, when it is a word"),
        _null("unit", TEXT, "unit of value, as in the registry of features"),
        _null("fact_on", DAY, "date of the fact"),
        _CONFIDENTIALITY,
        _null("sentence_fr", TEXT, "the fact in French, with value and date; reason of a correction"),
        _null("peer_quartile", INT, "1 to 4, place among firms of the same sector and size", between=(1, 4)),
        _null("version", TEXT, "version of the correction"),
    ),
    required=True,
    rows_per_group=ROWS_PER_GROUP // 2,
)

WORKFORCE = TableSchema(
    "dossier_workforce",
    "siret × month",
    ("siret", "month"),
    (_SIRET, _MONTH, _null("workforce_count", INT, "employees on the month")),
    in_facts=True,
)
DEBTS = TableSchema(
    "dossier_debts",
    "siret × month",
    ("siret", "month"),
    (
        _SIRET,
        _MONTH,
        _null("contributions_due_eur", EUR, "contributions called for the month"),
        _null("employee_debt_eur", EUR, "stock of employee debt"),
        _null("employer_debt_eur", EUR, "stock of employer debt"),
    ),
    in_facts=True,
)
PAYMENT_PLANS = TableSchema(
    "dossier_payment_plans",
    "one row per plan",
    ("siret", "created_on", "due_on", "stage", "action"),
    (
        _SIRET,
        Column("created_on", DAY, "creation"),
        _null("due_on", DAY, "last instalment"),
        _null("duration_days", INT, "length in days"),
        _null("amount_eur", EUR, "amount of the plan"),
        _null("stage", TEXT, "official code"),
        _null("action", TEXT, "official code"),
    ),
    in_facts=True,
)
SHORT_TIME_WORK = TableSchema(
    "dossier_short_time_work",
    "siret × month",
    ("siret", "month"),
    (
        _SIRET,
        _MONTH,
        _null("authorised_fte", FLOAT, "authorised hours ÷ 151.67"),
        _null("used_fte", FLOAT, "used hours ÷ 151.67"),
        Column("reasons", TEXTS, "official reason codes"),
    ),
    in_facts=True,
)
ACCOUNTS = TableSchema(
    "dossier_accounts",
    "siren × end of fiscal year",
    ("siren", "closed_on", "balance_type"),
    (
        _SIREN,
        Column("closed_on", DAY, "end of the fiscal year"),
        _null("balance_type", TEXT, "K consolidated, C complete, S simplified"),
        *(
            _null(name, FLOAT, f"{name.rsplit('_', 1)[0].replace('_', ' ')}, in euros")
            for name in ("revenue_eur", "gross_margin_eur", "ebitda_eur", "ebit_eur", "net_income_eur")
        ),
        _null("debt_ratio", FLOAT, "debt over equity (1.0 = 100 %)"),
        _null("liquidity_ratio", FLOAT, "short-term assets over short-term debts (1.0 = 100 %)"),
        _null("equity_ratio", FLOAT, "equity over total assets (1.0 = 100 %)"),
        _null("ebitda_margin_ratio", FLOAT, "ebitda over revenue (1.0 = 100 %)"),
        _null("obsolescence_ratio", FLOAT, "depreciation over gross fixed assets (1.0 = 100 %)"),
        _null("cash_flow_ratio", FLOAT, "cash flow over revenue (1.0 = 100 %)"),
        _null("pretax_income_ratio", FLOAT, "current income before tax over revenue (1.0 = 100 %)"),
        _null("interest_cover_ratio", FLOAT, "interest over ebitda (1.0 = 100 %)"),
        _null("working_capital_ratio", FLOAT, "operating working capital need over revenue (1.0 = 100 %)"),
        _null("repayment_capacity", FLOAT, "financial debt over cash flow, in years"),
        _null("working_capital_days", FLOAT, "operating working capital need, in days of revenue"),
        _null("stock_days", FLOAT, "stock, in days"),
        _null("customer_credit_days", FLOAT, "delay left to customers, in days"),
        _null("supplier_credit_days", FLOAT, "delay taken with suppliers, in days"),
        _null("filed_on", DAY, "day of filing; null: unknown"),
        _null("disclosure", TEXT, "Public, Confidentiel…, as in the source"),
    ),
    in_facts=True,
    rows_per_group=ROWS_PER_WIDE_GROUP,
)
GROUPS = TableSchema(
    "dossier_groups",
    "siren × group",
    ("siren", "group_code"),
    (
        _SIREN,
        Column("group_code", TEXT, "the group, at its provider"),
        _null("head_siren", TEXT, "head of the group; null: abroad, or a person"),
        _null("head_name", TEXT, "its name; null: a person"),
        _null("head_kind", TEXT, "M firm, G group, P person"),
        _null("head_country", TEXT, "its country"),
        _null("holding_level", INT, "steps between the head and the firm"),
        _null("holding_share", FLOAT, "share held (1.0 = 100 %)"),
        _CONFIDENTIALITY,
    ),
    in_facts=True,
)
PROCEEDINGS = TableSchema(
    "dossier_proceedings",
    "siren × date",
    ("siren", "effective_on", "kind", "stage"),
    (
        _SIREN,
        Column("effective_on", DAY, "date of the decision"),
        Column("kind", TEXT, "liquidation, redressement or sauvegarde"),
        Column("stage", TEXT, "opening, plan, conversion, end…, as in the source"),
        _null("label", TEXT, "French label"),
    ),
    in_facts=True,
)
SECTOR_RATIOS = TableSchema(
    "sector_ratios",
    "sector × workforce band × year × ratio",
    ("sector", "size_band", "year", "ratio"),
    (
        Column("sector", TEXT, "division (62) or section (J) of the NAF"),
        Column("size_band", TEXT, "workforce band, or all"),
        Column("year", INT, "fiscal year: that of the closing date less six months"),
        Column("ratio", TEXT, "column of dossier_accounts"),
        Column("q1", FLOAT, "first quartile"),
        Column("median", FLOAT, "median"),
        Column("q3", FLOAT, "third quartile"),
        Column("firms_count", INT, "firms counted"),
    ),
)
LOOKALIKES = TableSchema(
    "lookalikes",
    "siren × similar firm already accompanied",
    ("siren", "distance", "similar_siren"),
    (
        _SIREN,
        Column("distance", FLOAT, "0 = the same facts"),
        Column("similar_siren", TEXT, "the firm already accompanied"),
        Column("shared_facts", TEXTS, "French sentences"),
        _null("shared_classes", TEXTS, "who may read each of them: a confidentiality class"),
        _null("outcome", TEXT, "what became of it, in French"),
        _null("accompanied_on", DAY, "day of this outcome"),
        _null("proposed", TEXTS, "what was done for it, in the words of the service"),
    ),
)
LEFT_OUT = TableSchema(
    "left_out",
    "one row per siren seen in the sources and left out of the perimeter",
    ("siren",),
    (
        _SIREN,
        Column("rule", TEXT, "first rule of the perimeter that left it out"),
        _null("observed", TEXT, "what the rule saw, in French"),
    ),
)
DRIFT = TableSchema(
    "drift",
    "one row per feature of the model",
    ("feature",),
    (
        Column("feature", TEXT, "code of the feature"),
        Column("label_fr", TEXT, "its name for people"),
        Column("family", TEXT, "its family"),
        Column("psi", FLOAT, "population stability index against the rows that the model learnt from"),
        Column("missing_before", FLOAT, "share of missing values in these rows", between=(0, 1)),
        Column("missing_now", FLOAT, "share of missing values this month", between=(0, 1)),
        Column("weight", FLOAT, "share of the month's contributions that it carries", between=(0, 1)),
        Column("verdict", TEXT, "stable, watch or act", among=("stable", "watch", "act")),
        _null("sentence_fr", TEXT, "how it moved, in French; null: it did not"),
    ),
)
PARTNER_SCORES = TableSchema(
    "partner_scores",
    "siren × provider, the newest score of each",
    ("siren", "provider"),
    (
        _SIREN,
        Column("provider", TEXT, "who computed it"),
        _MONTH,
        Column("score", FLOAT, "probability given by the partner", between=(0, 1)),
        _CONFIDENTIALITY,
    ),
)

TABLES: tuple[TableSchema, ...] = (
    ENTRIES,
    ENTRY_FIGURES,
    CONTRIBUTIONS,
    WORKFORCE,
    DEBTS,
    PAYMENT_PLANS,
    SHORT_TIME_WORK,
    ACCOUNTS,
    PROCEEDINGS,
    GROUPS,
    SECTOR_RATIOS,
    LOOKALIKES,
    LEFT_OUT,
    DRIFT,
    PARTNER_SCORES,
)
BY_NAME: dict[str, TableSchema] = {table.name: table for table in TABLES}
