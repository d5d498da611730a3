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
}
COMMON = {
    "numero_compte": "account",
    "periode_debut": "period_start",
    "periode_fin": "period_end",
    "est_actif": "is_active",
    "date_creation": "created_on",
}
# (sample, key) → what ours gives instead; each is argued in docs/decisions/0012-where-reading-differs.md.
BETTER_REPORT = {"sirene": (5, 0, 1, 4), "comptes": (3, 0, 0, 3)}

FOLDER = shared_sources()
SAMPLES = [
    (folder, name, code)
    for folder, name, code in [
        *[("format_2026", code, code) for code in NAMES if code != "reporder"],
        ("format_2023", "comptes", "admin_urssaf"),
        ("format_2023", "debit_corrompu", "debit"),
        ("format_2023", "reporder", "reporder"),
    ]
    if FOLDER is not None
]


def _read(folder: str, name: str, code: str, out: Path) -> tuple[Any, list[dict[str, Any]]]:
    assert FOLDER is not None
    accounts = None
    if folder == "format_2023" and code == "debit":
        read_file(source("admin_urssaf"), FOLDER / folder / "comptes.csv", out / "accounts")
        accounts = out / "accounts" / ROWS_FILE
    report = read_file(source(code), FOLDER / folder / f"{name}.csv", out / code, accounts=accounts)
    return report, pq.read_table(out / code / ROWS_FILE).to_pylist()


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal | int | float) and not isinstance(value, bool) else value


def _wanted(value: Any) -> Any:
    text = value.removesuffix("T00:00:00Z") if isinstance(value, str) else value
    return float(text) if isinstance(text, int | float) and not isinstance(text, bool) else text


@pytest.mark.parametrize(("folder", "name", "code"), SAMPLES)
def test_counts_are_those_expected(folder: str, name: str, code: str, tmp_path: Path) -> None:
    report, rows = _read(folder, name, code, tmp_path)

    wanted = expected(folder, name)["rapport"]
    counts = BETTER_REPORT.get(name, (wanted["lues"], wanted["rejetees"], wanted["filtrees"], wanted["valides"]))
    assert (report.read, report.rejected, report.filtered, report.valid) == counts
    assert report.is_fatal is wanted["fatal"]
    assert len(rows) == report.rows


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
