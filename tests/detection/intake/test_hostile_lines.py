"""Hostile lines (H-02, H-11, H-12) and the reading flaws of the reference: each line has its reason."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from tests.detection.intake.factories import SIREN, SIRET, debit_file, debit_line, read_bytes
from tests.detection.intake.shared_samples import calculation
from vigie.detection.intake.reading import ROWS_FILE


def _rows(folder: Path) -> list[dict[str, Any]]:
    return pq.read_table(folder / "rows" / ROWS_FILE).to_pylist()


@pytest.mark.parametrize(
    "amount",
    ["", "abc", "1e400", "1e5", "NaN", "inf", "-", "1 234,56", "１２", "9" * 40, "1_000", "0x10", "--5", "1.2.3"],
)
def test_h02_an_unreadable_amount_rejects_its_line(amount: str, tmp_path: Path) -> None:
    """Flaw 2: an empty amount crashed the reference's whole import."""
    report = read_bytes("debit", debit_file(debit_line(Mt_PO=amount), debit_line()), tmp_path)

    assert (report.read, report.rejected, report.valid) == (2, 1, 1)
    assert report.first_rejections[0].line == 1
    assert "Mt_PO" in report.first_rejections[0].message


def test_h02_only_the_first_two_hundred_are_told_and_all_are_counted(tmp_path: Path) -> None:
    report = read_bytes("debit", debit_file(*(debit_line(Mt_PP="abc") for _ in range(450)), debit_line()), tmp_path)

    assert (report.read, report.rejected, report.valid) == (451, 450, 1)
    assert len(report.first_rejections) == 200
    assert report.rejected_by == {"employer_debt_eur_unreadable": 450}


@pytest.mark.parametrize(
    ("cell", "count"),
    [("12.0", 12), ("12,0", 12), ("089", 89), ("1 234", 1234), ("1\u00a0234", 1234), ("0", 0), (" 7 ", 7)],
)
def test_flaw_1_workforce_numbers_are_read_as_numbers(cell: str, count: int, tmp_path: Path) -> None:
    """Flaw 1: 12.0 was read as 120. Flaw 11: 0 is a value, not a missing one."""
    read_bytes("effectif_ent", f"siren;eff202511;eff202512\n{SIREN};{cell};\n".encode(), tmp_path)

    assert [row["workforce_count"] for row in _rows(tmp_path)] == [count]


@pytest.mark.parametrize("cell", ["-5", "abc", "12.5", "1.234", "1e3"])
def test_flaw_1_an_unreadable_workforce_rejects_its_line_and_is_never_zero(cell: str, tmp_path: Path) -> None:
    """Flaw 1: -5 was read as 5, an unreadable cell as 0, and the rejected line was kept."""
    data = f"siren;eff202511;eff202512\n{SIREN};{cell};8\n290000066;3;4\n".encode()

    report = read_bytes("effectif_ent", data, tmp_path)

    assert (report.read, report.rejected, report.valid) == (2, 1, 1)
    assert "2025-01" in report.first_rejections[0].message
    assert {row["siren"] for row in _rows(tmp_path)} == {"290000066"}


def test_flaw_3_a_proceeding_without_known_kind_is_rejected(tmp_path: Path) -> None:
    """Flaw 3: the reference silently wrote empty values."""
    data = f"Siret;Siren;Dt_effet;Cat_v2;Lib_actx_stdx\n{SIRET};{SIREN};24FEB2014;1;ouverture_mystere\n"
    data += f"{SIRET};{SIREN};24feb2014;1;redressement_judiciaire_ouverture\n"

    report = read_bytes("procol", data.encode(), tmp_path)

    assert report.rejected_by == {"unknown_kind": 1}
    assert [(row["kind"], row["stage"]) for row in _rows(tmp_path)] == [("redressement", "judiciaire_ouverture")]


@pytest.mark.parametrize(
    ("label", "kind", "stage"),
    [
        ("Solde_procedure_redressement", "redressement", "solde_procedure"),
        ("LIQUIDATION_cloture_insuffisance_actif", "liquidation", "cloture_insuffisance_actif"),
        ("redressement_plan_continuation", "redressement", "plan_continuation"),
        ("sauvegarde", "sauvegarde", ""),
        ("abandon_procedure_sauvegarde", "sauvegarde", "abandon_procedure"),
    ],
)
def test_a_label_gives_kind_and_stage_in_either_order(label: str, kind: str, stage: str, tmp_path: Path) -> None:
    read_bytes(
        "procol", f"Siret;Siren;Dt_effet;Cat_v2;Lib_actx_stdx\n{SIRET};{SIREN};04OCT2017;;{label}\n".encode(), tmp_path
    )

    assert [(row["kind"], row["stage"]) for row in _rows(tmp_path)] == [(kind, stage)]


SIRENE_HEADER = (
    "siren,nic,etablissementSiege,codePostalEtablissement,codeCommuneEtablissement,activitePrincipaleEtablissement,"
    "nomenclatureActivitePrincipaleEtablissement,dateCreationEtablissement,etatAdministratifEtablissement,longitude,latitude"
)


def test_flaws_4_and_5_missing_coordinates_are_null_and_a_bad_one_is_a_warning(tmp_path: Path) -> None:
    """Flaw 4: a missing coordinate became 0.0. Flaw 5: the line was kept though counted as rejected."""
    lines = [
        f"{SIREN},0001{rank},true,63000,63113,62.01Z,NAFRev2,2001-01-01,A,{place}" for rank, place in enumerate(",", 1)
    ]
    lines.append(f"{SIREN},00025,true,63000,63113,62.01Z,NAFRev2,2001-01-01,A,NOT_VALID,45.7")

    report = read_bytes(
        "sirene", "\n".join((SIRENE_HEADER, *[line.replace(",,", ",,", 1) for line in lines])).encode(), tmp_path
    )

    assert (report.read, report.rejected, report.valid) == (2, 0, 2)
    assert [row["longitude"] for row in _rows(tmp_path)] == [None, None]
    assert [(one.code, one.line) for one in report.notices] == [("longitude_unreadable", 2), ("wrong_key", 0)]


@pytest.mark.parametrize(("commune", "departement"), [("2A004", "2A"), ("97411", "974"), ("98818", "988"), ("", None)])
def test_the_departement_comes_from_the_commune(commune: str, departement: str | None, tmp_path: Path) -> None:
    line = f"{SIREN},00013,true,,{commune},62.01Z,NAFRev2,,A,,"

    read_bytes("sirene", f"{SIRENE_HEADER}\n{line}\n".encode(), tmp_path)

    assert [row["departement"] for row in _rows(tmp_path)] == [departement]


def test_a_pseudo_siret_is_flagged_and_kept(tmp_path: Path) -> None:
    lines = [f"{SIREN},{nic},false,63000,63113,,,,A,," for nic in ("00013", "50017", "90001")]

    report = read_bytes("sirene", "\n".join((SIRENE_HEADER, *lines)).encode(), tmp_path)

    assert [row["is_pseudo_siret"] for row in _rows(tmp_path)] == [False, True, True]
    assert report.valid == 3


def test_an_activity_of_another_nomenclature_is_left_out(tmp_path: Path) -> None:
    lines = [f"{SIREN},00013,false,63000,63113,28.4X,NAFRev1,,A,,", f"{SIREN},00025,false,63000,63113,,,,A,,"]

    report = read_bytes("sirene", "\n".join((SIRENE_HEADER, *lines)).encode(), tmp_path)

    assert (report.valid, report.filtered_by) == (1, {"other_nomenclature": 1})


def _request(reason: str, siret: str = SIRET) -> bytes:
    header = "ID_DA,ETAB_SIRET,DATE_STATUT,DATE_DEB,DATE_FIN,HTA,MOTIF_RECOURS_SE"
    return f'{header}\n"A1","{siret}","2025-01-02","2025-01-03","2025-02-03",100.5,"{reason}"\n'.encode()


@pytest.mark.parametrize(("reason", "valid"), [("1", 1), ("7", 1), ("8", 0), ("", 0), ("x", 0)])
def test_flaw_6_one_declared_policy_for_unknown_reasons(reason: str, valid: int, tmp_path: Path) -> None:
    """Flaw 6: the message said that the reason was ignored, yet the line was rejected."""
    report = read_bytes("apdemande", _request(reason), tmp_path)

    assert (report.valid, report.rejected) == (valid, 1 - valid)


def test_unknown_open_codes_are_kept_and_counted(tmp_path: Path) -> None:
    report = read_bytes("debit", debit_file(debit_line(Motif_ecn="74"), debit_line(Motif_ecn="40")), tmp_path)

    assert [row["reason_code"] for row in _rows(tmp_path)] == ["74", "40"]
    assert [(one.code, one.count, one.line) for one in report.notices if one.code == "reason_code_unknown"] == [
        ("reason_code_unknown", 2, 1)
    ]


def test_flaw_17_dates_of_payment_plans_are_french(tmp_path: Path) -> None:
    """Flaw 17: the public description says AAAA-MM-JJ; the files say JJ/MM/AAAA."""
    header = (
        "Siret;Numero_compte_externe;Numero_structure;Date_creation;Date_echeance;Duree_delai;"
        "Montant_global_echeancier;Code_externe_stade;Code_externe_action"
    )
    lines = [f"{SIRET};1;2;03/04/2025;04/05/2025;{days};1000,50;APPROB;SUR PO" for days in ("31", "x")]
    lines.append(f"{SIRET};1;2;2025-04-03;04/05/2025;31;1000,50;APPROB;SUR PO")

    report = read_bytes("delai", "\n".join((header, *lines)).encode(), tmp_path)

    assert [(str(row["created_on"]), row["duration_days"]) for row in _rows(tmp_path)] == [
        ("2025-04-03", 31),
        ("2025-04-03", None),
    ]
    assert (report.rejected, [one.code for one in report.notices][:1]) == (1, ["duration_days_unreadable"])


def test_flaw_21_names_of_firms_not_diffused_are_dropped(tmp_path: Path) -> None:
    """Flaw 21: the names of sole traders who asked not to be diffused went everywhere."""
    header = (
        "siren,denominationUniteLegale,nomUniteLegale,prenom1UniteLegale,categorieJuridiqueUniteLegale,"
        "activitePrincipaleUniteLegale,nomenclatureActivitePrincipaleUniteLegale,dateCreationUniteLegale,"
        "etatAdministratifUniteLegale,statutDiffusionUniteLegale"
    )
    lines = [f"{SIREN},,DURAND,Alix,1000,62.01Z,NAFRev2,2001-01-01,A,{status}" for status in "OP"]

    read_bytes("sirene_ul", "\n".join((header, *lines)).encode(), tmp_path)

    first, second = _rows(tmp_path)
    assert (first["display_name"], first["first_names"]) == ("DURAND Alix EI", ["Alix"])
    assert (second["display_name"], second["last_name"], second["first_names"]) == (
        "Entreprise non diffusible",
        None,
        [],
    )


@pytest.mark.parametrize("siret", [f"{SIREN} 00013", "290 000 058 00013", f"{SIREN}\u00a000013"])
def test_h11_spaces_in_an_identifier_are_certain_to_mean_nothing(siret: str, tmp_path: Path) -> None:
    read_bytes("debit", debit_file(debit_line(Siret=siret)), tmp_path)

    assert [row["siret"] for row in _rows(tmp_path)] == [SIRET]


@pytest.mark.parametrize("siret", ["2900000580017", "1.23E+13", "2900000580001A", "", "290000058000130"])
def test_h11_an_identifier_that_is_not_certain_is_rejected(siret: str, tmp_path: Path) -> None:
    report = read_bytes("debit", debit_file(debit_line(Siret=siret), debit_line()), tmp_path)

    assert (report.rejected, report.valid) == (1, 1)


def test_h11_a_wrong_key_is_kept_with_a_warning_and_la_poste_has_its_rule(tmp_path: Path) -> None:
    lines = [debit_line(), debit_line(Siret="29000005800025"), debit_line(Siret="35600000000047")]

    report = read_bytes("debit", debit_file(*lines), tmp_path)

    assert report.valid == 3
    wrong = [one for one in report.notices if one.code == "wrong_key"]
    assert [one.count for one in wrong] == [1]
    assert "29000005800025" in wrong[0].message


@pytest.mark.parametrize("day", ["1250231", "0000000", "3190101", "1180151", "11A0203", "", "12509181"])
def test_h12_impossible_and_far_urssaf_dates_are_rejected(day: str, tmp_path: Path) -> None:
    report = read_bytes("debit", debit_file(debit_line(Dt_trt_ecn=day), debit_line()), tmp_path)

    assert (report.rejected, report.valid) == (1, 1)


@pytest.mark.parametrize(
    "day", ["2025-02-31", "2219-01-01", "1899-12-31", "0000-00-00", "2025-1-5", "31/02/2025", "demain"]
)
def test_h12_impossible_and_far_days_are_rejected(day: str, tmp_path: Path) -> None:
    header = "ID_DA,ETAB_SIRET,HEURES,MONTANTS,EFFECTIFS,MOIS"
    data = f"{header}\nA1,{SIRET},1.5,10,2.0,{day}\nA1,{SIRET},1.5,10,2.0,2025-03-17\n"

    report = read_bytes("apconso", data.encode(), tmp_path)

    assert (report.rejected, report.valid) == (1, 1)
    assert [str(row["month"]) for row in _rows(tmp_path)] == ["2025-03-01"]


@pytest.mark.parametrize("written", ["2025-03-17", "2025-03", "03/2025", "17/03/2025"])
def test_a_month_is_truncated_however_it_is_written(written: str, tmp_path: Path) -> None:
    """Flaw 8: MOIS may hold any day."""
    data = f"ID_DA,ETAB_SIRET,HEURES,MONTANTS,EFFECTIFS,MOIS\nA1,{SIRET},1.5,10,16.0,{written}\n"

    read_bytes("apconso", data.encode(), tmp_path)

    assert [(str(row["month"]), row["workforce_count"]) for row in _rows(tmp_path)] == [("2025-03-01", 16)]


def test_columns_are_found_by_name_in_any_order_and_case(tmp_path: Path) -> None:
    data = f"EXTRA,mois,EFFECTIFS,etab_siret,montants,Heures,id_da\nx,2025-03-01,2,{SIRET},10,1.5,A1\n"

    report = read_bytes("apconso", data.encode(), tmp_path)

    assert (report.valid, _rows(tmp_path)[0]["hours"]) == (1, 1.5)


def test_a_line_number_is_that_of_the_editor_blank_lines_are_not_read(tmp_path: Path) -> None:
    report = read_bytes("debit", debit_file(debit_line(), "", debit_line(Mt_PO="x"), debit_line()), tmp_path)

    assert (report.read, report.first_rejections[0].line) == (3, 3)
    assert [row["line"] for row in _rows(tmp_path)] == [1, 4]


def test_a_filter_that_is_half_right_is_refused(tmp_path: Path) -> None:
    assert "Ligne 2" in (read_bytes("filter", f"siren\n{SIREN}\n12345678\n".encode(), tmp_path).fatal or "")
    assert read_bytes("filter", f"{SIREN}\n290000066\n".encode(), tmp_path).valid == 2


def test_sums_and_periods_of_the_report(tmp_path: Path) -> None:
    report = read_bytes("debit", debit_file(debit_line(), debit_line(Num_Ecn="9", Dt_trt_ecn="1251001")), tmp_path)

    assert (report.min_period, report.max_period) == ("2025-09-18", "2025-10-01")
    assert report.columns["employee_debt_eur"].total == 246.90
    assert (report.distinct_keys, report.duplicate_rows) == (1, 0)


@pytest.mark.samples
@pytest.mark.parametrize(("commune", "departement"), sorted((calculation("departement_commune") or {}).items()))
def test_shared_departements(commune: str, departement: str, tmp_path: Path) -> None:
    read_bytes("sirene", f"{SIRENE_HEADER}\n{SIREN},00013,true,,{commune},,,,A,,\n".encode(), tmp_path)

    assert [row["departement"] for row in _rows(tmp_path)] == [departement]


@pytest.mark.samples
@pytest.mark.parametrize("case", (calculation("raison_sociale") or {}).get("regle_2023", []))
def test_shared_names_show_the_same_words(case: dict[str, Any], tmp_path: Path) -> None:
    """The rule of 2023 joins the names with * and /; ours (2026) says the same words, and EI."""
    first_names = [name or "" for name in case.get("prenoms", [None] * 4)]
    header = "siren,denominationUniteLegale,nomUniteLegale,nomUsageUniteLegale,prenom1UniteLegale,prenom2UniteLegale,"
    header += "prenom3UniteLegale,prenom4UniteLegale,categorieJuridiqueUniteLegale,activitePrincipaleUniteLegale,"
    header += "nomenclatureActivitePrincipaleUniteLegale,dateCreationUniteLegale,etatAdministratifUniteLegale"
    cells = [
        SIREN,
        case["denomination"] or "",
        case["nom"],
        case.get("nom_usage", ""),
        *first_names,
        "1000",
        "",
        "",
        "",
        "A",
    ]

    read_bytes("sirene_ul", f"{header}\n{','.join(cells)}\n".encode(), tmp_path)

    wanted = case["attendu"].replace("*", " ").replace("/", " ").split()
    assert _rows(tmp_path)[0]["display_name"].removesuffix(" EI").split() == wanted
