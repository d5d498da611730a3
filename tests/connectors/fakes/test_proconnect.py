"""The fake ProConnect refuses what the real one refuses, with the same codes."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from vigie.connectors.fakes import proconnect as fake
from vigie.connectors.fakes.application import application

ROOT = "/fakes/proconnect/api/v2"
ASKED = {
    "response_type": "code", "client_id": fake.CLIENT_ID, "redirect_uri": f"http://testserver{fake.CALLBACK}",
    "scope": "openid email", "state": "s" * 32, "nonce": "n" * 32,
}  # fmt: skip


@pytest.fixture
def http(monkeypatch: pytest.MonkeyPatch) -> Iterator[httpx.Client]:
    monkeypatch.setattr(fake, "store", fake.ProcessStore())
    with httpx.Client(transport=httpx.WSGITransport(app=application), base_url="http://testserver") as client:
        yield client


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"max_age": "0"}, "Y000400"),
        ({"state": "short"}, "Y000400"),
        ({"nonce": None}, "Y000400"),
        ({"response_type": "token"}, "Y000400"),
        ({"client_id": "another"}, "Y04A586"),
        ({"redirect_uri": f"http://testserver{fake.CALLBACK.rstrip('/')}"}, "Y030031"),
    ],
)
def test_a_request_that_is_not_the_one_agreed_is_refused(http: httpx.Client, change: dict, code: str) -> None:
    asked = {name: value for name, value in {**ASKED, **change}.items() if value is not None}

    answer = http.get(f"{ROOT}/authorize", params=asked)

    assert answer.status_code == 400
    assert f"Erreur {code}" in answer.text


def test_a_silent_sign_in_finds_nobody(http: httpx.Client) -> None:
    answer = http.get(f"{ROOT}/authorize", params={**ASKED, "prompt": "none"})

    assert answer.status_code == 302
    assert "error=login_required" in answer.headers["location"]


def test_a_code_serves_once_and_its_account_is_signed(http: httpx.Client) -> None:
    code = fake.code_for(ASKED, fake.STRANGER)
    form = {
        "grant_type": "authorization_code", "client_id": fake.CLIENT_ID, "client_secret": fake.CLIENT_SECRET,
        "redirect_uri": ASKED["redirect_uri"], "code": code,
    }  # fmt: skip

    first, again = http.post(f"{ROOT}/token", data=form), http.post(f"{ROOT}/token", data=form)
    bearer = {"authorization": f"Bearer {first.json()['access_token']}"}
    account = http.get(f"{ROOT}/userinfo", headers=bearer)

    assert (first.status_code, again.status_code, again.json()["error"]) == (200, 400, "invalid_grant")
    assert account.headers["content-type"] == "application/jwt"
    told = fake._read(account.text, f"http://testserver{ROOT}")
    assert told["email"] == fake.STRANGER.email
    assert "siret" not in told  # its scope was not asked for


def test_a_wrong_secret_or_token_is_refused(http: httpx.Client) -> None:
    form = {"grant_type": "authorization_code", "client_id": fake.CLIENT_ID, "client_secret": "x", "code": "y"}

    assert http.post(f"{ROOT}/token", data=form).json()["error"] == "invalid_client"
    assert http.get(f"{ROOT}/userinfo").json()["error"] == "invalid_token"


def test_a_logout_to_an_unknown_address_is_refused(http: httpx.Client) -> None:
    answer = http.get(f"{ROOT}/session/end", params={"post_logout_redirect_uri": "http://testserver/"})

    assert (answer.status_code, "Y030111" in answer.text) == (400, True)


def test_an_unknown_path_has_its_code(http: httpx.Client) -> None:
    assert "Y000404" in http.get(f"{ROOT}/nothing").text
