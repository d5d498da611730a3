"""The list as a file: what the reader sees, and nothing else; long ones by a job, at a flat count of queries."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import urlencode

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.accounts.factories import person
from tests.publication.factories import Firm, siren, siret
from tests.watchlists.factories import ACIERIE, BOULANGERIE, DEUX_SITES, GARAGE, MENUISERIE, OPENED, agent, opened
from tests.watchlists.test_list import PROCOL, received, words
from vigie.accounts.models import User
from vigie.companies.models import Company, Establishment, Source
from vigie.exports.models import ExportRecord
from vigie.exports.tables import shown
from vigie.journal.models import AuditEvent
from vigie.kernel.clock import now
from vigie.rights.table import Role
from vigie.watchlists.exporters import EVERY_COLUMN, list_sheet
from vigie.watchlists.models import EntryFigures, ListSettings, Publication, ReworkedEntry, ReworkedList
from vigie.watchlists.queries import list_file
from vigie.watchlists.queries.list_file import FILE_COLUMNS

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates", "zones")]
As = Callable[[User | None], Client]
EXPORT = "/detection/exporter/"


def asked(client: Client, file_format: str = "csv", columns: str = "toutes", **address: str) -> object:
    return client.post(EXPORT, {"adresse": urlencode(address), "format": file_format, "colonnes": columns})


def table(answer: object) -> list[dict[str, str]]:
    """The lines of a CSV, its presentation left out."""
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    return list(csv.DictReader(io.StringIO(text.partition("\r\n\r\n")[2]), delimiter=";"))


def test_file_holds_the_lines_of_the_screen_in_its_order(folders: Path, as_: As) -> None:
    opened(folders)
    client = as_(agent())

    assert [row["Raison sociale"] for row in table(asked(client, tri="entreprise"))] == [
        BOULANGERIE.name, DEUX_SITES.name, MENUISERIE.name,
    ]  # fmt: skip
    only = table(asked(client, niveau="strong", departement="35"))
    assert [row["Siren"] for row in only] == [MENUISERIE.siren]
    assert only[0]["Première alerte"] == "oui"


def test_what_was_searched_is_in_the_file_and_not_in_the_audit(folders: Path, as_: As) -> None:
    opened(folders)

    assert [row["Siren"] for row in table(asked(as_(agent()), q="Menuiserie"))] == [MENUISERIE.siren]

    told = AuditEvent.objects.get(action="export").details
    assert told["parameters"]["searched"] == "yes"
    assert "enuiserie" not in str(told)


def test_nothing_out_of_territory_nor_without_alert_leaves(folders: Path, as_: As) -> None:
    opened(folders)

    whole = b"".join(asked(as_(agent())).streaming_content).decode()  # type: ignore[attr-defined]

    assert ACIERIE.siren not in whole
    assert GARAGE.siren not in whole


def test_columns_are_those_that_the_reader_keeps(folders: Path, as_: As) -> None:
    opened(folders)
    user = agent()
    ListSettings.objects.create(user=user, columns=["niveau", "frequence"])

    rows = table(asked(as_(user), columns="affichees"))

    assert list(rows[0]) == ["Niveau d’alerte", "Siren", "Raison sociale", "Listes en alerte sur 24 mois"]


def test_what_the_reader_does_not_hold_is_locked_and_cannot_be_filtered(folders: Path, as_: As) -> None:
    received(folders, {1: {"payment_plan_running": True}}, sources=(PROCOL,))
    level_b = as_(agent(Role.LEVEL_B))

    rows = table(asked(level_b))

    assert {row["Délai Urssaf"] for row in rows} == {"verrouillé"}
    assert "Délai Urssaf" not in "".join(row["À noter"] for row in rows)
    assert "Votre habilitation n’ouvre pas ce motif" in rows[0]["Ce qui fait monter le risque"]
    assert asked(level_b, delai="avec").status_code == 403
    level_a = table(asked(as_(agent()), delai="avec"))
    assert [(row["Siren"], row["Délai Urssaf"]) for row in level_a] == [(MENUISERIE.siren, "oui")]


def test_figures_leave_with_their_types_and_are_locked_cell_by_cell(folders: Path, as_: As) -> None:
    opened(folders)

    row = table(asked(as_(agent())))[0]
    locked = table(asked(as_(agent(Role.LEVEL_B))))

    assert (row["Chiffre d’affaires"], row["Exercice clos le"], row["Chiffre d’affaires, en un an"]) == (
        "2500000", "2024-12-31", "-8%",
    )  # fmt: skip
    assert (row["Dette sociale"], row["Activité partielle, ETP en moyenne sur 12 mois"]) == ("5300", "2,5")
    assert row["Dette sociale, mois par mois (€)"].endswith("mars 2026 : 5300 · avril 2026 : 5300")
    assert (row["Forme juridique"], row["Fermée"], row["Dernier contact"]) == (
        "SAS, société par actions simplifiée",
        "non",
        "",
    )
    for one in locked:
        assert {one[name] for name in one if name.startswith("Dette")} == {"verrouillé"}
        assert one["Chiffre d’affaires"] == "2500000"


def test_head_office_and_head_of_the_group_leave_with_their_numbers(folders: Path, as_: As) -> None:
    opened(folders, firms=[Firm(1, "Fonderie Blanc", head="Groupe Aubert"), Firm(2, "Zinc")])
    Establishment.objects.filter(company=siren(1)).delete()
    for nic, active in ((1, False), (2, True)):
        Establishment.objects.create(
            siret=siret(1, nic), company_id=siren(1), is_head_office=True, is_active=active, source=Source.SIRENE,
            seen_at=now(),
        )  # fmt: skip

    rows = {row["Raison sociale"]: row for row in table(asked(as_(agent(Role.LEVEL_B))))}

    held = rows["Fonderie Blanc"]
    assert (held["Tête de groupe"], held["Siren de la tête de groupe"]) == ("Groupe Aubert", siren(900))
    assert held["Siret du siège"] == siret(1, 2)
    assert (rows["Zinc"]["Tête de groupe"], rows["Zinc"]["Siren de la tête de groupe"]) == ("aucune connue", "inconnu")
    shown_only = asked(as_(agent()), columns="affichees")
    assert "Siret du siège" not in table(shown_only)[0]


def test_year_of_creation_and_working_list_leave_with_the_list(folders: Path, as_: As) -> None:
    publication = opened(folders)
    Company.objects.filter(siren=MENUISERIE.siren).update(created_on=date(2009, 3, 2))
    Company.objects.exclude(siren=MENUISERIE.siren).update(created_on=None)
    made = dict(publication=publication, rules={}, quota=200, user=agent(), made_at=OPENED)
    here, elsewhere = (ReworkedList.objects.create(departement=one, name=one, **made) for one in ("35", "59"))
    for firm, reworked, kept in ((MENUISERIE, here, True), (BOULANGERIE, here, False), (DEUX_SITES, elsewhere, True)):
        ReworkedEntry.objects.create(reworked=reworked, siren=firm.siren, kept=kept, reason="x")

    rows = {row["Siren"]: row for row in table(asked(as_(agent())))}
    locked = table(asked(as_(agent(Role.LEVEL_B))))

    assert (rows[MENUISERIE.siren]["Année de création"], rows[MENUISERIE.siren]["Liste retraitée"]) == ("2009", "oui")
    assert rows[BOULANGERIE.siren]["Année de création"] in ("", "inconnu")
    assert rows[BOULANGERIE.siren]["Liste retraitée"] == "non"
    assert rows[DEUX_SITES.siren]["Liste retraitée"] == "non"  # kept by a list of another territory
    assert {row["Liste retraitée"] for row in locked} == {"verrouillé"}
    assert "2009" in {row["Année de création"] for row in locked}


def test_screen_says_them_too_and_no_year_bears_a_thousands_separator(folders: Path, as_: As) -> None:
    opened(folders)
    Company.objects.update(created_on=date(2009, 3, 2))
    for role, said in ((Role.LEVEL_A, "Non"), (Role.LEVEL_B, "Votre habilitation n’ouvre pas ces données")):
        user = agent(role)
        ListSettings.objects.create(user=user, columns=["creation", "retraitee"])
        client = as_(user)
        text = words(client.get(reverse("watchlists:list", query={"vue": "tout"})))
        assert "2009" in text
        assert said in text
        book = openpyxl.load_workbook(
            io.BytesIO(b"".join(asked(client, "xlsx", columns="affichees").streaming_content))  # type: ignore[attr-defined]
        )
        head = [cell.value for cell in book["Entreprises"][1]]
        cell = book["Entreprises"][2][head.index("Année de création")]
        assert (cell.value, "#" in cell.number_format) == (2009, False)


def test_file_of_an_older_list_leaves_its_figures_empty(folders: Path, as_: As) -> None:
    opened(folders)
    EntryFigures.objects.all().delete()

    row = table(asked(as_(agent())))[0]

    assert (row["Chiffre d’affaires"], row["Dette sociale"], row["Fermée"]) == ("", "", "inconnu")


def test_status_of_a_firm_is_never_in_bonis_without_its_source(folders: Path, as_: As) -> None:
    opened(folders)

    assert {row["Procédure collective"] for row in table(asked(as_(agent())))} == {"inconnu"}


def test_workbook_says_who_when_and_what_narrows_it(folders: Path, as_: As) -> None:
    opened(folders)
    user = agent()
    answer = asked(as_(user), "xlsx", niveau="strong", q="menuiserie")
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))  # type: ignore[attr-defined]
    said = {row[0].value: row[1].value for row in book["Présentation"].iter_rows()}

    assert said["Contenu"] == "Liste de détection de juin 2026"
    assert (said["Version"], said["Risque"], said["Entreprise"]) == ("2026-06.1", "Risque fort", "menuiserie")
    assert user.email in said["Demandé par"]
    head = [cell.value for cell in book["Entreprises"][1]]
    assert isinstance(book["Entreprises"][2][head.index("Effectif")].value, int)
    row = AuditEvent.objects.get(action="export")
    assert (row.object_id, row.details["about"], row.details["rows"]) == (said["Numéro d’export"], "2026-06.1", 1)
    assert AuditEvent.objects.filter(action="export_made").count() == 1


@pytest.mark.parametrize("code", ["2020-01.1", "withdrawn"])
def test_list_that_does_not_open_is_not_exported(code: str, folders: Path, as_: As) -> None:
    publication = opened(folders)
    client = as_(agent())
    if code == "withdrawn":
        code = publication.code
        Publication.objects.filter(pk=publication.pk).update(
            state="withdrawn", ended_at=now(), withdrawn_reason="Une source était fausse"
        )

    assert asked(client, liste=code).status_code == 404
    assert not ExportRecord.objects.exists()


def test_page_carries_its_filters_to_the_export(folders: Path, as_: As) -> None:
    opened(folders)

    html = as_(agent()).get(reverse("watchlists:list", query={"niveau": "strong", "apres": "x"})).content.decode()

    assert "niveau=strong&amp;liste=2026-06.1" in html
    assert "Classeur (XLSX)" in html


def test_beyond_500_lines_the_person_proves_who_he_is(folders: Path, as_: As, monkeypatch: pytest.MonkeyPatch) -> None:
    opened(folders)
    client = as_(agent())
    monkeypatch.setattr("vigie.exports.answers.RECENT_ABOVE", 2)
    monkeypatch.setattr("vigie.accounts.access.RECENT", timedelta(0))

    assert reverse("confirm_identity") in asked(client).url  # type: ignore[attr-defined]
    assert not ExportRecord.objects.exists()


def test_long_export_reads_as_many_queries_a_page_of_keys(folders: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened(folders, firms=[Firm(n, f"Firme {n:03d}") for n in range(1, 101)])
    who = person(agent())
    monkeypatch.setattr(list_file, "LINES", 25)

    with CaptureQueriesContext(connection) as declared:
        sheet = list_sheet(who, {"tri": "-entreprise", "colonnes": EVERY_COLUMN}, now())
    with CaptureQueriesContext(connection) as read:
        rows = [[shown(column, row) for column in sheet.columns] for row in sheet.rows()]

    assert len(rows) == sheet.count == 100
    assert rows[0][2] == "Firme 100"
    # Entries, names, opinions, head offices, working lists, and the three sources of the last contact.
    assert len(read) == 1 + 8 * 4
    assert len(declared) <= 4


def test_every_column_of_the_screen_has_its_columns_in_the_file() -> None:
    assert set(FILE_COLUMNS) == set(EVERY_COLUMN)
