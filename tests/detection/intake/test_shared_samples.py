"""Every sample delivered with expected values gives them, or decision 0012 says why ours are better."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from tests.detection.intake.shared_samples import expected, shared_sources
from vigie.detection.intake.reading import ROWS_FILE, read_file
from vigie.detection.sources.registry import source

NAMES = {
    "sirene": {
        "voie": "street_name",
        "type_voie": "street_type",
        "numero_voie": "street_number",
        "siege": "is_head_office",
        "commune": "commune_name",
        "code_commune": "commune",
        "code_postal": "postcode",
        "ape": "naf",
    },
    "sirene_ul": {
        "nom_unite_legale": "last_name",
        "categorie_juridique": "legal_category",
        "ape": "naf",
        "ape_naf25": "naf25",
    },
    "sirene_histo": {"date_debut": "valid_from", "date_fin": "valid_until", "changement_statut_actif": "state_changed"},
    "cotisation": {"encaisse": "cashed_eur", "du": "due_eur"},
    "debit": {
        "numero_ecart_negatif": "ecn_number",
        "date_traitement": "treated_on",
        "periode_prise_en_compte": "counted_month",
        "part_ouvriere": "employee_debt_eur",
        "part_patronale": "employer_debt_eur",
        "numero_historique": "history_number",
        "etat_compte": "account_state",
        "code_procedure_collective": "proceedings_code",
        "code_operation_ecart_negatif": "operation_code",
        "code_motif_ecart_negatif": "reason_code",
        "recours_en_cours": "appeal_pending",
    },
    "delai": {
        "numero_contentieux": "dispute_number",
        "date_echeance": "due_on",
        "duree_delai": "duration_days",
        "denomination": "name",
        "indic_6m": "six_months",
        "annee_creation": "creation_year",
        "montant_echeancier": "amount_eur",
        "stade": "stage",
        "date_creation": "created_on",
    },
    "ccsf": {"date_traitement": "treated_on", "stade": "stage"},
    "effectif": {"compte": "account", "effectif": "workforce_count", "periode": "month"},
    "effectif_ent": {"effectif": "workforce_count", "periode": "month"},
    "procol": {"date_effet": "effective_on", "action_procol": "kind", "stade_procol": "stage"},
    "apdemande": {
        "id_demande": "request_id",
        "effectif_entreprise": "company_workforce_count",
        "effectif": "workforce_count",
        "date_statut": "decided_on",
        "periode_debut": "start_on",
        "periode_fin": "end_on",
        "hta": "authorised_hours",
        "mta": "authorised_amount_eur",
        "effectif_autorise": "authorised_workforce_count",
        "motif_recours_se": "reason_code",
        "heures_consommees": "used_hours",
        "montant_consomme": "used_amount_eur",
        "effectif_consomme": "used_workforce_count",
        "perimetre": "scope_code",
    },
    "apconso": {"id_demande": "request_id", "heures": "hours", "montant": "amount_eur", "effectif": "workforce_count"},
    "reporder": {"periode": "month"},
    "bdf": {
        "annee_bdf": "year",
        "arrete_bilan_bdf": "closed_on",
        "raison_sociale": "name",
        "secteur": "sector",
        "poids_frng": "working_capital_fund_percent",
        "taux_marge": "margin_percent",
        "delai_fournisseur": "supplier_credit_days",
        "dette_fiscale": "tax_and_social_debt_percent",
        "financier_court_terme": "short_term_loans_percent",
        "frais_financier": "financial_costs_percent",
    },
    "paydex": {"date_valeur": "valued_on", "nb_jours": "late_days"},
    "altares": {
        "etat_organisation": "state_label",
        "code_paydex": "paydex_code",
        "nb_jours_retard": "late_days",
        "nb_fournisseurs": "suppliers_count",
        "encours": "outstanding_eur",
        "fpi_30": "late_30_days_percent",
        "fpi_90": "late_90_days_percent",
        "date_valeur": "valued_on",
    },
    "ellisphere": {
        "code_groupe": "group_code",
        "siren_groupe": "head_siren",
        "refid_groupe": "group_reference",
        "raison_sociale_groupe": "head_name",
        "personne_pou_m_groupe": "head_kind",
        "niveau_detention": "holding_level",
        "part_financiere": "holding_percent",
        "code_filiere": "branch_code",
        "refid_filiere": "branch_reference",
        "personne_pou_m_filiere": "branch_kind",
    },
}
COMMON = {
    "numero_compte": "account",
    "periode_debut": "period_start",
    "periode_fin": "period_end",
    "est_actif": "is_active",
    "date_creation": "created_on",
}
# (sample, key) → what ours gives instead; each is argued in docs/decisions/0012-where-reading-differs.md.
BETTER_REPORT = {"sirene": (5, 0, 1, 4), "comptes": (3, 0, 0, 3), "ellisphere": (6, 0, 0, 6)}

FORMAT_2023 = ("reporder", "bdf", "paydex", "altares", "ellisphere")
FOLDER = shared_sources()
SAMPLES = [
    (folder, name, code)
    for folder, name, code in [
        *[("format_2026", code, code) for code in NAMES if code not in FORMAT_2023],
        ("format_2023", "comptes", "admin_urssaf"),
        ("format_2023", "debit_corrompu", "debit"),
        *[("format_2023", code, code) for code in FORMAT_2023 if code != "altares"],
        ("format_2023", "altares_2023", "altares"),
    ]
    if FOLDER is not None
]


def _read(folder: str, name: str, code: str, out: Path) -> tuple[Any, list[dict[str, Any]]]:
    assert FOLDER is not None
    accounts = None
    if folder == "format_2023" and code == "debit":
        read_file(source("admin_urssaf"), FOLDER / folder / "comptes.csv", out / "accounts")
        accounts = out / "accounts" / ROWS_FILE
    report = read_file(
        source(code),
        FOLDER / folder / f"{name}.{'xlsx' if source(code).workbook else 'csv'}",
        out / code,
        accounts=accounts,
    )
    return report, pq.read_table(out / code / ROWS_FILE).to_pylist()


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal | int | float) and not isinstance(value, bool) else value


def _wanted(value: Any) -> Any:
    text = value.removesuffix("T00:00:00Z") if isinstance(value, str) else value
    return float(text) if isinstance(text, int | float) and not isinstance(text, bool) else text


@pytest.mark.samples
@pytest.mark.parametrize(("folder", "name", "code"), SAMPLES)
def test_counts_are_those_expected(folder: str, name: str, code: str, tmp_path: Path) -> None:
    report, rows = _read(folder, name, code, tmp_path)

    wanted = expected(folder, name)["rapport"]
    counts = BETTER_REPORT.get(name, (wanted["lues"], wanted["rejetees"], wanted["filtrees"], wanted["valides"]))
    assert (report.read, report.rejected, report.filtered, report.valid) == counts
    assert report.is_fatal is wanted["fatal"]
    assert len(rows) == report.rows


@pytest.mark.samples
@pytest.mark.parametrize(("folder", "name", "code"), [one for one in SAMPLES if one[1] != "comptes"])
def test_values_are_those_expected(folder: str, name: str, code: str, tmp_path: Path) -> None:
    _, rows = _read(folder, name, code, tmp_path)

    lines = expected(folder, name)["lignes"]
    assert len(rows) == len(lines)
    names = {**COMMON, **NAMES[code]}
    for row, line in zip(rows, lines, strict=True):
        for key, value in line.items():
            ours = names.get(key, key)
            if ours in row:
                got, want = _plain(row[ours]), _wanted(value)
                if code == "apconso" and key == "periode":
                    want = want[:8] + "01"
                if ours.endswith(("_code", "_state")) and isinstance(want, float):
                    want = str(int(want))
                assert got == want, (key, line)


def test_the_expected_keys_are_compared() -> None:
    """A sample whose keys all changed name would compare nothing."""
    for folder, name, code in SAMPLES:
        if name == "comptes":
            continue
        line = expected(folder, name)["lignes"][0]
        names = {**COMMON, **NAMES[code]}
        known = [key for key in line if names.get(key, key) in source(code).typed_names]
        assert len(known) >= 0.6 * len(line), (name, set(line) - set(known))


@pytest.mark.samples
@pytest.mark.parametrize("base", [FOLDER] if FOLDER else [])
def test_balance_sheets_give_one_row_per_year_with_every_figure(base: Path, tmp_path: Path) -> None:
    """Names are ours and amounts in euros: the figures of each year are compared as a whole."""
    read_file(source("diane"), base / "format_2023" / "diane.txt", tmp_path / "rows")
    rows = pq.read_table(tmp_path / "rows" / ROWS_FILE).to_pylist()

    lines = expected("format_2023", "diane")["lignes"]
    assert [(row["siren"], row["year"]) for row in rows] == [
        (one["numero_siren"], one["exercice_diane"]) for one in lines
    ]
    for row, line in zip(rows, lines, strict=True):
        ours = [
            round(float(value) / (1000 if name.endswith("_eur") else 1), 4)
            for name, value in row.items()
            if isinstance(value, int | float | Decimal) and name not in ("year", "line", "in_proceedings")
        ]
        for key, value in line.items():
            if isinstance(value, int | float) and key not in ("exercice_diane", "procedure_collective"):
                ours.remove(round(float(value), 4))
        assert len(ours) <= 1  # the total of purchases, which the reference does not read
