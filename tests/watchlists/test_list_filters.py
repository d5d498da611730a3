"""The filters on the figures of a list: what each keeps, who may use it, where it is written."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from django.test import Client

from tests.accounts.factories import person
from tests.publication.factories import Firm
from tests.watchlists.factories import OPENED, agent, opened
from tests.watchlists.test_list import listing, words
from tests.watchlists.test_list_export import asked, table
from vigie.accounts.models import User
from vigie.rights.table import Role
from vigie.watchlists.models import Entry, EntryFigures, Publication, ReworkCorrection, ReworkedEntry, ReworkedList
from vigie.watchlists.queries.filters import Filters, narrowed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates", "zones")]
As = Callable[[User | None], Client]
GARAGE = Firm(21, "Garage Vidal", revenue=90_000.0, debt=Decimal("-1000.00"), legal_form="5499")
FONDERIE = Firm(
    22, "Fonderie Blanc", revenue=2_500_000.0, debt=Decimal("25000.00"), closed=True, proceeding="redressement"
)  # fmt: skip
IMPRIMERIE = Firm(23, "Imprimerie Roux", revenue=None, legal_form=None, short_time=None)
FIRMS = (GARAGE, FONDERIE, IMPRIMERIE)


@pytest.fixture
def current(folders: Path, zones: None) -> Publication:
    publication = opened(folders, firms=FIRMS)
    Entry.objects.filter(siren=FONDERIE.siren).update(alerts_before=5)
    return publication


def kept(user: User, publication: Publication, filters: Filters) -> set[str]:
    return set(narrowed(person(user), publication, filters).values_list("name", flat=True))


@pytest.mark.parametrize(
    ("filters", "firms"),
    [
        (Filters(revenue_min=90), [GARAGE, FONDERIE]),
        (Filters(revenue_min=91), [FONDERIE]),
        (Filters(revenue_max=2500), [GARAGE, FONDERIE]),
        (Filters(revenue_min=100, revenue_max=2499), []),
        (Filters(debt_min=26_000), [FONDERIE]),
        (Filters(debt_min=0), [GARAGE, FONDERIE, IMPRIMERIE]),
        (Filters(legal_forms=("57",)), [FONDERIE]),
        (Filters(legal_forms=("54",)), [GARAGE]),
        (Filters(legal_forms=("54", "57")), [GARAGE, FONDERIE]),
        (Filters(legal_forms=("5499",)), [GARAGE]),
        (Filters(legal_forms=("5410",)), []),
        (Filters(state="ouverte"), [GARAGE, IMPRIMERIE]),
        (Filters(state="fermee"), [FONDERIE]),
        (Filters(lists_min=3), [GARAGE, FONDERIE, IMPRIMERIE]),
        (Filters(lists_min=4), [FONDERIE]),
        (Filters(proceedings="procedure"), [FONDERIE]),
        (Filters(proceedings="redressement"), [FONDERIE]),
        (Filters(proceedings="liquidation"), []),
        (Filters(proceedings="bonis"), [GARAGE, IMPRIMERIE]),
    ],
    ids=str,
)
def test_what_a_filter_keeps(filters: Filters, firms: list[Firm], current: Publication) -> None:
    assert kept(agent(), current, filters) == {firm.name for firm in firms}


def test_firm_without_figures_is_out_as_soon_as_one_is_asked(current: Publication) -> None:
    EntryFigures.objects.all().delete()

    assert kept(agent(), current, Filters(revenue_max=10**9)) == set()
    assert kept(agent(), current, Filters()) == {firm.name for firm in FIRMS}


def test_debt_is_no_filter_for_who_does_not_hold_it(current: Publication, as_: As) -> None:
    level_b = as_(agent(Role.LEVEL_B))

    assert b'name="dette_min"' not in level_b.get(listing(vue="tout")).content
    assert level_b.get(listing(dette_min="1")).status_code == 403
    assert asked(level_b, dette_min="1").status_code == 403
    level_a = as_(agent())
    assert b'name="dette_min"' in level_a.get(listing(vue="tout")).content
    assert [row["Siren"] for row in table(asked(level_a, dette_min="26000"))] == [FONDERIE.siren]


def test_filters_are_said_on_the_page_and_unreadable_ones_leave_the_list_whole(current: Publication, as_: As) -> None:
    client = as_(agent())

    text = words(client.get(listing(ca_min="91", etat="fermee", forme="57", frequence="4")))
    assert FONDERIE.name in text
    assert GARAGE.name not in text
    assert "Chiffre d’affaires, au moins (k€) : 91" in text
    assert "État : Fermée" in text

    text = words(client.get(listing(ca_min="-3", frequence="x", forme="99999")))
    assert "Filtre laissé de côté" in text
    assert {firm.name for firm in FIRMS} <= {name for name in (firm.name for firm in FIRMS) if str(name) in text}
    assert client.get(listing(ca_min="9" * 40, ca_max="9" * 40, dette_min="9" * 40)).status_code == 200


def test_working_list_filters_when_there_is_one_with_its_corrections(current: Publication, as_: As) -> None:
    user, client = agent(), None
    client = as_(user)
    assert b'name="retraitee"' not in client.get(listing(vue="tout")).content

    made = ReworkedList.objects.create(
        publication=current, departement="35", name="Juin", rules={}, quota=200, user=user, made_at=OPENED
    )
    for firm, keeps in ((GARAGE, True), (FONDERIE, False), (IMPRIMERIE, True)):
        row = ReworkedEntry.objects.create(reworked=made, siren=firm.siren, kept=keeps, reason="kept")
        if firm is IMPRIMERIE:
            ReworkCorrection.objects.create(entry=row, keeps=False, motive="Reprise", user=user, at=OPENED)

    page = client.get(listing(retraitee="on"))
    assert b'name="retraitee"' in page.content
    assert kept(user, current, Filters(reworked=True)) == {GARAGE.name}
    assert GARAGE.name in words(page)
    assert FONDERIE.name not in words(page)
    assert kept(agent(territory="59"), current, Filters(reworked=True)) == set()  # not one that he may read
