"""A question from the foot of a page to its answer; opinions in figures; who answers what."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.accounts.factories import AbsenceFactory, UserFactory, person, sign_in
from tests.conftest import visible_text
from vigie.journal.models import OutgoingMessage
from vigie.kernel.clock import now
from vigie.kernel.period import paris_day
from vigie.support import actions
from vigie.support.models import HelpRequest, Responder, ServiceOpinion
from vigie.ui.forms import sign_moment

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates")]
HELP, OPINION, INBOX = reverse("support:help"), reverse("support:opinion"), reverse("support:inbox")
TYPED = {
    "full_name": "Camille Fournil", "email": "camille@fournil.example", "topic": "site", "body": "Où est ma demande ?",
}  # fmt: skip


def hidden_of(page: Any) -> dict[str, str]:
    """What the form carries unseen."""
    found = {
        name: re.search(rf'name="{name}" value="([^"]+)"', page.content.decode()) for name in ("form_token", "page")
    }
    return {name: match[1] for name, match in found.items() if match}


def sent(client: Client, url: str, **typed: str) -> Any:
    """The form as a browser sends it, a minute after it was opened from a sheet."""
    page = client.get(url, headers={"referer": "http://testserver/ma-demande/secret/"})
    hidden = hidden_of(page)
    return client.post(url, {**hidden, "filled_from": sign_moment(now() - timedelta(minutes=1)), **typed})


def test_a_visitor_asks_the_person_named_answers_and_the_answer_leaves(client: Client) -> None:
    named, team = UserFactory(expert=True, full_name="Nadia Répond"), UserFactory(team=True)
    away = UserFactory(expert=True)
    today = paris_day(now())
    AbsenceFactory(user=away, starts_on=today - timedelta(days=1), ends_on=today + timedelta(days=1))
    Responder.objects.create(user=away, topic="site")
    Responder.objects.create(user=named)

    assert sent(client, HELP, **TYPED).url == reverse("support:asked")

    row = HelpRequest.objects.get()
    assert (row.responder, row.page, row.state) == (named, "/ma-demande/…/", "asked")
    assert set(OutgoingMessage.objects.values_list("recipient", "template")) == {
        (named.email, "support/mail/to_answer"),
        ("camille@fournil.example", "support/mail/received"),
    }
    desk = sign_in(Client(), named)
    assert "Où est ma demande ?" in visible_text(desk.get(INBOX).content.decode())
    page = reverse("support:question", args=[row.pk])
    assert "Nadia Répond" in visible_text(sign_in(Client(), team).get(page).content.decode())
    assert sign_in(Client(), away).get(page).status_code == 404
    assert "Remplissez ce champ" in visible_text(desk.post(page, {"answer": ""}).content.decode())
    for _twice in range(2):
        assert desk.post(page, {"answer": "Dans le courriel de suivi."}).url == INBOX
    assert OutgoingMessage.objects.filter(template="support/mail/answered").count() == 1
    assert "dont 1 en deux jours ouvrés" in visible_text(desk.get(INBOX).content.decode())
    desk.post(page, {"transition": "close"})
    row.refresh_from_db()
    assert row.state == "closed"
    assert row.closed_at is not None


def test_an_account_is_answered_at_its_own_address_and_a_double_sending_is_one(client: Client) -> None:
    client = sign_in(client, UserFactory(expert=True, email="moi@antenne.example"))
    page = client.get(HELP)
    assert 'name="full_name"' not in page.content.decode()
    typed = {**hidden_of(page), "topic": "other", "body": "Bonjour", "page": "forgée"}

    for _twice in range(2):
        assert client.post(HELP, typed).status_code == 302

    assert list(HelpRequest.objects.values_list("email", "page", "responder")) == [("moi@antenne.example", "", None)]


def test_too_many_questions_are_refused_with_the_wait(client: Client) -> None:
    statuses = [sent(client, HELP, **TYPED).status_code for _ in range(6)]

    assert statuses == [302] * 5 + [429]


def test_opinions_make_figures_and_never_say_who(client: Client) -> None:
    for score in ("5", "2"):
        assert sent(client, OPINION, score=score, text=f"Remarque {score}").url == reverse("support:thanks")
    assert client.get(reverse("support:thanks")).status_code == 200
    assert sent(client, OPINION, text="Sans note").status_code == 200

    assert ServiceOpinion.objects.count() == 2
    text = visible_text(sign_in(Client(), UserFactory(team=True)).get(reverse("support:opinions")).content.decode())
    assert "2 avis reçus, note moyenne 3,5 sur 5" in text.replace("\u00a0", " ")
    assert "Remarque 5" in text


def test_the_team_names_who_answers_and_takes_him_off(client: Client) -> None:
    client = sign_in(client, UserFactory(team=True))
    user, table = UserFactory(expert=True), reverse("support:responders")
    body = f"institution:{user.antenne.institution_id}"

    assert "Aucun compte ouvert" in client.post(table, {"email": "rien@x.example"}).content.decode()
    for _twice in range(2):
        client.post(table, {"email": user.email, "topic": "site", "body": body})

    row = Responder.objects.get()
    assert (row.topic, row.institution) == ("site", user.antenne.institution)
    assert str(user) in client.get(table).content.decode()
    client.post(reverse("support:remove_responder", args=[row.pk]))
    assert not Responder.objects.exists()


def test_the_inbox_asks_the_same_queries_whatever_the_questions(client: Client) -> None:
    client = sign_in(client, UserFactory(team=True))
    counts = []
    for many in (20, 100):
        HelpRequest.objects.all().delete()
        HelpRequest.objects.bulk_create(
            HelpRequest(topic="site", body="?", name="A", email="a@b.example", asked_at=now(), form_token=f"{n}")
            for n in range(many)
        )
        client.get(INBOX)
        with CaptureQueriesContext(connection) as seen:
            client.get(INBOX)
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_old_questions_are_erased_and_those_that_wait_are_kept() -> None:
    old = now() - timedelta(days=400)
    by = person(UserFactory(team=True))
    rows = [
        HelpRequest.objects.create(topic="site", body="?", name="A", email="a@b.example", asked_at=old, form_token=name)
        for name in ("answered", "waiting")
    ]
    actions.answer(rows[0], "Voilà.", by=by, at=old)

    assert actions.purge(at=now()).startswith("1")
    assert list(HelpRequest.objects.values_list("form_token", flat=True)) == ["waiting"]
