"""An expert passes on another need of the company: linked, sent by the rules, with the company's agreement."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.accounts.factories import UserFactory
from tests.directory.factories import ExpertMemberFactory
from tests.matching.factories import AT
from tests.matching.network_world import LATER, Network, block_of, network, waiting
from vigie.journal.models import Event, OutgoingMessage
from vigie.kernel.errors import Forbidden, InvalidInput, Refused
from vigie.matching.actions.matches import decline, take_charge
from vigie.matching.actions.passing import pass_on
from vigie.matching.actions.visit_sending import validate_visit
from vigie.matching.mails.experts import match_sent
from vigie.matching.mails.network import visit_sent
from vigie.matching.models import Diagnosis, Match, Need
from vigie.matching.queries.visits_team import waiting_visits

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("territory")]
TOKEN = "jeton-de-la-page-1"
TEXT = "Un découvert à renégocier."


@pytest.fixture
def world() -> Network:
    return network()


def confide(world: Network, need: Need, *, to: str = "cash", by: str = "recruiter", token: str = TOKEN) -> Need:
    subject = getattr(world, to)
    return pass_on(need, subject, TEXT, consent=True, form_token=token, by=world.person(by), at=AT)


def test_another_need_goes_at_once_to_those_who_answer_it(world: Network) -> None:
    match = waiting(world)

    other = confide(world, match.need)

    visit = other.diagnosis
    assert (visit.passed_from, visit.adviser, visit.contact) == (
        match.need, world.users["recruiter"], match.need.diagnosis.contact
    )  # fmt: skip
    assert (visit.consent_at, other.sent_at) == (AT, AT)
    [sent] = other.matches.all()
    assert sent.expert == world.banker
    assert match_sent(sent, None, AT)["origin"].startswith("Confié par Rosa Emploi (SE)")
    begun = Event.objects.get(name="visit.begun")
    assert begun.payload == {"consent": "passing-1", "passed_from": match.need.pk}
    company = OutgoingMessage.objects.get(template="matching/mail/visit_sent")
    assert company.recipient == match.need.diagnosis.contact.email
    assert visit_sent(Diagnosis.objects.get(pk=visit.pk), None, AT)["visited_on"] == ""


def test_the_team_validates_first_where_the_institution_of_the_author_wants_it(world: Network) -> None:
    institution = world.users["recruiter"].antenne.institution
    institution.validates_visits = True
    institution.save()

    other = confide(world, waiting(world).need)

    assert (other.sent_at, other.matches.count()) == (None, 0)
    assert not OutgoingMessage.objects.filter(template="matching/mail/visit_sent").exists()
    assert other.diagnosis in waiting_visits(world.person("team"))
    validate_visit(other.diagnosis, by=world.person("team"), at=LATER)
    assert [one.expert for one in other.matches.all()] == [world.banker]


def test_a_double_click_passes_it_on_once(world: Network) -> None:
    need = waiting(world).need

    assert confide(world, need) == confide(world, need)
    assert Match.objects.filter(subject=world.cash).count() == 1


@pytest.mark.parametrize("to", ["hiring", "cash"])
def test_the_same_subject_twice_is_refused(world: Network, to: str) -> None:
    need = waiting(world).need
    confide(world, need)

    with pytest.raises(InvalidInput) as refused:
        confide(world, need, to=to, token="encore-un-jeton-1")

    assert refused.value.field == "sujet"


def test_nothing_without_the_agreement_nor_the_words(world: Network) -> None:
    need, by = waiting(world).need, world.person("recruiter")
    for text, consent in ((TEXT, False), ("  ", True)):
        with pytest.raises(InvalidInput):
            pass_on(need, world.cash, text, consent=consent, form_token=TOKEN, by=by, at=AT)
    assert not Diagnosis.objects.filter(passed_from=need).exists()


@pytest.mark.parametrize("name", ["banker", "adviser", "here"])
def test_only_who_holds_the_need_passes_another_on(world: Network, name: str) -> None:
    with pytest.raises(Forbidden):
        confide(world, waiting(world).need, by=name)


def test_where_nobody_answers_the_team_finds_somebody(world: Network) -> None:
    other = confide(world, waiting(world).need, to="energy")

    assert other.sent_at is None
    assert list(waiting_visits(world.person("team"))) == [other.diagnosis]


def test_both_sheets_lead_to_each_other_for_who_may_see_them(world: Network) -> None:
    need = waiting(world).need
    other = confide(world, need)

    def lines(of: Need, name: str) -> list[tuple[str, bool, bool]]:
        network_block = block_of(of, world.person(name), LATER)
        return [(one.label, bool(one.href), one.before) for one in network_block.passed]

    assert lines(need, "recruiter") == [("Trésorerie", True, False)]
    assert lines(other, "recruiter") == [("Recruter", True, True)]
    assert lines(other, "banker") == [("un besoin réservé aux experts qui l’ont reçu", False, True)]


def test_who_passed_it_on_follows_it(world: Network) -> None:
    other = confide(world, waiting(world).need)

    take_charge(other.matches.get(), by=world.person("banker"), at=LATER)

    told = OutgoingMessage.objects.get(template="matching/mail/filed_taken_in_charge")
    assert told.recipient == world.users["recruiter"].email
    found = world.client("recruiter").get("/besoins/deposes/?onglet=en-cours")
    assert "Trésorerie" in found.content.decode()
    assert world.client("recruiter").get(reverse("matching:need", args=[other.pk])).status_code == 200


def test_who_declines_is_offered_to_pass_it_on_with_another_subject(world: Network) -> None:
    match = waiting(world)
    by = world.person("recruiter")
    before = block_of(match.need, by, AT).pass_on
    decline(match, reason="competence", by=by, at=AT)
    after = block_of(match.need, by, AT).pass_on

    assert before.label == "L’entreprise a un autre besoin"
    assert after.label.startswith("Au-delà de votre rôle")
    page = world.client("recruiter").get(after.href)
    assert page.context["form"].initial["content"] == match.need.content
    Need.objects.filter(pk=match.need_id).update(status="done")  # another body helped: there is nothing left to confide
    assert block_of(Need.objects.get(pk=match.need_id), by, AT).pass_on == before


def test_two_clicks_on_the_page(world: Network) -> None:
    need = waiting(world).need
    client, url = world.client("recruiter"), reverse("matching:pass_on", args=[need.pk])
    data = {"sujet": world.cash.pk, "content": TEXT, "form_token": TOKEN}

    assert client.get(url).status_code == 200
    assert "Sans l’accord" in client.post(url, data).content.decode()
    sent = client.post(url, {**data, "consent": "on"}, follow=True)

    assert "1\u00a0expert reçoit un courriel" in sent.content.decode()
    assert client.post(url, {**data, "consent": "on", "sujet": "99999"}).status_code == 200
    world.users["colleague"] = UserFactory(expert=True, antenne=world.recruiter.antenne)
    assert world.client("colleague").get(url).status_code == 403  # he reads it, he is not of the team
    assert world.client("banker").get(url).status_code == 404


def test_the_teams_of_who_passes_on_are_left_out(world: Network) -> None:
    ExpertMemberFactory(expert=world.banker, user=world.users["recruiter"])

    assert confide(world, waiting(world).need).sent_at is None


def test_a_need_not_sent_passes_nothing_on(world: Network) -> None:
    match = waiting(world)
    Need.objects.filter(pk=match.need_id).update(sent_at=None, status="diagnosis_not_complete")

    with pytest.raises(Refused):
        confide(world, Need.objects.get(pk=match.need_id))
