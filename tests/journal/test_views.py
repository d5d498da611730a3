"""The team's pages on mails and jobs: who sees them, what they say, what their buttons do."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from bench.trials.news import HELD_NEWS, NEWS, SECRET_NEWS, News
from django.test import Client
from django.urls import reverse

from tests.accounts.factories import UserFactory, sign_in
from tests.conftest import visible_text
from tests.journal.conftest import Clock
from vigie.accounts.models import User
from vigie.connectors.mail import MemoryRelay
from vigie.journal import delivery, jobs, running
from vigie.journal.actions import record
from vigie.journal.models import Event, JobRun, OutgoingMessage
from vigie.journal.registry import Recipient
from vigie.journal.states import CANCELED, SENT
from vigie.rights.person import SYSTEM

pytestmark = pytest.mark.django_db
MAILS, JOBS = "/equipe/courriels/", "/equipe/travaux/"


@pytest.fixture(autouse=True)
def present(at: datetime, monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The moment of the pages."""
    clock = Clock(at)
    monkeypatch.setattr("vigie.journal.views.now", clock)
    return clock


@pytest.fixture
def team(client: Client) -> Iterator[User]:
    user = UserFactory(team=True)
    sign_in(client, user)
    return user


def owe(name: str, at: datetime, **more: Any) -> list[OutgoingMessage]:
    event = record(name, UserFactory(), by=SYSTEM, at=at, **more)
    return list(event.messages.order_by("pk"))


def text_of(client: Client, address: str, **asked: str) -> str:
    response = client.get(address, asked)
    assert response.status_code == 200
    return visible_text(response.content.decode())


# --- who ------------------------------------------------------------------------------------------------------------
PAGES = [MAILS, JOBS]
ACTS = [f"{MAILS}1/envoyer/", f"{MAILS}1/annuler/", f"{MAILS}1/renvoyer/", f"{JOBS}send_messages/lancer/"]


@pytest.mark.parametrize("address", [*PAGES, *ACTS])
@pytest.mark.parametrize("trait", ["adviser", "expert", "manager"])
def test_to_others_than_the_team_the_pages_do_not_exist(address: str, trait: str, client: Client) -> None:
    sign_in(client, UserFactory(**{trait: True}))

    assert client.get(address).status_code == 404
    assert client.post(address).status_code == 404


@pytest.mark.parametrize("address", PAGES)
def test_a_visitor_is_asked_to_sign_in(address: str, client: Client) -> None:
    response = client.get(address)

    assert response.status_code == 302
    assert response["Location"] == f"/connexion/?next={address}"


@pytest.mark.parametrize("address", ACTS)
def test_acts_are_asked_by_post_only(address: str, client: Client, team: User) -> None:
    assert client.get(address).status_code == 405


@pytest.mark.parametrize("address", PAGES)
def test_pages_are_only_read(address: str, client: Client, team: User) -> None:
    assert client.post(address).status_code == 405


@pytest.mark.parametrize("address", ACTS)
def test_acts_need_the_token_of_the_form(address: str, team: User) -> None:
    client = Client(enforce_csrf_checks=True)
    sign_in(client, team)

    assert client.post(address).status_code == 403


# --- mails ----------------------------------------------------------------------------------------------------------
def test_without_mail_the_page_says_so(client: Client, team: User, strict_templates: None) -> None:
    text = text_of(client, MAILS)

    assert "Aucun courriel n’attend." in text
    assert "Échecs des sept derniers jours" not in text


def test_a_held_mail_says_until_when_and_why(
    client: Client, team: User, news: News, at: datetime, strict_templates: None
) -> None:
    owe(HELD_NEWS, at)

    text = text_of(client, MAILS)

    assert "Une nouvelle retenue" in text
    assert "une.personne@antenne.example" in text
    assert "Retenu jusqu’à 10 h 31, pour laisser le temps d’annuler." in text
    assert "Envoyer maintenant" in text
    assert "Ce courriel ne partira pas : une.personne@antenne.example ne le recevra jamais." in text


def test_a_mail_tried_again_says_when_and_why(
    client: Client, team: User, news: News, relay: MemoryRelay, at: datetime, strict_templates: None
) -> None:
    relay._one_in["defer"] = 1
    [message] = owe(NEWS, at)
    delivery.deliver(message.pk, Clock(at))

    text = text_of(client, MAILS)

    assert "Nouvel essai à 10 h 31, après 1 essai : relais occupé (451)." in text


def test_a_failed_mail_has_a_button_that_sends_it_again(
    client: Client, team: User, news: News, at: datetime, strict_templates: None
) -> None:
    [message] = owe(NEWS, at)
    OutgoingMessage.objects.update(state="failed", ended_at=at, error="boîte pleine")

    assert "Renvoyer à une.personne@antenne.example" in text_of(client, MAILS)
    assert "Renvoyer à une.personne@antenne.example" in text_of(client, MAILS, etat="echecs")
    answer = client.post(f"{MAILS}{message.pk}/renvoyer/", follow=True)

    assert "Le courriel est renvoyé maintenant." in visible_text(answer.content.decode())
    message.refresh_from_db()
    assert message.state == "waiting"


def test_a_mail_being_sent_or_due_has_no_useless_button(
    client: Client, team: User, news: News, at: datetime, strict_templates: None
) -> None:
    owe(NEWS, at)
    assert "Part dans un instant." in text_of(client, MAILS)
    assert "Envoyer maintenant" not in text_of(client, MAILS)

    delivery.outbox.claim(OutgoingMessage.objects.get().pk, at)

    text = text_of(client, MAILS)
    assert "Remis au relais en ce moment." in text
    assert "Annuler" not in text


def test_failures_come_first_with_their_reason(
    client: Client, team: User, news: News, relay: MemoryRelay, at: datetime, strict_templates: None
) -> None:
    news.people = [Recipient("", "Sans Adresse"), Recipient("p@antenne.example")]
    owe(HELD_NEWS, at)

    text = text_of(client, MAILS)

    assert text.index("aucune adresse électronique") < text.index("Retenu jusqu’à")
    assert "aucune adresse électronique" in text_of(client, MAILS, etat="echecs")


def test_the_page_alerts_after_a_quarter_of_an_hour(
    client: Client, team: User, news: News, at: datetime, present: Clock, strict_templates: None
) -> None:
    owe(NEWS, at)
    present.advance(minutes=15)
    assert "plus de 15 minutes" not in text_of(client, MAILS)

    present.advance(seconds=1)

    assert "1 courriel aurait dû partir il y a plus de 15 minutes" in text_of(client, MAILS)


def test_the_page_says_that_the_relay_is_away(
    client: Client, team: User, news: News, relay: MemoryRelay, at: datetime, present: Clock, strict_templates: None
) -> None:
    relay.down = True
    news.people = [Recipient(f"p{n}@antenne.example") for n in range(6)]
    owe(NEWS, at)
    delivery.sweep(present)

    text = text_of(client, MAILS)

    assert "Le relais de messagerie ne répond pas (dernier essai à 10 h 30 : relais injoignable)." in text


def test_delays_are_measured_from_the_end_of_the_hold(
    client: Client, team: User, news: News, relay: MemoryRelay, at: datetime, present: Clock, strict_templates: None
) -> None:
    for seconds in [*range(1, 100), 7200]:
        [message] = owe(HELD_NEWS, at)
        delivery.deliver(message.pk, Clock(message.due_at + timedelta(seconds=seconds)))
    present.advance(hours=4)

    text = text_of(client, MAILS)

    assert "Partis en 7 jours 100 " in text
    assert "Délai médian 50,0 s" in text
    assert "95 % partent en 95,0 s" in text
    assert "Partis en 60 s 60,0 %" in text


def test_sent_and_canceled_mails_have_their_tabs(
    client: Client, team: User, news: News, relay: MemoryRelay, at: datetime, present: Clock, strict_templates: None
) -> None:
    owe(NEWS, at)
    delivery.sweep(present)
    news.about = None
    owe(NEWS, at)
    delivery.sweep(present)

    assert "Sujet Une Personne : Tout va bien." in text_of(client, MAILS, etat="partis")
    assert "devenu sans objet" in text_of(client, MAILS, etat="annules")
    assert text_of(client, MAILS, etat="n’importe quoi") == text_of(client, MAILS)


def test_the_team_does_not_read_codes(
    client: Client, team: User, news: News, relay: MemoryRelay, at: datetime, present: Clock
) -> None:
    owe(SECRET_NEWS, at, secret={"about": "314159"})
    assert "314159" not in client.get(MAILS).content.decode()

    delivery.sweep(present)

    assert "314159" in relay.accepted[0].subject
    assert "314159" not in client.get(MAILS, {"etat": "partis"}).content.decode()


def test_mails_of_one_person_are_found_in_every_state(
    client: Client, team: User, news: News, relay: MemoryRelay, at: datetime, present: Clock, strict_templates: None
) -> None:
    news.people = [Recipient("a@antenne.example"), Recipient("b@antenne.example")]
    owe(NEWS, at)
    delivery.sweep(present)
    owe(HELD_NEWS, at)

    text = text_of(client, MAILS, destinataire="A@antenne")

    assert "Courriels trouvés 2 courriels" in text
    assert "b@antenne.example" not in text


def test_send_now_and_cancel(
    client: Client, team: User, news: News, relay: MemoryRelay, at: datetime, present: Clock, strict_templates: None
) -> None:
    news.people = [Recipient("a@antenne.example"), Recipient("b@antenne.example")]
    first, second = owe(HELD_NEWS, at)

    sent = client.post(f"{MAILS}{first.pk}/envoyer/", follow=True)
    canceled = client.post(f"{MAILS}{second.pk}/annuler/", follow=True)
    delivery.sweep(present)

    assert "Le courriel part maintenant." in visible_text(sent.content.decode())
    assert "Le courriel est annulé" in visible_text(canceled.content.decode())
    assert [m.state for m in OutgoingMessage.objects.order_by("pk")] == [SENT, CANCELED]
    by = Event.objects.filter(name__startswith="message.").values_list("name", "actor_id")
    assert set(by) == {("message.released", team.pk), ("message.canceled", team.pk)}


@pytest.mark.parametrize(("act", "said"), [("envoyer", "Ce courriel n’attend plus"), ("annuler", "Il est trop tard")])
def test_a_button_pressed_too_late_says_so(
    act: str, said: str, client: Client, team: User, news: News, relay: MemoryRelay, at: datetime, present: Clock
) -> None:
    [message] = owe(NEWS, at)
    delivery.sweep(present)

    response = client.post(f"{MAILS}{message.pk}/{act}/", follow=True)

    assert said in visible_text(response.content.decode())
    message.refresh_from_db()
    assert message.state == SENT


@pytest.mark.parametrize("act", ["envoyer", "annuler"])
def test_a_button_about_no_mail_is_not_found(act: str, client: Client, team: User) -> None:
    assert client.post(f"{MAILS}99/{act}/").status_code == 404


def test_a_hostile_mail_is_shown_as_text(
    client: Client, team: User, news: News, relay: MemoryRelay, at: datetime, present: Clock
) -> None:
    news.people = [Recipient("a@antenne.example", "<script>alert(1)</script>")]
    news.about = "<img src=x onerror=alert(1)>"
    owe(NEWS, at)
    owe(HELD_NEWS, at)
    delivery.sweep(present)

    for tab in ("", "partis"):
        html = client.get(MAILS, {"etat": tab}).content.decode()
        assert "<script>alert" not in html
        assert "<img src=x" not in html


def queries_of(client: Client, address: str) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def test_queries_do_not_grow_with_mails(
    client: Client, team: User, news: News, relay: MemoryRelay, at: datetime, present: Clock
) -> None:
    def fill(count: int) -> None:
        news.people = [Recipient(f"p{n}@antenne.example") for n in range(count)] + [Recipient("")]
        owe(NEWS, at)
        delivery.sweep(present)
        owe(HELD_NEWS, at)

    client.get(MAILS)
    fill(20)
    few = {tab: queries_of(client, f"{MAILS}?etat={tab}") for tab in ("", "partis", "echecs")}
    fill(80)

    assert {tab: queries_of(client, f"{MAILS}?etat={tab}") for tab in few} == few
    assert max(few.values()) <= 15


# --- jobs -----------------------------------------------------------------------------------------------------------
def test_each_job_shows_its_plan_and_its_last_run(
    client: Client, team: User, at: datetime, present: Clock, strict_templates: None
) -> None:
    jobs.ensure_schedules(at)
    running.run("send_messages", now=present)
    running.run("forget_old_traces", now=present)

    text = text_of(client, JOBS)

    assert "Envoyer les courriels que leur propre travail n’a pas envoyés send_messages chaque minute" in text
    assert "prochain : 18/03/2026 10:31" in text
    assert "Réussi 18/03/2026 10:30 rien à envoyer 1 fois" in text
    assert "Envoyer un courriel deliver_message à la demande non noté seuls les échecs sont notés" in text
    assert "Relancer les experts qui n’ont pas répondu et prévenir les entreprises send_reminders" in text
    assert "S’il était lancé maintenant : rien à envoyer" in text
    assert "est arrêté" not in text
    assert "ne sont pas planifiés" not in text
    assert "Aucun échec en sept jours." in text


def test_a_stopped_worker_and_a_missing_plan_are_seen(
    client: Client, team: User, at: datetime, present: Clock, strict_templates: None
) -> None:
    assert "Aucun travail n’a tourné depuis plus de cinq minutes" in text_of(client, JOBS)
    assert "ne sont pas planifiés (commande setup_jobs)" in text_of(client, JOBS)

    jobs.ensure_schedules(at)
    running.run("send_messages", now=present)
    present.advance(minutes=6)

    assert "le service des travaux est arrêté" in text_of(client, JOBS)


def test_failures_and_interruptions_are_listed(
    client: Client, team: User, at: datetime, present: Clock, strict_templates: None
) -> None:
    JobRun.objects.create(
        name="forget_old_traces", started_at=at, ended_at=at, succeeded=False, account="ZeroDivisionError: <b>"
    )
    JobRun.objects.create(name="send_messages", started_at=at - timedelta(minutes=11))
    JobRun.objects.create(name="gone_job", started_at=at - timedelta(hours=1))

    text = text_of(client, JOBS)

    assert "Échec" in text
    assert "ZeroDivisionError: &lt;b&gt;" in text
    assert "Interrompu" in text
    assert "Le travail n’a pas rendu compte" in text
    assert text.index("Le travail n’a pas rendu compte") < text.index("Tous les travaux")  # before fifty that went well
    assert "1 fois, 1 échec" in text
    assert "gone_job" not in text


def test_the_queue_says_how_late_it_is(
    client: Client, team: User, news: News, at: datetime, present: Clock, strict_templates: None
) -> None:
    assert "Aucun travail n’attend son tour." in text_of(client, JOBS)
    jobs.enqueue("send_messages", run_at=at - timedelta(minutes=3))
    jobs.enqueue("send_messages", run_at=at)
    jobs.enqueue("send_messages", run_at=at + timedelta(minutes=3))

    assert "2 travaux en file, le plus ancien depuis 3 minutes." in text_of(client, JOBS)


def test_a_job_launched_by_hand_runs_in_the_queue_and_names_who_asked(
    client: Client, team: User, relay: MemoryRelay
) -> None:
    response = client.post(f"{JOBS}forget_old_traces/lancer/", follow=True)
    assert "est lancé" in visible_text(response.content.decode())
    assert not JobRun.objects.exists()

    [entry] = jobs.queued()
    running.work(entry.name, entry.arguments)

    run = JobRun.objects.get()
    assert (run.name, run.succeeded) == ("forget_old_traces", True)
    assert Event.objects.about(run).get().actor_id == team.pk


@pytest.mark.parametrize("name", ["deliver_message", "run_by_hand", "unknown"])
def test_only_planned_jobs_are_launched_by_hand(name: str, client: Client, team: User) -> None:
    assert client.post(f"{JOBS}{name}/lancer/").status_code == 404


def test_queries_do_not_grow_with_runs(client: Client, team: User, at: datetime) -> None:
    jobs.ensure_schedules(at)
    client.get(JOBS)

    def fill(count: int) -> None:
        JobRun.objects.bulk_create(
            JobRun(name=name, started_at=at, ended_at=at, succeeded=False, account="x")
            for name in ("send_messages", "forget_old_traces")
            for _ in range(count)
        )

    fill(20)
    few = queries_of(client, JOBS)
    fill(80)

    assert queries_of(client, JOBS) == few <= 12


def test_names_of_pages_are_stable() -> None:
    assert (reverse("journal:messages"), reverse("journal:jobs")) == (MAILS, JOBS)
