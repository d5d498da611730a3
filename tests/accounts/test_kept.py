"""A form sent after the session ended: nothing is done, nothing is lost, and nobody else reads it."""

from __future__ import annotations

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import caches
from django.test import Client

from tests.accounts.conftest import sent_code
from tests.accounts.factories import sign_in
from tests.conftest import visible_text
from vigie.accounts import kept
from vigie.accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates")]
PAGE, TEXT = "/mon-compte/", "Responsable du pôle <b>reprise</b> & transmission"
SENT = {"full_name": "Paul Petit", "job": TEXT, "phone": "01 02 03 04 05"}
FROM_PAGE = {"HTTP_REFERER": f"http://testserver{PAGE}"}


@pytest.fixture
def late(client: Client, expert: User) -> Client:
    """The browser of an expert whose session has ended while he was writing."""
    sign_in(client, expert).get(PAGE)
    Session.objects.all().delete()
    return client


def send(client: Client, **headers: str):
    return client.post(PAGE, SENT, **(headers or FROM_PAGE))


def enter(client: Client, user: User):
    client.post("/connexion/", {"email": user.email, "next": PAGE})
    return client.post("/connexion/code/", {"code": sent_code(user.email), "next": PAGE})


def text_of(client: Client, path: str = PAGE) -> str:
    return visible_text(client.get(path).content.decode())


def test_what_was_typed_is_found_again_in_its_page_and_nothing_was_sent(late: Client, expert: User) -> None:
    refused = send(late)

    assert (refused.status_code, refused.url) == (302, "/connexion/?next=%2Fmon-compte%2F")
    assert "Rien n’a été envoyé" in text_of(late, refused.url)
    expert.refresh_from_db()
    assert expert.job != TEXT

    entered = enter(late, expert)
    page = late.get(entered.url).content.decode()

    assert entered.url == PAGE
    assert "Votre saisie est gardée" in page
    assert 'data-vg-kept="/mon-compte/"' in page
    assert "Responsable du pôle &lt;b&gt;reprise&lt;/b&gt; &amp; transmission</blockquote>" in page
    assert "csrfmiddlewaretoken</blockquote>" not in page


def test_it_stays_until_the_form_is_sent_then_is_forgotten(late: Client, expert: User) -> None:
    send(late)
    enter(late, expert)
    assert TEXT[:20] in text_of(late)
    assert TEXT[:20] in text_of(late)

    assert late.post(PAGE, SENT).status_code == 302

    assert "Votre saisie est gardée" not in text_of(late)
    expert.refresh_from_db()
    assert expert.job == TEXT


def test_another_page_only_leads_to_it(late: Client, expert: User) -> None:
    send(late)
    enter(late, expert)

    elsewhere = late.get("/besoins/").content.decode()

    assert f'<a href="{PAGE}">Retrouver' in elsewhere
    assert TEXT[:20] not in elsewhere


def test_somebody_else_who_signs_in_there_reads_nothing_and_it_is_gone(
    late: Client, expert: User, unrelated: User
) -> None:
    send(late)
    enter(late, unrelated)
    assert "Votre saisie" not in text_of(late)
    late.post("/deconnexion/")

    enter(late, expert)

    assert "Votre saisie" not in text_of(late)


def test_signing_out_leaves_nothing_in_the_browser(late: Client, expert: User) -> None:
    send(late)
    enter(late, expert)
    late.get(PAGE)

    late.post("/deconnexion/")

    assert {name for name, one in late.cookies.items() if one.value} <= {"csrftoken", "sessionid", "messages"}


def test_a_browser_where_nobody_was_signed_in_keeps_nothing(client: Client, expert: User) -> None:
    refused = send(client)

    assert refused.url == "/connexion/"
    assert "kept" not in client.cookies


@pytest.mark.parametrize("forged", ["1", "1:abc", ""])
def test_a_forged_account_keeps_nothing(late: Client, forged: str) -> None:
    late.cookies["account"] = forged

    assert send(late).url == "/connexion/"


def test_it_is_encrypted_where_it_is_held_and_lasts_an_hour(
    late: Client, expert: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: dict[str, tuple[bytes, int]] = {}
    monkeypatch.setattr(
        type(caches["default"]), "set", lambda self, key, data, lasts: held.update({key: (data, lasts)})
    )
    send(late)

    ((key, (data, lasts)),) = held.items()
    assert lasts == 3600
    assert b"Responsable" not in data
    assert late.cookies["kept"].value not in key


def test_what_is_too_long_is_said_not_to_be_kept(late: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "MOST", 50)

    assert "trop long" in text_of(late, send(late).url)
    assert "kept" not in late.cookies


@pytest.mark.parametrize(
    ("headers", "page"),
    [
        ({"HTTP_REFERER": "https://ailleurs.example/besoins/"}, "%2Fmon-compte%2F"),
        ({"HTTP_REFERER": "http://testserver/besoins/3/?onglet=x"}, "%2Fbesoins%2F3%2F%3Fonglet%3Dx"),
        ({"HTTP_REFERER": ""}, "%2Fmon-compte%2F"),
    ],
)
def test_the_page_of_the_form_is_of_this_site(late: Client, headers: dict[str, str], page: str) -> None:
    assert send(late, **headers).url == f"/connexion/?next={page}"


def test_a_piece_of_page_leads_the_whole_page_to_the_sign_in(late: Client) -> None:
    answer = send(late, HTTP_HX_REQUEST="true", HTTP_HX_CURRENT_URL="http://testserver/besoins/3/")

    assert answer["HX-Redirect"] == "/connexion/?next=%2Fbesoins%2F3%2F"
    assert late.cookies["kept"].value


def test_codes_are_never_kept(late: Client, expert: User) -> None:
    late.post(PAGE, {**SENT, "code": "123 456 789 012 345 678 901"}, **FROM_PAGE)
    enter(late, expert)

    assert "123 456 789" not in text_of(late)
