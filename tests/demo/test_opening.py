"""The page that answers while `make run` makes the world: it asks nothing of a database that is not there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from vigie.demo import opening
from vigie.demo.opening import STEPS, reach, read

BUSY = 503


@pytest.fixture
def middleware(tmp_path: Path, settings: object) -> Callable[[HttpRequest], HttpResponse]:
    settings.VAR = tmp_path  # type: ignore[attr-defined]
    return opening.opening(lambda request: HttpResponse("the product"))


def test_every_page_waits_with_its_step_and_comes_back_by_itself(
    middleware: Callable[[HttpRequest], HttpResponse], rf: RequestFactory
) -> None:
    opening.file().write_text("database")
    reach("firms")

    response = middleware(rf.get("/theme/recruter/"))

    page = response.content.decode()
    assert response.status_code == BUSY
    assert response["Retry-After"] == response["Refresh"] == "2"
    assert response["Cache-Control"] == "no-store"
    assert "étape 5 sur 5" in page
    assert "Les entreprises&nbsp;: <strong>en cours</strong>" in page
    assert "Les communes de France&nbsp;: fait" in page


def test_what_is_sent_meanwhile_is_refused_without_being_sent_again(
    middleware: Callable[[HttpRequest], HttpResponse], rf: RequestFactory
) -> None:
    opening.file().write_text("database")

    response = middleware(rf.post("/connexion/"))

    assert response.status_code == BUSY
    assert "Refresh" not in response


def test_static_files_pass_and_do_not_open_the_rest(
    middleware: Callable[[HttpRequest], HttpResponse], rf: RequestFactory
) -> None:
    opening.file().write_text("database")

    assert middleware(rf.get("/static/ui/vigie.css")).content == b"the product"
    assert middleware(rf.get("/")).status_code == BUSY


def test_once_open_it_stays_open(middleware: Callable[[HttpRequest], HttpResponse], rf: RequestFactory) -> None:
    opening.file().write_text("database")
    assert middleware(rf.get("/")).status_code == BUSY
    opening.file().unlink()

    assert middleware(rf.get("/")).content == b"the product"
    opening.file().write_text("database")
    assert middleware(rf.get("/")).content == b"the product"


def test_nobody_waits_nothing_is_noted(middleware: Callable[[HttpRequest], HttpResponse]) -> None:
    reach("firms")

    assert read() is None
    opening.file().write_text("database")
    reach("12 institutions, 3 experts")  # the account of a world, not a step
    state = read()
    assert state is not None
    assert state.done == 0
    assert [name for name, _ in state.steps] == list(STEPS.values())
