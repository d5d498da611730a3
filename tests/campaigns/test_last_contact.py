"""The last contact of a firm in the list: of any administration, as far as the reader may know of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.test import Client

from tests.accounts.factories import person
from tests.campaigns.factories import campaign, listed, target, workplace_of
from tests.followup.factories import MOMENT, colleague, opened_file, token
from tests.watchlists.factories import BOULANGERIE, DEUX_SITES, MENUISERIE
from vigie.accounts.models import User
from vigie.campaigns.models import Contact, Visit
from vigie.followup.models import Analysis
from vigie.followup.queries.touch import firm_panel
from vigie.watchlists.models import Firm, ListSettings
from vigie.watchlists.queries.contacts import LastContact, last_contacts

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates")]
SIRENS = [MENUISERIE.siren, BOULANGERIE.siren, DEUX_SITES.siren]


def talk(by: User, siren: str, on: date, rank: int = 0) -> Analysis:
    file = opened_file(by, workplace_of(siren))
    return Analysis.objects.create(
        followup=file, author=by, talked_on=on, channel="phone", verdict="refuted", form_token=token(rank),
        recorded_at=MOMENT,
    )  # fmt: skip


def test_last_contact_is_the_latest_of_all_administrations(folders: Path) -> None:
    listed(folders)
    ada, zoe = colleague("Ada Liste"), colleague("Zoe Banque", "dgfip", codefi=False)
    talk(ada, MENUISERIE.siren, date(2026, 7, 2))
    row = target(campaign(ada), MENUISERIE.siren)
    Contact.objects.create(
        target=row, author=ada, contacted_on=date(2026, 7, 5), channel="mail", outcome="no_answer", recorded_at=MOMENT,
        form_token=token(7),
    )  # fmt: skip
    for siren, state, rank in ((BOULANGERIE.siren, "held", 1), (DEUX_SITES.siren, "planned", 2)):
        Visit.objects.create(
            firm=Firm.objects.get(pk=siren), where="Rennes", departement="35", planned_on=date(2026, 7, 6),
            organiser=ada, state=state, ended_at=MOMENT if state == "held" else None, created_at=MOMENT,
            form_token=token(rank),
        )  # fmt: skip

    assert last_contacts(person(zoe, MOMENT), SIRENS) == {
        MENUISERIE.siren: LastContact(date(2026, 7, 5), "Courrier ou courriel, campagne"),
        BOULANGERIE.siren: LastContact(date(2026, 7, 6), "Visite"),
    }


def test_talk_of_a_file_that_the_reader_does_not_open_is_not_told(folders: Path) -> None:
    listed(folders)
    ada, lille = colleague("Ada Liste"), colleague("Noa Nord", "dgfip", territory="59")
    talk(ada, DEUX_SITES.siren, date(2026, 7, 2))

    assert DEUX_SITES.siren in last_contacts(person(ada, MOMENT), SIRENS)
    assert last_contacts(person(lille, MOMENT), SIRENS) == {}


def test_column_says_when_and_how_and_never_what(folders: Path, as_: Callable[[User | None], Client]) -> None:
    listed(folders)
    ada = colleague("Ada Liste")
    talk(ada, MENUISERIE.siren, date(2026, 7, 2))
    ListSettings.objects.create(user=ada, columns=["contact"])

    html = as_(ada).get("/detection/").content.decode()

    assert "2\u00a0juillet 2026" in html
    assert "Téléphone, accompagnement" in html
    assert "infirmée" not in html.partition("</table>")[0]


def test_last_exchange_of_a_file_counts_campaigns_and_visits_of_its_firm(folders: Path) -> None:
    """« Qui accompagne » said the last recorded talk, though a colleague had called since."""
    listed(folders)
    ada, zoe, lille = colleague("Ada Liste"), colleague("Zoe Banque", "dgfip", codefi=False), colleague(
        "Noa Nord", "dgfip", territory="59"
    )  # fmt: skip
    talk(ada, MENUISERIE.siren, date(2026, 7, 2))

    def said(reader: User) -> str:
        table = firm_panel(person(reader, MOMENT), MENUISERIE.siren).table
        return str(table.rows[0][-1]).replace("\u00a0", " ") if table is not None else "rien"

    assert said(ada) == "2 juillet 2026, téléphone"
    Contact.objects.create(
        target=target(campaign(ada), MENUISERIE.siren), author=zoe, contacted_on=date(2026, 7, 5), channel="mail",
        outcome="no_answer", recorded_at=MOMENT, form_token=token(7),
    )  # fmt: skip
    assert said(ada) == "5 juillet 2026, courrier ou courriel, campagne"
    Visit.objects.create(
        firm=Firm.objects.get(pk=MENUISERIE.siren), where="Rennes", departement="35", planned_on=date(2026, 7, 9),
        organiser=ada, state="held", ended_at=MOMENT, created_at=MOMENT, form_token=token(1),
    )  # fmt: skip
    assert said(ada) == "9 juillet 2026, visite"
    talk_again = Analysis.objects.get()
    Analysis.objects.filter(pk=talk_again.pk).update(talked_on=date(2026, 7, 12))
    assert said(ada) == "12 juillet 2026, téléphone"
    assert said(lille) == "rien"
