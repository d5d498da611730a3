"""The pages on accounts, one kind of person at a time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.accounts.factories import (
    AbsenceFactory,
    AntenneFactory,
    HabilitationFactory,
    InstitutionFactory,
    UserFactory,
    sign_in,
    sign_in_proven,
)
from tests.conftest import visible_text
from vigie.accounts.models import Absence, Habilitation, User
from vigie.accounts.teams import Team, _sources, register_teams
from vigie.journal.models import Event, OutgoingMessage
from vigie.kernel.clock import now
from vigie.kernel.period import paris_day
from vigie.rights.table import Role

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates")]

HOSTILE = "<script>alert(1)</script>\u202e\x00 \"onload='x'"
Open = Callable[[User | None], Client]


@pytest.fixture
def who(request: pytest.FixtureRequest) -> Callable[[str], User | None]:
    return lambda name: None if name == "anonymous" else request.getfixturevalue(name)


def text_of(response) -> str:
    return visible_text(response.content.decode())


# --- who reaches what -----------------------------------------------------------------------------------------------
TEAM_PAGES = (
    "/equipe/personnes/",
    "/equipe/personnes/inviter/",
    "/equipe/personnes/antennes/?q=a",
    "/equipe/personnes/{pk}/",
)
TEAM_ACTS = (
    "/equipe/personnes/inviter/",
    "/equipe/personnes/{pk}/modifier/",
    "/equipe/personnes/{pk}/habilitations/",
    "/equipe/personnes/{pk}/habilitations/{habilitation}/",
    "/equipe/personnes/{pk}/second-facteur/retirer/",
)
PEOPLE = [("anonymous", 302), ("unrelated", 404), ("expert", 404), ("manager", 404), ("team", 200)]


@pytest.mark.parametrize("path", TEAM_PAGES)
@pytest.mark.parametrize(("name", "status"), PEOPLE)
def test_pages_on_people_are_the_teams(
    as_: Open, who: Callable, expert: User, path: str, name: str, status: int
) -> None:
    client = as_(who(name))

    answer = client.get(path.format(pk=expert.pk))

    assert answer.status_code == status
    assert client.head(path.format(pk=expert.pk)).status_code == status


@pytest.mark.parametrize("path", TEAM_ACTS)
@pytest.mark.parametrize(("name", "status"), PEOPLE[:-1])
def test_acts_on_people_are_the_teams(
    as_: Open, who: Callable, expert: User, path: str, name: str, status: int
) -> None:
    habilitation = expert.habilitations.get()
    data = {"transition": "revoke", "email": "x@cma.example", "full_name": "X", "roles": "team", "role": "team"}

    answer = as_(who(name)).post(path.format(pk=expert.pk, habilitation=habilitation.pk), data)

    assert answer.status_code == status
    habilitation.refresh_from_db()
    expert.refresh_from_db()
    assert (habilitation.state, expert.full_name) == ("granted", "Paul Petit")
    assert not Habilitation.objects.filter(user=expert, role="team").exists()


@pytest.mark.parametrize(("name", "status"), [("anonymous", 302), ("unrelated", 200), ("manager", 200), ("team", 200)])
def test_own_page_is_everyones_with_an_account(as_: Open, who: Callable, name: str, status: int) -> None:
    assert as_(who(name)).get("/mon-compte/").status_code == status


@pytest.mark.parametrize("pk", [0, 999_999, 2**62])
def test_absent_person_is_404(as_: Open, team: User, pk: int) -> None:
    assert as_(team).get(f"/equipe/personnes/{pk}/").status_code == 404


def test_habilitation_of_another_person_in_the_address_is_404(
    as_: Open, team: User, expert: User, unrelated: User
) -> None:
    other = unrelated.habilitations.get()

    answer = as_(team).post(f"/equipe/personnes/{expert.pk}/habilitations/{other.pk}/", {"transition": "revoke"})

    assert answer.status_code == 404
    other.refresh_from_db()
    assert other.state == "granted"


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_other_methods_do_nothing(as_: Open, team: User, expert: User, method: str) -> None:
    client = as_(team)

    assert getattr(client, method)(f"/equipe/personnes/{expert.pk}/").status_code == 405
    assert getattr(client, method)("/mon-compte/").status_code == 405
    assert getattr(client, method)("/connexion/").status_code == 405


@pytest.mark.parametrize(
    "path",
    [
        "/mon-compte/",
        "/mon-compte/conditions/",
        "/mon-compte/absences/",
        "/mon-compte/absences/1/annuler/",
        "/mon-compte/second-facteur/",
        "/mon-compte/second-facteur/changer/",
        "/mon-compte/second-facteur/confirmer/",
        "/mon-compte/codes-de-secours/renouveler/",
        *TEAM_ACTS,
    ],
)
def test_no_act_without_its_token(team: User, path: str) -> None:
    client = sign_in(Client(enforce_csrf_checks=True), team)

    assert client.post(path.format(pk=team.pk, habilitation=1)).status_code == 403


# --- the list -------------------------------------------------------------------------------------------------------
def test_list_says_how_many_and_filters(as_: Open, team: User) -> None:
    cma = InstitutionFactory(name="Chambre de métiers")
    UserFactory(expert=True, full_name="Zoé Léger", antenne=AntenneFactory(institution=cma))
    UserFactory(adviser=True, suspended=True, full_name="Luc Noir")
    UserFactory(full_name="Sans Rôle")
    AbsenceFactory(
        user=UserFactory(expert=True, full_name="Eva Loin"),
        starts_on=paris_day(now()) - timedelta(1), ends_on=paris_day(now()) + timedelta(1),
    )  # fmt: skip
    client = as_(team)

    def names(**filters: object) -> set[str]:
        page = client.get("/equipe/personnes/", filters).context["page"]
        return {row[0].text for row in page.table.rows}

    assert "5 personnes" in text_of(client.get("/equipe/personnes/"))
    assert names(q="zoe LEGER") == {"Zoé Léger"}
    assert names(q="leger antenne.example") == {"Zoé Léger"}
    assert names(role="adviser") == {"Luc Noir"}
    assert names(situation="suspended") == {"Luc Noir"}
    assert names(situation="none") == {"Luc Noir", "Sans Rôle"}
    assert names(situation="absent") == {"Eva Loin"}
    assert names(situation="in_force", role="expert") == {"Zoé Léger", "Eva Loin"}
    assert names(situation="never") == {"Zoé Léger", "Luc Noir", "Sans Rôle", "Eva Loin"}
    assert names(institution=cma.pk) == {"Zoé Léger"}
    assert names(q="personne de ce nom") == set()
    assert names(role="inconnu", situation="x", institution="y", page="z") == names()
    assert "Aucune personne ne répond" in text_of(client.get("/equipe/personnes/", {"q": "zzz"}))


def test_list_does_not_ask_more_when_it_grows(as_: Open, team: User) -> None:
    client = as_(team)
    counts = []
    for more in (20, 80):
        antennes = AntenneFactory.create_batch(4)
        for number in range(more):
            UserFactory(expert=True, manager=True, antenne=antennes[number % 4])
        for page in ("1", "2"):
            with CaptureQueriesContext(connection) as queries:
                assert client.get("/equipe/personnes/", {"page": page}).status_code == 200
            counts.append(len(queries))

    assert max(counts) <= 12
    assert counts[1] == counts[3]


def test_sheet_of_a_person_asks_at_most_twenty_queries(as_: Open, team: User, expert: User) -> None:
    for role in (Role.ADVISER, Role.TEAM):
        HabilitationFactory(user=expert, role=role)
    client = as_(team)

    with CaptureQueriesContext(connection) as queries:
        client.get(f"/equipe/personnes/{expert.pk}/")

    assert len(queries) <= 20


def test_hostile_names_are_shown_as_text(as_: Open, team: User) -> None:
    antenne = AntenneFactory(name=HOSTILE.replace("\x00", ""), institution__name="<i>I</i>")
    user = UserFactory(expert=True, full_name=HOSTILE.replace("\x00", ""), job="<b>x</b>", antenne=antenne)
    client = as_(team)

    for path in ("/equipe/personnes/", f"/equipe/personnes/{user.pk}/"):
        html = client.get(path).content.decode()
        assert "<script>alert" not in html
        assert "<i>I</i>" not in html
        assert "&lt;script&gt;" in html


# --- inviting -------------------------------------------------------------------------------------------------------
def test_team_invites_and_lands_on_the_sheet(as_: Open, team: User) -> None:
    antenne = AntenneFactory(name="Antenne de Lille", institution__name="CMA")
    data = {
        "email": " Ana.Lopez@CMA.example", "full_name": "ana lopez", "roles": ["expert", "manager"],
        "antenne": "Antenne de Lille (CMA)", "antenne_id": str(antenne.pk),
        "is_active": "", "session_epoch": "9", "terms_accepted_at": "2026-01-01", "antenne_extra": "1",
    }  # fmt: skip

    answer = as_(team).post("/equipe/personnes/inviter/", data, follow=True)

    user = User.objects.get(email="ana.lopez@cma.example")
    assert answer.redirect_chain == [(f"/equipe/personnes/{user.pk}/", 302)]
    assert "Ana Lopez est invité" in text_of(answer)
    assert "Responsable d’antenne – Antenne de Lille" in text_of(answer)
    assert (user.is_active, user.session_epoch, user.terms_accepted_at) == (True, 0, None)
    assert OutgoingMessage.objects.get().recipient == user.email


def test_double_press_invites_once(as_: Open, team: User) -> None:
    AntenneFactory(name="Antenne de Lille")
    data = {"email": "ana@cma.example", "full_name": "Ana", "roles": "expert", "antenne": "lille"}
    client = as_(team)

    answers = [client.post("/equipe/personnes/inviter/", data) for _ in range(2)]

    assert [one.status_code for one in answers] == [302, 302]
    assert answers[0].url == answers[1].url
    assert OutgoingMessage.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"email": "paul.petit@cma.example"}, "Cette personne a déjà un compte"),
        ({"email": "x"}, "n’est pas valide"),
        ({"roles": []}, "Choisissez au moins un rôle"),
        ({"roles": ["system"]}, "system"),
        ({"antenne": ""}, "Indiquez l’antenne"),
        ({"antenne": "nulle part"}, "Aucune antenne ne porte ce nom"),
        ({"antenne": "antenne"}, "Plusieurs antennes répondent"),
        ({"full_name": "x" * 100_000}, "trop long"),
        ({"ends_on": "demain"}, "Cette date n’est pas valide"),
        ({"ends_on": "2020-01-01"}, "La fin précède le début"),
        ({"phone": "abc"}, "Ce numéro de téléphone n’est pas valide"),
    ],
)
def test_refused_invitation_is_given_back_with_its_reason(
    as_: Open, team: User, expert: User, changes: dict, message: str
) -> None:
    AntenneFactory(name="Antenne de Lille")
    data = {"email": "ana@cma.example", "full_name": "Ana", "roles": ["expert"], "antenne": "Antenne de Lille"}

    answer = as_(team).post("/equipe/personnes/inviter/", {**data, **changes})

    assert answer.status_code == 422
    assert message in text_of(answer)
    assert 'value="Ana"' in answer.content.decode() or "full_name" in changes
    assert not User.objects.filter(email="ana@cma.example").exists()


def test_antenne_chosen_then_retyped_is_the_one_typed(as_: Open, team: User) -> None:
    lille, nantes = AntenneFactory(name="Lille"), AntenneFactory(name="Nantes")
    data = {"email": "ana@cma.example", "full_name": "Ana", "roles": "expert"}

    as_(team).post("/equipe/personnes/inviter/", {**data, "antenne": "Nantes", "antenne_id": str(lille.pk)})

    assert User.objects.get(email="ana@cma.example").antenne == nantes


def test_antennes_are_proposed_without_accents_nor_the_deleted(as_: Open, team: User) -> None:
    AntenneFactory(name="Évreux", institution__name="CCI")
    AntenneFactory(name="Évreux ancienne", deleted_at=now())

    answer = as_(team).get("/equipe/personnes/antennes/", {"q": "evreux cci"})

    assert [row["label"] for row in answer.json()["results"]] == ["Évreux (CCI)"]


# --- one person -----------------------------------------------------------------------------------------------------
def test_sheet_shows_who_granted_what_and_what_happened(as_: Open, team: User, expert: User) -> None:
    client = as_(team)
    habilitation = expert.habilitations.get()
    path = f"/equipe/personnes/{expert.pk}/"

    client.post(f"{path}habilitations/{habilitation.pk}/", {"transition": "suspend"})
    suspended = text_of(client.get(path))
    client.post(f"{path}habilitations/{habilitation.pk}/", {"transition": "grant"})
    granted = text_of(client.get(path))

    assert "Suspendue" in suspended
    assert "Une habilitation a été suspendue" in suspended
    assert "par Odile Brun" in suspended
    assert "Accordée par Odile Brun" in granted
    assert list(Event.objects.values_list("name", flat=True)) == ["habilitation.suspended", "habilitation.granted"]


def test_sheet_offers_exactly_the_buttons_of_the_table(as_: Open, team: User) -> None:
    offered = {"requested": {"grant", "revoke"}, "granted": {"suspend", "revoke"}, "suspended": {"grant", "revoke"}}
    for state, expected in {**offered, "revoked": set(), "expired": set()}.items():
        user = UserFactory()
        ended = now() if state in {"revoked", "expired"} else None
        HabilitationFactory(user=user, state=state, ended_at=ended)
        page = as_(team).get(f"/equipe/personnes/{user.pk}/").context["page"]
        assert {button.name for button in page.habilitations[0].buttons} == expected, state


def test_own_sheet_offers_no_button_on_oneself(as_: Open, team: User) -> None:
    page = as_(team).get(f"/equipe/personnes/{team.pk}/").context["page"]

    assert page.habilitations[0].buttons == ()
    assert page.secure == ()


def test_button_of_a_state_that_is_gone_answers_409(as_: Open, team: User, expert: User) -> None:
    habilitation = expert.habilitations.get()
    client, path = as_(team), f"/equipe/personnes/{expert.pk}/habilitations/{habilitation.pk}/"
    client.post(path, {"transition": "revoke"})

    assert client.post(path, {"transition": "suspend"}).status_code == 409
    assert client.post(path, {"transition": "revoke"}).status_code == 302
    assert client.post(path, {"transition": "expire"}).status_code == 404
    assert client.post(path, {}).status_code == 404


def test_team_gives_a_habilitation_and_changes_an_account(as_: Open, team: User, expert: User) -> None:
    client, path = as_(team), f"/equipe/personnes/{expert.pk}/"
    other = AntenneFactory(name="Antenne de Lens")

    given = client.post(f"{path}habilitations/", {"role": "manager", "antenne": "lens", "ends_on": "2030-12-31"})
    changed = client.post(
        f"{path}modifier/",
        {"full_name": "Paul Grand", "email": "paul.grand@cma.example", "antenne": "Antenne de Lens", "is_active": ""},
    )

    expert.refresh_from_db()
    assert (given.status_code, changed.status_code) == (302, 302)
    assert (expert.full_name, expert.email, expert.antenne) == ("Paul Grand", "paul.grand@cma.example", other)
    assert expert.is_active
    manager = expert.habilitations.get(role="manager")
    assert (manager.antenne, manager.state, manager.granted_by) == (other, "granted", team)
    assert manager.ends_on == date(2030, 12, 31)


def test_what_opens_protected_data_is_given_by_who_proves_who_he_is(team: User, expert: User) -> None:
    late, waiting = sign_in(Client(), team), HabilitationFactory(user=expert, role=Role.LEVEL_B, state="requested")
    give, decide = (
        f"/equipe/personnes/{expert.pk}/habilitations/",
        f"/equipe/personnes/{expert.pk}/habilitations/{waiting.pk}/",
    )
    invited = {"email": "neuve@ddfip.example", "full_name": "Noé Neuf", "roles": ["auditor"]}
    asked = (
        late.post(give, {"role": "auditor"}), late.post(decide, {"transition": "grant"}),
        late.post("/equipe/personnes/inviter/", invited),
    )  # fmt: skip

    assert {one.url.partition("?")[0] for one in asked} == {"/mon-compte/confirmer/"}
    waiting.refresh_from_db()
    assert waiting.state == "requested"
    assert not User.objects.filter(email="neuve@ddfip.example").exists()
    assert not expert.habilitations.filter(role="auditor").exists()
    # what takes rights away does not wait
    assert late.post(decide, {"transition": "revoke"}).url == f"/equipe/personnes/{expert.pk}/"

    sign_in_proven(Client(), team).post(give, {"role": "auditor"})

    assert expert.habilitations.filter(role="auditor", state="granted").exists()


def test_habilitation_already_held_is_said_on_the_form(as_: Open, team: User, expert: User) -> None:
    answer = as_(team).post(f"/equipe/personnes/{expert.pk}/habilitations/", {"role": "expert"})

    assert answer.status_code == 422
    assert "a déjà cette habilitation" in text_of(answer)


# --- one’s own account ----------------------------------------------------------------------------------------------
def test_own_page_changes_what_is_ones_own_and_nothing_else(as_: Open, expert: User) -> None:
    data = {
        "full_name": "Paul PETIT", "job": "Conseiller", "phone": "0198765432", "email": "autre@cma.example",
        "antenne": "", "antenne_id": "", "is_active": "", "deleted_at": "2026-01-01", "session_epoch": "4",
    }  # fmt: skip

    answer = as_(expert).post("/mon-compte/", data, follow=True)

    expert.refresh_from_db()
    assert "Vos informations sont à jour" in text_of(answer)
    assert (expert.job, expert.phone) == ("Conseiller", "01 98 76 54 32")
    assert (expert.email, expert.is_active, expert.session_epoch) == ("paul.petit@cma.example", True, 0)
    assert expert.antenne is not None


def test_own_page_gives_back_what_cannot_be_read(as_: Open, expert: User) -> None:
    answer = as_(expert).post("/mon-compte/", {"full_name": "", "phone": "12", "job": HOSTILE})

    assert "Remplissez ce champ" in text_of(answer)
    assert "téléphone n’est pas valide" in text_of(answer)
    assert "<script>alert" not in answer.content.decode()


def test_own_page_shows_habilitations_without_buttons_and_teams(as_: Open, expert: User) -> None:
    def source(user: User) -> list[Team]:
        return [Team("Équipe Nord", "Lille", "/annuaire/experts/1/")]

    register_teams(source)
    try:
        answer = as_(expert).get("/mon-compte/")
    finally:
        _sources.remove(source)

    assert answer.context["page"].habilitations[0].buttons == ()
    assert "Équipe Nord – Lille" in text_of(answer)
    assert "Accordée par Paul Petit" in text_of(answer)


def test_absence_is_set_shown_and_canceled(as_: Open, expert: User) -> None:
    colleague = UserFactory(expert=True, antenne=expert.antenne, full_name="Rose Duc")
    first, last = paris_day(now()) + timedelta(5), paris_day(now()) + timedelta(9)
    client = as_(expert)

    data = {"starts_on": first.isoformat(), "ends_on": last.strftime("%d/%m/%Y"), "replacement": str(colleague.pk)}
    shown = client.post("/mon-compte/absences/", data, follow=True)
    absence = Absence.objects.get()
    canceled = client.post(f"/mon-compte/absences/{absence.pk}/annuler/", follow=True)
    again = client.post(f"/mon-compte/absences/{absence.pk}/annuler/", follow=True)

    assert (absence.starts_on, absence.ends_on, absence.replacement) == (first, last, colleague)
    assert "remplacement par Rose Duc" in text_of(shown)
    assert "Votre absence est annulée" in text_of(canceled)
    assert again.status_code == 200
    assert not Absence.objects.exists()


def test_absence_refused_is_given_back_with_its_reason(as_: Open, expert: User, unrelated: User) -> None:
    client = as_(expert)
    past = {"starts_on": "2020-01-01", "ends_on": "2020-01-05"}

    assert "déjà terminée" in text_of(client.post("/mon-compte/absences/", past))
    assert "Indiquez une date" in text_of(client.post("/mon-compte/absences/", {}))
    stranger = {"starts_on": "2030-01-01", "ends_on": "2030-01-05", "replacement": str(unrelated.pk)}
    assert client.post("/mon-compte/absences/", stranger).status_code == 422
    assert not Absence.objects.exists()


def test_absence_of_another_is_404(as_: Open, expert: User, unrelated: User) -> None:
    absence = AbsenceFactory(user=unrelated)

    assert as_(expert).post(f"/mon-compte/absences/{absence.pk}/annuler/").status_code == 404
    assert Absence.objects.exists()


def test_an_account_is_not_made_like_nobody(client: Client) -> None:
    """Met by the walk of all forms: a number that is nobody's was passed over, and the account made without a word."""
    sign_in(client, UserFactory(team=True))
    for value in ("-1", "0", "99999999999999999999", "personne"):
        answer = client.post(
            "/equipe/personnes/inviter/",
            {"email": "neuf@cma.example", "full_name": "Neuf", "roles": "expert", "like": value},
        )
        assert answer.status_code == 404
    assert not User.objects.filter(email="neuf@cma.example").exists()
