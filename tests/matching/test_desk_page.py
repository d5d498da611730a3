"""« Mes besoins »: whose matches, in which tab, found by which words, in how many queries."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.accounts.factories import AntenneFactory, person
from tests.conftest import visible_text
from tests.directory.factories import ExpertFactory
from tests.matching.desk_world import STAMPS, World, desk_world, establishment
from tests.matching.factories import AT, ContactFactory, DiagnosisFactory, MatchFactory, NeedFactory
from vigie.matching.actions.reminding import remind_all
from vigie.matching.forms.desk import DeskFilterForm
from vigie.matching.models import Match
from vigie.matching.queries.desk import PER_PAGE, TABS, DeskPage, desk_choices, desk_page
from vigie.matching.states import MATCH

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates")]
DESK = "/besoins/"


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vigie.matching.views.desk.now", lambda: AT)


def desk(world: World, name: str, tab: str = "", number: str = "", **typed: Any) -> DeskPage:
    who = world.person(name)
    choices = desk_choices(who)
    return desk_page(who, DeskFilterForm(typed, choices=choices).filters(), tab, number, choices, AT)


def shown(page: DeskPage) -> list[Match]:
    return list(page.matches.object_list)


def counts(page: DeskPage) -> list[int | None]:
    return [tab.count for tab in page.tabs]


def test_visitor_is_led_to_sign_in(client: Any) -> None:
    assert client.get(DESK)["Location"].startswith("/connexion/")


@pytest.mark.parametrize(
    ("name", "expected"),
    [("member", 1), ("colleague", 0), ("other", 1), ("manager", 1), ("unrelated", 0), ("team", 2)],
)
def test_each_person_has_his_own_matches(name: str, expected: int) -> None:
    world = desk_world()

    response = world.client(name).get(DESK)

    assert response.status_code == 200
    assert desk(world, name).tabs[0].count == expected


@pytest.mark.parametrize("state", MATCH.codes)
def test_each_state_has_its_tab(state: str) -> None:
    world = desk_world(state=state, **STAMPS[state])
    where = {"quo": 0, "taking_care": 1, "not_for_me": 3, "expired": 4}.get(state, 2)

    page = desk(world, "member", TABS[where].code)

    assert counts(page) == [1 if rank == where else 0 for rank in range(5)]
    assert shown(page) == [world.match]


@pytest.mark.parametrize(("age", "tab"), [(44, 0), (45, 4)])
def test_a_need_expires_with_the_morning_of_its_45th_day(age: int, tab: int) -> None:
    world = desk_world(sent_at=AT - timedelta(days=age))
    remind_all(at=AT)

    assert counts(desk(world, "member"))[tab] == 1


def test_an_expired_need_leaves_once_archived() -> None:
    world = desk_world(sent_at=AT - timedelta(days=50), archived_at=AT, state="expired")

    assert counts(desk(world, "member")) == [0, 0, 0, 0, 0]


def test_what_waits_is_shown_the_oldest_first() -> None:
    world = desk_world()
    older = MatchFactory(expert=world.match.expert, sent_at=AT - timedelta(days=9))
    newer = MatchFactory(expert=world.match.expert, sent_at=AT + timedelta(hours=1))

    assert shown(desk(world, "member")) == [older, world.match, newer]


def test_what_is_closed_is_shown_the_latest_first() -> None:
    world = desk_world(state="done", **STAMPS["done"])
    stamps = {**STAMPS["done"], "closed_at": AT + timedelta(days=9)}
    newer = MatchFactory(expert=world.match.expert, state="done", **stamps)

    page = desk(world, "member", "clotures")

    assert shown(page) == [newer, world.match]
    assert "Aide à l’embauche" in str(page.table.rows[0])


def test_a_row_tells_the_firm_the_need_and_who_else_has_it() -> None:
    world = desk_world()
    firm = establishment(1)
    world.need.diagnosis.establishment = firm
    world.need.diagnosis.save()
    Match.objects.filter(pk=world.second.pk).update(**{MATCH.field: "taking_care", "taken_care_of_at": AT})

    text = visible_text(world.client("member").get(DESK).content.decode())

    assert "Fournil des Halles" in text
    assert "Montbrison · 10 à 19 salariés" in text
    assert world.need.subject.label in text
    assert "boulangerie de quatre personnes" in text
    assert "Conseil régional : en cours" in text
    assert reverse("matching:need", args=[world.need.pk]) in world.client("member").get(DESK).content.decode()


# --- search and filters -----------------------------------------------------------------------------------------------
@pytest.fixture
def world() -> World:
    """The need of a known firm, and one of another, for the same expert."""
    made = desk_world()
    firm = establishment(1)
    diagnosis = DiagnosisFactory(
        completed=True,
        with_sent_request=True,
        establishment=firm,
        contact=ContactFactory(full_name="Zoé Lefèvre", phone="06 11 22 33 44", email="zoe@halles.example"),
    )
    need = NeedFactory(sent=True, diagnosis=diagnosis, content="Je cherche à former mon équipe à l’hygiène.")
    need.subject.label = "Développer les compétences"
    need.subject.save()
    made.found = MatchFactory(need=need, expert=made.match.expert)  # type: ignore[attr-defined]
    made.firm = firm  # type: ignore[attr-defined]
    return made


@pytest.mark.parametrize(
    "typed",
    ["hygiene", "ÉQUIPE former", "lefevre", "zoe@halles", "fournil halles", "montbrison", "competences", "0611223344",
     "06 11 22 33 44", "SIREN", "SIRET", "SIRET espacé"],
)  # fmt: skip
def test_search_finds_words_wherever_they_are_without_accents(world: World, typed: str) -> None:
    siret = world.firm.siret  # type: ignore[attr-defined]
    numbers = {"SIREN": siret[:9], "SIRET": siret, "SIRET espacé": f"{siret[:3]} {siret[3:6]} {siret[6:9]} {siret[9:]}"}

    assert shown(desk(world, "member", q=numbers.get(typed, typed))) == [world.found]  # type: ignore[attr-defined]


@pytest.mark.parametrize("typed", ["hygiene plombier", "%", "_", "'; DROP TABLE", "\x00", "x" * 300])
def test_search_of_nothing_known_finds_nothing_or_is_ignored(world: World, typed: str) -> None:
    page = desk(world, "member", q=typed)

    assert len(shown(page)) in (0, 2)
    assert world.client("member").get(DESK, {"q": typed}).status_code == 200


def test_filters_narrow_the_list_and_the_counters(world: World) -> None:
    found = world.found  # type: ignore[attr-defined]

    assert shown(desk(world, "member", sujet=str(found.subject_id))) == [found]
    assert counts(desk(world, "member", theme=str(found.subject.theme_id)))[0] == 1
    assert counts(desk(world, "member", depuis="2026-03-18", jusqu_au="2026-03-18"))[0] == 2
    assert counts(desk(world, "member", depuis="2026-03-19"))[0] == 0
    assert counts(desk(world, "member", jusqu_au="17/03/2026"))[0] == 0


@pytest.mark.parametrize("typed", [{"sujet": "0"}, {"theme": "abc"}, {"depuis": "hier"}, {"antenne": "1"}])
def test_a_filter_that_cannot_be_read_filters_nothing(world: World, typed: dict[str, str]) -> None:
    assert counts(desk(world, "member", **typed))[0] == 2
    assert world.client("member").get(DESK, typed).status_code == 200


def test_tabs_keep_the_filters_and_an_empty_list_offers_to_reset(world: World) -> None:
    response = world.client("member").get(DESK, {"q": "plombier", "onglet": "en-cours"})

    html = response.content.decode()
    assert "?onglet=clotures&amp;q=plombier" in html
    assert "Aucun besoin ne répond à votre recherche" in html
    assert 'href="/besoins/?onglet=en-cours">Réinitialiser' in html


@pytest.mark.parametrize("tab", [tab.code for tab in TABS])
def test_each_empty_tab_says_why(tab: str) -> None:
    world = desk_world()

    page = desk(world, "colleague", tab)

    assert page.empty is not None
    assert page.empty.text
    assert visible_text(world.client("colleague").get(DESK, {"onglet": tab}).content.decode()).count(page.empty.title)


def test_a_manager_filters_by_antenne_and_never_beyond_his_own() -> None:
    world = desk_world()
    manager = world.users["manager"]
    below = AntenneFactory(institution=manager.antenne.institution, parent=manager.antenne)
    lower = MatchFactory(expert=ExpertFactory(antenne=below))

    assert counts(desk(world, "manager"))[0] == 2
    assert shown(desk(world, "manager", antenne=str(below.pk))) == [lower]
    assert counts(desk(world, "manager", antenne=str(world.second.expert.antenne_id)))[0] == 2
    assert "antenne" not in DeskFilterForm({}, choices=desk_choices(person(world.users["member"]))).fields


def test_hostile_text_is_shown_as_text() -> None:
    world = desk_world()
    world.need.content = "<script>alert(1)</script>"
    world.need.save()

    assert "<script>alert(1)" not in world.client("member").get(DESK).content.decode()


# --- size -------------------------------------------------------------------------------------------------------------
def fill(world: World, first: int, count: int) -> None:
    for rank in range(first, first + count):
        need = NeedFactory(sent=True, diagnosis=DiagnosisFactory(establishment=establishment(1000 + rank)))
        MatchFactory(need=need, expert=world.match.expert)
        MatchFactory(need=need, expert=world.second.expert)


@pytest.mark.parametrize("name", ["member", "manager", "team"])
def test_queries_do_not_grow_with_rows(name: str) -> None:
    world = desk_world()
    client = world.client(name)
    client.get(DESK)

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            client.get(DESK)
        return len(captured)

    fill(world, 0, 20)
    few = queries()
    fill(world, 20, 80)

    assert queries() == few
    assert few <= 12


def test_a_thousand_matches_come_by_pages() -> None:
    world = desk_world()
    need = world.need
    Match.objects.bulk_create(
        Match(need=NeedFactory(sent=True, diagnosis=need.diagnosis, subject__label=f"Sujet n° {rank}"),
              expert=world.match.expert, subject=need.subject, sent_at=AT - timedelta(minutes=rank))
        for rank in range(60)
    )  # fmt: skip

    first, last, beyond = (desk(world, "member", number=number) for number in ("", "3", "9999"))

    assert first.count == "61\u00a0besoins"
    assert [len(shown(page)) for page in (first, last, beyond)] == [PER_PAGE, 11, 11]
    assert not set(shown(first)) & set(shown(last))
