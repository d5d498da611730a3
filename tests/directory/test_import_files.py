"""Hostile and clumsy files: encodings, separators, quotes, bombs, limits; and the round trip of what is exported."""

from __future__ import annotations

import csv
import io
import random
import zipfile
from contextlib import suppress

import pytest
import xlsxwriter

from tests.accounts.factories import AntenneFactory, HabilitationFactory, InstitutionFactory, UserFactory
from tests.directory.conftest import Book
from tests.directory.factories import ExpertFactory, ExpertSubjectFactory, InstitutionSubjectFactory, SubjectFactory
from tests.directory.importing_world import AT, INSTITUTION, applied, differences, sent, told
from vigie.directory.exporting import Export, csv_lines, workbook
from vigie.directory.importing import reading
from vigie.directory.importing.reading import MOST_LINES, parse, read_text
from vigie.directory.importing.remarks import Remarks, UnreadableFile
from vigie.directory.models import Change, DirectoryImport, Expert
from vigie.exports.cells import guard, guard_typed, unguard
from vigie.rights.person import Person

HEADERS = "Institution;Nom;Codes INSEE"
LINE = f"{INSTITUTION};Chambre du Rhône;59350"


def lines_of(data: bytes, name: str = "fichier.csv", remarks: Remarks | None = None) -> list[tuple[str, ...]]:
    return [line.cells for line in parse(read_text(data, name, "antennes", remarks or Remarks())).lines]


def refusal(data: bytes, name: str = "fichier.csv") -> str:
    with pytest.raises(UnreadableFile) as refused:
        lines_of(data, name)
    return refused.value.message_fr.replace("\u00a0", " ")


def book_of(rows: list[list[object]]) -> bytes:
    """A workbook; a text that begins with « = » is a formula."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet = book.add_worksheet()
    for place, row in enumerate(rows):
        sheet.write_row(place, 0, row)
    book.close()
    return out.getvalue()


# --- text -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "windows-1252"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_encoding_and_separator_are_found(encoding: str, separator: str) -> None:
    text = f"{HEADERS}\r\n\r\n{LINE}\r\n".replace(";", separator)

    assert lines_of(text.encode(encoding)) == [(INSTITUTION, "Chambre du Rhône", "59350")]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "Ce fichier est vide."),
        (b" \n\n", "Ce fichier est vide."),
        (HEADERS.encode(), "Ce fichier n’a que des titres de colonnes"),
        (f"{HEADERS}\n{LINE}\x00".encode(), "n’est pas un tableau lisible"),
        (f"{HEADERS}\nétê".encode() + "é".encode("windows-1252"), "plusieurs y sont mélangés"),
        (b"\x81\x8d\x8f\x90", "L’encodage de ce fichier n’est pas reconnu"),
        (f'{HEADERS}\n"{LINE}'.encode(), "Ligne 2 : un guillemet ouvert n’est jamais fermé"),
        (f'{HEADERS}\n"a"b;c;d'.encode(), "Ligne 2 : les guillemets sont mal placés"),
        (f"{HEADERS}\n{LINE};de trop".encode(), "Ligne 2 : plus de cellules que de titres de colonnes"),
        (f"{HEADERS};\n{LINE};x".encode(), "La colonne 4 n’a pas de titre, mais la ligne 2 la remplit."),
        (f"{HEADERS}\n{'a' * 200_000}".encode(), "une cellule est démesurée"),
        ((";" * 500 + "\n").encode() * 3, "plus de 400 colonnes"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "ancien format (.xls)"),
        (b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n\x00\x01", "n’est pas un tableau lisible"),
    ],
)
def test_file_that_cannot_be_read_is_refused_in_french(data: bytes, message: str) -> None:
    assert message in refusal(data)


def test_too_many_lines_or_bytes_are_refused_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Découpez-le" in refusal(f"{HEADERS}\n".encode() + f"{LINE}\n".encode() * (MOST_LINES + 1))
    monkeypatch.setattr(reading, "MOST_BYTES", 10)
    assert "Découpez-le" in refusal(f"{HEADERS}\n{LINE}".encode())


def test_line_ends_of_old_computers_and_cells_of_several_lines_keep_their_numbers() -> None:
    text = f'{HEADERS}\r"{INSTITUTION}";"Chambre\rdu Rhône";1\rA;B;2'

    found = parse(read_text(text.encode(), "x.csv", "antennes", Remarks())).lines

    assert [(one.number, one.cells[1]) for one in found] == [(2, "Chambre\ndu Rhône"), (4, "B")]


def test_marks_that_disguise_are_taken_off() -> None:
    assert lines_of(f"\ufeff{HEADERS}\nA\u200b;\u202eB\ufeff;1".encode()) == [("A", "B", "1")]


# --- workbooks ------------------------------------------------------------------------------------------------------
def test_workbook_is_read_as_values_and_formulas_are_told() -> None:
    remarks = Remarks()
    data = book_of([["Institution", "Nom", "Codes INSEE"], [], [INSTITUTION, "=1+1", 1053]])

    found = parse(read_text(data, "x.xlsx", "antennes", remarks))

    assert [(line.number, line.cells) for line in found.lines] == [(3, (INSTITUTION, "0", "1053"))]
    assert [(one.line, one.column, one.value) for one in remarks.kept] == [(3, "colonne B", "=1+1")]


def test_formulas_of_a_text_are_read_as_words_and_told() -> None:
    remarks = Remarks()
    data = f'{HEADERS}\n{INSTITUTION};"=HYPERLINK(""x"")";1\n\'=Gardée; @somme;+33\n'.encode()

    found = parse(read_text(data, "x.csv", "antennes", remarks), remarks)

    assert [line.cells[:2] for line in found.lines] == [(INSTITUTION, '=HYPERLINK("x")'), ("=Gardée", "@somme")]
    assert [(one.line, one.column, one.value) for one in remarks.kept] == [
        (2, "Nom", '=HYPERLINK("x")'), (3, "Nom", " @somme"),
    ]  # fmt: skip


def archive(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name.replace("__", "/"), content)
    return out.getvalue()


BOMB = b"""<?xml version="1.0"?>
<!DOCTYPE lolz [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><workbook>&b;</workbook>"""


@pytest.mark.parametrize(
    ("data", "name", "message"),
    [
        (archive(**{"xl__workbook.xml": b"0" * 60_000_000}), "x.xlsx", "trop volumineux une fois ouvert"),
        (archive(**{"a.txt": b"rien"}), "x.xlsx", "n’est pas un classeur XLSX"),
        (archive(**{"xl__workbook.xml": BOMB}), "x.xlsx", "abîmé"),
        (archive(**{"xl__workbook.xml": b"<workbook/>", "xl__vbaProject.bin": b"x"}), "x.xlsx", "avec macros"),
        (book_of([["a"]]), "x.xlsm", "avec macros"),
        (book_of([["a"], ["b"]])[:-200], "x.xlsx", "abîmé"),
        (b"PK\x03\x04" + b"0" * 50, "x.xlsx", "abîmé"),
    ],
    ids=["bomb", "archive", "entities", "macros", "name", "cut", "false"],
)
def test_hostile_workbook_is_refused(data: bytes, name: str, message: str) -> None:
    assert message in refusal(data, name)


def test_mutated_files_end_in_lines_or_in_a_refusal() -> None:
    seed = random.Random(4)
    good = [f"{HEADERS}\n{LINE}\n".encode(), book_of([["Institution", "Nom"], [INSTITUTION, "A"]])]
    for turn in range(120):
        data = bytearray(good[turn % 2])
        for _ in range(seed.randint(1, 6)):
            data[seed.randrange(len(data))] = seed.randrange(256)
        with suppress(UnreadableFile):
            lines_of(bytes(data), "x.xlsx" if turn % 2 else "x.csv")


# --- columns --------------------------------------------------------------------------------------------------------
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("headers", "message"),
    [
        ("Institution;Nom;Codes INSE", "« Codes INSE » (peut-être « Codes INSEE »)"),
        ("Institution;Nom;Nom", "Deux colonnes portent le même titre : « Nom »"),
        ("Institution;Nomm;Codes INSEE", "Il manque des colonnes : « Nom ». Écrivez « Nom » plutôt que « Nomm »."),
        ("Bla;Bli;Blo", "Il manque des colonnes : « Institution » et « Nom »."),
    ],
)
def test_columns_that_are_not_those_of_the_file_are_named(headers: str, message: str, book: Book, team: Person) -> None:
    row = sent(f"{headers}\n{LINE}", team, "antennes")

    assert row.state == "faulty"
    assert message in told(row)[0][2]


@pytest.mark.django_db
def test_errors_are_all_counted_and_the_first_are_kept(book: Book, team: Person) -> None:
    row = sent(f"{HEADERS}\n" + "\n".join(f"{INSTITUTION};A{n};99999" for n in range(700)), team, "antennes")

    assert (row.error_count, row.remarks.count()) == (700, 500)


# --- round trip -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("text", ["=1+1", "+33612345678", "-2", "@a", "'=a", "''=a", " =a", "'l’antenne", "\t=a", "é"])
def test_guard_is_undone_by_unguard(text: str) -> None:
    assert unguard(guard(text)) == text
    assert unguard(guard_typed(text)) == text
    assert guard(text).lstrip()[:1] not in ("=", "+", "-", "@")


@pytest.fixture
def rich(book: Book) -> Book:
    """All that could be lost on the way: formulas, foreign numbers, lines, quotes, shared addresses, far members."""
    far = AntenneFactory(institution=book.institution, name="=Antenne d'Ain", zones=[("commune", "01053")])
    other = AntenneFactory(institution=InstitutionFactory(name="Une autre; institution"), name="-Lille")
    regional = InstitutionSubjectFactory(
        institution=book.institution, subject=book.subject, description='à l\'export, "UE"'
    )
    alone = UserFactory(adviser=True, antenne=far, full_name="-Zoé D'ARC", phone="+32475123456", job="=chef")
    HabilitationFactory(user=alone, role="manager", antenne=far)
    HabilitationFactory(user=alone, role="manager", antenne=book.antenne)
    nowhere, abroad = UserFactory(antenne=None, full_name="Sans Antenne"), UserFactory(antenne=other)
    UserFactory(antenne=None, full_name="Agente de détection")  # of no antenne and of no team: no line of this book
    team = ExpertFactory(
        antenne=far, full_name="+Équipe; \"du\"  fleuve", email="Mixte@Partenaire.example", phone="+33612345678",
        zones=[("commune", "69123"), ("epci", "290000012")], members=[alone, nowhere, abroad, book.member],
    )  # fmt: skip
    ExpertSubjectFactory(expert=team, subject=book.subject)
    team.competences.create(institution_subject=regional, criteria='- jeunes\r\n- « vieux »; "tous"\n=fin')
    ExpertFactory(antenne=far, full_name="Jumelle", email=team.email, subject=book.subject)
    ExpertFactory(antenne=far, full_name="jumelle", email=team.email)
    ExpertFactory(antenne=other, subject=SubjectFactory(label="Sujet: avec, ponctuation"))
    book.expert.competences.update(criteria="OUI")
    return book


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["antennes", "advisers"])
@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
@pytest.mark.parametrize("whole", [True, False])
def test_exported_file_sent_back_changes_nothing(
    kind: str, file_format: str, whole: bool, rich: Book, team: Person
) -> None:
    export = Export(kind, None if whole else rich.institution)
    data = "".join(csv_lines(export)).encode() if file_format == "csv" else b"".join(workbook(export))

    row = sent(data, team, kind, f"annuaire.{file_format}")

    assert (row.state, told(row), [one for one in differences(row).values() if one]) == ("same", [], [])
    assert row.line_count == export.count()


@pytest.mark.django_db
def test_csv_export_holds_no_formula_and_every_row(rich: Book) -> None:
    rows = list(csv.reader(io.StringIO("".join(csv_lines(Export("advisers"))).lstrip("\ufeff")), delimiter=";"))

    assert not [cell for row in rows for cell in row if cell[:1] in ("=", "+", "-", "@")]
    assert len({len(row) for row in rows}) == 1
    assert sum("Mixte@Partenaire.example" in row for row in rows) == 6


@pytest.mark.django_db
def test_export_with_one_cell_changed_changes_that_alone(rich: Book, team: Person) -> None:
    text = "".join(csv_lines(Export("advisers", rich.institution))).replace('"Équipe emploi"', '"Équipe emplois"')

    row = applied(text.encode(), team)

    assert [one for one in differences(row).values() if one] == [[("nom", "Équipe emploi", "Équipe emplois")]]
    assert Expert.objects.get(pk=rich.expert.pk).full_name == "Équipe emplois"
    assert Change.objects.count() == 1
    assert DirectoryImport.objects.get().read_at == AT


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["antennes", "advisers"])
def test_queries_of_an_export_do_not_grow_with_rows(kind: str, rich: Book, django_assert_num_queries) -> None:
    few = _queries(kind)
    for _ in range(12):
        antenne = AntenneFactory(institution=rich.institution, zones=[("departement", "69")])
        ExpertFactory(antenne=antenne, subject=rich.subject, members=[UserFactory(antenne=antenne)])

    assert _queries(kind) == few


def _queries(kind: str) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert list(csv_lines(Export(kind)))
    return len(asked)
