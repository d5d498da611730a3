"""The public page is worked out and drawn once for what it reads: never another page than the one of its rows."""

from __future__ import annotations

import gc
import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db.models import Sum
from django.test import Client

from tests.conftest import visible_text
from vigie.directory.models import Theme
from vigie.kernel.period import Month
from vigie.statistics import views
from vigie.statistics.actions import count_again, record_coverage
from vigie.statistics.indicators import IN_REGIONS, WHOLE
from vigie.statistics.models import Count, Freshness
from vigie.statistics.queries import page as pages
from vigie.statistics.queries.figures import all_cells, by_region, table_cells
from vigie.territory.models import Zone
from vigie.ui.formats import number

pytestmark = pytest.mark.django_db
AT = datetime(2026, 4, 1, 9, tzinfo=UTC)
PAGE = "/statistiques/"
LOOKS = ("", "?region=84", "?debut=2026-02&fin=2026-03", "?region=84&fin=2026-02", "?debut=2026-01", "?x=1")


@pytest.fixture(scope="module")
def counts(drawn: None, django_db_blocker: Any) -> None:
    with django_db_blocker.unblock():
        count_again(AT)
        record_coverage(AT)


@pytest.fixture
def counted(counts: None, db: None) -> None:
    """The service drawn and counted; nothing kept of the pages before."""
    forget()


def forget() -> None:
    pages._kept_page.cache_clear()
    views._DRAWN.clear()


def read(look: str = "") -> str:
    answer = Client().get(PAGE + look)
    assert answer.status_code == 200
    return answer.content.decode()


def change(draw: random.Random, step: int) -> None:
    """One thing that the page shows is written otherwise, by whoever writes it, in a way that no date tells."""
    row = draw.choice(list(Count.objects.order_by("pk")))
    match draw.randrange(7):
        case 0:
            Count.objects.filter(pk=row.pk).update(count=row.count + draw.randrange(1, 9))
        case 1:
            Count.objects.filter(pk=row.pk).update(masked=not row.masked)
        case 2:
            row.delete()
        case 3:
            Count.objects.filter(pk=row.pk).update(part=f"{row.part}-{step}" if row.family else "")
        case 4:
            Freshness.objects.filter(pk="counts").update(at=AT + timedelta(minutes=step))
        case 5:
            Theme.objects.filter(slug="rh").update(label=f"Ressources {step}")
        case _:
            Zone.objects.filter(zone_type="region", code="84").update(name=f"Région {step}")


def test_after_any_change_the_kept_page_is_the_one_worked_out_anew(counted: None) -> None:
    draw = random.Random(7)
    for step in range(40):
        look = draw.choice(LOOKS)
        told = read(look)
        if draw.random() < 0.7:
            change(draw, step)
            told = read(look)
        forget()
        assert told == read(look), (step, look)


def test_the_kept_page_says_the_sums_of_the_rows(counted: None) -> None:
    asked = Count.objects.filter(base="solicitations", family="")
    asked.update(masked=False)
    draw = random.Random(11)
    for _ in range(6):
        row = draw.choice(list(asked.order_by("pk")))
        asked.filter(pk=row.pk).update(count=row.count + draw.randrange(1, 50))
        for look, region in (("", WHOLE), ("?region=84", "84")):
            rows = asked.filter(region=region, month__gte="2025-11-01", month__lte="2026-04-01")
            whole = number(rows.aggregate(whole=Sum("count"))["whole"])
            assert f"Demandes déposées {whole} " in visible_text(read(look)).replace("\xa0", " ")


def test_the_same_rows_are_worked_out_and_drawn_once(counted: None) -> None:
    first = read()
    gc.collect()
    before = pages._kept_page.cache_info()

    assert read() == first
    after = pages._kept_page.cache_info()
    assert (after.hits, after.misses) == (before.hits + 1, before.misses)
    assert len(views._DRAWN) == 1


def test_what_is_kept_is_bounded(counted: None, monkeypatch: pytest.MonkeyPatch) -> None:
    months = [str(one) for one in pages.choices().months]
    for start in months:
        for end in months:
            read(f"?debut={start}&fin={end}")
    assert pages._kept_page.cache_info().currsize <= pages.KEPT_PAGES
    gc.collect()  # answers that the test client recorded hold their page in a cycle
    assert len(views._DRAWN) <= pages.KEPT_PAGES + 1

    forget()
    monkeypatch.setattr(pages, "MOST_KEPT_ROWS", 10)
    assert read() == read()
    assert pages._kept_page.cache_info().currsize == 0


def test_the_table_of_regions_reads_enough(counted: None) -> None:
    months = [Month(2026, 1), Month(2026, 2), Month(2026, 3)]
    whole, read_for_it = by_region(all_cells(months)), by_region(table_cells(months))

    assert len(table_cells(months)) < len(all_cells(months)) / 2
    assert whole.keys() == read_for_it.keys()
    for region, figures in whole.items():
        for one in IN_REGIONS:
            assert read_for_it[region].value(one, months) == figures.value(one, months)
