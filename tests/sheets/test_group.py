"""F-16: the group of a firm says of each of its firms what the sheet of that firm would say to this reader."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.campaigns.factories import workplace_of
from tests.conftest import visible_text
from tests.followup.factories import colleague, opened_file
from tests.publication.factories import Firm, facts, table, tables
from tests.watchlists.factories import ACIERIE, BOULANGERIE, FIRMS, GARAGE, MENUISERIE, agent
from vigie.accounts.models import User
from vigie.companies.models import Company
from vigie.followup.models import Workplace
from vigie.journal.models import AuditEvent
from vigie.kernel.clock import now
from vigie.kernel.period import Month
from vigie.publication.write import write
from vigie.rights.table import Role
from vigie.watchlists.actions import receive
from vigie.watchlists.models import Entry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates", "zones")]
As = Callable[[User | None], Client]
GROUP = reverse("sheets:group", args=[MENUISERIE.siren])


def link(firm: Firm, level: int, share: float, confidentiality: str = "public", **values: Any) -> dict[str, Any]:
    return {
        "siren": firm.siren, "group_code": "G1", "head_siren": None, "head_name": "Holding Durand", "head_kind": "M",
        "head_country": "FR", "holding_level": level, "holding_share": share, "confidentiality": confidentiality,
    } | values  # fmt: skip


def in_group(root: Path, rows: list[dict[str, Any]], firms: tuple[Firm, ...] = FIRMS) -> None:
    """The list of June, with these links."""
    made = tables(firms, Month(2026, 6))
    made["dossier_groups"] = table("dossier_groups", sorted(rows, key=lambda row: row["siren"]))
    told = facts("2026-06", planned_on=date(2026, 7, 6))
    receive(write(root, "2026-06.1", made, told, card="# Carte\n"), at=datetime(2026, 7, 6, 7, tzinfo=UTC))


def three(confidentiality: str = "public") -> list[dict[str, Any]]:
    return [
        link(MENUISERIE, 1, 0.8, confidentiality), link(BOULANGERIE, 1, 1.0, confidentiality),
        link(ACIERIE, 2, 0.55, confidentiality), link(GARAGE, 1, 0.51, confidentiality, group_code="G2"),
    ]  # fmt: skip


def text_of(answer: object) -> str:
    text = " ".join(visible_text(answer.content.decode()).split())  # type: ignore[attr-defined]
    return text.replace("&nbsp;", " ").replace("\u00a0", " ").replace("\u202f", " ")


def test_the_tree_says_the_links_and_what_this_reader_knows_of_each(folders: Path, as_: As) -> None:
    in_group(folders, three())
    Company.objects.filter(pk__in=[MENUISERIE.siren, ACIERIE.siren]).update(workforce_code="12")
    near, far = colleague("Ada Liste"), colleague("Léo Nord", territory="59")
    opened_file(colleague("Zoé Banque", "dgfip"), workplace_of(BOULANGERIE.siren), now())
    place = workplace_of(ACIERIE.siren)
    Workplace.objects.filter(pk=place.pk).update(commune_code="59350")
    place.refresh_from_db()
    opened_file(far, place, now())

    text = text_of(as_(near).get(GROUP))

    assert "Tête du groupe : Holding Durand" in text
    assert "3 entreprises dont vous lisez le lien" in text
    assert "Au moins 40 salariés ensemble" in text
    assert "Parmi 2 entreprises dont vous lisez la détection" in text
    assert "1 en risque fort et 1 en risque modéré" in text
    for words in ("Menuiserie Durand Cette entreprise", "80 %", "100 %", "55 %", "Par 1 entreprise intermédiaire"):
        assert words in text
    assert "Garage Morel" not in text  # of another group
    assert (text.count("Verrouillé"), text.count("En cours")) == (1, 1)
    row = AuditEvent.objects.get(action="view_block", object_id=MENUISERIE.siren)
    assert row.details == {"block": "group", "firms": sorted([MENUISERIE.siren, BOULANGERIE.siren])}


def test_a_locked_firm_of_the_group_says_nothing_whatever_it_is(folders: Path, as_: As) -> None:
    in_group(folders, three())
    client = as_(colleague("Ada Liste"))
    pages = []
    for change in ({"level": "strong"}, {"level": "none"}, None):
        rows = Entry.objects.filter(siren=ACIERIE.siren)
        rows.update(**change) if change else rows.delete()
        pages.append(text_of(client.get(GROUP)))

    assert pages[0] == pages[1] == pages[2]


def test_a_link_is_read_by_its_own_class_and_its_absence_is_not_counted(folders: Path, as_: As) -> None:
    """The class of the Banque de France: open with the firm. Locked firms are neither named nor counted."""
    in_group(folders, three("bdf"))

    text = text_of(as_(colleague("Ada Liste")).get(GROUP))

    assert "2 entreprises dont vous lisez le lien" in text
    assert "Aciérie du Nord" not in text


@pytest.mark.parametrize("rows", [[], three("altares"), [link(GARAGE, 1, 0.5)]])
def test_who_reads_no_link_reads_the_same_words_as_where_there_is_none(
    folders: Path, as_: As, rows: list[dict[str, Any]]
) -> None:
    in_group(folders, rows)
    text = text_of(as_(colleague("Ada Liste")).get(GROUP))

    assert "Aucun lien de groupe que vous puissiez lire n’est connu." in text
    assert "Holding Durand" not in text
    assert not AuditEvent.objects.filter(action="view_block").exists()


@pytest.mark.parametrize(("role", "count"), [(Role.LEVEL_A, 3), (Role.LEVEL_B, 3)])
def test_links_of_the_provider_are_read_with_any_level_even_those_of_locked_firms(
    folders: Path, as_: As, role: Role, count: int
) -> None:
    in_group(folders, three("internal"))

    text = text_of(as_(agent(role)).get(GROUP))

    assert f"{count} entreprises dont vous lisez le lien" in text
    assert "Aciérie du Nord" in text  # of another territory: named, as in the search
    assert text.count("Verrouillé") == 1


def test_head_of_the_group_is_said_as_such(folders: Path, as_: As) -> None:
    in_group(folders, [link(MENUISERIE, 0, 1.0, "internal", holding_share=None), link(BOULANGERIE, 1, 0.6, "internal")])

    text = text_of(as_(colleague("Ada Liste")).get(GROUP))

    assert "Tête du groupe sans objet" in text


def test_the_block_of_the_sheet_leads_to_the_group(folders: Path, as_: As) -> None:
    in_group(folders, three())

    page = as_(colleague("Ada Liste")).get(reverse("sheets:company", args=[MENUISERIE.siren]))

    assert f'href="{GROUP}"' in page.content.decode()
    assert "Holding Durand" in page.content.decode()


def test_questions_do_not_grow_with_the_group(folders: Path, as_: As) -> None:
    firms = tuple(Firm(number, f"Filiale {number}", "moderate", 0.2) for number in range(200, 330))
    rows = [link(MENUISERIE, 1, 0.8), *(link(firm, 3, 0.6) for firm in firms)]
    in_group(folders, [link(BOULANGERIE, 1, 1.0, group_code="G3"), *rows], (*FIRMS, *firms))
    few = reverse("sheets:group", args=[BOULANGERIE.siren])
    client, counts = as_(colleague("Ada Liste")), []
    for page in (few, GROUP):
        client.get(page)
        with CaptureQueriesContext(connection) as asked:
            answer = client.get(page)
        counts.append(len(asked))

    assert counts[0] == counts[1]
    assert "131 entreprises dont vous lisez le lien avec la tête, les 100 plus proches" in text_of(answer)
