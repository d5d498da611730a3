"""The stock enters the directory whole, once, whatever happens on the way."""

from __future__ import annotations

import contextlib
import io
import itertools
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.companies.factories import EstablishmentFactory, siren, siret
from tests.companies.stock import import_places, import_stock, import_units, place, unit, write_file
from vigie.companies import importer, stock_file
from vigie.companies.importer import Import
from vigie.companies.models import Company, Establishment, ImportRun, SearchWord, Source
from vigie.companies.queries import search_companies
from vigie.companies.stock_rows import PLACES, UNITS

pytestmark = pytest.mark.django_db

UNIT_LINES = [unit(rank, f"BOULANGERIE {name}") for rank, name in enumerate(["DU PORT", "DES HALLES", "DE LA GARE"], 1)]
PLACE_LINES = [*(place(rank) for rank in (1, 2, 3)), place(1, 2, enseigne1Etablissement="LE FOURNIL", dateDebut="")]


def rows() -> list[Any]:
    """All that an import writes."""
    return [
        *Company.objects.order_by("siren").values_list(),
        *Establishment.objects.order_by("siret").values_list(),
        *SearchWord.objects.order_by("word").values_list(),
    ]


def small_batches(monkeypatch: pytest.MonkeyPatch, size: int = 2) -> None:
    monkeypatch.setattr(stock_file, "BATCH_ROWS", size)


# --- what enters ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("form", "compression", "order"), list(itertools.product(["csv", "parquet"], ["", "gz", "zip"], [0, 1]))
)
def test_every_form_enters_alike(tmp_path: Path, at: datetime, form: str, compression: str, order: int) -> None:
    import_stock(tmp_path, UNIT_LINES, PLACE_LINES, at=at)
    expected = rows()
    Company.objects.all().delete()
    SearchWord.objects.all().delete()

    for kind, layout, lines in ((importer.UNITS, UNITS, UNIT_LINES), (importer.PLACES, PLACES, PLACE_LINES)):
        path = write_file(tmp_path, layout, lines, form=form, compression=compression, order=order)
        Import(kind, path, at=at).run()

    assert rows() == expected


def test_establishment_is_whole(tmp_path: Path, at: datetime) -> None:
    import_stock(tmp_path, UNIT_LINES, PLACE_LINES, at=at)

    found = Establishment.objects.select_related("company").get(siret=siret(1))
    assert (found.company.name, found.company.name_key) == ("BOULANGERIE DU PORT", "BOULANGERIE DU PORT")
    assert (found.is_head_office, found.commune_code, found.address) == (True, "69383", "12 RUE DES LILAS")
    assert (found.naf_code, found.naf_version) == ("1071C", "NAFRev2")
    assert (found.workforce_code, found.workforce_year) == ("02", 2023)
    assert (found.created_on, found.source, found.seen_at) == (date(2015, 4, 1), Source.SIRENE, at)
    assert (found.activity_natures, found.facts_at) == ([], None)
    assert found.search_text == "BOULANGERIE DU PORT LYON 3EME 69003 @69383"


def test_counts_add_up_and_reasons_are_kept(tmp_path: Path, at: datetime) -> None:
    import_units(tmp_path, UNIT_LINES, at=at)
    lines = [
        *PLACE_LINES,
        place(9),  # no such legal unit
        place(2, 2, etatAdministratifEtablissement="F"),
        place(2, 3, nic="ABCDE"),
        place(2, 4, dateCreationEtablissement="2024-02-31"),
        place(2, 5, statutDiffusionEtablissement="P"),
        place(3, 2, nic="99999"),
    ]

    account = import_places(tmp_path, lines, at=at)

    assert (account.read, account.kept, account.closed, account.without_unit, account.rejected) == (10, 6, 1, 1, 2)
    assert (account.hidden, account.warnings) == (1, {"wrong key": 1})
    assert account.first_rejects == [
        "row 7: nic 'ABCDE' is not a number of 5 digits",
        "row 8: dateCreationEtablissement '2024-02-31' is not a possible date",
    ]
    run = ImportRun.objects.get(kind=importer.PLACES)
    assert (run.rows_done, run.rows_rejected, run.ended_at) == (10, 2, at)
    assert run.report["first_rejects"] == account.first_rejects


def test_only_two_hundred_rejects_are_kept(tmp_path: Path, at: datetime) -> None:
    account = import_units(tmp_path, [*UNIT_LINES, *(unit(1, siren="?") for _ in range(300))], at=at)
    assert (account.rejected, len(account.first_rejects)) == (300, 200)


def test_closed_ones_enter_when_asked(tmp_path: Path, at: datetime) -> None:
    ceased = [unit(1, "BOULANGERIE DU PORT", etatAdministratifUniteLegale="C")]
    closed = [place(1, etatAdministratifEtablissement="F")]

    import_stock(tmp_path, ceased, closed, at=at)
    assert not Company.objects.exists()

    import_stock(tmp_path, ceased, closed, at=at, everything=True)
    assert Establishment.objects.get().closed_on == date(2019, 1, 1)
    assert not search_companies("boulangerie")
    assert [hit.is_active for hit in search_companies(siret(1))] == [False]


def test_same_number_twice_leaves_the_last_line(tmp_path: Path, at: datetime) -> None:
    import_units(tmp_path, [unit(1, "AVANT"), unit(1, "APRES")], at=at)
    assert Company.objects.get().name == "APRES"


def test_limit_stops_and_closes_nobody(tmp_path: Path, at: datetime) -> None:
    import_stock(tmp_path, UNIT_LINES, PLACE_LINES, at=at)
    account = import_places(tmp_path, PLACE_LINES, at=at + timedelta(days=30), limit=1)
    assert (account.read, account.absent_closed) == (1, 0)
    assert Establishment.objects.filter(is_active=True).count() == 4
    assert ImportRun.objects.get(kind=importer.PLACES).ended_at is None


# --- the next month ---------------------------------------------------------------------------------------------------
def test_importing_again_changes_nothing_but_the_date(tmp_path: Path, at: datetime) -> None:
    import_stock(tmp_path, UNIT_LINES, PLACE_LINES, at=at)
    before = rows()
    import_stock(tmp_path, UNIT_LINES, PLACE_LINES, at=at)
    assert rows() == before
    import_stock(tmp_path, UNIT_LINES, PLACE_LINES, at=at + timedelta(days=30))
    assert {place.seen_at for place in Establishment.objects.all()} == {at + timedelta(days=30)}


def test_next_stock_renames_moves_and_closes(tmp_path: Path, at: datetime) -> None:
    import_stock(tmp_path, UNIT_LINES, PLACE_LINES, at=at)
    Establishment.objects.filter(siret=siret(1)).update(activity_natures=["ARTISANALE"], facts_at=at)
    renamed = [unit(1, "LE PAIN QUOTIDIEN DU PORT"), *UNIT_LINES[1:]]
    moved = place(1, codeCommuneEtablissement="13203", libelleCommuneEtablissement="MARSEILLE 3EME")
    closed = place(2, etatAdministratifEtablissement="F", dateDebut="2026-02-01")

    import_stock(tmp_path, renamed, [moved, closed, *PLACE_LINES[2:]], at=at + timedelta(days=30))

    here = Establishment.objects.get(siret=siret(1))
    assert (here.commune_code, here.activity_natures, here.facts_at) == ("13203", ["ARTISANALE"], at)
    assert [hit.siret for hit in search_companies("pain quotidien marseille")] == [siret(1)]
    assert not Establishment.objects.filter(company=siren(1), search_text__contains="BOULANGERIE").exists()
    gone = Establishment.objects.get(siret=siret(2))
    assert (gone.is_active, gone.closed_on) == (False, date(2026, 2, 1))
    assert not any(hit.siren == siren(2) for hit in search_companies("boulangerie des halles"))


def test_new_name_is_found_before_the_establishments_come(tmp_path: Path, at: datetime) -> None:
    import_stock(tmp_path, UNIT_LINES, PLACE_LINES, at=at)
    import_units(tmp_path, [unit(1, "AU PETIT MITRON"), *UNIT_LINES[1:]], at=at)
    assert {hit.siren for hit in search_companies("mitron")} == {siren(1)}
    assert "@69383" in Establishment.objects.get(siret=siret(1)).search_text


def test_what_a_full_file_no_longer_holds_is_closed(tmp_path: Path, at: datetime) -> None:
    many = [unit(rank, f"FIRME {rank}") for rank in range(1, 101)]
    import_stock(tmp_path, many, [place(rank) for rank in range(1, 101)], at=at)
    EstablishmentFactory(source=Source.SEARCH_API, company__source=Source.SEARCH_API)

    import_stock(tmp_path, many[:-1], [place(rank) for rank in range(1, 100)], at=at + timedelta(days=30))

    assert list(Establishment.objects.filter(is_active=False).values_list("siret", flat=True)) == [siret(100)]
    assert list(Company.objects.filter(is_active=False).values_list("siren", flat=True)) == [siren(100)]
    assert not any(hit.siren == siren(100) for hit in search_companies("firme 100"))


def test_an_extract_closes_nobody(tmp_path: Path, at: datetime) -> None:
    import_stock(tmp_path, UNIT_LINES, PLACE_LINES, at=at)
    account = import_places(tmp_path, PLACE_LINES[:1], at=at + timedelta(days=30))
    assert (account.absent_closed, account.absent_left) == (0, 3)
    assert not Establishment.objects.filter(is_active=False).exists()


def test_the_register_replaces_what_somebody_typed(tmp_path: Path, at: datetime) -> None:
    typed = EstablishmentFactory(company__siren=siren(1), company__source=Source.MANUAL, source=Source.MANUAL)
    import_places(tmp_path, [place(1)], at=at)
    assert Establishment.objects.get(siret=typed.siret).source == Source.MANUAL  # of a firm that no register names
    import_stock(tmp_path, UNIT_LINES[:1], [place(1)], at=at)
    assert Establishment.objects.get(siret=siret(1)).source == Source.SIRENE
    assert Company.objects.get(siren=siren(1)).name == "BOULANGERIE DU PORT"


# --- non-diffusible ---------------------------------------------------------------------------------------------------
def test_firm_that_asks_to_be_hidden_is_forgotten(tmp_path: Path, at: datetime) -> None:
    person = unit(
        1, nomUniteLegale="KERVENANEC", prenom1UniteLegale="MAELLE", denominationUsuelle1UniteLegale="BIGOUDEN"
    )
    shop = place(1, enseigne1Etablissement="CHEZ MAELLE", libelleVoieEtablissement="DU PHARE")
    import_stock(tmp_path, [person, *UNIT_LINES[1:]], [shop, *PLACE_LINES[1:3]], at=at)
    assert search_companies("kervenanec")

    hidden = {**person, "statutDiffusionUniteLegale": "P"}  # even when the file forgets to mask it
    import_units(tmp_path, [hidden, *UNIT_LINES[1:]], at=at + timedelta(days=30))

    for typed in ("kervenanec", "maelle", "bigouden", "chez maelle", "phare"):
        assert not search_companies(typed)
    told = repr(rows())
    for word in ("KERVENANEC", "MAELLE", "BIGOUDEN", "PHARE", "69003 @69383 KERV"):
        assert word not in told
    assert [hit.name for hit in search_companies(siret(1))] == ["Entreprise non diffusible"]


# --- stopped and begun again ------------------------------------------------------------------------------------------
class Killed(BaseException):
    """What stands for SIGKILL here: nothing catches it (the real one is tried in test_import_killed.py)."""


POINTS = ("import.before_batch", "import.after_rows", "import.after_batch", "import.before_end", "import.after_closing")


@pytest.mark.parametrize("resume", [True, False])
@pytest.mark.parametrize("point", POINTS)
def test_stopped_anywhere_then_run_again_ends_with_the_same_rows(
    tmp_path: Path, at: datetime, monkeypatch: pytest.MonkeyPatch, point: str, resume: bool
) -> None:
    small_batches(monkeypatch)
    later = at + timedelta(days=30)
    units = [unit(rank, f"FIRME {rank}") for rank in range(1, 60)]
    first = [place(rank) for rank in range(1, 60)]
    second = [place(1, libelleCommuneEtablissement="LYON"), place(2, etatAdministratifEtablissement="F"), *first[2:-1]]
    import_stock(tmp_path, units, first, at=at)
    import_places(tmp_path, second, at=later)
    expected = rows()

    for nth in (1, 2, 5, 30):
        Company.objects.all().delete()
        SearchWord.objects.all().delete()
        ImportRun.objects.all().delete()
        import_stock(tmp_path, units, first, at=at)
        passages = itertools.count(1)

        def crash(name: str, nth: int = nth, passages: Any = passages) -> None:
            if name == point and next(passages) == nth:
                raise Killed

        with monkeypatch.context() as patch:
            patch.setattr(importer, "crash_point", crash)
            with contextlib.suppress(Killed):
                import_places(tmp_path, second, at=later)
        import_places(tmp_path, second, at=later, resume=resume)
        assert rows() == expected


def test_resuming_does_not_read_again_what_was_done(
    tmp_path: Path, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_batches(monkeypatch)
    import_units(tmp_path, UNIT_LINES, at=at)
    path = write_file(tmp_path, PLACES, PLACE_LINES)
    done: list[tuple[int, int]] = []

    def stop(rows_done: int, total: int) -> None:
        raise Killed

    with pytest.raises(Killed):
        Import(importer.PLACES, path, at=at).run(progress=stop)
    account = Import(importer.PLACES, path, at=at + timedelta(hours=1)).run(
        resume=True, progress=lambda rows_done, total: done.append((rows_done, total))
    )

    assert done == [(4, 4)]
    assert (account.read, account.kept) == (4, 4)
    assert {place.seen_at for place in Establishment.objects.all()} == {at}


def test_resuming_a_finished_run_does_nothing(tmp_path: Path, at: datetime) -> None:
    import_stock(tmp_path, UNIT_LINES, PLACE_LINES, at=at)
    before = rows()
    account = import_places(tmp_path, PLACE_LINES, at=at + timedelta(days=1), resume=True)
    assert (account.read, rows()) == (4, before)


# --- the command ------------------------------------------------------------------------------------------------------
def test_command_imports_and_says_what_it_did(tmp_path: Path) -> None:
    out = io.StringIO()
    call_command(
        "import_sirene",
        legal_units=write_file(tmp_path, UNITS, UNIT_LINES, compression="zip"),
        establishments=write_file(tmp_path, PLACES, [*PLACE_LINES, place(2, nic="?")], form="parquet"),
        stdout=out,
    )
    assert "StockUniteLegale_utf8.csv.zip: 3 rows read, 3 kept" in out.getvalue()
    assert "row 5: nic '?' is not a number of 5 digits" in out.getvalue()
    assert Establishment.objects.count() == 4


def test_command_refuses_the_other_file_and_leaves_the_directory_as_it_was(tmp_path: Path) -> None:
    wrong = write_file(tmp_path, PLACES, PLACE_LINES)
    with pytest.raises(CommandError, match="not a StockUniteLegale file: no column statutDiffusionUniteLegale"):
        call_command("import_sirene", legal_units=wrong)
    with pytest.raises(CommandError, match="give --legal-units"):
        call_command("import_sirene")
    assert not ImportRun.objects.exists()


def test_command_tells_its_progress_now_and_then(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from vigie.companies.management.commands import import_sirene

    small_batches(monkeypatch, 1)
    monkeypatch.setattr(import_sirene, "_LINE_EVERY", 2)
    out = io.StringIO()
    call_command("import_sirene", legal_units=write_file(tmp_path, UNITS, UNIT_LINES), stdout=out)
    assert "StockUniteLegale_utf8.csv: 2 of 3 rows" in out.getvalue()


def test_command_draws_a_bar_on_a_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    call_command("import_sirene", legal_units=write_file(tmp_path, UNITS, UNIT_LINES))
    assert "3/3" in capsys.readouterr().out


def test_invented_numbers_must_not_be_attributed(tmp_path: Path) -> None:
    out = io.StringIO()
    call_command("check_invented_sirens", write_file(tmp_path, UNITS, [unit(1, siren="005580113")]), stdout=out)
    assert "1 rows: no SIREN begins with 29" in out.getvalue()

    with pytest.raises(CommandError, match=f"3 SIRENs begin with 29: {siren(1)}"):
        call_command("check_invented_sirens", write_file(tmp_path, UNITS, UNIT_LINES, form="parquet"))
    (tmp_path / "empty.csv").write_bytes(b"")
    with pytest.raises(CommandError, match="the file is empty"):
        call_command("check_invented_sirens", tmp_path / "empty.csv")
