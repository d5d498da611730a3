"""F-17: what the timeline of a sheet tells of files and visits, and to whom."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.accounts.factories import person
from tests.campaigns.factories import listed, workplace_of
from tests.conftest import visible_text
from tests.followup.factories import colleague, network, opened_file
from tests.watchlists.factories import MENUISERIE
from vigie.accounts.models import User
from vigie.campaigns.actions.visits import Appointment, hold_visit, plan_visit
from vigie.campaigns.queries.visits import open_visits, visit_steps
from vigie.followup.actions.files import move_file
from vigie.followup.queries.moments import file_moments
from vigie.kernel.clock import now
from vigie.kernel.period import paris_day
from vigie.watchlists.models import Firm

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates", "zones")]
As = Callable[[User | None], Client]
SHEET = reverse("sheets:company", args=[MENUISERIE.siren])


def told(answer: object) -> str:
    text = " ".join(visible_text(answer.content.decode()).split())  # type: ignore[attr-defined]
    parts = text.split("Chronologie")  # in the menu of the sheet, over the block, in the link that reports an error
    return parts[2] if len(parts) > 2 else text


def test_surveillance_and_reopening_are_told_to_who_reads_the_file(folders: Path, as_: As) -> None:
    listed(folders)
    ada, at = colleague("Ada Liste"), now() - timedelta(days=9)
    made, by = opened_file(ada, workplace_of(MENUISERIE.siren), at), person(ada, at)
    for rank, step in enumerate(("start_surveillance", "resume", "complete", "reopen"), 1):
        move_file(made, step, reason="Nouvelle dette" if step == "reopen" else "", by=by, at=at + timedelta(days=rank))

    near = told(as_(colleague("Zoé Banque", "dgfip")).get(SHEET))
    far = told(as_(colleague("Léo Nord", territory="59")).get(SHEET))

    for words in (
        "Accompagnement ouvert", "Entreprise mise sous surveillance", "Accompagnement repris", "Accompagnement terminé",
        "Accompagnement rouvert",
    ):  # fmt: skip
        assert near.count(words) == 1, words
        assert words not in far
    assert "Nouvelle dette" not in near


def test_an_end_is_told_once(folders: Path) -> None:
    listed(folders)
    ada, at = colleague("Ada Liste"), now() - timedelta(days=9)
    made, by = opened_file(ada, workplace_of(MENUISERIE.siren), at), person(ada, at)
    move_file(made, "complete", by=by, at=at + timedelta(days=1))

    titles = [step.title for step in file_moments(person(ada, now()), MENUISERIE.siren)]

    assert titles.count("Accompagnement terminé") == 1


def test_visits_are_told_planned_or_made(folders: Path, as_: As) -> None:
    listed(folders)
    ada, at = colleague("Ada Liste"), now()
    workplace_of(MENUISERIE.siren)
    by, firm = person(ada, at), Firm.objects.get(pk=MENUISERIE.siren)
    for days in (0, 5):
        asked = Appointment(workplace_of(firm.pk), paris_day(at) + timedelta(days=days))
        visit = plan_visit(firm, asked, form_token=f"jeton-de-visite-{days:04d}", by=by, at=at)
        if days == 0:
            hold_visit(visit, network("crp"), "", by=by, at=at)

    near = told(as_(colleague("Zoé Banque", "dgfip")).get(SHEET))
    far = told(as_(colleague("Léo Nord", territory="59")).get(SHEET))

    assert "Visite prévue" in near
    assert "Visite faite" in near
    assert "Visite prévue" not in far
    assert "Visite faite" not in far
    assert len(visit_steps(open_visits(by, MENUISERIE.siren))) == 2


def test_questions_do_not_grow_with_what_happened(folders: Path) -> None:
    listed(folders)
    ada, at = colleague("Ada Liste"), now() - timedelta(days=30)
    made, by = opened_file(ada, workplace_of(MENUISERIE.siren), at), person(ada, at)
    counts = []
    for day in range(0, 20, 10):
        for rank in range(0, 8, 2):
            moment = at + timedelta(days=day, hours=rank)
            move_file(made, "start_surveillance", by=by, at=moment)
            move_file(made, "resume", by=by, at=moment + timedelta(hours=1))
        with CaptureQueriesContext(connection) as asked:
            file_moments(by, MENUISERIE.siren)
        counts.append(len(asked))
    assert counts == [1, 1]
