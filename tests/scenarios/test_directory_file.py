"""Journey (d) of the network: an institution's file with two wrong lines is mended and applied, and the map moves."""

from __future__ import annotations

from urllib.parse import urljoin

import pytest

from tests.scenarios.conftest import DESK, PHONE, Someone, sign_in
from tests.scenarios.journeys import TEAM

pytestmark = pytest.mark.browser
SUBJECT, PLACE = "Comprendre le droit du travail", "Lozère (48)"


def test_a_file_with_two_wrong_lines_is_mended_and_the_map_moves(someone) -> None:
    reader, team = someone(DESK), someone(DESK)
    sign_in(team, reader, TEAM, team=True)
    assert holes(team)

    send(team, "conseillers-a-corriger")
    team.see("DDETS Losère")
    team.see("48999")
    assert not team.page.locator("summary", has_text="Appliquer ces changements").count()
    look(team)
    assert holes(team)  # nothing was written

    send(team, "conseillers-corriges")
    team.see("Flore Bastide")
    look(team)
    team.picture("annuaire-2-ce-que-change-le-fichier")
    team.page.locator("summary", has_text="Appliquer ces changements").click()
    team.press("Appliquer ces changements")
    team.see("Appliqué")
    look(team)

    assert not holes(team)
    team.picture("annuaire-3-couverture")


def holes(team: Someone) -> list[str]:
    """The lines of the table of holes about the subject, in the département."""
    team.open("/equipe/annuaire/couverture/")
    found = team.page.locator("main table tbody tr").all_inner_texts()
    return [text for text in found if PLACE in text and SUBJECT in text]


def send(team: Someone, name: str) -> None:
    """Takes a file of the demo from the page, and sends it."""
    team.open("/equipe/annuaire/imports/")
    href = team.page.locator(f"a[href$='{name}.csv']").get_attribute("href")
    file = {
        "name": f"{name}.csv",
        "mimeType": "text/csv",
        "buffer": team.page.request.get(urljoin(team.page.url, href)).body(),
    }
    team.page.get_by_label("Ce que contient le fichier").select_option(label="Conseillers et experts")
    team.page.get_by_label("Fichier CSV ou XLSX").set_input_files(file)
    team.press("Lire le fichier")


def look(team: Someone) -> None:
    """The page as it stands, at both sizes."""
    for size in (PHONE, DESK):
        team.page.set_viewport_size(size)
        team.check_accessible()
