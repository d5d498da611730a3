"""Small invented publications: a few firms, every table, tellable figures. Used by the tests of the web side too."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from vigie.kernel.period import Month
from vigie.kernel.siren import INVENTED_PREFIX, with_key
from vigie.publication.manifest import (
    Check,
    CorrectionLabel,
    FamilyLabel,
    FeatureLabel,
    ManifestFacts,
    Metric,
    Perimeter,
    Rule,
    SourceFile,
)
from vigie.publication.schema import BY_NAME
from vigie.publication.write import write, write_facts

FAMILIES = (
    FamilyLabel("urssaf_debt", "Dette sociale"),
    FamilyLabel("short_time_work", "Activité partielle"),
    FamilyLabel("finance", "Santé financière"),
    FamilyLabel("workforce", "Emploi"),
)
FEATURES = (
    FeatureLabel("employee_debt_months", "Part salariale de la dette sociale", "urssaf_debt", "€", "debit", "urssaf"),
    FeatureLabel(
        "short_time_hours", "Heures d’activité partielle consommées", "short_time_work", "h", "apconso", "dgefp"
    ),
    FeatureLabel("equity_ratio", "Solidité financière", "finance", "%", "ratios_inpi", "fiscal"),
    FeatureLabel("workforce_change", "Évolution de l’effectif", "workforce", "%", "effectif_ent", "public"),
)

JUNE = Month(2026, 6)


def siren(number: int) -> str:
    """The n-th invented SIREN."""
    return with_key(f"{INVENTED_PREFIX}{number:06d}")


def siret(number: int, nic: int = 1) -> str:
    """The n-th establishment of an invented firm."""
    return with_key(f"{siren(number)}{nic:04d}")


def logit(p: float) -> float:
    return math.log(p / (1 - p))


@dataclass(frozen=True)
class Firm:
    """An invented firm and what the list says of it."""

    number: int
    name: str | None = "Menuiserie Durand"
    level: str = "strong"
    score: float = 0.42
    departement: str = "35"
    region: str = "53"
    also_in: tuple[str, ...] = ()
    section: str = "C"
    first_alert: bool = False
    aggravation: bool = False
    in_plan: bool = False
    accounts_public: bool | None = True
    correction: float = 0.0
    debt: Decimal = Decimal("4300.00")
    revenue: float | None = 2.5e6
    short_time: float | None = 2.5
    legal_form: str | None = "5710"
    closed: bool = False
    head: str | None = None
    proceeding: str | None = None

    @property
    def siren(self) -> str:
        return siren(self.number)


def entry(firm: Firm, **changes: Any) -> dict[str, Any]:
    """A row of ``entries``."""
    model = 1 / (1 + math.exp(-(logit(firm.score) - firm.correction)))
    return {
        "siren": firm.siren,
        "level": firm.level,
        "score": firm.score,
        "score_model": model,
        "level_model": firm.level,
        "corrections": ["dette_ancienne"] if firm.correction else [],
        "first_alert": firm.first_alert,
        "aggravation": firm.aggravation,
        "main_family": "urssaf_debt",
        "missing_families": ["workforce"],
        "p6": firm.score / 3,
        "p12": firm.score / 2,
        "score_low": firm.score * 0.8,
        "score_high": min(1.0, firm.score * 1.2),
        "base_log_odds": -3.0,
        "rank_national": firm.number,
        "rank_departement": 1,
        "reference_multiple": firm.score / 0.05,
        "alerts_24_months_count": 2,
        "score_change": 0.08,
        "in_bonis": not firm.in_plan and firm.proceeding is None,
        "plan_running": firm.in_plan,
        "payment_plan_running": False,
        "recent_company": False,
        "already_followed": None,
        "source_age_months": {"debit": 1, "effectif_ent": 2},
        "display_name": firm.name,
        "naf": "16.23Z",
        "naf_section": firm.section,
        "commune": "35238",
        "commune_name": "Rennes",
        "departement": firm.departement,
        "region": firm.region,
        "departements": sorted({firm.departement, *firm.also_in}),
        "size_band": "20-49",
        "workforce_count": 32,
        "workforce_change_ratio": -0.12,
        "accounts_public": firm.accounts_public,
        **changes,
    }


def figures(firm: Firm, **changes: Any) -> dict[str, Any]:
    """A row of ``entry_figures``: the same figures as in ``dossiers``."""
    owed = firm.debt + Decimal("1000.00")
    return {
        "siren": firm.siren,
        "legal_form": firm.legal_form,
        "is_closed": firm.closed,
        "closed_on": None if firm.revenue is None else date(2024, 12, 31),
        "revenue_eur": firm.revenue,
        "revenue_change_ratio": None if firm.revenue is None else -0.08,
        "ebit_eur": None if firm.revenue is None else firm.revenue * -0.02,
        "ebitda_eur": None if firm.revenue is None else firm.revenue * 0.01,
        "debt_eur": owed,
        "debts_eur": [owed] * 12,
        "used_fte": firm.short_time,
        "group_head": firm.head,
        "group_head_siren": siren(900) if firm.head else None,
        "proceedings_state": firm.proceeding or ("plan" if firm.in_plan else "in_bonis"),
        **changes,
    }


def contributions(firm: Firm) -> list[dict[str, Any]]:
    """Families and features whose sum, with the base and the correction, is logit(score)."""
    left = logit(firm.score) + 3.0 - firm.correction
    shares = {"urssaf_debt": 0.5 * left, "short_time_work": 0.3 * left, "finance": 0.3 * left, "workforce": -0.1 * left}
    sentences = {
        "urssaf_debt": f"Dette salariale Urssaf de {firm.debt:.0f} € depuis 5 mois",
        "short_time_work": "1 250 heures d’activité partielle consommées en 3 mois",
        "finance": "Capitaux propres négatifs à la clôture 2024",
        "workforce": "Effectif en baisse de 12 % en un an",
    }
    rows = []
    if firm.correction:
        rows.append(
            _contribution(firm, "correction", "urssaf_debt", "dette_ancienne", firm.correction)
            | {"sentence_fr": "Dette ancienne en forte baisse", "version": "2", "confidentiality": "urssaf"}
        )
    for feature in sorted(FEATURES, key=lambda f: f.family):
        rows.append(
            _contribution(firm, "feature", feature.family, feature.code, shares[feature.family])
            | {
                "value": float(firm.debt) if feature.family == "urssaf_debt" else 12.0,
                "unit": feature.unit,
                "fact_on": date(2026, 4, 30),
                "sentence_fr": sentences[feature.family],
                "peer_quartile": 4,
                "confidentiality": feature.confidentiality,
            }
        )
    for family in sorted(shares):
        rows.append(_contribution(firm, "family", family, family, shares[family]))
    return sorted(rows, key=lambda row: (row["kind"], row["family"], row["code"]))


def _contribution(firm: Firm, kind: str, family: str, code: str, value: float) -> dict[str, Any]:
    empty = dict.fromkeys(("value", "value_text", "unit", "fact_on", "sentence_fr", "peer_quartile", "version"))
    return empty | {
        "siren": firm.siren,
        "kind": kind,
        "family": family,
        "code": code,
        "contribution_log_odds": value,
        "change_log_odds": 0.2,
        "confidentiality": "public",
    }


def months(last: Month, count: int) -> list[date]:
    return [last.plus(-n).first_day for n in reversed(range(count))]


def dossiers(firms: Iterable[Firm], last: Month, count: int = 24) -> dict[str, pa.Table]:
    """The tables ``dossier_*`` of these firms."""
    firms = sorted(firms, key=lambda firm: firm.siren)
    series = [(siret(firm.number), month, firm) for firm in firms for month in months(last, count)]
    return {
        "dossier_workforce": table(
            "dossier_workforce", [{"siret": s, "month": m, "workforce_count": 32} for s, m, _ in series]
        ),
        "dossier_debts": table(
            "dossier_debts",
            [
                {
                    "siret": s,
                    "month": m,
                    "contributions_due_eur": Decimal("9000.00"),
                    "employee_debt_eur": firm.debt,
                    "employer_debt_eur": Decimal("1000.00"),
                }
                for s, m, firm in series
            ],
        ),
        "dossier_short_time_work": table(
            "dossier_short_time_work",
            [{"siret": s, "month": m, "authorised_fte": 4.0, "used_fte": 2.5, "reasons": ["01"]} for s, m, _ in series],
        ),
        "dossier_payment_plans": table("dossier_payment_plans", []),
        "dossier_accounts": table(
            "dossier_accounts",
            [
                dict.fromkeys(BY_NAME["dossier_accounts"].arrow().names)
                | {
                    "siren": firm.siren,
                    "closed_on": date(2024, 12, 31),
                    "balance_type": "C",
                    "revenue_eur": firm.revenue,
                }
                for firm in firms
            ],
        ),
        "dossier_proceedings": table("dossier_proceedings", []),
    }


def table(name: str, rows: list[dict[str, Any]]) -> pa.Table:
    """Rows in the columns of the schema."""
    return pa.Table.from_pylist(rows, schema=BY_NAME[name].arrow())


def tables(firms: Iterable[Firm], last: Month = JUNE, count: int = 24) -> dict[str, pa.Table]:
    """Every table of a list."""
    firms = sorted(firms, key=lambda firm: firm.siren)
    return {
        "entries": table("entries", [entry(firm) for firm in firms]),
        "entry_figures": table("entry_figures", [figures(firm) for firm in firms if firm.level != "none"]),
        "contributions": table("contributions", [row for firm in firms for row in contributions(firm)]),
        "left_out": table(
            "left_out", [{"siren": siren(900_001), "rule": "workforce", "observed": "3 salariés en mai 2026"}]
        ),
        **dossiers(firms, last, count),
    }


def facts(batch: str = "2026-06", **changes: Any) -> ManifestFacts:
    """What the batch says of an undisturbed month."""
    values: dict[str, Any] = {
        "batch": Month.parse(batch),
        "created_at": datetime(2026, 7, 2, 6, 0, tzinfo=UTC),
        "code_version": "0.1.0",
        "planned_on": date(2026, 7, 6),
        "model_id": "2026-06-ebm-a",
        "perimeter": Perimeter((Rule("workforce", "Moins de dix salariés", 1200),), kept=3, establishments=4),
        "perimeter_version": "2026-01",
        "policy_version": "1",
        "rules_version": "1",
        "thresholds": {"strong": 0.3, "moderate": 0.1},
        "metrics": (Metric("average_precision", 0.41, 0.39, 0.43, 0.2),),
        "sources": (
            SourceFile("debit", "Urssaf", "sigfaible_debits.csv", "0" * 64, date(2026, 4, 30), 10, 10, 0),
            SourceFile("effectif_ent", "Effectifs", "sigfaible_effectif_siren.csv", "0" * 64, date(2026, 5, 31)),
        ),
        "data_cutoffs": {"debit": date(2026, 4, 30)},
        "checks": (Check("score_sum", True, "1e-9", "1e-6"),),
        "families": FAMILIES,
        "features": FEATURES,
        "corrections": (CorrectionLabel("dette_ancienne", "Dette ancienne en baisse", "2", "Comité", "Décision 12"),),
    }
    return ManifestFacts(**values | changes)


def published(root: Path, publication_id: str = "2026-06.1", firms: Iterable[Firm] = (), **changes: Any) -> Path:
    """A whole publication, on disk."""
    firms = list(firms) or [Firm(1), Firm(2, "Boulangerie Petit", "moderate", 0.2), Firm(3, None, "none", 0.02)]
    batch = publication_id.split(".")[0]
    return write(root, publication_id, tables(firms, Month.parse(batch)), facts(batch, **changes), card="# Carte\n")


def published_facts(root: Path, facts_id: str, firms: Iterable[Firm], batch: str = "2026-06", **changes: Any) -> Path:
    """A facts folder, on disk."""
    return write_facts(root, facts_id, dossiers(firms, Month.parse(batch)), facts(batch, **changes))
