"""A folder of deliveries: names, doubles, and what a reading must satisfy to take the place of the last one (H-10)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.detection.intake.factories import SIRET, debit_file, debit_line, read_bytes
from vigie.detection.intake.delivery import Check, check_against_previous, read_delivery, recognise, source_of
from vigie.detection.intake.reading import REPORT_FILE, ROWS_FILE
from vigie.detection.intake.report import FileReport
from vigie.detection.sources.registry import SOURCES
from vigie.detection.sources.sample import sample
from vigie.kernel.period import Month
from vigie.kernel.siren import INVENTED_PREFIX, with_key

BATCH = Month(2025, 10)
NAMES = {
    "StockEtablissement_utf8_geo.csv": "sirene",
    "sireneUL.csv": "sirene_ul",
    "StockUniteLegale_utf8.csv": "sirene_ul",
    "StockEtablissementHistorique_utf8.csv": "sirene_histo",
    "sigfaible_effectif_siren.csv": "effectif_ent",
    "sigfaible_effectif_siren.csv.gz": "effectif_ent",
    "sigfaible_effectif_siret.csv": "effectif",
    "effectif_dom.csv": "effectif",
    "sigfaible_cotisdues.csv.gz": "cotisation",
    "sigfaible_debits.csv": "debit",
    "lot_debits_2023.csv": "debit",
    "sigfaible_delais.csv": "delai",
    "sigfaible_ccsf.csv": "ccsf",
    "sigfaible_pcoll.csv.gz": "procol",
    "sigfaible_etablissement_utf8.csv.gz": "admin_urssaf",
    "consommation_ap.csv": "apconso",
    "demande_ap.csv": "apdemande",
    "filter_2025.csv": "filter",
    "E_202011111111_Retro-Paydex_20201110.csv": "paydex",
    "E_202011111111_Identite_20201110.csv": None,
    "Ellisphère-Tête de groupe-2020.xlsx": "ellisphere",
    "ratios_inpi_bce.csv.gz": "ratios_inpi",
    "ratios_inpi_bce.zip": None,
    "lisez-moi.txt": None,
    "sigfaible_debits.csv.part": None,
}


@pytest.mark.parametrize(
    ("name", "code"), [(name, code) for name, code in NAMES.items() if name != "ratios_inpi_bce.zip"]
)
def test_a_file_is_known_by_its_name(name: str, code: str | None) -> None:
    found = source_of(name)

    assert (found.code if found else None) == code


def test_a_folder_is_sorted_and_unknown_names_never_block(tmp_path: Path) -> None:
    for name in ("sigfaible_debits.csv", "sigfaible_debits.csv.gz", "effectif_dom.csv", "sigfaible_effectif_siret.csv"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "consommation_ap.csv").write_bytes(b"x")
    (tmp_path / "notes.txt").write_bytes(b"x")
    (tmp_path / ".hidden").write_bytes(b"x")
    (tmp_path / "demande_ap.csv").symlink_to(tmp_path / "notes.txt")

    delivery = recognise(tmp_path)

    assert {code: len(paths) for code, paths in delivery.files.items()} == {"effectif": 2, "apconso": 1}
    assert list(delivery.duplicates) == ["debit"]
    assert [path.name for path in delivery.unknown] == ["demande_ap.csv", "notes.txt"]


def test_a_delivery_is_read_source_by_source(tmp_path: Path) -> None:
    incoming = tmp_path / "incoming"
    incoming.mkdir()
    (incoming / "sigfaible_debits.csv").write_bytes(debit_file(debit_line()))
    (incoming / "consommation_ap.csv").write_bytes(b"")
    for name in ("effectif_dom.csv", "sigfaible_effectif_siret.csv"):
        source = next(one for one in SOURCES if one.code == "effectif")
        (incoming / name).write_bytes(sample(source, len(name)))

    reports = read_delivery(recognise(incoming), tmp_path / "typed", BATCH)

    assert {code: report.is_fatal for code, report in reports.items()} == {
        "effectif": False,
        "debit": False,
        "apconso": True,
    }
    folder = tmp_path / "typed" / "debit" / "batch=2025-10"
    assert sorted(path.name for path in folder.iterdir()) == [REPORT_FILE, ROWS_FILE]
    assert not (tmp_path / "typed" / "apconso" / "batch=2025-10").exists()
    assert len(reports["effectif"].files) == 2
    assert FileReport.read_from(folder / REPORT_FILE).as_dict() == reports["debit"].as_dict()


def test_a_delivery_without_siret_finds_it_from_the_accounts(tmp_path: Path) -> None:
    """2023: the establishment is the first one whose disappearance is strictly after the date; none: left out."""
    header = "Compte;Siret;Date_disp_siret\n"
    second, third = with_key(f"{SIRET[:9]}0002"), with_key(f"{SIRET[:9]}0003")
    accounts = f"{header}A;{third};\nA;{SIRET};1250101\nA;{second};1250701\nB;{SIRET};1200101\n"
    (tmp_path / "sigfaible_etablissement_utf8.csv").write_text(accounts)
    asked = ("A;202441", "A;202511", "A;202531", "B;202511", "C;202511")
    lines = ["Compte;periode;cotis_due;enc_direct", *(f"{one};5;5" for one in asked)]
    (tmp_path / "sigfaible_cotisdues.csv").write_text("\n".join(lines))

    report = read_delivery(recognise(tmp_path), tmp_path / "typed", BATCH)["cotisation"]

    rows = pq.read_table(tmp_path / "typed" / "cotisation" / "batch=2025-10" / ROWS_FILE).to_pylist()
    assert [row["siret"] for row in rows] == [SIRET, second, third]
    assert (report.read, report.valid, report.filtered_by) == (5, 3, {"account_without_siret": 2})


def test_without_accounts_a_delivery_of_2023_says_what_is_missing(tmp_path: Path) -> None:
    report = read_bytes("cotisation", b"Compte;periode;cotis_due;enc_direct\nA;202441;5;5\n", tmp_path)

    assert "comptes" in (report.fatal or "")


def test_a_bad_disappearance_date_refuses_the_accounts(tmp_path: Path) -> None:
    report = read_bytes("admin_urssaf", f"Compte;Siret;Date_disp_siret\nA;{SIRET};1251345\n".encode(), tmp_path)

    assert (report.is_fatal, report.fatal_line) == (True, 1)


def _siret(rank: int) -> str:
    return with_key(with_key(f"{INVENTED_PREFIX}{rank:06d}") + "0001")


def _report(folder: Path, name: str, *, firms: range = range(100), factor: int = 1, day: str = "1250918") -> FileReport:
    place = folder / name
    place.mkdir()
    lines = [
        debit_line(Siret=_siret(rank), Mt_PO=str(12_300 * factor), Mt_PP=str(100 * factor), Dt_trt_ecn=day)
        for rank in firms
    ]
    return read_bytes("debit", debit_file(*lines), place)


def _failed(checks: list[Check]) -> set[str]:
    assert all(check.message_fr for check in checks)
    return {check.name for check in checks if not check.passed}


def test_h10_a_good_delivery_passes_every_check(tmp_path: Path) -> None:
    before, after = _report(tmp_path, "a"), _report(tmp_path, "b", firms=range(101), day="1251018")

    checks = check_against_previous(after, before, batch=BATCH)

    assert _failed(checks) == set()
    assert {check.name for check in checks} >= {"rows_at_least", "keys_kept", "not_older", "not_already_received"}


def test_h10_fewer_rows_or_other_firms_are_refused(tmp_path: Path) -> None:
    """Flaw 15: a delivery was taken for complete by the size of its archive; here by the keys found again."""
    before = _report(tmp_path, "a")

    assert _failed(check_against_previous(_report(tmp_path, "b", firms=range(60)), before)) == {
        "rows_at_least",
        "keys_kept",
    }
    assert _failed(check_against_previous(_report(tmp_path, "c", firms=range(90, 190)), before)) == {"keys_kept"}


def test_h10_a_file_that_holds_its_lines_twice_is_refused(tmp_path: Path) -> None:
    before = _report(tmp_path, "a")
    twice = replace(before, files=[], rows=2 * before.rows, duplicate_rows=before.rows)

    assert _failed(check_against_previous(twice, before)) == {"rows_at_most", "repeats_at_most"}
    assert _failed(check_against_previous(twice, None)) == {"repeats_at_most"}


@pytest.mark.parametrize("factor", [100, 10_000])
def test_h10_cents_taken_for_euros_are_seen(factor: int, tmp_path: Path) -> None:
    before, after = _report(tmp_path, "a"), _report(tmp_path, "b", factor=factor)

    names = {"amounts_within:employee_debt_eur", "amounts_within:employer_debt_eur"}
    assert _failed(check_against_previous(after, before)) == names
    assert _failed(check_against_previous(before, after)) == names


def test_h10_the_same_file_again_or_an_older_one_are_refused(tmp_path: Path) -> None:
    before = _report(tmp_path, "a")
    older = _report(tmp_path, "b", day="1250818")

    assert _failed(check_against_previous(before, before)) == {"not_already_received"}
    assert _failed(check_against_previous(older, before)) == {"not_older"}
    assert _failed(check_against_previous(before, None, earlier_hashes=before.sha256)) == {"not_already_received"}


def test_h10_the_content_of_another_month_is_seen(tmp_path: Path) -> None:
    data = f"Siret;Compte;periode;cotis_due;enc_direct\n{SIRET};A;202531;5;5\n".encode()
    report = read_bytes("cotisation", data, tmp_path)

    assert _failed(check_against_previous(report, None, batch=Month(2025, 8))) == set()
    assert _failed(check_against_previous(report, None, batch=Month(2025, 6))) == {"months_behind_at_most"}
    assert _failed(check_against_previous(report, None, batch=Month(2026, 6))) == {"months_behind_at_most"}


def test_h10_a_column_shifted_by_one_is_seen(tmp_path: Path) -> None:
    shifted = debit_file(*(debit_line() for _ in range(20))).replace(b"427;67;", b"427;67;;", 20)

    report = read_bytes("debit", shifted, tmp_path)

    assert report.rejected == 20
    assert _failed(check_against_previous(report, None)) == {"rejected_at_most"}


def test_h10_a_column_left_empty_is_seen(tmp_path: Path) -> None:
    before = _report(tmp_path, "a")
    after = FileReport(**{**vars(_report(tmp_path, "b", day="1251018"))})
    after.columns["reason_code"].null_share = 1.0

    assert _failed(check_against_previous(after, before)) == {"nulls_within:reason_code"}


def test_reading_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    """Nothing of the machine, of the threads or of the moment enters what is written."""
    source = next(one for one in SOURCES if one.code == "apdemande")
    path = tmp_path / "demande_ap.csv"
    path.write_bytes(sample(source, 3, lines=4_000))

    written = []
    for name in ("a", "b"):
        read_delivery(recognise(tmp_path), tmp_path / name, BATCH)
        folder = tmp_path / name / "apdemande" / f"batch={BATCH}"
        written.append([(folder / one).read_bytes() for one in (ROWS_FILE, REPORT_FILE)])

    assert written[0] == written[1]
