"""The demo's mailbox: a relay that drops doubles, and pages that show hostile mails harmlessly."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from vigie.connectors.mail import Mail
from vigie.demo.mailbox import DemoRelay
from vigie.demo.models import DemoMail
from vigie.journal.relay import relay

pytestmark = pytest.mark.django_db


def mail(n: int = 1, **changes: Any) -> Mail:
    values = {
        "message_id": f"<{n}@vigie.example>",
        "to": f"personne{n}@antenne.example",
        "to_name": f"Personne {n}",
        "subject": f"Objet {n}",
        "text": "Bonjour,\n\nhttps://vigie.example/besoins/1/\n",
        "html": "<!doctype html><html><head><title>x</title></head><body>Bonjour</body></html>",
    }
    return Mail(**{**values, **changes})


@pytest.fixture
def sent(at: datetime) -> list[DemoMail]:
    for n in range(1, 4):
        DemoRelay(lambda n=n: at + timedelta(minutes=n)).deliver(mail(n))
    return list(DemoMail.objects.order_by("pk"))


# --- the relay ------------------------------------------------------------------------------------------------------
def test_it_is_the_relay_of_the_demo() -> None:
    assert isinstance(relay(), DemoRelay)


def test_it_keeps_a_mail_once_and_can_be_asked(at: datetime) -> None:
    box = DemoRelay(lambda: at)

    assert box.was_accepted("<1@vigie.example>") is False
    box.deliver(mail())
    box.deliver(mail(subject="Encore"))

    assert box.was_accepted("<1@vigie.example>") is True
    stored = DemoMail.objects.get()
    assert (stored.to, stored.to_name, stored.subject, stored.sent_at) == (
        "personne1@antenne.example", "Personne 1", "Objet 1", at,
    )  # fmt: skip


# --- the pages ------------------------------------------------------------------------------------------------------
def test_mails_are_listed_the_newest_first_for_anybody(
    client: Client, sent: list[DemoMail], strict_templates: None
) -> None:
    html = client.get("/demo/courriels/").content.decode()

    assert html.index("Objet 3") < html.index("Objet 2") < html.index("Objet 1")
    assert "3\u00a0courriels" in html


@pytest.mark.parametrize("asked", ["personne2@", "PERSONNE 2"])
def test_mails_of_one_person(asked: str, client: Client, sent: list[DemoMail], strict_templates: None) -> None:
    html = client.get("/demo/courriels/", {"destinataire": asked}).content.decode()

    assert "Objet 2" in html
    assert "Objet 1" not in html
    assert "1\u00a0courriel" in html


def test_an_empty_mailbox_says_so(client: Client, strict_templates: None) -> None:
    assert "Aucun courriel." in client.get("/demo/courriels/").content.decode()


def test_the_list_is_cut_in_pages_and_its_queries_do_not_grow(
    client: Client, at: datetime, django_assert_num_queries: Any
) -> None:
    box = DemoRelay(lambda: at)
    for n in range(20):
        box.deliver(mail(n))
    client.get("/demo/courriels/")
    with django_assert_num_queries(2):
        client.get("/demo/courriels/")
    for n in range(20, 100):
        box.deliver(mail(n))

    with django_assert_num_queries(2):
        html = client.get("/demo/courriels/", {"page": 2}).content.decode()

    assert "Objet 74" in html
    assert "Objet 99" not in html


def test_a_mail_shows_its_text_with_links_and_its_html_in_a_frame(
    client: Client, sent: list[DemoMail], strict_templates: None
) -> None:
    html = client.get(f"/demo/courriels/{sent[0].pk}/").content.decode()

    assert '<a href="https://vigie.example/besoins/1/"' in html
    assert f'src="/demo/courriels/{sent[0].pk}/html/"' in html
    assert "&lt;1@vigie.example&gt;" in html


def test_a_text_mail_has_no_frame(client: Client, at: datetime, strict_templates: None) -> None:
    DemoRelay(lambda: at).deliver(mail(html="", to_name=""))

    assert "<iframe" not in client.get(f"/demo/courriels/{DemoMail.objects.get().pk}/").content.decode()


def test_the_html_of_a_mail_can_run_load_and_send_nothing(client: Client, sent: list[DemoMail]) -> None:
    response = client.get(f"/demo/courriels/{sent[0].pk}/html/")
    policy = dict(part.strip().partition(" ")[::2] for part in response["Content-Security-Policy"].split(";"))

    assert policy["default-src"] == "'none'"
    assert policy["form-action"] == "'none'"
    assert policy["frame-ancestors"] == "'self'"
    assert policy["sandbox"] == "allow-top-navigation-by-user-activation"
    assert "script-src" not in policy
    assert response["X-Frame-Options"] == "SAMEORIGIN"
    assert '<head><base target="_top">' in response.content.decode()


def test_a_hostile_text_is_shown_as_text(client: Client, at: datetime, strict_templates: None) -> None:
    hostile = "</pre><script>alert(1)</script><img src=x onerror=alert(1)>"
    DemoRelay(lambda: at).deliver(mail(subject=hostile, text=hostile, to_name=hostile))
    pk = DemoMail.objects.get().pk

    for address in ("/demo/courriels/", f"/demo/courriels/{pk}/"):
        html = client.get(address).content.decode()
        assert "<script>alert" not in html
        assert "<img src=x" not in html
        assert "&lt;script&gt;alert" in html


@pytest.mark.parametrize("name", ["demo:mail", "demo:mail_html"])
def test_an_absent_mail_is_not_found(name: str, client: Client) -> None:
    assert client.get(reverse(name, args=[99])).status_code == 404


@pytest.mark.parametrize("address", ["/demo/courriels/", "/demo/courriels/1/", "/demo/courriels/1/html/"])
def test_pages_are_only_read(address: str, client: Client) -> None:
    assert client.post(address).status_code == 405
