"""``/demo/`` and the band over the pages while the history is being written."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from tests.demo.conftest import PLAN
from vigie.demo import history, progress
from vigie.demo.banner import banner, notice_of
from vigie.demo.progress import Progress
from vigie.demo.sample_files import links


@pytest.mark.django_db
@pytest.mark.usefixtures("strict_templates")
def test_without_a_world_the_page_says_how_to_build_it(client: Client) -> None:
    answer = client.get("/demo/")
    assert answer.status_code == 200
    assert "build_world" in answer.content.decode()


@pytest.mark.django_db
def test_the_files_to_try_the_import_with_are_those_that_the_page_offers(client: Client) -> None:
    for _label, href in links():
        file = client.get(href)
        assert file["Content-Disposition"].startswith("attachment")
        assert b"Loz\xe8re" in file.content  # a spreadsheet of Windows wrote it
    assert client.get("/demo/fichiers/autre.csv").status_code == 404


def test_the_band_says_how_far_the_example_then_the_history_is() -> None:
    ready, half = Progress(600, 600, True), Progress(300, 600, False)

    assert notice_of(None, None) is None
    assert notice_of(ready, ready) is None
    history = notice_of(ready, half)
    assert history is not None
    assert "50" in history.text
    example = notice_of(Progress(1, 4, False), half)
    assert example is not None
    assert "étape 2 sur 4" in example.text


@pytest.mark.django_db
def test_the_band_asks_nothing_any_more_once_the_history_is_written(
    at: datetime, django_assert_num_queries: object, rf: RequestFactory
) -> None:
    seen: list[object] = []

    def page(request: HttpRequest) -> HttpResponse:
        seen.append(getattr(request, "notice", None))
        return HttpResponse()

    served = banner(page)
    run = progress.start(4, at)
    progress.note(run, 2)
    served(rf.get("/"))
    progress.end(run, "", at)
    progress.end(progress.start(4, at, progress.EXAMPLE), "", at)
    served(rf.get("/"))
    with django_assert_num_queries(0):  # type: ignore[operator]
        served(rf.get("/"))
    assert [one is not None for one in seen] == [True, False, False]


def test_what_will_be_lived_is_the_same_for_the_same_seed_and_day() -> None:
    first, second = (history.write_scripts(PLAN, PLAN.ends_at) for _ in range(2))
    told = [[(s.rank, s.start, s.subject, s.where) for s in scripts] for scripts in (first, second)]
    assert told[0] == told[1]
    assert len(first) == PLAN.size.history
    assert all(before.start <= after.start for before, after in pairwise(first))
    assert all(script.start < PLAN.ends_at for script in first)
