"""Reading corrections: what is refused and how it is said, folders, versions, months."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from vigie.detection.corrections.checks import CorrectionRefused
from vigie.detection.corrections.conditions import read_condition
from vigie.detection.corrections.correction import Correction, read_correction
from vigie.detection.corrections.files import (
    CONTEXT_COLUMNS,
    LARGEST_FILE_BYTES,
    active,
    expired,
    parse,
    read_file,
    read_folder,
    rules_version,
    written,
)
from vigie.kernel.period import Month

Make = Callable[..., Correction]
Document = Callable[..., dict[str, Any]]


def put(folder: Path, correction: Correction) -> Path:
    path = folder / f"{correction.name}.json"
    path.write_bytes(written(correction))
    return path


def test_a_correction_is_written_and_read_back(correction: Make, tmp_path: Path) -> None:
    one = correction(note_fr="À revoir en juin.", scope={"region": ["84"], "not": {"feature": "x", "missing": True}})
    assert read_file(put(tmp_path, one)) == one
    assert "À revoir" in (tmp_path / "essai.v1.json").read_text()


def test_it_lasts_six_months_unless_told(correction: Make) -> None:
    one = correction(valid_from="2026-11")
    assert (one.covers(Month(2026, 11)), one.covers(Month(2027, 4)), one.covers(Month(2027, 5))) == (True, True, False)
    assert not one.covers(Month(2026, 10))


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"code": "Accentué"}, "n’est pas un code"),
    ({"code": ...}, "il manque « code »"),
    ({"auteur": "x"}, "« auteur » n’est pas prévu"),
    ({"version": 0}, "nombre entier entre 1"),
    ({"version": True}, "nombre entier"),
    ({"status": "ok"}, "l’un de ces mots"),
    ({"approved_by": ...}, "personne ne l’a approuvé"),
    ({"approved_by": "ANNE exemple"}, "une autre personne"),
    ({"approved_by": "Chloé Autre", "author": "chloe autre"}, "une autre personne"),
    ({"status": "proposed"}, "n’est pas encore approuvé"),
    ({"valid_from": "01/2026"}, "écrit comme 2026-06"),
    ({"valid_until": "2025-12"}, "la fin est avant"),
    ({"valid_until": "2028-01"}, "24 mois au plus"),
    ({"version": 2, "replaces": 2}, "plus ancienne"),
    ({"kind": "sql"}, "l’un de ces mots"),
    ({"parameters": {"effect": 1.2}}, "de −1 à 1, pas 1,2"),
    ({"parameters": {"effect": True}}, "un nombre est attendu"),
    ({"parameters": {"effect": float("nan")}}, "un nombre entre"),
    ({"parameters": {"effect": 10**400}}, "un nombre entre"),
    ({"parameters": {}}, "d’une seule façon"),
    ({"parameters": {"effect": 1, "effect_by": {}}}, "d’une seule façon"),
    ({"parameters": {"effect_by_count": {"of": [{}], "effects": [0]}}}, "liste de 2 à 2"),
    ({"kind": "floor", "parameters": {}}, "il manque « minimum »"),
    ({"kind": "floor", "parameters": {"minimum": 1, "maximum": 0}}, "au-dessus du maximum"),
    ({"kind": "family_scale", "parameters": {"family": "x", "factor": -1}}, "entre 0 et 3"),
    ({"kind": "shape_edit", "parameters": {"feature": "x", "points": [[0, 0], [0, 1]]}}, "en croissant"),
    ({"kind": "shape_edit", "parameters": {"feature": "x", "points": [[0, 0]]}}, "liste de 2 à 50"),
    ({"scope": []}, "un objet est attendu"),
    ({"scope": {"pays": ["FR"]}}, "« pays » n’est pas prévu"),
    ({"scope": {"above": 1}}, "une comparaison va avec « feature »"),
    ({"scope": {"feature": "x"}}, "il manque la comparaison"),
    ({"scope": {"feature": "x", "missing": 1}}, "true ou false"),
    ({"scope": {"region": "84"}}, "une liste"),
    ({"scope": {"region": []}}, "une liste de 1"),
    ({"scope": {"at_least_of": {"count": 3, "of": [{}, {}]}}}, "entre 1 et 2"),
    ({"scope": {"months": {"from": "2026-01"}}}, "il manque « to »"),
    ({"wording_fr": "\u200b" * 20}, "un texte de 10"),
]


@pytest.mark.parametrize(("changes", "said"), REFUSED, ids=range(len(REFUSED)))
def test_what_says_nothing_is_refused_in_french(document: Document, changes: dict[str, Any], said: str) -> None:
    with pytest.raises(CorrectionRefused) as refusal:
        read_correction(document(**changes))
    assert said in refusal.value.message_fr


def test_conditions_do_not_nest_without_end() -> None:
    deep: dict[str, Any] = {}
    for _ in range(20):
        deep = {"not": deep}
    with pytest.raises(CorrectionRefused, match="s’emboîtent"):
        read_condition(deep, "scope")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "n’est pas du JSON"),
        (b"{", "ligne 1"),
        (b"\xff\xfe{}", "UTF-8"),
        (b"[]", "un objet est attendu"),
        (b'{"code": "a", "code": "b"}', "est écrit deux fois"),
        (b'{"version": NaN}', "n’est pas un nombre"),
        (b"[" * 200_000, "emboîte trop"),
        (b"9" * 5000, "n’est pas du JSON"),
    ],
)
def test_hostile_documents_are_refused(content: bytes, said: str) -> None:
    with pytest.raises(CorrectionRefused, match=said):
        parse(content)


def test_a_bad_file_is_left_out_and_told_the_others_stand(correction: Make, tmp_path: Path) -> None:
    put(tmp_path, correction(code="bonne"))
    (tmp_path / "mauvaise.v1.json").write_text("{}")
    put(tmp_path, correction(code="autre")).rename(tmp_path / "autre.v7.json")
    (tmp_path / "grosse.v1.json").write_bytes(b" " * (LARGEST_FILE_BYTES + 1))
    (tmp_path / "dossier.v1.json").mkdir()
    found = read_folder(tmp_path)
    assert [one.name for one in found.corrections] == ["bonne.v1"]
    said = {one.file: one.message_fr for one in found.problems}
    assert "nommez-le autre.v1.json" in said["autre.v7.json"]
    assert "trop gros" in said["grosse.v1.json"]
    assert "ne peut pas être lu (c’est un dossier, un fichier est attendu)" in said["dossier.v1.json"]
    assert "il manque" in said["mauvaise.v1.json"]


def test_an_absent_folder_holds_nothing(tmp_path: Path) -> None:
    assert read_folder(tmp_path / "rien").corrections == ()


def test_a_fact_that_nobody_delivers_is_named(correction: Make, tmp_path: Path) -> None:
    put(tmp_path, correction(scope={"region": ["84"], "feature": "paydex_days", "above": 30}))
    found = read_folder(tmp_path, CONTEXT_COLUMNS | {"debt_ratio"})
    assert found.corrections == ()
    assert "« paydex_days » n’est pas une donnée disponible" in found.problems[0].message_fr
    assert read_folder(tmp_path, CONTEXT_COLUMNS | {"paydex_days"}).problems == ()


def test_versions_that_overlap_are_left_out_together(correction: Make, tmp_path: Path) -> None:
    put(tmp_path, correction(version=1))
    put(tmp_path, correction(version=2, valid_from="2026-04"))
    found = read_folder(tmp_path)
    assert found.corrections == ()
    assert "valent en même temps" in found.problems[0].message_fr


def test_a_version_may_replace_the_one_before(correction: Make, tmp_path: Path) -> None:
    put(tmp_path, correction(version=1))
    put(tmp_path, correction(version=2, valid_from="2026-03", valid_until="2026-04", replaces=1))
    found = read_folder(tmp_path)
    names = [[one.name for one in found.active(Month(2026, month))] for month in (2, 3, 4, 5)]
    assert names == [["essai.v1"], ["essai.v2"], ["essai.v2"], []]


def test_a_withdrawn_version_does_not_bring_back_the_former(correction: Make) -> None:
    one, two = correction(version=1), correction(version=2, replaces=1, status="withdrawn")
    assert active([one, two], Month(2026, 2)) == ()
    never_approved = correction(version=2, status="withdrawn", approved_by=...)
    assert active([one, never_approved], Month(2026, 2)) == (one,)


@pytest.mark.parametrize("status", ["draft", "proposed", "expired", "withdrawn"])
def test_only_approved_corrections_are_in_force(correction: Make, status: str) -> None:
    by = ... if status in ("draft", "proposed") else "Bruno Invente"
    assert active([correction(status=status, approved_by=by)], Month(2026, 2)) == ()


def test_those_whose_time_has_passed_are_told(correction: Make) -> None:
    one = correction()
    assert expired([one], Month(2026, 6)) == ()
    assert [each.status for each in expired([one], Month(2026, 7))] == ["expired"]


def test_the_version_of_the_rules_changes_with_a_word_and_not_with_the_order(correction: Make) -> None:
    one, two = correction(code="une_regle"), correction(code="autre_regle")
    assert rules_version([one, two]) == rules_version([two, one])
    assert rules_version([one]) != rules_version([one, two])
    assert rules_version([one]) != rules_version([correction(code="une_regle", wording_fr="Une autre phrase")])
    assert len(rules_version([])) == 16


def test_the_document_in_the_tests_is_plain_json(document: Document) -> None:
    assert parse(json.dumps(document()).encode()).name == "essai.v1"
