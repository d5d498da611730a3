"""The second factor: nobody of the team goes anywhere without it; a code serves once; losing it has a way out."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.test import Client

from tests.accounts.conftest import sent_code, totp
from tests.accounts.factories import TOTP_SECRET, HabilitationFactory, UserFactory, set_second_factor
from tests.conftest import visible_text
from vigie.accounts import actions
from vigie.accounts.models import User
from vigie.accounts.queries import person_for
from vigie.accounts.sealed import Unreadable, seal, unseal
from vigie.journal.models import Event
from vigie.kernel.clock import now
from vigie.rights import limits
from vigie.rights.table import Role

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates")]

SET_UP, FACTOR, CODES = "/mon-compte/second-facteur/", "/connexion/second-facteur/", "/mon-compte/codes-de-secours/"


def enter_by_mail(client: Client, user: User) -> str:
    """The e-mail step; gives where it leads."""
    client.post("/connexion/", {"email": user.email})
    limits.RateCounter.objects.all().delete()
    return str(client.post("/connexion/code/", {"code": sent_code(user.email)}).url)


def signed_in_user(client: Client) -> str | None:
    return client.session.get("_auth_user_id")


# --- setting it up --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "path", ["/mon-compte/", "/equipe/personnes/", "/equipe/personnes/inviter/", "/n-importe-quoi/"]
)
def test_team_without_second_factor_is_led_to_set_it_up(client: Client, team: User, path: str) -> None:
    enter_by_mail(client, team)

    answer = client.get(path)

    assert (answer.status_code, answer.url) == (302, SET_UP)


def test_an_act_posted_without_second_factor_does_nothing(client: Client, team: User, expert: User) -> None:
    enter_by_mail(client, team)
    habilitation = expert.habilitations.get()

    client.post(f"/equipe/personnes/{expert.pk}/habilitations/{habilitation.pk}/", {"transition": "revoke"})

    habilitation.refresh_from_db()
    assert habilitation.state == "granted"


def test_a_piece_of_page_leads_the_whole_page_to_the_set_up(client: Client, team: User) -> None:
    enter_by_mail(client, team)

    answer = client.get("/equipe/personnes/", headers={"HX-Request": "true"})

    assert answer["HX-Redirect"] == SET_UP


def test_team_sets_its_second_factor_and_gets_recovery_codes_once(client: Client, team: User) -> None:
    enter_by_mail(client, team)
    page = client.get(SET_UP).content.decode()
    secret = client.session["mfa.totp.secret"]
    assert 'src="data:image/svg+xml;base64,' in page
    assert secret in page

    done = client.post(SET_UP, {"code": totp(secret=secret)})

    assert (done.status_code, done.url) == (302, CODES)
    shown = client.get(CODES).content.decode()
    codes = re.findall(r"<code>(\d{8})</code>", shown)
    assert len(codes) == 10
    assert codes[0] not in client.get(CODES).content.decode()
    assert client.get("/equipe/personnes/").status_code == 200
    assert Event.objects.filter(name="account.second_factor_set", actor_id=team.pk).count() == 1


def test_wrong_first_code_keeps_the_same_drawing(client: Client, team: User) -> None:
    enter_by_mail(client, team)
    client.get(SET_UP)
    secret = client.session["mfa.totp.secret"]

    answer = client.post(SET_UP, {"code": "000000"})

    assert "n’est pas le bon" in visible_text(answer.content.decode())
    assert client.session["mfa.totp.secret"] == secret
    assert not Authenticator.objects.exists()


def test_setting_it_up_closes_the_sessions_opened_elsewhere(client: Client, expert: User) -> None:
    elsewhere = Client()
    enter_by_mail(elsewhere, expert)
    enter_by_mail(client, expert)
    client.get(SET_UP)

    client.post(SET_UP, {"code": totp(secret=client.session["mfa.totp.secret"])})

    assert client.get("/mon-compte/").status_code == 200
    assert elsewhere.get("/mon-compte/").status_code == 302


# --- signing in with it ---------------------------------------------------------------------------------------------
def test_code_by_mail_is_not_enough(client: Client, team: User) -> None:
    set_second_factor(team)

    led = enter_by_mail(client, team)

    assert led == FACTOR
    assert signed_in_user(client) is None
    assert client.get("/equipe/personnes/").status_code == 302
    assert "Confirmez avec votre application" in visible_text(client.get(FACTOR).content.decode())
    entered = client.post(FACTOR, {"code": totp()})
    assert (entered.status_code, entered.url) == (302, "/mon-bureau/")
    assert client.get("/equipe/personnes/").status_code == 200
    assert Event.objects.get(name="account.signed_in").payload["second_factor"] is True


def test_page_asked_for_survives_the_second_factor(client: Client, team: User) -> None:
    set_second_factor(team)
    client.post("/connexion/", {"email": team.email, "next": "/equipe/personnes/"})
    client.post("/connexion/code/", {"code": sent_code(team.email), "next": "/equipe/personnes/"})

    assert client.post(FACTOR, {"code": totp()}).url == "/equipe/personnes/"


def test_second_factor_chosen_by_an_expert_is_asked_too(client: Client, expert: User) -> None:
    set_second_factor(expert)

    assert enter_by_mail(client, expert) == FACTOR


def test_code_of_the_telephone_serves_once(client: Client, team: User) -> None:
    set_second_factor(team)
    code = totp()
    enter_by_mail(client, team)
    client.post(FACTOR, {"code": code})
    client.post("/deconnexion/")
    enter_by_mail(client, team)

    again = client.post(FACTOR, {"code": code})

    assert again.status_code == 200
    assert signed_in_user(client) is None


def test_former_code_is_refused_once_the_cache_has_forgotten_it(client: Client, team: User) -> None:
    from django.core.cache import cache

    set_second_factor(team)
    code = totp()
    enter_by_mail(client, team)
    client.post(FACTOR, {"code": code})
    cache.clear()
    other = Client()
    enter_by_mail(other, team)

    again = other.post(FACTOR, {"code": code})

    assert "a déjà servi" in visible_text(again.content.decode())
    assert signed_in_user(other) is None


@pytest.mark.parametrize("code", ["", "000000", "12345678", "é" * 6, "1" * 500])
def test_wrong_code_of_the_telephone_opens_nothing(client: Client, team: User, code: str) -> None:
    set_second_factor(team)
    enter_by_mail(client, team)

    answer = client.post(FACTOR, {"code": code})

    assert answer.status_code == 200
    assert signed_in_user(client) is None
    failure = Event.objects.get(name="account.sign_in_failed")
    assert failure.payload["step"] == "second_factor"


def test_recovery_code_opens_once(client: Client, team: User) -> None:
    set_second_factor(team)
    code = RecoveryCodes.activate(team).generate_codes()[3]
    enter_by_mail(client, team)
    assert client.post(FACTOR, {"code": code}).status_code == 302
    assert client.get("/equipe/personnes/").status_code == 200
    client.post("/deconnexion/")
    enter_by_mail(client, team)

    again = client.post(FACTOR, {"code": code})

    assert again.status_code == 200
    assert signed_in_user(client) is None


def test_second_factor_is_not_reached_without_the_code_by_mail(client: Client, team: User) -> None:
    set_second_factor(team)

    answer = client.post(FACTOR, {"code": totp()})

    assert (answer.status_code, answer.url) == (302, "/connexion/")
    assert signed_in_user(client) is None


def test_session_opened_without_the_factor_closes_once_the_account_has_it(client: Client, expert: User) -> None:
    enter_by_mail(client, expert)
    set_second_factor(expert)
    HabilitationFactory(user=expert, role=Role.TEAM)

    answer = client.get("/mon-compte/")

    assert (answer.status_code, answer.url) == (302, "/connexion/?next=%2Fmon-compte%2F")
    assert signed_in_user(client) is None


def test_locked_address_is_refused_at_the_second_factor_too(client: Client, team: User) -> None:
    set_second_factor(team)
    enter_by_mail(client, team)
    for _ in range(10):
        limits.hit("sign_in_failure", team.email, now())

    answer = client.post(FACTOR, {"code": totp()})

    assert answer.status_code == 429
    assert signed_in_user(client) is None


# --- losing it, changing it -----------------------------------------------------------------------------------------
def test_changing_asks_for_the_code_again_then_for_a_new_set_up(client: Client, team: User) -> None:
    set_second_factor(team)
    enter_by_mail(client, team)
    client.post(FACTOR, {"code": totp()})
    limits.RateCounter.objects.all().delete()

    asked = client.get("/mon-compte/second-facteur/changer/")
    assert asked.url.startswith("/mon-compte/second-facteur/confirmer/")
    assert "Confirmez que c’est vous" in visible_text(client.get(asked.url).content.decode())
    confirmed = client.post(asked.url, {"code": totp(1)})
    assert confirmed.url == "/mon-compte/second-facteur/changer/"
    assert "Changer de second facteur" in visible_text(client.get(confirmed.url).content.decode())
    client.post(confirmed.url)

    assert not Authenticator.objects.filter(user=team).exists()
    assert client.get("/equipe/personnes/").url == SET_UP


def test_recovery_codes_are_renewed_after_the_code_is_asked_again(client: Client, team: User) -> None:
    set_second_factor(team)
    old = RecoveryCodes.activate(team).generate_codes()
    enter_by_mail(client, team)
    client.post(FACTOR, {"code": totp()})
    limits.RateCounter.objects.all().delete()
    renew = "/mon-compte/codes-de-secours/renouveler/"
    asked = client.get(renew).url
    client.post(asked, {"code": totp(1)})

    assert "ne serviront plus" in visible_text(client.get(renew).content.decode())
    done = client.post(renew, follow=True)

    assert old[0] not in done.content.decode()
    assert len(re.findall(r"<code>\d{8}</code>", done.content.decode())) == 10


def test_who_has_no_recovery_code_is_led_to_ask_for_some(client: Client, team: User) -> None:
    """« Mes codes de secours » led to « Page introuvable »."""
    set_second_factor(team)
    enter_by_mail(client, team)
    client.post(FACTOR, {"code": totp()})
    limits.RateCounter.objects.all().delete()

    asked = client.get(CODES, follow=True)
    client.post(asked.redirect_chain[-1][0], {"code": totp(1)})
    page = visible_text(client.get(CODES, follow=True).content.decode())

    assert "Il ne vous reste aucun code de secours" in page
    assert "Revenir à mon compte" in page


def test_team_removes_the_factor_of_a_colleague_who_lost_his_telephone(
    as_: Callable[[User], Client], team: User
) -> None:
    colleague = UserFactory(team=True, full_name="Jean Roux")
    set_second_factor(colleague)
    elsewhere = Client()
    enter_by_mail(elsewhere, colleague)
    elsewhere.post(FACTOR, {"code": totp()})
    page = as_(team).get(f"/equipe/personnes/{colleague.pk}/")
    assert "Retirer le second facteur" in visible_text(page.content.decode())

    as_(team).post(f"/equipe/personnes/{colleague.pk}/second-facteur/retirer/")

    assert not Authenticator.objects.filter(user=colleague).exists()
    assert elsewhere.get("/mon-compte/").status_code == 302
    assert Event.objects.filter(name="account.second_factor_removed", subject_id=str(colleague.pk)).count() == 1


def test_nobody_removes_his_own_factor_that_way(as_: Callable[[User], Client], team: User) -> None:
    client = as_(team)

    answer = client.post(f"/equipe/personnes/{team.pk}/second-facteur/retirer/")

    assert answer.status_code == 400
    assert Authenticator.objects.filter(user=team).exists()


def test_removing_twice_is_recorded_once(team: User) -> None:
    colleague = UserFactory(team=True)
    set_second_factor(colleague)
    for _ in range(2):
        actions.remove_second_factor(colleague, by=person_for(team, now()), at=now())

    assert Event.objects.filter(name="account.second_factor_removed").count() == 1


# --- at rest --------------------------------------------------------------------------------------------------------
def test_the_database_holds_neither_the_key_of_the_application_nor_that_of_the_recovery_codes(
    client: Client, team: User
) -> None:
    enter_by_mail(client, team)
    client.get(SET_UP)
    secret = client.session["mfa.totp.secret"]
    client.post(SET_UP, {"code": totp(secret=secret)})

    written = {row.type: row.data for row in Authenticator.objects.filter(user=team)}

    assert "mfa.totp.secret" not in client.session
    assert secret not in str(written)
    assert unseal(written["totp"]["secret"]) == secret
    assert len(unseal(written["recovery_codes"]["seed"])) == 80


def test_the_former_key_still_opens_behind_the_new_one(settings: Any) -> None:
    former, new = "former-" * 5, "new-" * 9
    settings.VIGIE = replace(settings.VIGIE, second_factor_key=former)
    sealed = seal(TOTP_SECRET)

    settings.VIGIE = replace(settings.VIGIE, second_factor_key=f"{new} {former}")
    assert unseal(sealed) == TOTP_SECRET
    settings.VIGIE = replace(settings.VIGIE, second_factor_key=new)
    with pytest.raises(Unreadable):
        unseal(sealed)


def test_a_lost_key_opens_to_nobody_and_says_it_in_french(client: Client, team: User, settings: Any) -> None:
    set_second_factor(team)
    enter_by_mail(client, team)
    settings.VIGIE = replace(settings.VIGIE, second_factor_key="another-key-" * 3)

    page = client.post(FACTOR, {"code": totp()})

    assert "ne peut pas être vérifié pour le moment" in visible_text(page.content.decode())
    assert signed_in_user(client) is None
