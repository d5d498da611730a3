"""The public page and its files: definitions beside figures, counts only, nothing that is kept back."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.accounts.factories import UserFactory, sign_in
from tests.conftest import visible_text
from vigie.matching.models import Match
from vigie.statistics.actions import count_again, record_coverage
from vigie.statistics.indicators import INDICATORS, PUBLIC, SMALLEST, WHOLE
from vigie.statistics.models import Count, Freshness
from vigie.ui.formats import number

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates")]
AT = datetime(2026, 4, 1, 9, tzinfo=UTC)
PAGE, CSV, JSON = "/statistiques/", "/statistiques/donnees.csv", "/statistiques/donnees.json"


@pytest.fixture(scope="module")
def counts(drawn: None, django_db_blocker: Any) -> None:
    with django_db_blocker.unblock():
        count_again(AT)
        record_coverage(AT)


@pytest.fixture
def counted(counts: None, db: None) -> None:
    """The service drawn and counted, as it was before other tests."""


def read(address: str, client: Client | None = None) -> str:
    answer = (client or Client()).get(address)
    assert answer.status_code == 200, answer.status_code
    return visible_text(answer.content.decode())


def lines(address: str = CSV) -> list[dict[str, str]]:
    text = b"".join(Client().get(address).streaming_content).decode("utf-8-sig")  # type: ignore[arg-type]
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))


def test_each_public_indicator_is_there_with_its_exact_definition(counted: None) -> None:
    page = read(PAGE)

    for one in PUBLIC:
        assert one.label in page
        assert " ".join(one.definition.split()) in page, one.code
    hidden = [one for one in INDICATORS if not one.public]
    assert hidden
    assert not [one for one in hidden if one.definition in page]
    assert "Au 1er avril 2026 à 11 h 00" in page


def test_what_a_figure_is_called_is_what_it_counts(counted: None) -> None:
    """A median of 22 whole hours was said to be less than 22 hours; a class of unknown workforce, « 0 salarié »."""
    page = read(PAGE)

    assert "La moitié des besoins pris en charge l’ont été en ce nombre d’heures entières au plus" in page
    assert "0 salarié ou inconnu" in page


def test_both_answering_rates_are_told_with_what_they_are_made_of(counted: None) -> None:
    page = read(f"{PAGE}?debut=2026-01&fin=2026-03")

    for family, base in (("taken_5", "needs"), ("within_5", "exchanges")):
        rows = Count.objects.filter(region=WHOLE, base=base, month__year=2026, month__lte="2026-03-01")
        part = sum(row.count for row in rows if (row.family, row.part) == (family, "yes"))
        whole = sum(row.count for row in rows if not row.family)
        share = f"{100 * part / whole:.1f}".replace(".", ",").removesuffix(",0")
        assert f"{share} % sur la période ({number(part)} sur {number(whole)})" in page


def test_a_figure_without_its_masked_months_says_so(counted: None) -> None:
    Count.objects.filter(region="84", base="needs", family="", month="2026-02-01").update(masked=True)

    page = read(f"{PAGE}?region=84&debut=2026-01&fin=2026-03")

    assert "Sans les mois masqués" in page
    assert ", sans les mois masqués." in page


@pytest.mark.parametrize("address", [PAGE, f"{PAGE}?region=84", CSV, JSON])
def test_no_page_reads_a_need_nor_a_match(counted: None, address: str) -> None:
    with CaptureQueriesContext(connection) as queries:
        answer = Client().get(address)
        _body = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[arg-type]

    asked = [one["sql"] for one in queries]
    assert not [sql for sql in asked if "matching_" in sql or "companies_" in sql]
    assert len(asked) <= 8, "\n".join(asked)


def test_as_many_queries_for_one_month_as_for_all(counted: None) -> None:
    def asked(query: str) -> list[str]:
        with CaptureQueriesContext(connection) as queries:
            read(f"{PAGE}?{query}")
        return [one["sql"][:60] for one in queries]

    read(PAGE)  # the first request of a visitor opens his count
    assert asked("debut=2026-03&fin=2026-03") == asked("debut=2025-12&fin=2026-04")


def test_a_region_and_months_are_kept_in_the_address_and_in_the_files(counted: None) -> None:
    page = Client().get(f"{PAGE}?region=84&debut=2026-01&fin=2026-02").content.decode()

    assert "de janvier 2026 à février 2026" in visible_text(page)
    assert "/statistiques/donnees.csv?region=84&amp;debut=2026-01&amp;fin=2026-02" in page
    found = lines(f"{CSV}?region=84&debut=2026-01&fin=2026-02")
    assert {line["mois"] for line in found} == {"2026-01", "2026-02"}
    assert {line["code_region"] for line in found} == {"84"}


@pytest.mark.parametrize(
    "query", ["region=999", "debut=hier", "debut=2026-03&fin=2026-01", "fin=1900-01", "region=%00"]
)
def test_what_cannot_be_read_does_not_filter(counted: None, query: str) -> None:
    read(f"{PAGE}?{query}")
    assert lines(f"{CSV}?{query}")


def test_small_figures_are_in_no_file_and_say_that_they_are_masked(counted: None) -> None:
    found = lines()
    parts = {(line["mois"], line["code_region"], line["indicateur"], line["part"]): line for line in found}

    themes = Count.objects.filter(base="needs", family="theme")
    small = [row for row in themes if row.count < SMALLEST and row.count]
    assert small
    for row in small:
        line = parts[f"{row.month:%Y-%m}", row.region, "needs_themes_all", row.part]
        assert (line["valeur"], line["masque"]) == ("", "oui")
    for line in found:
        if line["code_region"] != WHOLE:
            assert line["valeur"] == "" or line["unite"] or not 0 < int(line["valeur"]) < SMALLEST
    assert "masqué" in read(PAGE)


def test_a_month_that_nobody_took_down_is_not_said_to_be_masked(counted: None) -> None:
    taken = Count.objects.filter(region=WHOLE, base="coverage", month="2026-04-01")
    taken.filter(family="").update(count=10)
    taken.filter(family="available").update(count=9)

    page = read(f"{PAGE}?debut=2026-03&fin=2026-04")

    table = page.split("Mois Couverture du territoire")[1].split("Part des couples")[0]
    assert "mars 2026 non relevé avril 2026 90 %" in table
    assert "masqué" not in table


def test_the_file_in_json_says_the_same_as_the_one_in_csv(counted: None) -> None:
    body = json.loads(b"".join(Client().get(JSON).streaming_content))  # type: ignore[arg-type]

    assert [line["indicateur"] for line in body["lignes"]] == [line["indicateur"] for line in lines()]
    assert {one["code"] for one in body["indicateurs"]} == {one.code for one in PUBLIC}
    assert "Licence" in body["licence"]


def test_before_anything_was_counted_the_page_says_so(counted: None) -> None:
    Count.objects.all().delete()
    Freshness.objects.all().delete()

    page = read(PAGE)

    assert "n’ont pas encore été calculées" in page
    assert "sans objet" not in page
    assert lines() == []


def test_the_page_follows_the_counts_and_not_the_rows(counted: None) -> None:
    before = read(PAGE)
    Match.objects.all().delete()

    assert read(PAGE) == before


def test_statistics_are_found_from_every_public_page_and_the_site_map(counted: None) -> None:
    for address in ("/", "/plan-du-site/"):
        assert 'href="/statistiques/"' in Client().get(address).content.decode()


def test_cohorts_are_of_the_team(counted: None) -> None:
    team = sign_in(Client(), UserFactory(team=True))

    page = read("/equipe/chiffres/cohortes/", team)

    assert "45 jours après la transmission" in page
    assert "janvier 2026" in page
    assert sign_in(Client(), UserFactory(expert=True)).get("/equipe/chiffres/cohortes/").status_code == 404
    assert "/equipe/chiffres/cohortes/" in team.get("/equipe/chiffres/").content.decode()
