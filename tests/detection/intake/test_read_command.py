"""`vigie-batch read`: what the support of a strange delivery sees."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.detection.intake.factories import SIRET, debit_file, debit_line
from vigie.detection.cli import main


def test_json_gives_typed_rows_and_the_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "sigfaible_debits.csv"
    path.write_bytes(debit_file(debit_line(), debit_line(Mt_PO="abc")))

    code = main(["read", "debit", str(path), "--json"])

    answer = json.loads(capsys.readouterr().out)
    assert code == 0
    assert set(answer) == {"source", "rows", "report"}
    assert answer["report"] == {
        "read": 2,
        "rejected": 1,
        "filtered": 0,
        "valid": 1,
        "fatal": False,
        "first_rejections": [{"line": 2, "message": "« Mt_PO » : « abc » n’est pas un montant en centimes"}],
    }
    row = answer["rows"][0]
    assert (row["siret"], row["employee_debt_eur"], row["treated_on"]) == (SIRET, 123.45, "2025-09-18")


def test_limit_keeps_the_first_rows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "d.csv"
    path.write_bytes(debit_file(*(debit_line() for _ in range(5))))

    main(["read", "debit", str(path), "--json", "--limit", "2"])

    assert [row["line"] for row in json.loads(capsys.readouterr().out)["rows"]] == [1, 2]


def test_people_read_a_table_and_a_french_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "d.csv"
    path.write_bytes(debit_file(debit_line(), debit_line(Mt_PO="abc")))

    assert main(["read", "debit", str(path)]) == 0

    shown = capsys.readouterr().out
    assert "2 lignes lues, 1 retenues, 0 écartées, 1 rejetées" in shown
    assert "Ligne 2 : « Mt_PO »" in shown


def test_wide_rows_are_told_one_value_per_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Seventeen columns in 80 characters were columns of two letters."""
    path = tmp_path / "d.csv"
    path.write_bytes(debit_file(debit_line()))

    main(["read", "debit", str(path)])

    shown = capsys.readouterr().out
    assert "— Ligne 1\n" in shown
    assert f"  siret              {SIRET}\n" in shown
    assert "  appeal_pending     non\n" in shown


def test_a_refused_file_has_its_reason_and_another_exit_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "d.csv"
    path.write_bytes(b"")

    assert main(["read", "debit", str(path), "--json"]) == 1

    shown = capsys.readouterr()
    report = json.loads(shown.out)["report"]
    assert (report["fatal"], report["read"]) == (True, 0)
    assert report["first_rejections"][0]["line"] == 0
    assert "vide" in report["first_rejections"][0]["message"]
    assert "fichier refusé" in shown.err


def test_a_file_of_2023_is_read_with_its_accounts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    accounts, debts = tmp_path / "comptes.csv", tmp_path / "d.csv"
    accounts.write_text(f"Compte;Siret;Date_disp_siret\n427000000000000001;{SIRET};\n")
    lines = [line.split(b";") for line in debit_file(debit_line()).splitlines()]
    debts.write_bytes(b"\n".join(b";".join(cells[:4] + cells[5:]) for cells in lines))

    assert main(["read", "debit", str(debts), "--json", "--accounts", str(accounts)]) == 0

    assert json.loads(capsys.readouterr().out)["rows"][0]["siret"] == SIRET


def test_an_unknown_source_is_wrong_use(tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as left:
        main(["read", "debits", str(tmp_path)])

    assert left.value.code == 2


def test_whoever_has_seen_enough_breaks_nothing(tmp_path: Path) -> None:
    path = tmp_path / "d.csv"
    path.write_bytes(debit_file(*(debit_line(Num_Ecn=str(rank)) for rank in range(3_000))))
    command = f"{sys.executable} -m vigie.detection.cli read debit {path} --json | head -c 100"

    done = subprocess.run(
        ["sh", "-c", command],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[3] / "src")},
    )

    assert (len(done.stdout), done.stderr) == (100, "")


def test_rejections_are_told_from_the_top_of_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Lines with too few fields came before all others, whatever their place."""
    path = tmp_path / "d.csv"
    path.write_bytes(debit_file(debit_line(), debit_line(Mt_PO="abc"), "x;y"))

    main(["read", "debit", str(path), "--json"])
    assert [one["line"] for one in json.loads(capsys.readouterr().out)["report"]["first_rejections"]] == [2, 3]
    main(["read", "debit", str(path)])
    shown = capsys.readouterr().out
    assert shown.index("Ligne 2") < shown.index("Ligne 3")


def test_a_refusal_is_said_once_and_guesses_nothing_of_the_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["read", "debit", str(tmp_path / "none.csv")]) == 1

    said = capsys.readouterr()
    assert said.out.count("fichier refusé") == 1
    assert said.err == ""
    assert "utf-8" not in said.out
