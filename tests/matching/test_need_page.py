"""The need sheet: who sees it, what it says, which buttons it offers."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import quote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.conftest import visible_text
from tests.directory.factories import SubjectQuestionFactory
from tests.matching.desk_world import ACTORS, READERS, STAMPS, desk_world, establishment
from tests.matching.factories import (
    AT,
    CandidateFactory,
    ContactFactory,
    DiagnosisFactory,
    MatchFactory,
    NeedFactory,
    PrecisionFactory,
    ThreadMessageFactory,
)
from vigie.journal.actions import record
from vigie.kernel import clock
from vigie.matching.actions.matches import reassign, take_charge
from vigie.matching.forms.desk import answer_form
from vigie.matching.queries.need import need_page, visible_need
from vigie.matching.states import MATCH
from vigie.rights.person import SYSTEM

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates")]
XSS = "<script>alert('x')</script><img src=x onerror=alert(1)>"


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("vigie.matching.views.need", "vigie.ui.context", "vigie.accounts.middleware"):
        monkeypatch.setattr(f"{module}.clock.now" if module.endswith("context") else f"{module}.now", lambda: AT)
    monkeypatch.setattr("vigie.portal.middleware.nav_for", lambda person: ())


def address(world) -> str:
    return reverse("matching:need", args=[world.need.pk])


def sheet(world, name: str, **options):
    person = world.person(name)
    return need_page(visible_need(person, world.need.pk), person, form_for=answer_form, **options)


def test_visitor_is_led_to_sign_in() -> None:
    world = desk_world()

    response = world.client("visitor").get(address(world))

    assert response.status_code == 302
    assert response["Location"] == "/connexion/?next=" + quote(address(world), safe="")


def test_unrelated_expert_gets_404() -> None:
    world = desk_world()

    assert world.client("unrelated").get(address(world)).status_code == 404


@pytest.mark.parametrize("name", READERS)
def test_reader_sees_the_request_and_the_contact(name: str) -> None:
    world = desk_world()

    response = world.client(name).get(address(world))

    assert response.status_code == 200
    text = visible_text(response.content.decode())
    assert "boulangerie de quatre personnes" in text
    assert "Camille Fournil" in text


@pytest.mark.parametrize("state", [state.code for state in MATCH.states])
@pytest.mark.parametrize("name", READERS)
def test_page_offers_exactly_the_buttons_of_the_table(name: str, state: str) -> None:
    world = desk_world(state=state, **STAMPS[state])
    expected: dict[str, str] = {}
    if name in ACTORS:
        for step in MATCH.offered(state):
            if step.button:
                expected.setdefault(step.target, step.name)

    found = [one for one in sheet(world, name).interventions if one.pk == world.match.pk]

    buttons = [b.name for one in found for block in one.blocks for b in block.buttons]
    buttons += [b.name for one in found for b in one.undo]
    assert sorted(buttons) == sorted(expected.values())
    html = world.client(name).get(address(world)).content.decode()
    action = reverse("matching:answer", args=[world.need.pk, world.match.pk])
    assert html.count(f'action="{action}"') == len(expected)
