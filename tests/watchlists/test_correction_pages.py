"""« Redressements » by person: who reads, writes, approves; the form; what the sheet shows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.accounts.factories import UserFactory
from tests.conftest import visible_text
from tests.watchlists.correction_world import ANSWER, FORM, approved, draft, member, proposed, simulated
from tests.watchlists.factories import ACIERIE, MENUISERIE, agent, opened
from vigie.accounts.models import User
from vigie.journal.models import AuditEvent
from vigie.rights.table import Role
from vigie.watchlists.models_corrections import FAILED, WAITING, Correction
from vigie.watchlists.rules_corrections import Asked, Content

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates", "zones")]
As = Callable[[User | None], Client]
LIST = reverse("watchlists:corrections")
NEW = reverse("watchlists:write_correction")


def sheet(row: Correction) -> str:
    return reverse("watchlists:correction", args=[row.pk])


def acts(row: Correction) -> str:
    return reverse("watchlists:act_on_correction", args=[row.pk])


def text_of(client: Client, url: str) -> str:
    return visible_text(client.get(url).content.decode())


# --- who


@pytest.mark.parametrize("role", ["expert", "adviser", "manager"])
def test_pages_do_not_exist_for_the_others(role: str, as_: As, at: datetime) -> None:
    row = approved(agent(), at)
    client = as_(UserFactory.create(**{role: True}))
    assert [client.get(url).status_code for url in (LIST, NEW, sheet(row))] == [404, 404, 404]
    assert client.post(acts(row), {"transition": "withdraw"}).status_code == 404


def test_a_visitor_is_led_to_sign_in(client: Client) -> None:
    assert [client.get(url).status_code for url in (LIST, NEW)] == [302, 302]


def test_an_agent_of_level_b_reads_and_does_not_write(as_: As, at: datetime) -> None:
    row = approved(agent(), at)
    client = as_(agent(Role.LEVEL_B))
    assert "Dette récente" in text_of(client, LIST)
    assert "Nouveau redressement" not in text_of(client, LIST)
    assert client.get(sheet(row)).status_code == 200
    assert client.get(NEW).status_code == 404
    assert client.post(acts(row), {"transition": "withdraw", "reason": "x"}).status_code == 403


def test_a_draft_is_its_authors(as_: As, at: datetime) -> None:
    author = agent()
    row = draft(author, at)
    assert "Dette récente" in text_of(as_(author), LIST)
    for other in (agent(), member()):
        client = as_(other)
        assert "Dette récente" not in text_of(client, LIST)
        assert client.get(sheet(row)).status_code == 404
        assert client.post(acts(row), {"transition": "simulate"}).status_code == 404


def offered(client: Client, row: Correction) -> set[str]:
    page = client.get(sheet(row)).context["page"]
    return {button.name for button in page.buttons}


def test_buttons_follow_the_state_and_the_person(as_: As, at: datetime) -> None:
    author, chief, other = agent(), member(), agent()
    row = draft(author, at)
    assert offered(as_(author), row) == {"simulate", "delete"}
    row = simulated(author, at, wording="Une autre phrase")
    assert offered(as_(author), row) == {"simulate", "propose", "delete"}
    row = proposed(author, at, wording="Une troisième phrase")
    assert offered(as_(author), row) == {"take_back"}
    assert offered(as_(other), row) == set()
    assert offered(as_(chief), row) == {"approve", "refuse"}
    row = approved(author, at, chief, wording="Une quatrième phrase")
    assert offered(as_(author), row) == {"withdraw", "next_version"}
    assert offered(as_(other), row) == {"next_version"}
    assert offered(as_(chief), row) == {"withdraw", "next_version"}


def test_a_member_does_not_approve_his_own(as_: As, at: datetime) -> None:
    chief = member()
    row = proposed(chief, at)
    assert "approve" not in offered(as_(chief), row)
    assert as_(chief).post(acts(row), {"transition": "approve"}).status_code == 403
    row.refresh_from_db()
    assert row.state == "proposed"


# --- the journey


def test_an_agent_writes_simulates_proposes_and_another_approves(as_: As, folders: Path, at: datetime) -> None:
    opened(folders)
    author, chief = agent(), member()
    client = as_(author)
    assert client.get(NEW).status_code == 200
    response = client.post(NEW, FORM)
    row = Correction.objects.get()
    assert response.headers["Location"] == sheet(row)
    assert row.said == Content(
        kind="shape_edit", sections=("C",), regions=("53",), departements=("35", "2A"), age_least=2.5,
        feature="equity_ratio", points=((-10.0, 0.5), (0.0, 0.0)),
        conditions=(Asked("workforce_change", "below", -0.1),),
    )  # fmt: skip
    client.post(acts(row), {"transition": "simulate"})
    row.refresh_from_db()
    assert row.simulation_state == WAITING
    assert "Recharger" in text_of(client, sheet(row))
    Correction.objects.update(simulation=ANSWER, simulation_state="done", simulated_at=at)
    client.post(acts(row), {"transition": "propose"})
    approver = as_(chief)
    assert "Dette récente" in text_of(approver, LIST)
    approver.post(acts(row), {"transition": "approve"})
    row.refresh_from_db()
    assert (row.state, row.approved_by) == ("approved", chief)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"value_3": "12"}, "Donnez l’effet de ce point"),
        ({"effect_3": "0,2"}, "Donnez la valeur de ce point"),
        ({"condition_value_2": "5"}, "Choisissez la donnée de cette condition"),
    ],
)
def test_half_a_point_or_half_a_condition_is_never_left_out_in_silence(
    as_: As, folders: Path, typed: dict[str, str], told: str
) -> None:
    opened(folders)

    page = as_(agent()).post(NEW, FORM | typed)

    assert told in page.content.decode()
    assert not Correction.objects.exists()


def test_a_draft_is_changed_with_its_own_values(as_: As, folders: Path) -> None:
    opened(folders)
    client = as_(agent())
    client.post(NEW, FORM)
    row = Correction.objects.get()
    change = reverse("watchlists:change_correction", args=[row.pk])
    html = client.get(change).content.decode()
    for shown in ('value="2026-04"', 'value="−10"', 'value="0,5"', 'value="35 2A"', 'value="−0,1"'):
        assert shown in html
    client.post(change, FORM | {"kind": "floor", "minimum": "12,5"})
    row.refresh_from_db()
    assert (row.kind, row.said.minimum) == ("floor", 0.125)


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"wording": "court"}, "wording"),
    ({"first_month": "juin 2026"}, "first_month"),
    ({"months": "25"}, "months"),
    ({"departements": "Ain"}, "departements"),
    ({"age_least": "deux"}, "age_least"),
    ({"value_2": "-20"}, "value_1"),
    ({"effect_1": "3"}, "effect_1"),
    ({"feature": ""}, "feature"),
    ({"feature": "of_nobody"}, "feature"),
    ({"condition_value_1": ""}, "condition_value_1"),
    ({"kind": "family_scale"}, "family"),
    ({"kind": "offset", "effect": "1,01"}, "effect"),
    ({"sections": ["Z"]}, "sections"),
]


@pytest.mark.parametrize(("changes", "field"), WRONG, ids=range(len(WRONG)))
def test_what_is_wrong_is_told_beside_its_field(changes: dict[str, Any], field: str, as_: As, folders: Path) -> None:
    opened(folders)
    response = as_(agent()).post(NEW, FORM | changes)
    assert response.status_code == 200
    assert field in response.context["form"].errors
    assert not Correction.objects.exists()


def test_a_refusal_needs_its_reason(as_: As, at: datetime) -> None:
    row, client = proposed(agent(), at), as_(member())
    assert client.post(acts(row), {"transition": "refuse"}).status_code == 400
    client.post(acts(row), {"transition": "refuse", "reason": "Portée trop large"})
    row.refresh_from_db()
    assert (row.state, row.ended_reason) == ("withdrawn", "Portée trop large")
    told = text_of(client, sheet(row))
    assert "Refusé le" in told
    assert "Portée trop large" in told
    assert "Retiré" not in told  # it was never in force
    assert "Approuvé par" not in told


def test_a_new_version_and_a_deleted_draft(as_: As, at: datetime) -> None:
    author = agent()
    row = approved(author, at)
    client = as_(author)
    client.post(acts(row), {"transition": "next_version"})
    following = Correction.objects.get(version=2)
    client.post(acts(following), {"transition": "delete"})
    assert Correction.objects.count() == 1


def test_an_unknown_act_does_not_exist(as_: As, at: datetime) -> None:
    author = agent()
    assert as_(author).post(acts(draft(author, at)), {"transition": "expire"}).status_code == 404


# --- the sheet


def test_the_sheet_shows_the_curve_and_what_changes(as_: As, at: datetime) -> None:
    author = agent()
    client = as_(author)
    drawn = client.get(sheet(draft(author, at))).content.decode()
    assert "<polyline" in drawn
    assert "Effets dessinés" in drawn
    row = simulated(author, at, wording="Une autre phrase")
    html = client.get(sheet(row)).content.decode()
    said = visible_text(html)
    assert html.count("<polyline") == 2
    assert 'cx="40.0"' in html, "a picture counts with points, whatever the language"
    for words in ("3 sur 5", "Bretagne", "Précision moyenne", "0,02 [−0,01 ; 0,05]", "Courbe avant et après"):
        assert words in said, words
    assert "Hauts-de-France" not in said, "a région that the scope does not touch"


def test_firms_are_shown_within_the_readers_territory_only(as_: As, folders: Path, at: datetime) -> None:
    opened(folders)
    moving = [
        {"siren": firm.siren, "level_before": "moderate", "level_after": "strong", "effect": 0.4}
        for firm in (MENUISERIE, ACIERIE)
    ]
    row = proposed(agent(), at, answer={**ANSWER, "firms_moving": moving})
    said = text_of(as_(agent(territory="35")), sheet(row))
    assert str(MENUISERIE.name) in said
    assert str(ACIERIE.name) not in said
    note = AuditEvent.objects.get(action="view_simulation")
    assert note.details == {"firms": [MENUISERIE.siren]}
    said = text_of(as_(member()), sheet(row))
    assert str(MENUISERIE.name) not in said, "the team reads no firm"


def test_an_answer_of_another_shape_breaks_nothing(as_: As, at: datetime) -> None:
    author = agent()
    strange = {
        "month": ["x"], "firms": "a", "by_region": [1, {"concerned": 2}], "curve": {"points": []}, "backtest": [],
        "levels_before": 3, "firms_moving": {"a": 1},
    }  # fmt: skip
    assert as_(author).get(sheet(simulated(author, at, strange))).status_code == 200


def test_a_failed_simulation_says_why(as_: As, at: datetime) -> None:
    author = agent()
    row = draft(author, at)
    Correction.objects.update(simulation={"refused": "Ce mois n’a pas été calculé."}, simulation_state=FAILED)
    assert "Ce mois n’a pas été calculé." in text_of(as_(author), sheet(row))


def test_hostile_words_are_text(as_: As, at: datetime) -> None:
    author = agent()
    row = simulated(author, at, wording="<script>alert(1)</script> et plus", reason="<img src=x onerror=y> raison")
    html = as_(author).get(sheet(row)).content.decode()
    assert "<script>alert" not in html
    assert "<img src=x" not in html
