"""The team's queue and the sheet of a request: who sees them, what they say, what the buttons do."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.accounts.factories import UserFactory, sign_in
from tests.conftest import visible_text
from tests.directory.factories import ExpertFactory, SubjectFactory, SubjectQuestionFactory
from tests.matching.factories import (
    AT,
    CandidateFactory,
    DiagnosisFactory,
    NeedFactory,
    PrecisionFactory,
    RefusalTemplateFactory,
    SolicitationFactory,
)
from tests.matching.requests import again, candidates_of, expert_for, matches_of, need_of, ready, request, subject_of
from vigie.journal.actions import record
from vigie.journal.models import Event, OutgoingMessage
from vigie.matching.actions.transmission import prepare, transmit
from vigie.matching.models import Candidate, Match, Solicitation, SpamAddress
from vigie.rights.person import SYSTEM, company_head

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates", "territory")]
XSS = "<script>alert('x')</script><img src=x onerror=alert(1)>"
HOSTILE = f"{XSS}\u202e‮ {'A' * 5000}"


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("matching.views.team", "matching.views.simulator", "matching.views.figures", "accounts.middleware"):
        monkeypatch.setattr(f"vigie.{name}.now", lambda: AT)
    monkeypatch.setattr("vigie.ui.context.clock.now", lambda: AT)
    monkeypatch.setattr("vigie.portal.middleware.nav_for", lambda person: ())


@pytest.fixture
def team() -> Client:
    return sign_in(Client(), UserFactory(team=True, full_name="Odile Brun"))


@pytest.fixture
def colleague() -> Client:
    return sign_in(Client(), UserFactory(team=True, full_name="Karim Lefort"))


def queue(**parameters: str) -> str:
    query = "&".join(f"{name}={value}" for name, value in parameters.items())
    return f"{reverse('matching:queue')}?{query}"


def sheet(solicitation: Solicitation) -> str:
    return reverse("matching:solicitation", args=[solicitation.pk])


def prepared(**changes) -> Solicitation:
    """Analysed: scheduled if nothing holds it, else held."""
    return prepare(ready(**changes), at=AT)


def seen(solicitation: Solicitation) -> str:
    return str(Event.objects.about(solicitation).order_by("pk").last().pk)


def act(client: Client, solicitation: Solicitation, name: str, token: str | None = None):
    data = {"transition": name, "form_token": seen(solicitation) if token is None else token}
    return client.post(reverse("matching:act_on_solicitation", args=[solicitation.pk]), data)


def select(client: Client, line: Candidate, name: str, token: str | None = None):
    found = line.need.diagnosis.solicitation
    data = {"transition": name, "form_token": seen(found) if token is None else token}
    return client.post(reverse("matching:select_expert", args=[found.pk, line.pk]), data)


def read(response) -> str:
    assert response.status_code == 200, response.status_code
    return visible_text(response.content.decode())


# --- who ------------------------------------------------------------------------------------------------------------
PAGES = ("queue", "solicitation", "requalify", "refuse")


def address(name: str, solicitation: Solicitation) -> str:
    return reverse(f"matching:{name}", args=[] if name == "queue" else [solicitation.pk])


@pytest.mark.parametrize("name", PAGES)
def test_visitor_is_led_to_sign_in(name: str) -> None:
    response = Client().get(address(name, prepared()))

    assert response.status_code == 302
    assert response["Location"].startswith("/connexion/")


@pytest.mark.parametrize("role", ["expert", "manager", "adviser"])
@pytest.mark.parametrize("name", PAGES)
def test_page_does_not_exist_for_others(name: str, role: str) -> None:
    client = sign_in(Client(), UserFactory(**{role: True}))

    assert client.get(address(name, prepared())).status_code == 404


@pytest.mark.parametrize("name", PAGES)
def test_team_reads_the_page(name: str, team: Client) -> None:
    assert team.get(address(name, prepared())).status_code == 200


@pytest.mark.parametrize("role", ["expert", "manager", "adviser"])
def test_nobody_else_can_act(role: str) -> None:
    held = prepared(landing_subject__validated=True, mode="validated")
    client = sign_in(Client(), UserFactory(**{role: True}))
    template = RefusalTemplateFactory()

    statuses = [act(client, held, name).status_code for name in ("transmit", "recall", "analyse", "drop_spam")]
    statuses.append(select(client, candidates_of(held)[0], "untick").status_code)
    statuses.append(
        client.post(reverse("matching:add_expert", args=[held.pk]), {"expert": ExpertFactory().pk}).status_code
    )
    statuses.append(client.post(reverse("matching:refuse", args=[held.pk]), {"modele": template.pk}).status_code)
    statuses.append(client.post(reverse("matching:requalify", args=[held.pk]), {"sujet": "1"}).status_code)

    assert statuses == [404] * 8
    assert again(held).state == "in_progress"


# --- the queue ------------------------------------------------------------------------------------------------------
def test_each_request_is_in_one_tab_and_counted_there(team: Client) -> None:
    SolicitationFactory.create_batch(2, in_progress=True, company_name="Atelier Reçu")
    SolicitationFactory(scheduled=True, company_name="Atelier Programmé")
    SolicitationFactory(processed=True, company_name="Atelier Transmis")
    SolicitationFactory(canceled=True, company_name="Atelier Abandonné")
    SolicitationFactory(company_name="Atelier Inachevé")

    text = read(team.get(queue()))

    for label in ("Reçues 2", "Programmées 1", "Mises en relation 1", "Abandonnées 1", "Inachevées 1"):
        assert label in text
    for tab, name in (
        ("recues", "Reçu"),
        ("programmees", "Programmé"),
        ("transmises", "Transmis"),
        ("abandonnees", "Abandonné"),
        ("inachevees", "Inachevé"),
    ):
        shown = read(team.get(queue(onglet=tab)))
        assert [
            one for one in ("Reçu", "Programmé", "Transmis", "Abandonné", "Inachevé") if f"Atelier {one}" in shown
        ] == [name]


def test_the_oldest_comes_first(team: Client) -> None:
    for days in (1, 9, 4):
        SolicitationFactory(in_progress=True, company_name=f"Vieille de {days}", completed_at=AT - timedelta(days=days))

    page = team.get(queue()).context["page"]

    assert [line.company for line in page.lines] == ["Vieille de 9", "Vieille de 4", "Vieille de 1"]


def test_a_held_request_says_why(team: Client) -> None:
    held = prepared(description="Trop court")

    text = read(team.get(queue()))

    assert again(held).hold_reasons == ["description_length"]
    assert "Retenue" in text
    assert "Description de moins de 120" in text


def test_a_scheduled_request_says_until_when_and_can_be_sent_or_recalled(team: Client) -> None:
    scheduled = prepared()

    response = team.get(queue(onglet="programmees"))

    text = read(response)
    assert "Part à 10 h 40 (dans 10 min)" in text
    assert "1 expert recevra un courriel." in text
    html = response.content.decode()
    assert 'value="transmit"' in html
    assert 'value="recall"' in html
    assert again(scheduled).transmit_at == AT + timedelta(minutes=10)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("fournil", ["Fournil des Halles"]),
        ("HALLES", ["Fournil des Halles"]),
        ("camille@halles.example", ["Fournil des Halles"]),
        ("900 000 010 00018", []),
        ("introuvable", []),
    ],
)
def test_search_narrows_the_queue(team: Client, typed: str, found: list[str]) -> None:
    SolicitationFactory(in_progress=True, company_name="Fournil des Halles", email="camille@halles.example")
    SolicitationFactory(in_progress=True, company_name="Menuiserie", full_name="Jo Port", email="jo@port.example")

    page = team.get(queue(q=typed)).context["page"]

    assert [line.company for line in page.lines] == found
    assert found or page.empty.label == "Réinitialiser"


def test_an_analysed_request_is_found_without_its_accents(team: Client) -> None:
    held = prepared(landing_subject__validated=True, mode="validated", company_name="Épicerie Zoé")

    page = team.get(queue(q="epicerie zoe")).context["page"]

    assert [line.pk for line in page.lines] == [held.pk]


def test_filters_by_region_reason_theme_and_day(team: Client) -> None:
    lyon = SolicitationFactory(in_progress=True, hold_reasons=["duplicate"])
    nowhere = SolicitationFactory(in_progress=True, commune_code="", created_at=AT - timedelta(days=9))

    def pks(**parameters: str) -> list[int]:
        return [line.pk for line in team.get(queue(**parameters)).context["page"].lines]

    assert pks(region="84") == [lyon.pk]
    assert pks(region="aucune") == [nowhere.pk]
    assert pks(motif="duplicate") == [lyon.pk]
    assert pks(theme=str(nowhere.landing_subject.subject.theme_id)) == [nowhere.pk]
    assert pks(depuis="2026-03-18") == [lyon.pk]
    assert pks(jusqu_au="2026-03-10") == [nowhere.pk]
    assert pks(region="inconnue", depuis="hier") == [lyon.pk, nowhere.pk]


def test_the_pane_shows_the_request_asked_for(team: Client) -> None:
    SolicitationFactory(in_progress=True, company_name="Première", description="Le premier texte.")
    second = SolicitationFactory(in_progress=True, company_name="Seconde", description="Le second texte.")

    page = team.get(queue(lue=str(second.pk)))
    assert page.context["pane"].company == "Seconde"
    part = team.get(queue(lue=str(second.pk)), headers={"HX-Request": "true", "HX-Target": "lecture"})
    assert "<html" not in part.content.decode()
    assert "Le second texte." in part.content.decode()


def test_without_request_asked_for_the_browser_fetches_the_first_one_after_the_list(team: Client) -> None:
    first = SolicitationFactory(in_progress=True, company_name="Première", description="Le premier texte.")
    SolicitationFactory(in_progress=True, company_name="Seconde")

    for asked in ({}, {"lue": "0"}, {"lue": "x"}, {"lue": "9" * 40}, {"lue": "-1"}):
        page = team.get(queue(**asked))
        assert page.context["pane"] is None
        assert f"lue={first.pk}" in page.context["page"].first_href
        assert 'hx-trigger="load"' in page.content.decode()
    assert 'hx-trigger="load"' not in team.get(queue(lue=str(first.pk))).content.decode()


@pytest.mark.parametrize("tab", ["recues", "programmees", "transmises", "abandonnees", "inachevees"])
def test_queries_do_not_grow_with_the_queue(team: Client, tab: str) -> None:
    traits = {"recues": "in_progress", "programmees": "scheduled", "transmises": "processed", "abandonnees": "canceled"}

    def grow(count: int) -> int:
        for _ in range(count):
            one = SolicitationFactory(**({traits[tab]: True} if tab in traits else {}))
            need = NeedFactory(diagnosis=DiagnosisFactory(solicitation=one), subject=subject_of(one))
            CandidateFactory.create_batch(2, need=need)
        with CaptureQueriesContext(
            connection,
        ) as caught:
            assert team.get(queue(onglet=tab)).status_code == 200
        return len(caught)

    team.get(queue(onglet=tab))
    few, many = grow(20), grow(80)

    assert few == many
    assert many <= 12


def test_an_empty_queue_says_so(team: Client) -> None:
    assert "Rien n’attend l’équipe" in read(team.get(queue()))


# --- the sheet ------------------------------------------------------------------------------------------------------
def test_the_sheet_says_what_was_asked_what_holds_it_and_who_would_receive_it(team: Client) -> None:
    held = prepared(description="Trop court mais précis", full_name="Camille Fournil")
    PrecisionFactory(solicitation=held)

    text = read(team.get(sheet(held)))

    for said in (
        "Trop court mais précis",
        "Camille Fournil",
        "BOULANGERIE INVENTÉE",
        "Je suis joignable l’après-midi.",
        "Description de moins de 120",
        "Des experts couvrent la demande",
        "Rien ne part sans vous. À l’envoi, 1 expert recevra un courriel.",
        "couvre le département Rhône",
        "L’analyse automatique a proposé des experts",
    ):
        assert said in text


def test_the_history_names_the_company_inside_a_sentence(team: Client) -> None:
    """« par L’entreprise »"""
    held = prepared()
    record("solicitation.completed", held, by=company_head(str(held.pk)), at=AT)

    text = read(team.get(sheet(held)))

    assert "par l’entreprise" in text
    assert "par L’entreprise" not in text


def test_a_request_not_analysed_can_be_analysed(team: Client) -> None:
    waiting = ready()
    assert "n’a pas encore proposé d’experts" in read(team.get(sheet(waiting)))

    assert act(team, waiting, "analyse", "0").status_code == 302

    assert len(candidates_of(waiting)) == 1


def test_sending_writes_to_the_ticked_experts_only(team: Client) -> None:
    held = prepared(landing_subject__validated=True, mode="validated")
    expert_for(subject_of(held))
    prepare(held, at=AT, again=True)
    first, second = candidates_of(held)
    select(team, first, "untick")

    response = act(team, held, "transmit")

    assert response.status_code == 302
    assert [match.expert_id for match in matches_of(held)] == [second.expert_id]
    mails = OutgoingMessage.objects.filter(template="matching/mail/match_sent")
    assert [mail.recipient for mail in mails] == [second.expert.email]
    text = read(team.get(response["Location"]))
    assert "les experts sélectionnés reçoivent un courriel" in text
    assert "Ouvrir le besoin" in text


def test_sending_twice_sends_once(team: Client) -> None:
    held = prepared(landing_subject__validated=True, mode="validated")
    token = seen(held)

    assert [act(team, held, "transmit", token).status_code for _ in range(2)] == [302, 302]

    assert Match.objects.count() == 1
    assert Event.objects.filter(name="solicitation.transmitted").count() == 1


def test_two_people_send_at_once_and_the_second_is_told(team: Client, colleague: Client) -> None:
    held = prepared(landing_subject__validated=True, mode="validated")
    token = seen(held)
    act(team, held, "transmit", token)

    response = act(colleague, held, "transmit", token)

    assert response.status_code == 409
    assert "transmise par Odile Brun" in visible_text(response.content.decode())
    assert Match.objects.count() == 1


def test_a_scheduled_transmission_is_recalled(team: Client) -> None:
    scheduled = prepared()

    assert act(team, scheduled, "recall").status_code == 302
    assert act(team, scheduled, "recall", "1").status_code == 302

    row = again(scheduled)
    assert (row.transmit_at, row.hold_reasons) == (None, ["recalled"])
    assert "Transmission rappelée par l’équipe" in read(team.get(sheet(scheduled)))
    assert Event.objects.filter(name="solicitation.recalled").count() == 1


def test_recalling_too_late_says_so(team: Client) -> None:
    scheduled = prepared()
    token = seen(scheduled)
    transmit(scheduled, by=SYSTEM, at=AT + timedelta(minutes=10))

    response = act(team, scheduled, "recall", token)

    assert response.status_code == 409
    assert "Il est trop tard" in visible_text(response.content.decode())


def test_a_page_out_of_date_changes_nothing(team: Client, colleague: Client) -> None:
    held = prepared(landing_subject__validated=True, mode="validated")
    expert_for(subject_of(held))
    prepare(held, at=AT, again=True)
    token = seen(held)
    first, second = candidates_of(held)
    select(team, first, "untick", token)

    response = act(colleague, held, "transmit", token)

    assert response.status_code == 409
    assert "Odile Brun a modifié cette demande à 10 h 30" in visible_text(response.content.decode())
    assert not Match.objects.exists()
    assert act(team, held, "transmit", token).status_code == 302  # what she did herself does not stop her
    assert [match.expert_id for match in matches_of(held)] == [second.expert_id]


def test_ticking_twice_writes_one_event(team: Client) -> None:
    held = prepared(landing_subject__validated=True, mode="validated")
    expert_for(subject_of(held))
    prepare(held, at=AT, again=True)
    line, token = candidates_of(held)[0], seen(held)

    assert [select(team, line, "untick", token).status_code for _ in range(2)] == [302, 302]

    assert Event.objects.filter(name="solicitation.selection_changed").count() == 1
    assert not Candidate.objects.get(pk=line.pk).ticked
    select(team, line, "tick")
    assert Candidate.objects.get(pk=line.pk).ticked


def test_the_last_expert_cannot_be_unticked(team: Client) -> None:
    held = prepared(landing_subject__validated=True, mode="validated")

    response = select(team, candidates_of(held)[0], "untick")

    assert response.status_code == 409
    assert "garde au moins un expert" in visible_text(response.content.decode())


def test_a_line_of_another_request_is_404(team: Client) -> None:
    held, other = prepared(), prepared(siret="")

    data = {"transition": "untick"}
    found = team.post(reverse("matching:select_expert", args=[held.pk, candidates_of(other)[0].pk]), data)

    assert found.status_code == 404


@pytest.mark.parametrize("name", ["", "withdraw", "complete", "x"])
def test_an_unknown_act_is_404(team: Client, name: str) -> None:
    assert act(team, prepared(), name).status_code == 404


def test_an_expert_found_by_name_is_added(team: Client) -> None:
    held = prepared(landing_subject__validated=True, mode="validated")
    far = ExpertFactory(full_name="Équipe du Grand Large", zones=[("departement", "29")])

    text = read(team.get(f"{sheet(held)}?expert=grand+large"))
    assert "Équipe du Grand Large" in text
    assert "Ne couvre pas la commune" in text

    data = {"expert": far.pk, "form_token": seen(held)}
    for _ in range(2):
        assert team.post(reverse("matching:add_expert", args=[held.pk]), data).status_code == 302

    assert [line.expert_id for line in candidates_of(held) if line.origin == "team"] == [far.pk]
    assert not Match.objects.exists()


def test_an_expert_added_after_sending_is_written_to_at_once(team: Client) -> None:
    sent = prepared(landing_subject__validated=True, mode="validated")
    act(team, sent, "transmit")
    far = ExpertFactory(full_name="Équipe du Grand Large")

    for _ in range(2):
        team.post(reverse("matching:add_expert", args=[sent.pk]), {"expert": far.pk, "form_token": seen(sent)})

    assert Match.objects.filter(need=need_of(sent), expert=far).count() == 1
    assert OutgoingMessage.objects.filter(recipient=far.email).count() == 1
    assert "Équipe du Grand Large" in read(team.get(sheet(sent)))


@pytest.mark.parametrize("expert", ["", "x", "0", "9" * 30, "-3"])
def test_adding_nobody_is_404(team: Client, expert: str) -> None:
    held = prepared()

    assert team.post(reverse("matching:add_expert", args=[held.pk]), {"expert": expert}).status_code == 404


def test_requalifying_changes_the_subject_and_who_is_proposed(team: Client) -> None:
    held = prepared(landing_subject__validated=True, mode="validated")
    other = SubjectFactory(label="Réduire ses déchets")
    question = SubjectQuestionFactory(subject=other, key="volume", label="Beaucoup de déchets ?")
    expert = expert_for(other)
    where = reverse("matching:requalify", args=[held.pk])
    assert "Beaucoup de déchets ?" in read(team.get(f"{where}?sujet={other.pk}"))

    data = {"sujet": other.pk, f"q_{question.key}": "true", "form_token": seen(held)}
    for _ in range(2):
        assert team.post(where, data).status_code == 302

    need = need_of(held)
    assert (need.subject_id, need.answers) == (other.pk, {"volume": "true"})
    assert [line.expert_id for line in candidates_of(held) if line.kept] == [expert.pk]
    assert Event.objects.filter(name="solicitation.requalified").count() == 1
    text = read(team.get(sheet(held)))
    assert "L’entreprise avait choisi" in text


def test_requalifying_on_a_stale_page_changes_nothing(team: Client, colleague: Client) -> None:
    held = prepared()
    other, token = SubjectFactory(), seen(held)
    act(team, held, "recall", token)

    response = colleague.post(reverse("matching:requalify", args=[held.pk]), {"sujet": other.pk, "form_token": token})

    assert response.status_code == 409
    assert need_of(held).subject_id != other.pk


def test_requalifying_before_the_analysis_says_what_to_do(team: Client) -> None:
    response = team.get(reverse("matching:requalify", args=[ready().pk]))

    assert response.status_code == 409
    assert "Lancez d’abord l’analyse" in visible_text(response.content.decode())


def test_refusing_shows_the_mail_then_sends_it_once(team: Client) -> None:
    held = prepared(landing_subject__validated=True, mode="validated")
    template = RefusalTemplateFactory(title="Hors champ", body="Votre demande relève d’un autre service.")
    where = reverse("matching:refuse", args=[held.pk])
    text = read(team.get(where))
    assert "Votre demande relève d’un autre service." in text
    assert held.email in text

    data = {"modele": template.pk, "form_token": seen(held)}
    for _ in range(2):
        assert team.post(where, data).status_code == 302

    assert again(held).cancel_reason == "refused"
    assert OutgoingMessage.objects.filter(template="matching/mail/solicitation_refused").count() == 1
    assert "Non retenue : Hors champ" in read(team.get(sheet(held)))


def test_refusing_with_an_unknown_template_is_404(team: Client) -> None:
    held = prepared()

    assert team.post(reverse("matching:refuse", args=[held.pk]), {"modele": "12345"}).status_code == 404
    assert again(held).state == "in_progress"


def test_spam_blocks_the_address_and_writes_to_nobody(team: Client) -> None:
    held = prepared(landing_subject__validated=True, mode="validated")
    token, before = seen(held), OutgoingMessage.objects.count()

    assert [act(team, held, "drop_spam", token).status_code for _ in range(2)] == [302, 302]

    assert again(held).cancel_reason == "spam"
    assert SpamAddress.objects.count() == 1
    assert OutgoingMessage.objects.count() == before


def test_other_requests_of_the_company_or_the_person_are_listed(team: Client) -> None:
    held = prepared(email="camille@fournil.example")
    SolicitationFactory(in_progress=True, email="camille@fournil.example", siret="")
    request(email="autre@fournil.example", landing_subject=held.landing_subject)
    SolicitationFactory(in_progress=True)

    page = team.get(sheet(held)).context["page"]

    assert {line.text for line in page.earlier} == {"même personne", "même entreprise, même sujet"}


def test_hostile_text_is_shown_as_text(team: Client) -> None:
    held = prepared(description=HOSTILE, company_name=XSS[:200], full_name=XSS[:150], siret="", commune_code="69123")

    for where in (queue(), sheet(held), reverse("matching:refuse", args=[held.pk]), f"{sheet(held)}?expert={XSS}"):
        html = team.get(where).content.decode()
        assert "<script>alert" not in html
        assert "<img src=x" not in html


def test_queries_of_the_sheet_do_not_grow(team: Client) -> None:
    held = prepared(landing_subject__validated=True, mode="validated", email="camille@fournil.example")

    def grow(count: int) -> int:
        for _ in range(count):
            CandidateFactory(need=need_of(held))
            SolicitationFactory(in_progress=True, email="camille@fournil.example")
        with CaptureQueriesContext(connection) as caught:
            team.get(sheet(held))
        return len(caught)

    grow(1)
    few, many = grow(5), grow(30)

    assert few == many
    assert many <= 20


@pytest.mark.parametrize(("role", "links"), [("team", 2), ("expert", 0)])
def test_the_need_sheet_leads_the_team_to_the_reasons_and_to_adding_an_expert(role: str, links: int) -> None:
    sent = transmit(prepared(), by=SYSTEM, at=AT)
    user = UserFactory(**{role: True})
    matches_of(sent)[0].expert.members.create(user=user)
    need = need_of(sent)

    html = sign_in(Client(), user).get(reverse("matching:need", args=[need.pk])).content.decode()

    assert html.count(reverse("matching:explain", args=[need.pk])) + html.count(f"{sheet(sent)}#experts") == links
