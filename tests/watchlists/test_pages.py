"""The pages of agents and of the team: who sees what, and what never leaves."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from tests.accounts.factories import UserFactory
from tests.conftest import visible_text
from tests.publication.factories import Firm, facts, published_facts, table, tables
from tests.watchlists.factories import (
    ACIERIE,
    BOULANGERIE,
    DEUX_SITES,
    FIRMS,
    MENUISERIE,
    OPENED,
    agent,
    opened,
)  # fmt: skip
from tests.watchlists.test_lateness import SOURCES
from tests.watchlists.test_runs import record
from vigie.accounts.models import User
from vigie.publication.write import write
from vigie.rights.table import Role
from vigie.watchlists.actions import receive
from vigie.watchlists.models import Publication

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates", "zones")]
As = Callable[[User | None], Client]


def listing(**parameters: str) -> str:
    return reverse("watchlists:list", query=parameters)


def sheet(firm: Firm) -> str:
    return reverse("sheets:company", args=[firm.siren])


# --- who


@pytest.mark.parametrize("name", ["watchlists:list", "watchlists:calendar"])
@pytest.mark.parametrize("role", ["expert", "adviser", "manager", "team"])
def test_page_does_not_exist_for_the_others(name: str, role: str, folders: Path, as_: As) -> None:
    opened(folders)

    assert as_(UserFactory(**{role: True})).get(reverse(name)).status_code == 404


def test_sheet_does_not_exist_for_the_team_nor_for_experts(folders: Path, as_: As) -> None:
    opened(folders)

    for role in ("team", "expert"):
        assert as_(UserFactory(**{role: True})).get(sheet(MENUISERIE)).status_code == 404


def test_visitor_is_led_to_sign_in(folders: Path, client: Client) -> None:
    opened(folders)

    assert client.get(listing()).status_code == client.get(sheet(MENUISERIE)).status_code == 302


@pytest.mark.parametrize(
    ("territory", "seen"),
    [
        ("35", [MENUISERIE, BOULANGERIE, DEUX_SITES]),
        ("R53", [MENUISERIE, BOULANGERIE, DEUX_SITES]),
        ("59", [ACIERIE, DEUX_SITES]),
        ("22", []),
        ("22 R32", [ACIERIE, DEUX_SITES]),
        ("FR", [ACIERIE, MENUISERIE, BOULANGERIE, DEUX_SITES]),
    ],
)
def test_list_and_sheets_agree_on_the_territory(territory: str, seen: list[Firm], folders: Path, as_: As) -> None:
    opened(folders)
    client = as_(agent(territory=territory))

    text = visible_text(client.get(listing()).content.decode())

    assert {firm.name for firm in FIRMS if str(firm.name) in text} == {firm.name for firm in seen}
    for firm in FIRMS:
        assert ("Verrouillé" in client.get(sheet(firm)).content.decode()) == (firm not in seen), firm


# --- what


def test_list_says_level_reasons_dates_and_what_is_late(folders: Path, as_: As) -> None:
    from dataclasses import replace
    from datetime import date

    from tests.publication.factories import facts

    sources = tuple(replace(s, stale=s.name == "debit", data_until=date(2026, 4, 30)) for s in facts().sources)
    opened(folders, sources=sources)

    text = visible_text(as_(agent()).get(listing()).content.decode())

    assert "Liste de juin 2026" in text
    assert "3 entreprises en alerte" in text.replace("\u00a0", " ").replace("\u202f", " ")
    assert "Urssaf : données arrêtées à avril 2026" in text.replace("\u00a0", " ")
    assert "Dette salariale Urssaf de 4300 € depuis 5 mois" in text
    assert re.search(r"et \d autres? raisons?, sur la fiche", text.replace("\u00a0", " "))  # a row holds one sentence
    assert "1re alerte, Redressement expert" in text
    assert text.index("Menuiserie Durand") < text.index("Boulangerie Petit") < text.index("Deux Sites")


@pytest.mark.parametrize(
    ("parameters", "seen"),
    [
        ({"niveau": "strong"}, {ACIERIE, MENUISERIE}),
        ({"region": "32"}, {ACIERIE, DEUX_SITES}),
        ({"departement": "35"}, {MENUISERIE, BOULANGERIE, DEUX_SITES}),
        ({"premiere": "on"}, {MENUISERIE}),
        ({"aggravation": "on"}, {BOULANGERIE}),
        ({"secteur": "F"}, {DEUX_SITES}),
        ({"procedure": "plan"}, {ACIERIE}),
        ({"procedure": "bonis"}, {MENUISERIE, BOULANGERIE, DEUX_SITES}),
        ({"procedure": "procedure"}, set()),
        ({"delai": "avec"}, set()),
        ({"effectif_min": "33"}, set()),
        ({"effectif_min": "32", "effectif_max": "32", "premiere": "on"}, {MENUISERIE}),
        ({"effectif_min": "9" * 30}, set()),
        ({"effectif_min": "beaucoup", "secteur": "F"}, {DEUX_SITES}),
        ({"sans_recentes": "on", "sans_suivies": "on"}, {ACIERIE, MENUISERIE, BOULANGERIE, DEUX_SITES}),
        ({"q": "petit"}, {BOULANGERIE}),
        ({"q": ACIERIE.siren}, {ACIERIE}),
        ({"q": "%"}, set()),
        ({"suivies": "on"}, set()),
        ({"niveau": "none"}, {ACIERIE, MENUISERIE, BOULANGERIE, DEUX_SITES}),
        ({"region": "zz", "apres": "x.y"}, {ACIERIE, MENUISERIE, BOULANGERIE, DEUX_SITES}),
    ],
)
def test_filters(parameters: dict[str, str], seen: set[Firm], folders: Path, as_: As) -> None:
    opened(folders)

    text = visible_text(as_(agent(territory="FR")).get(listing(**parameters)).content.decode())

    assert {firm for firm in FIRMS if str(firm.name) in text} == seen


def test_pages_follow_each_other_without_double_nor_hole(folders: Path, as_: As) -> None:
    import re

    firms = [Firm(n, f"Firme {n:03d}") for n in range(1, 62)]
    opened(folders, firms=firms)
    client, url, met = as_(agent()), listing(niveau="strong"), []
    while url:
        html = client.get(url).content.decode()
        met += re.findall(r">(Firme \d+)<", html)
        more = re.search(r'rel="next" href="([^"]+)"', html)
        url = more[1].replace("&amp;", "&") if more else ""

    assert met == [firm.name for firm in firms]


def test_no_list_yet_is_said(as_: As) -> None:
    text = visible_text(as_(agent()).get(listing()).content.decode())

    assert "Aucune liste n’est ouverte" in text


def test_list_that_only_waits_is_not_seen(folders: Path, as_: As) -> None:
    from tests.publication.factories import published

    receive(published(folders, firms=FIRMS), at=datetime(2026, 7, 1, tzinfo=UTC))
    client = as_(agent())

    assert "Menuiserie" not in client.get(listing()).content.decode()
    assert "Risque" not in visible_text(client.get(sheet(MENUISERIE)).content.decode())


# --- what never leaves


def test_tax_facts_are_shown_to_nobody(folders: Path, as_: As) -> None:
    opened(folders)
    client = as_(agent(territory="FR"))

    for url in (listing(), sheet(MENUISERIE), sheet(ACIERIE)):
        html = client.get(url).content.decode()
        assert "Capitaux propres" not in html
        assert "Solidité financière" not in html
        assert "Motif confidentiel" in html or "autres raisons, sur la fiche" in html.replace("\u00a0", " ")


def test_level_b_receives_no_urssaf_fact(folders: Path, as_: As) -> None:
    opened(folders)
    client = as_(agent(Role.LEVEL_B, "FR"))

    for url in (listing(), sheet(MENUISERIE)):
        html = client.get(url).content.decode()
        assert "Dette salariale" not in html
        assert "4300" not in html.replace("\u202f", "")
        assert "Dette ancienne en forte baisse" not in html
        assert "Votre habilitation n’ouvre pas" in html
    assert "heures d’activité partielle" in client.get(sheet(MENUISERIE)).content.decode()


def test_name_that_is_not_diffusible_is_not_shown(folders: Path, as_: As) -> None:
    from vigie.companies.models import Company
    from vigie.companies.rules import HIDDEN_NAME

    Company.objects.create(
        siren=MENUISERIE.siren, name=HIDDEN_NAME, diffusible=False, source="sirene", seen_at="2026-01-01T00:00Z"
    )
    opened(folders)
    client = as_(agent())

    for url in (listing(), sheet(MENUISERIE)):
        html = client.get(url).content.decode()
        assert "Menuiserie Durand" not in html
        assert HIDDEN_NAME in html


def test_texts_of_a_publication_are_escaped(folders: Path, as_: As) -> None:
    opened(folders, firms=[Firm(1, "<script>alert(1)</script>\u202e")])
    client = as_(agent())

    for url in (listing(), sheet(Firm(1))):
        assert "<script>alert" not in client.get(url).content.decode()


# --- the audit


def test_nothing_is_shown_when_the_audit_cannot_be_written(folders: Path, as_: As, monkeypatch) -> None:
    opened(folders)
    client = as_(agent())
    client.raise_request_exception = False

    def broken(*args: object, **kwargs: object) -> None:
        raise RuntimeError("disk full")

    monkeypatch.setattr("vigie.journal.audit._row", broken)

    for url in (listing(), sheet(MENUISERIE)):
        response = client.get(url)
        assert response.status_code == 500
        assert "Menuiserie" not in response.content.decode()


# --- the rest of the pages


def test_partner_score_stands_beside_ours_when_its_class_is_read(folders: Path, as_: As) -> None:
    whole = tables(FIRMS)
    rows = [
        {
            "siren": MENUISERIE.siren,
            "provider": name,
            "month": date(2026, 5, 1),
            "score": score,
            "confidentiality": kind,
        }
        for name, score, kind in (("Banque", 0.31, "public"), ("Fisc", 0.77, "fiscal"))
    ]
    whole["partner_scores"] = table("partner_scores", rows)
    receive(write(folders, "2026-06.1", whole, facts("2026-06"), card="# Carte\n"), at=OPENED)
    client = as_(agent())

    text = visible_text(client.get(sheet(MENUISERIE)).content.decode()).replace("\u00a0", " ")
    assert "Banque, mai 2026 : 31" in text
    assert "Score confidentiel" in text
    assert "Fisc" not in text
    assert "77" not in text.split("Scores de partenaires")[1].split("Voir la probabilité")[0]
    assert "Scores de partenaires" not in visible_text(client.get(sheet(BOULANGERIE)).content.decode())


def test_calendar_says_planned_real_and_late(folders: Path, as_: As) -> None:
    publication = opened(folders)
    Publication.objects.filter(pk=publication.pk).update(opened_at=datetime(2026, 7, 8, 7, 0, tzinfo=UTC))

    text = visible_text(as_(agent(territory="FR")).get(reverse("watchlists:calendar")).content.decode())

    for said in (
        "6 juillet 2026",
        "8 juillet 2026",
        "2 jours de retard",
        "Bretagne, juin 2026",
        "Hauts-de-France",
        "Urssaf",
    ):
        assert said in text.replace("\u00a0", " "), said


def test_each_list_by_region_of_the_calendar_is_one_that_the_list_offers(folders: Path, as_: As) -> None:
    """A firm in alert here may have its head office in a région of which this agent reads nothing else."""
    opened(folders)
    client = as_(agent(territory="35"))
    links = client.get(reverse("watchlists:calendar")).context["page"].regions

    assert [link.label.replace("\u00a0", " ") for link in links] == ["Bretagne, juin 2026"]
    assert "Filtre laissé de côté" not in visible_text(client.get(links[0].href).content.decode())


def test_calendar_says_which_sources_of_the_next_list_have_come(folders: Path, as_: As) -> None:
    opened(folders, sources=SOURCES)
    record(folders, "2026-07/001", started_at="2026-08-05T06:00:00+00:00", sources={"debit": {"state": "delivered"}})

    text = visible_text(as_(agent(territory="FR")).get(reverse("watchlists:calendar")).content.decode())

    text = " ".join(text.replace("\u00a0", " ").split())
    assert "Sources de la prochaine liste, juillet 2026" in text
    assert "1 août 2026 5 août 2026 4 jours de retard" in text.replace("1er", "1")
    assert "attendue" in text


def test_fresher_facts_are_shown_on_the_sheet_and_the_list_does_not_move(folders: Path, as_: As) -> None:
    opened(folders)
    client = as_(agent())
    before = client.get(listing()).content
    changed = Firm(1, debt=MENUISERIE.debt * 2)
    folder = published_facts(folders, "2026-07-18", [changed], created_at=datetime(2026, 7, 18, tzinfo=UTC))

    receive(folder, at=datetime(2026, 7, 18, 8, 0, tzinfo=UTC))

    text = visible_text(client.get(sheet(MENUISERIE)).content.decode()).replace("\u202f", " ").replace("\u00a0", " ")
    assert "8 600 €" in text
    assert "faits reçus le 18 juillet 2026, plus récents que la liste" in text
    assert visible_text(client.get(listing()).content.decode()) == visible_text(before.decode())


def test_agent_finds_his_list_from_the_menu_and_the_team_its_page(folders: Path, as_: As) -> None:
    opened(folders)

    assert as_(agent()).get(reverse("portal:desk"))["Location"] == reverse("watchlists:list")


def test_same_number_of_queries_whatever_the_lines(folders: Path, as_: As, django_assert_num_queries) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = as_(agent())
    counts = []
    for code, size in (("2026-05.1", 3), ("2026-06.1", 40)):
        opened(folders, code, [Firm(n) for n in range(1, size)])
        for url in (listing(), sheet(Firm(1))):
            client.get(url)
            with CaptureQueriesContext(
                connection,
            ) as seen:
                client.get(url)
            counts.append(len(seen))

    assert counts[0] == counts[2]
    assert counts[1] == counts[3] or counts[3] - counts[1] <= 1  # the former list, when there is one
