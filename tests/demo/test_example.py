"""The example list of the demo, by the same doors as in production: files, batch, publications, reception."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings

from vigie.config.environment import Environment
from vigie.demo import example, progress
from vigie.kernel.period import Month
from vigie.watchlists.models import Entry, Publication

AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
TINY = example.Scale(
    250, 54, "months = 36\ntraining_rows = 3000\ntraining_bags = 3\ntraining_rounds = 40\ntraining_pairs = 6\n"
)


@pytest.fixture
def folders(tmp_path: Path, settings: Any) -> Any:
    with override_settings(VIGIE=replace(settings.VIGIE, var=str(tmp_path), incoming="", lake="", publications="")):
        yield tmp_path


@pytest.mark.parametrize(
    ("day", "last"),
    [(datetime(2026, 11, 22, tzinfo=UTC), Month(2026, 10)), (datetime(2026, 11, 3, tzinfo=UTC), Month(2026, 9))],
)
def test_the_months_are_those_whose_list_is_due(day: datetime, last: Month) -> None:
    assert example.months(day) == (last.plus(-1), last)


@pytest.mark.django_db(transaction=True)
def test_two_months_are_published_received_and_opened(folders: Path) -> None:
    said: list[str] = []
    example.build(lambda: AT, said.append, TINY)

    states = dict(Publication.objects.order_by("batch").values_list("code", "state"))
    assert list(states) == ["2026-09.1", "2026-10.1"]
    assert states["2026-09.1"] == "open"
    assert Entry.objects.filter(publication__code="2026-10.1").count() > 100
    state = progress.read(progress.EXAMPLE)
    assert state is not None
    assert state.ended
    assert "2\u00a0listes comptées" in said  # the dashboards of the partners are counted too
    assert not list(folders.glob("tmp-example"))

    shutil.rmtree(folders / "publications")  # a second building has nothing to do, and asks for nothing
    example.build(lambda: AT, said.append, TINY)
    assert Publication.objects.count() == 2


@pytest.mark.django_db
def test_invented_firms_stay_out_of_production(folders: Path, settings: Any) -> None:
    production: Environment = replace(settings.VIGIE, mode="production")
    with override_settings(VIGIE=production), pytest.raises(example.ExampleFailed):
        example.build(lambda: AT, print)


def test_a_batch_that_fails_says_why(tmp_path: Path) -> None:
    places = ["--incoming", "/nowhere", "--lake", str(tmp_path / "lake"), "--publications", str(tmp_path)]
    with pytest.raises(example.ExampleFailed, match="ce dossier n’existe pas"):
        example._batch("run", *places, "--month", "2026-10")
