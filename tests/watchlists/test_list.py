"""The list that agents read: its columns, sorts and filters, the views they keep, what it refuses."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from html import unescape
from pathlib import Path
from urllib.parse import unquote

import pytest
from django.core import signing
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.accounts.factories import person
from tests.campaigns.factories import workplace_of
from tests.companies.factories import EstablishmentFactory, siret
from tests.conftest import visible_text
from tests.followup.factories import HERE, opened_file
from tests.publication.factories import Firm, entry, facts, siren, table, tables
from tests.watchlists.factories import (
    ACIERIE,
    BOULANGERIE,
    DEUX_SITES,
    FIRMS,
    MENUISERIE,
    OPENED,
    agent,
    follow,
    opened,
)  # fmt: skip
from vigie.accounts.models import User
from vigie.companies.models import Company
from vigie.followup.actions.files import move_file
from vigie.followup.models import Workplace
from vigie.journal.models import AuditEvent
from vigie.kernel.clock import now
from vigie.kernel.siren import show_siren
from vigie.publication.manifest import SourceFile
from vigie.publication.write import write
from vigie.rights.table import Role
from vigie.watchlists.actions import receive
from vigie.watchlists.models import Entry, EntryFigures, ListSettings, Publication
from vigie.watchlists.queries.columns import COLUMNS

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates", "zones")]
As = Callable[[User | None], Client]
LIST = "/detection/"
PROCOL = SourceFile("procol", "Procédures collectives", "procol.csv", "0" * 64, date(2026, 5, 31))


def listing(**parameters: str) -> str:
    return reverse("watchlists:list", query=parameters)


def words(page: object) -> str:
    text = visible_text(page.content.decode())  # type: ignore[attr-defined]
    return " ".join(text.replace("\u00a0", " ").replace("\u202f", " ").split())


def received(folders: Path, changes: dict[int, dict[str, object]], firms: tuple[Firm, ...] = FIRMS, **manifest) -> None:
    """A list open, some of whose entries say something else. changes: number of the firm → columns."""
    whole = tables(list(firms))
    rows = [entry(firm, **changes.get(firm.number, {})) for firm in firms]
    whole["entries"] = table("entries", rows)
    receive(write(folders, "2026-06.1", whole, facts("2026-06", **manifest), card="# Carte\n"), at=OPENED)


def names_in_order(page: object) -> list[str]:
    text = words(page)
    return sorted((str(f.name) for f in FIRMS if str(f.name) in text), key=text.index)


def test_count_says_each_level(folders: Path, as_: As) -> None:
    opened(folders)

    text = words(as_(agent(territory="FR")).get(LIST))

    assert "4 entreprises en alerte : 2 risques forts et 2 risques modérés" in text


@pytest.mark.parametrize(
    ("sort", "seen"),
    [
        ("niveau", [MENUISERIE, ACIERIE, BOULANGERIE, DEUX_SITES]),
        ("-niveau", [DEUX_SITES, BOULANGERIE, ACIERIE, MENUISERIE]),
        ("entreprise", [ACIERIE, BOULANGERIE, DEUX_SITES, MENUISERIE]),
        ("effectif", [ACIERIE, DEUX_SITES, MENUISERIE, BOULANGERIE]),
        ("-effectif", [MENUISERIE, ACIERIE, DEUX_SITES, BOULANGERIE]),
        ("secteur", [MENUISERIE, BOULANGERIE, ACIERIE, DEUX_SITES]),
        ("score); drop table", [MENUISERIE, ACIERIE, BOULANGERIE, DEUX_SITES]),
    ],
)
def test_sorts(sort: str, seen: list[Firm], folders: Path, as_: As) -> None:
    workforce = {1: 50, 2: None, 4: 12, 5: 12}
    received(folders, {number: {"workforce_count": count} for number, count in workforce.items()})

    assert names_in_order(as_(agent(territory="FR")).get(listing(tri=sort))) == [firm.name for firm in seen]


@pytest.mark.parametrize(
    "sort",
    [
        "niveau",
        "-niveau",
        "entreprise",
        "-effectif",
        "effectif",
        "tendance",
        "lieu",
        "ca",
        "-dette",
        "-ap",
        "etat",
        "groupe",
        "-groupe",
        "alerte",
        "-alerte",
        "delai",
        "procedure",
    ],
)
def test_pages_of_every_sort_follow_each_other_without_double_nor_hole(sort: str, folders: Path, as_: As) -> None:
    firms = tuple(Firm(n, f"Firme {n % 7}", ("strong", "moderate")[n % 2], 0.3) for n in range(1, 62))
    changes = {n: {"workforce_count": n % 3 or None, "workforce_change_ratio": None if n % 4 else n / 100}
               for n in range(1, 62)}  # fmt: skip
    received(folders, changes, firms)
    client, url, met = as_(agent()), listing(tri=sort), []

    while url:
        html = client.get(url).content.decode()
        met += re.findall(r'/detection/entreprises/(\d{9})/"', html)
        more = re.search(r'rel="next" href="([^"]+)"', html)
        url = more[1].replace("&amp;", "&") if more else ""

    assert sorted(met) == sorted(firm.siren for firm in firms)


def test_changing_the_sort_begins_again(folders: Path, as_: As) -> None:
    opened(folders, firms=[Firm(n, f"Firme {n:03d}") for n in range(1, 40)])

    html = as_(agent()).get(listing(apres=siren(25), secteur="C")).content.decode()

    links = re.findall(r'href="(\?[^"]*|/detection/\?[^"]*)"', html)
    assert [link for link in links if "tri=" in link]
    assert not [link for link in links if "tri=" in link and "apres=" in link]


# --- what a reader does not hold


def test_filter_on_what_the_reader_does_not_hold_is_not_offered_and_refused(folders: Path, as_: As) -> None:
    received(folders, {1: {"payment_plan_running": True}}, sources=(PROCOL,))
    level_b = as_(agent(Role.LEVEL_B, "FR"))

    page = level_b.get(LIST)
    assert 'name="delai"' not in page.content.decode()
    assert "Délai Urssaf" not in words(page).replace("Délai Urssaf (verrouillée)", "")  # a column of padlocks
    assert "Sélection CODEFI" not in words(page)
    refused = level_b.get(listing(delai="sans"))
    assert refused.status_code == 403
    assert "cotisations et dettes Urssaf" in words(refused)
    denied = AuditEvent.objects.get(result="denied")
    assert denied.details == {"page": "watchlists:list", "status": 403, "method": "GET"}

    level_a = as_(agent(territory="FR"))
    assert "Délai Urssaf en cours" in words(level_a.get(LIST))
    assert names_in_order(level_a.get(listing(delai="avec"))) == [MENUISERIE.name]


def test_view_kept_with_a_filter_lost_since_still_opens(folders: Path, as_: As) -> None:
    opened(folders)
    user = agent(Role.LEVEL_B)
    view = {"name": "Mes urgences", "query": "delai=sans&niveau=strong"}
    ListSettings.objects.create(user=user, views=[view], default_view="Mes urgences")

    page = as_(user).get(LIST)

    assert page.url == listing(niveau="strong")


def test_status_is_unknown_when_its_source_is_missing(folders: Path, as_: As) -> None:
    received(folders, {}, sources=(replace(PROCOL, data_until=None, stale=True),))
    user = agent(territory="FR")
    ListSettings.objects.create(user=user, columns=["procedure"])

    text = words(as_(user).get(LIST))

    assert "Statut inconnu" in text
    assert "In bonis" not in text.split("Appliquer")[1]
    assert "Sélection CODEFI" not in text


def test_codefi_selection_is_one_link(folders: Path, as_: As) -> None:
    received(folders, {4: {"first_alert": True}, 5: {"first_alert": True, "recent_company": True}}, sources=(PROCOL,))
    client = as_(agent(territory="FR"))

    link = re.search(r'href="([^"]+)">Sélection CODEFI', client.get(LIST).content.decode())

    assert names_in_order(client.get(link[1].replace("&amp;", "&"))) == [MENUISERIE.name]


# --- what each keeps


def keep(client: Client, **sent: object) -> object:
    return client.post(reverse("watchlists:list_settings"), sent)


def test_view_is_kept_opened_first_and_deleted(folders: Path, as_: As) -> None:
    opened(folders)
    client = as_(agent())
    address = "niveau=moderate&tri=entreprise&apres=290000017&autre=1"

    keep(client, transition="save", name="Modérés", adresse=address)
    assert ListSettings.objects.get().views == [{"name": "Modérés", "query": "niveau=moderate&tri=entreprise"}]
    assert "Modérés" in words(client.get(LIST))
    about = reverse("watchlists:list_settings", query={"vue": "Modérés"})
    client.post(about, {"transition": "default"})
    assert names_in_order(client.get(LIST, follow=True)) == [BOULANGERIE.name, DEUX_SITES.name]
    assert MENUISERIE.name in names_in_order(client.get(listing(vue="tout")))
    client.post(about, {"transition": "delete"})
    assert client.get(LIST).status_code == 200
    assert ListSettings.objects.get().default_view == ""


def test_reset_shows_the_list_without_filters_and_not_the_view_that_opens_first(folders: Path, as_: As) -> None:
    opened(folders, "2026-05.1")
    opened(folders)
    user = agent()
    view = {"name": "Modérés", "query": "niveau=moderate"}
    ListSettings.objects.create(user=user, views=[view], default_view="Modérés")
    client = as_(user)

    opened_first = client.get(LIST, follow=True)
    last_month = client.get(listing(liste="2026-05.1", niveau="moderate"))
    left_out = client.get(listing(departement="99"))
    [reset, reset_then, taken_off] = (
        re.search(r'href="([^"]+)">(?:Tout réinitialiser|Retirer tous les filtres)', page.content.decode())[1]
        for page in (opened_first, last_month, left_out)
    )
    shown, shown_then, shown_bare = (client.get(unescape(one), follow=True) for one in (reset, reset_then, taken_off))

    chip = re.search(r'href="([^"]+)">Risque\s*:', opened_first.content.decode())[1]
    shown_without = client.get(unescape(chip), follow=True)

    assert MENUISERIE.name not in names_in_order(opened_first)
    for page in (shown, shown_then, shown_bare, shown_without):
        assert not page.redirect_chain
        assert names_in_order(page) == [MENUISERIE.name, BOULANGERIE.name, DEUX_SITES.name]
    assert "Liste de mai 2026" in shown_then.content.decode().split("</h1>")[0]


def test_view_kept_again_stays_at_its_place(folders: Path, as_: As) -> None:
    opened(folders)
    client = as_(agent())
    for name, address in (("Un", "niveau=strong"), ("Deux", "tri=entreprise"), ("Un", "niveau=moderate")):
        keep(client, transition="save", name=name, adresse=address)

    kept = [(view["name"], view["query"]) for view in ListSettings.objects.get().views]
    assert kept == [("Un", "niveau=moderate"), ("Deux", "tri=entreprise")]


@pytest.mark.parametrize(("name", "address"), [("", "niveau=strong"), ("x" * 61, "niveau=strong"), ("Vide", "x=1")])
def test_view_that_keeps_nothing_or_has_no_name_is_refused(name: str, address: str, folders: Path, as_: As) -> None:
    opened(folders)

    assert keep(as_(agent()), transition="save", name=name, adresse=address).status_code == 400
    assert not ListSettings.objects.exclude(views=[]).exists()


def test_the_place_of_a_firm_is_said_once_in_its_column_or_under_its_name(folders: Path, as_: As) -> None:
    opened(folders)
    user = agent(territory="FR")
    client = as_(user)
    place = re.compile(r"Rennes \(35\)")

    for columns in ([], ["lieu"]):
        keep(client, transition="columns", colonnes=columns)
        html = client.get(LIST).content.decode()
        row = next(line for line in re.findall(r"<tr>.*?</tr>", html, re.DOTALL) if "<td" in line)
        assert len(place.findall(visible_text(row))) == 1, columns


def test_columns_are_kept_and_the_firm_always_stays(folders: Path, as_: As) -> None:
    opened(folders)
    user = agent(Role.LEVEL_B)
    client = as_(user)

    keep(client, transition="columns", colonnes=["niveau", "tendance"])
    html = client.get(LIST).content.decode()

    heads = re.findall(r'<th scope="col".*?</th>', html, re.DOTALL)
    assert [visible_text(head).split(" :")[0].strip() for head in heads] == [
        "Risque",
        "Entreprise",
        "Effectif sur un an",
    ]
    keep(client, transition="columns", colonnes=["inconnue"])
    assert ListSettings.objects.get().columns == []  # not one of the columns: nothing of it is kept


def test_figures_of_a_firm_are_told_with_their_year_and_trend(folders: Path, as_: As) -> None:
    opened(folders)
    user = agent(territory="FR")
    ListSettings.objects.create(user=user, columns=["ca", "dette", "ap"])
    page = as_(user).get(LIST)

    assert re.search("2 500 k€ ?2024, −8 % en un an", words(page))
    assert "5 300 €" in words(page)
    assert 'aria-label="De 5\u202f300\u00a0€ en mai 2025 à 5\u202f300\u00a0€ en avril 2026"' in page.content.decode()
    assert re.search("2,5 ETP ?en moyenne, sur 12 mois", words(page))


def test_head_of_the_group_leads_to_the_group_and_the_proceeding_says_its_kind(folders: Path, as_: As) -> None:
    opened(folders, firms=[Firm(1, "Fonderie Blanc", head="Groupe Aubert", proceeding="liquidation"), Firm(2, "Zinc")])
    user = agent(Role.LEVEL_B)  # of any level: a link says who owns, not how it fares
    ListSettings.objects.create(user=user, columns=["groupe", "procedure"])
    page = as_(user).get(listing(tri="groupe"))

    assert f'href="{reverse("sheets:group", args=[siren(1)])}"' in page.content.decode()
    number = show_siren(siren(900)).replace("\u00a0", " ")
    assert f"Groupe Aubert SIREN {number}" in words(page)
    for turned in (page, as_(user).get(listing(tri="-groupe"))):  # the unknown last, whichever the way
        assert words(turned).index("Fonderie Blanc") < words(turned).index("Zinc")
    assert "Aucune connue" in words(page)
    assert "Liquidation judiciaire" in words(page)
    EntryFigures.objects.all().delete()
    assert "Procédure en cours" in words(as_(user).get(LIST))  # an older list does not say which


def test_what_an_older_list_does_not_say_is_unknown(folders: Path, as_: As) -> None:
    opened(folders)
    EntryFigures.objects.all().delete()
    user = agent(territory="FR")
    ListSettings.objects.create(user=user, columns=["ca", "resultat", "ebe", "dette", "ap", "forme", "etat", "contact"])

    page = as_(user).get(LIST)

    assert page.content.decode().count(">Inconnu<") == 7 * 4
    assert words(page).count("Aucun connu") == 4


def test_column_that_the_reader_does_not_hold_bears_a_padlock_and_cannot_be_sorted(folders: Path, as_: As) -> None:
    opened(folders)
    user = agent(Role.LEVEL_B)
    client = as_(user)

    assert "5 300" not in words(client.get(LIST))
    assert "Dette sociale (verrouillée)" in words(client.get(LIST))
    keep(client, transition="columns", colonnes=["dette", "ap", "delai"])
    page = client.get(LIST)

    assert words(page).count("Votre habilitation n’ouvre pas ces données") == 2 * 3  # two columns, three firms
    assert page.content.count(b"fr-icon-lock-line") == 2 * 3
    assert words(page).count("2,5 ETP") == 3  # which this habilitation opens
    assert "5 300" not in words(page)
    assert b"tri=dette" not in page.content
    for sort in ("dette", "-dette", "delai", "-delai"):
        assert client.get(listing(tri=sort)).status_code == 403
    assert client.get(listing(tri="ap")).status_code == 200
    ListSettings.objects.update(views=[{"name": "Dettes", "query": "tri=-dette&niveau=strong"}], default_view="Dettes")
    assert client.get(LIST).url == listing(niveau="strong")  # a right lost since


def test_place_in_the_order_of_the_debts_tells_none_of_them(folders: Path, as_: As) -> None:
    opened(folders, firms=[Firm(n, f"Firme {n:03d}", debt=Decimal(70_000 + n)) for n in range(1, 40)])

    html = as_(agent()).get(listing(tri="-dette")).content.decode()

    place = re.search(r'rel="next" href="[^"]*apres=([^"&]+)', html)[1]
    told = signing.loads(unquote(place), salt="vigie.watchlists.place")
    assert told == ["-dette", siren(15)]


# --- other lists


def test_other_open_lists_have_their_link_and_a_replaced_one_leads_to_its_correction(folders: Path, as_: As) -> None:
    opened(folders, "2026-05.1", [Firm(9, "Ancienne firme"), *FIRMS])
    opened(folders)
    client = as_(agent())

    assert listing(liste="2026-05.1") in client.get(LIST).content.decode()
    assert "Ancienne firme" in words(client.get(listing(liste="2026-05.1")))

    opened(folders, "2026-06.2", [Firm(10, "Firme corrigée"), *FIRMS], replaces="2026-06.1")
    text = words(client.get(listing(liste="2026-06.1")))
    assert "Liste corrigée le 6 juillet 2026 : elle remplace la liste 2026-06.1" in text
    assert "Firme corrigée" in text


def test_withdrawn_list_is_gone_and_says_so(folders: Path, as_: As) -> None:
    opened(folders, "2026-05.1")
    publication = opened(folders)
    Publication.objects.filter(pk=publication.pk).update(
        state="withdrawn", ended_at=datetime(2026, 7, 9, tzinfo=UTC), withdrawn_reason="Une source était fausse"
    )
    client = as_(agent())

    gone = client.get(listing(liste="2026-06.1"))

    assert gone.status_code == 410
    assert "Cette liste a été retirée le 9 juillet 2026" in words(gone)
    assert "source était fausse" not in words(gone)
    assert "Menuiserie" not in words(gone)
    assert "Liste de mai 2026" in words(client.get(LIST))
    assert client.get(listing(liste="2020-01.1")).status_code == 404


def test_who_follows_is_said_without_more(folders: Path, as_: As) -> None:
    opened(folders)
    me, colleague = agent(), agent()
    follow(me, MENUISERIE.siren, now())
    follow(colleague, BOULANGERIE.siren, now(), motive="autre", comment="Confié par le tribunal")
    opened_file(colleague, workplace_of(DEUX_SITES.siren), at=now())
    client = as_(me)

    text = words(client.get(LIST))

    assert {"Par vous", "Par un autre agent", "Accompagnement en cours"} <= set(
        re.findall("Par vous|Par un autre agent|Accompagnement en cours", text)
    )
    assert "tribunal" not in text
    assert names_in_order(client.get(listing(suivies="on"))) == [MENUISERIE.name]
    assert names_in_order(client.get(listing(sans_suivies="on"))) == [BOULANGERIE.name, DEUX_SITES.name]


def test_a_file_under_surveillance_is_not_said_in_progress(folders: Path, as_: As) -> None:
    opened(folders)
    colleague = agent()
    file = opened_file(colleague, workplace_of(DEUX_SITES.siren), at=now())
    client = as_(agent())
    move_file(file, "start_surveillance", by=person(colleague, now()), at=now())

    watched = words(client.get(LIST))
    firm = Company.objects.get(pk=DEUX_SITES.siren)
    second = EstablishmentFactory(company=firm, siret=siret(5, 9), commune_code=HERE)
    opened_file(colleague, Workplace.objects.get(pk=second.pk), at=now())
    both = words(client.get(LIST))

    assert "Accompagnement sous surveillance" in watched
    assert "Accompagnement en cours" not in watched
    assert "Accompagnements en cours et sous surveillance" in both


def test_a_completed_file_is_not_said_in_progress_during_its_days_of_grace(folders: Path, as_: As) -> None:
    opened(folders)
    grace = now() + timedelta(days=90)
    follow(agent(), DEUX_SITES.siren, now(), origin="file", file_id=3, motive="", until=grace)

    text = words(as_(agent()).get(LIST))

    assert DEUX_SITES.name in text
    assert "Accompagnement en cours" not in text
    assert "Par un autre agent" not in text


# --- bars


def test_list_reads_as_much_for_20_and_100_lines(folders: Path, as_: As, monkeypatch) -> None:
    monkeypatch.setattr("vigie.watchlists.queries.lists.PER_PAGE", 100)
    user = agent()
    ListSettings.objects.create(user=user, columns=[one.code for one in COLUMNS])
    client, counts = as_(user), []
    for code, size in (("2026-06.1", 21), ("2026-06.2", 101)):
        opened(folders, code, [Firm(n) for n in range(1, size)])
        client.get(LIST)
        with CaptureQueriesContext(connection) as seen:
            page = client.get(listing(tri="entreprise", niveau="strong"))
        assert page.content.count(b"SIREN ") == size - 1
        counts.append([one["sql"] for one in seen if one["sql"].startswith("SELECT")])

    assert len(counts[0]) == len(counts[1])
    assert len(counts[0]) <= 17, "\n".join(sql[:160] for sql in counts[0])


def test_list_reads_its_lines_in_the_order_of_an_index(folders: Path) -> None:
    from tests.accounts.factories import person
    from vigie.watchlists.queries.filters import Filters, narrowed
    from vigie.watchlists.queries.sorting import ordered

    publication = opened(folders)
    for sort, index in (("niveau", "entry_alerts"), ("entreprise", "entry_names")):
        found = ordered(narrowed(person(agent(territory="FR")), publication, Filters()), sort)
        plan = found.explain()
        if connection.vendor == "sqlite":
            assert f"USING INDEX {index}" in plan, plan
            assert "TEMP B-TREE" not in plan, plan
    assert Entry.objects.exists()
