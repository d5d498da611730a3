"""What every answer bears (S-07), what the journal of the program never holds (S-12), forged addresses (S-13)."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from datetime import timedelta

import pytest
import structlog
from django.conf import settings
from django.core import signing
from django.test import Client, override_settings

from tests.conftest import end, visible_text
from tests.security.service import Service, build
from vigie.config.logs import LOGGING, without_links
from vigie.matching.links import VALIDITY, Purpose, token
from vigie.rights import limits
from vigie.rights.models import RateCounter

pytestmark = pytest.mark.django_db
POLICY = {
    "default-src": "'self'", "script-src": "'self'", "style-src": "'self'", "img-src": "'self' data:",
    "font-src": "'self'", "connect-src": "'self'", "object-src": "'none'", "base-uri": "'self'",
    "form-action": "'self'", "frame-ancestors": "'none'",
}  # fmt: skip


@pytest.fixture
def service() -> Service:
    return build()


# --- headers ----------------------------------------------------------------------------------------------------------
def _answers(service: Service, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, object]]:
    team, member, nobody = service.client("team"), service.client("member"), Client(raise_request_exception=False)
    yield "home", nobody.get("/")
    static = nobody.get("/static/ui/vigie.css")
    b"".join(static)
    end(static)
    yield "static", static
    yield "health", nobody.get("/sante")
    yield "to sign in", nobody.get("/besoins/")
    yield "sheet", member.get(f"/besoins/{service.world.need.pk}/")
    yield "queue", team.get("/equipe/sollicitations/")
    yield "link", nobody.get(f"/ma-demande/{service.follow}/")
    yield "404", nobody.get("/rien/")
    yield "405", nobody.put("/")
    yield "403", Client(enforce_csrf_checks=True).post("/connexion/", {})
    yield "400", nobody.get("/", headers={"host": "ailleurs.example"})
    monkeypatch.setattr("vigie.portal.views.home_page", _broken)
    yield "500", nobody.get("/")


def _broken(*_: object) -> None:
    raise RuntimeError("a fault of ours")


def test_every_answer_bears_the_headers(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, response in _answers(service, monkeypatch):
        told = dict(
            part.strip().split(" ", 1) for part in response["Content-Security-Policy"].split(";") if part.strip()
        )
        assert told == POLICY, name
        assert response["X-Content-Type-Options"] == "nosniff", name
        assert response["Referrer-Policy"] == "same-origin", name
        assert response["Cross-Origin-Opener-Policy"] == "same-origin", name
        assert "camera=()" in response["Permissions-Policy"], name
        if name != "static":
            assert "X-Robots-Tag" in response, name
        if name in ("sheet", "queue", "link"):
            assert "no-store" in response["Cache-Control"], name
            assert response["X-Robots-Tag"] == "noindex", name


@pytest.mark.parametrize("path", ["/rien/", "/besoins/987654321/", "/ma-demande/x/"])
def test_an_error_is_a_french_page_without_detail(path: str, service: Service) -> None:
    response = service.client("member").get(path)

    told = response.content.decode()
    assert response.status_code == 404
    assert '<html lang="fr"' in told
    assert "Traceback" not in told
    assert "/src/" not in told


def test_cookies_are_out_of_reach_of_scripts(service: Service) -> None:
    client = Client()
    client.post("/connexion/", service.act("account_login").data)
    client.get("/connexion/code/")

    assert {"sessionid", "csrftoken"} <= set(client.cookies)
    assert all(cookie["httponly"] and cookie["samesite"] == "Lax" for cookie in client.cookies.values())


# --- links ------------------------------------------------------------------------------------------------------------
def test_a_link_lasts_its_time_and_no_more(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    for purpose, path, asked in (
        (Purpose.FILL, "/demande/suite/{}/contact/", service.begun),
        (Purpose.FOLLOW, "/ma-demande/{}/", service.sent),
    ):
        url = path.format(token(asked, purpose))
        signed_at = signing.time.time()
        for late, status in ((-timedelta(minutes=1), 200), (timedelta(minutes=1), 404)):
            moment = signed_at + (VALIDITY[purpose] + late).total_seconds()
            with monkeypatch.context() as patch:
                patch.setattr("django.core.signing.time.time", lambda moment=moment: moment)
                assert Client().get(url).status_code == status, (purpose, late)


# --- limits -----------------------------------------------------------------------------------------------------------
@pytest.fixture
def _few_pages() -> Iterator[None]:
    with override_settings(VIGIE=settings.VIGIE.__class__(**{**vars(settings.VIGIE), "rate_limits": 0.05})):
        yield


@pytest.mark.usefixtures("_few_pages")
def test_too_many_pages_wait_whatever_address_is_claimed_and_after_a_restart() -> None:
    statuses = []
    for rank in range(40):
        response = Client().get("/plan-du-site/", headers={"x-forwarded-for": f"192.0.2.{rank}"})
        statuses.append(response.status_code)
    limits.forget_local_counts()  # the worker starts again

    refused = Client().get("/plan-du-site/")

    assert statuses[0] == 200
    assert statuses[-1] == 429
    assert refused.status_code == 429
    assert int(refused["Retry-After"]) > 0
    assert "Trop de pages ont été demandées" in visible_text(refused.content.decode())
    assert RateCounter.objects.count() == 1
    assert Client().get("/sante").status_code == 200


# --- the journal of the program -----------------------------------------------------------------------------------
@pytest.fixture
def journal() -> Iterator[io.StringIO]:
    """What the service would write on its error output, all levels open."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    told = dict(LOGGING["formatters"]["json"])  # type: ignore[index]
    told.pop("()")
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(**told))
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield written
    root.setLevel(level)
    root.removeHandler(handler)


def test_neither_links_nor_words_nor_addresses_are_in_the_journal(
    service: Service, journal: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    for act in service.acts:
        response = service.client(act.who).post(act.url, act.data)
        if response.streaming:
            end(response)
    Client().get(f"/ma-demande/{service.follow}/")
    Client().put(f"/ma-demande/{service.follow}/")
    monkeypatch.setattr("vigie.matching.views.follow.follow_page", _broken)
    Client(raise_request_exception=False).get(f"/ma-demande/{service.follow}/?q=mot-cherche")

    text = journal.getvalue()
    assert "a fault of ours" in text
    for planted in (
        service.follow, service.fill, service.sent.uuid.hex, service.begun.uuid.hex, "Je les appelle demain",
        "Le matin", "camille@fournil.example", "recruter un apprenti", "neuf@antenne.example",
        "01 23 45 67 89", "mot-cherche", settings.SECRET_KEY,
    ):  # fmt: skip
        assert planted not in text, planted


def test_a_link_is_hidden_in_any_text(service: Service) -> None:
    event = {"event": f"Not Found: /ma-demande/{service.follow}/", "code": 404}

    assert without_links(None, "", event) == {"event": "Not Found: /ma-demande/…/", "code": 404}


# --- forged addresses ---------------------------------------------------------------------------------------------
FORGED = ("//ailleurs.example", "https:ailleurs.example", "\\\\ailleurs.example", "https://ailleurs.example/",
          "/\\ailleurs.example", "javascript:alert(1)", "\t//ailleurs.example", "///ailleurs.example")  # fmt: skip


@pytest.mark.parametrize("back", FORGED)
def test_nobody_is_led_outside(back: str, service: Service) -> None:
    client = service.client("member")

    for url, data in (("/mon-compte/conditions/", {"accepted": "on", "next": back}), ("/deconnexion/", {"next": back})):
        response = client.post(f"{url}?next={back}", data)
        assert response.status_code == 302
        assert response["Location"].startswith("/")
        assert not response["Location"].startswith(("//", "/\\"))


def test_a_forged_host_is_refused_and_reaches_no_mail(service: Service) -> None:
    response = Client().post("/connexion/", service.act("account_login").data, headers={"host": "ailleurs.example"})

    assert response.status_code == 400
    assert "Erreur 400" in response.content.decode()
