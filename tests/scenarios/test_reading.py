"""What an agent reads around the list: columns, group, search, news, calendar, talk; on a telephone and on a desk."""

from __future__ import annotations

import pytest

from tests.scenarios.conftest import DESK, PHONE, Someone
from tests.scenarios.test_agents import CRP, NATION, enter, first_firm
from tests.scenarios.test_agents import world as world

pytestmark = pytest.mark.browser
AROUND = (
    "/detection/recherche/", "/detection/recherche/?q=transports", "/detection/recherche/?q=transports&departement=34",
    "/detection/recherche/?q=zzzz", "/detection/faits-nouveaux/", "/detection/calendrier/", "/detection/avis/",
    "/nouveautes/", "/mes-exports/",
)  # fmt: skip
A_HEAD = (
    "SELECT siren FROM watchlists_entry JOIN watchlists_entryfigures ON entry_id = id"
    " WHERE group_head IS NOT NULL AND level <> 'none' ORDER BY siren LIMIT 1"
)


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_pages_around_the_list(someone, size) -> None:
    reader = someone(size)
    enter(reader, CRP)
    for path in AROUND:
        assert reader.open(path) == 200, path
        reader.check_accessible()
    reader.open("/detection/?vue=tout")
    _name, siren = first_firm(reader)
    for page in ("", "groupe/", "echange/", "pourquoi/", "signaler/", "suivre/", "avis/"):
        assert reader.open(f"/detection/entreprises/{siren}/{page}") == 200, page
        reader.check_accessible()


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("name", [CRP, NATION])
def test_every_column_at_once(someone, name: str, size) -> None:
    reader = someone(size)
    enter(reader, name)
    reader.open("/detection/")
    reader.page.get_by_text("Vues, colonnes et autres listes").click()
    reader.check_accessible()
    for box in reader.page.locator("input[name=colonnes][type=checkbox]").all():
        box.check(force=True)
    reader.press("Enregistrer les colonnes")
    reader.see("Colonnes enregistrées")
    reader.check_accessible()
    assert reader.page.locator("table thead th").count() >= 20
    locked = reader.page.locator("table td .fr-icon-lock-line").count()
    assert (locked > 0) == (name == NATION)


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_group_of_a_firm_from_its_line_in_the_list(someone, rows, size) -> None:
    reader = someone(size)
    enter(reader, NATION)
    (siren,) = rows(A_HEAD)[0]
    assert reader.open(f"/detection/entreprises/{siren}/") == 200
    reader.press("Toutes les entreprises du groupe")
    reader.see("Tête du groupe")
    assert reader.page.locator("main table tbody tr").count() >= 1
    reader.check_accessible()


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_lines_begin_at_zero_and_their_dots_stay_apart(someone, size) -> None:
    reader: Someone = someone(size)
    enter(reader, CRP)
    reader.open("/detection/")
    _name, siren = first_firm(reader)
    reader.open(f"/detection/entreprises/{siren}/")
    reader.page.locator(".vg-chart__drawing").first.scroll_into_view_if_needed()  # they come near the screen only
    reader.wait_for(
        "() => { const charts = [...document.querySelectorAll('line-chart')].map(one => one._instance?.proxy?.chart);"
        "return charts.length && charts.every(chart => chart?.options.scales.y.beginAtZero"
        " && chart.data.datasets.every(series => series.pointRadius <= 3)) }"
    )
    canvas = reader.page.locator("line-chart canvas").first.bounding_box()
    assert canvas is not None
    assert canvas["height"] >= 200
