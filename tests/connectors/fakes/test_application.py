"""The fakes keep the contract of the real service: shapes, refusals, traps, and faults on request."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.http import Http404
from django.test import RequestFactory, override_settings

from tests.connectors.conftest import HandCache, Hands
from tests.connectors.schema_check import faults
from vigie.connectors.fakes import data, modes
from vigie.connectors.fakes.application import application
from vigie.connectors.fakes.builtin_firms import builtin_firms, invented_siren
from vigie.connectors.fakes.data import FakeEstablishment, FakeFirm, siret_of
from vigie.connectors.fakes.django_mount import fakes_view
from vigie.connectors.fakes.transport import FakeTransport, fake_url
from vigie.kernel.siren import INVENTED_PREFIX, is_siren, is_siret
from vigie.kernel.zones import ZONE_CODE_SHAPES, ZoneType

CONTRACT = json.loads(
    (Path(__file__).parents[1] / "contracts" / "recherche_entreprises_search.json").read_text(encoding="utf-8")
)
BASE = fake_url("recherche-entreprises")
BAKERY, CANAL, HIDDEN = invented_siren(1), invented_siren(25), invented_siren(28)


@pytest.fixture
def http() -> Iterator[httpx.Client]:
    with httpx.Client(transport=httpx.WSGITransport(app=application), base_url="http://fakes.invalid") as client:
        yield client


def search(http: httpx.Client, query: str, **headers: str) -> httpx.Response:
    return http.get(f"/fakes/recherche-entreprises/search?{query}", headers=headers)


# --- the contract -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "query",
    [f"q={firm.siren}" for firm in builtin_firms()]
    + ["departement=62&per_page=25", "q=epiceries&page=2", "q=nothing+like+it", f"q={siret_of(CANAL, 2)}"]
    + ["q=epiceries&minimal=true", "q=epiceries&minimal=true&include=siege,matching_etablissements,score"],
)
def test_answer_keeps_the_contract(http: httpx.Client, query: str) -> None:
    response = search(http, query)

    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    assert list(faults(response.json(), CONTRACT)) == []


def test_contract_is_not_blind(http: httpx.Client) -> None:
    page = search(http, f"q={CANAL}").json()
    page["results"][0]["siren"] = 1
    page["results"][0]["siege"]["etat_administratif"] = "open"
    del page["results"][0]["nature_juridique"]
    page["total_pages"] = 5000
    page["extra"] = True

    assert len(list(faults(page, CONTRACT))) == 5


@pytest.mark.parametrize(
    "query",
    [
        "", "q=", "q=ab", "per_page=26&q=epiceries", "per_page=x&q=epiceries", "page=0&q=epiceries",
        "page=1001&q=epiceries", "page=401&per_page=25&q=epiceries", "departement=999999", "code_commune=Lens",
        "code_postal=6", "page=%C2%B2&q=abc",
        "etat_administratif=F", "include=siege&q=abc", "minimal=true&include=all&q=abc", "minimal=perhaps&q=abc",
        "limite_matching_etablissements=101&q=abc",
    ],
)  # fmt: skip
def test_bad_question_is_refused_with_a_reason(http: httpx.Client, query: str) -> None:
    response = search(http, query)

    assert response.status_code == 400
    assert response.json().keys() == {"erreur"}


def test_short_text_is_accepted_with_a_filter(http: httpx.Client) -> None:
    assert search(http, "q=ab&departement=62").status_code == 200


@pytest.mark.parametrize("path", ["/fakes/recherche-entreprises/other", "/fakes/unknown/search", "/fakes/", "/other"])
def test_unknown_path(http: httpx.Client, path: str) -> None:
    response = http.get(path)

    assert (response.status_code, response.json()) == (404, {"erreur": "Ressource non trouvée."})


def test_only_get_and_head(http: httpx.Client) -> None:
    url = f"/fakes/recherche-entreprises/search?q={BAKERY}"

    assert http.post(url).status_code == 405
    assert http.head(url).status_code == 200
    assert http.head(url).content == b""


# --- the traps --------------------------------------------------------------------------------------------------------
def test_number_ignores_every_filter(http: httpx.Client) -> None:
    page = search(http, f"q={BAKERY}&departement=62&etat_administratif=C").json()

    assert [found["siren"] for found in page["results"]] == [BAKERY]
    assert page["results"][0]["matching_etablissements"] == []


def test_siret_gives_that_one_only(http: httpx.Client) -> None:
    [found] = search(http, f"q={siret_of(CANAL, 3)}").json()["results"]

    assert [place["siret"] for place in found["matching_etablissements"]] == [siret_of(CANAL, 3)]
    assert found["siege"]["siret"] == siret_of(CANAL, 1)


def test_hidden_firm_is_absent(http: httpx.Client) -> None:
    assert search(http, f"q={HIDDEN}").json()["results"] == []
    assert search(http, "q=societe+qui+ne").json()["total_results"] == 0


def test_pages_follow_one_another(http: httpx.Client) -> None:
    whole = search(http, "departement=62&per_page=25").json()["results"]
    parts = [search(http, f"departement=62&per_page=2&page={page}").json() for page in (1, 2, 3, 4)]

    assert [found["siren"] for part in parts for found in part["results"]] == [found["siren"] for found in whole][:8]
    assert parts[0]["total_pages"] == -(-len(whole) // 2)


# --- the faults -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("mode", "status"), [("ok", 200), ("429", 429), ("500", 500), ("jeton_expire", 401), ("vide", 200)]
)
def test_header_makes_one_request_fail(http: httpx.Client, mode: str, status: int) -> None:
    assert search(http, f"q={BAKERY}", **{"X-Fake-Mode": mode}).status_code == status
    assert search(http, f"q={BAKERY}").status_code == 200


def test_limited_service_says_when_to_come_back(http: httpx.Client) -> None:
    assert search(http, f"q={BAKERY}", **{"X-Fake-Mode": "429"}).headers["retry-after"] == "1"


def test_malformed_answer_is_not_json(http: httpx.Client) -> None:
    with pytest.raises(json.JSONDecodeError):
        search(http, f"q={BAKERY}", **{"X-Fake-Mode": "malforme"}).json()


def test_empty_mode_finds_nothing(http: httpx.Client) -> None:
    assert search(http, f"q={BAKERY}", **{"X-Fake-Mode": "vide"}).json()["results"] == []


def test_order_makes_the_next_requests_fail(http: httpx.Client) -> None:
    order = {"service": "recherche-entreprises", "mode": "500", "nb": 2}

    assert http.post("/fakes/_mode", json=order).json() == order
    assert http.get("/fakes/_mode").json() == {"recherche-entreprises": "500", "proconnect": "ok"}
    assert [search(http, f"q={BAKERY}").status_code for _ in range(4)] == [500, 500, 200, 200]
    assert http.get("/fakes/_mode").json() == {"recherche-entreprises": "ok", "proconnect": "ok"}


def test_order_without_a_number_lasts(http: httpx.Client) -> None:
    http.post("/fakes/_mode", json={"service": "recherche-entreprises", "mode": "500"})
    assert [search(http, f"q={BAKERY}").status_code for _ in range(3)] == [500, 500, 500]

    http.post("/fakes/_mode", json={"service": "recherche-entreprises", "mode": "ok"})
    assert search(http, f"q={BAKERY}").status_code == 200


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b'"x"', b'{"service": "x", "mode": "500"}',
     b'{"service": "recherche-entreprises", "mode": "explode"}',
     b'{"service": "recherche-entreprises", "mode": "500", "nb": "many"}', b"x" * 50_000, b"\xff",
     b'{"service": "recherche-entreprises", "mode": "500", "nb": -1}', b'{"service": ["x"], "mode": {}}'],
)  # fmt: skip
def test_order_that_is_not_understood(http: httpx.Client, content: bytes) -> None:
    assert http.post("/fakes/_mode", content=content).status_code == 400
    assert http.put("/fakes/_mode", content=content).status_code == 405


def test_mode_is_shared_through_a_cache(http: httpx.Client, hands: Hands) -> None:
    shared = HandCache(hands)
    modes.board.store = shared
    modes.Board(shared).set("recherche-entreprises", "500", 1)  # another process

    assert search(http, f"q={BAKERY}").status_code == 500
    assert modes.Board(shared).peek("recherche-entreprises") == "ok"


def test_unknown_mode_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown mode"):
        modes.board.set("recherche-entreprises", "explode")


@pytest.mark.parametrize(("mode", "seconds"), [("lent", 8.0), ("timeout", 30.0)])
def test_slow_fake_waits_as_long_as_the_caller_does(mode: str, seconds: float) -> None:
    waits: list[float] = []
    with httpx.Client(transport=FakeTransport(mode=mode, sleep=waits.append)) as patient:
        assert patient.get(f"{BASE}/search?q={BAKERY}", timeout=60).status_code == 200
        with pytest.raises(httpx.ReadTimeout):
            patient.get(f"{BASE}/search?q={BAKERY}", timeout=1)
        assert patient.get(f"{BASE}/search?q={BAKERY}", timeout=None).status_code == 200

    assert waits == [seconds, 1, seconds]


# --- the data ---------------------------------------------------------------------------------------------------------
def test_builtin_firms_are_invented_and_well_numbered() -> None:
    firms = builtin_firms()

    assert len(firms) >= 30
    assert len({firm.siren for firm in firms}) == len(firms)
    for firm in firms:
        assert firm.siren.startswith(INVENTED_PREFIX)
        assert is_siren(firm.siren)
        assert sum(place.is_headquarters for place in firm.establishments) == 1
        for place in firm.establishments:
            assert is_siret(place.siret)
            assert place.siret.startswith(firm.siren)
            assert place.country or ZONE_CODE_SHAPES[ZoneType.COMMUNE].fullmatch(place.commune)


def test_builtin_firms_hold_each_case() -> None:
    firms = builtin_firms()

    assert {firm.diffusion for firm in firms} == {"O", "P", "N"}
    assert any(not firm.is_open for firm in firms)
    assert any(firm.headquarters.country for firm in firms)
    assert any(len(firm.establishments) > 3 for firm in firms)
    assert any(firm.is_sole_trader for firm in firms)
    assert {"ARTISANALE", "COMMERCIALE", "LIBERALE_REGLEMENTEE"} <= {
        nature for firm in firms for nature in firm.natures
    }
    assert builtin_firms() == firms


def test_provider_replaces_the_builtin_firms_and_is_asked_once(http: httpx.Client) -> None:
    siren, asked = invented_siren(700), []

    def provider() -> list[FakeFirm]:
        asked.append(1)
        place = FakeEstablishment(siret_of(siren, 1), "62498", "LENS", "62300", "10.71C")
        return [FakeFirm(siren, "MONDE INVENTE", "10.71C", "5499", (place,))]

    data.register(provider)

    assert search(http, "q=monde+invente").json()["total_results"] == 1
    assert search(http, f"q={siren}").json()["results"][0]["siege"]["commune"] == "62498"
    assert search(http, f"q={BAKERY}").json()["total_results"] == 0
    assert len(asked) == 1
    data.register(None)
    assert search(http, f"q={BAKERY}").json()["total_results"] == 1


# --- under Django -----------------------------------------------------------------------------------------------------
def mounted(method: str, path: str, body: bytes = b"") -> Any:
    request = RequestFactory().generic(method, f"/fakes/{path}", body, content_type="application/json")
    return fakes_view(request, path.partition("?")[0])


def test_fakes_are_served_by_the_demo() -> None:
    response = mounted("GET", f"recherche-entreprises/search?q={BAKERY}")

    assert (response.status_code, response["Content-Type"]) == (200, "application/json")
    assert json.loads(response.content)["results"][0]["siren"] == BAKERY


def test_orders_are_taken_by_the_demo() -> None:
    body = json.dumps({"service": "recherche-entreprises", "mode": "429", "nb": 1}).encode()

    assert mounted("POST", "_mode", body).status_code == 200
    limited = mounted("GET", f"recherche-entreprises/search?q={BAKERY}")
    assert (limited.status_code, limited["Retry-After"]) == (429, "1")
    assert mounted("POST", "_mode", b"{").status_code == 400


def test_fakes_are_absent_in_production() -> None:
    class Production:
        production = True

    with override_settings(VIGIE=Production()), pytest.raises(Http404):
        mounted("GET", f"recherche-entreprises/search?q={BAKERY}")
