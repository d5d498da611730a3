"""« Préparer l’échange »: what was done with the firm before, by whom, and who directs it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.campaigns.factories import campaign, target
from tests.conftest import visible_text
from tests.followup.factories import MOMENT, colleague, token
from tests.watchlists.factories import MENUISERIE, agent, follow, opened
from vigie.accounts.models import User
from vigie.campaigns.models import Contact, Visit
from vigie.companies.models import Company
from vigie.companies.rules import HIDDEN_NAME
from vigie.connectors import recherche_entreprises
from vigie.connectors.recherche_entreprises import Officer
from vigie.kernel.clock import now
from vigie.kernel.errors import Unavailable
from vigie.watchlists.models import Firm

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates", "zones")]
As = Callable[[User | None], Client]
TALK = reverse("sheets:talk", args=[MENUISERIE.siren])


def words(client: Client) -> str:
    return " ".join(
        visible_text(client.get(TALK).content.decode()).replace("&nbsp;", " ").replace("\u00a0", " ").split()
    )


def called(by: User, on: date, rank: int = 7) -> None:
    row = target(campaign(by, form_token=f"jeton-de-l-echange-{rank}"), MENUISERIE.siren)
    Contact.objects.create(
        target=row, author=by, contacted_on=on, channel="phone", outcome="fine", recorded_at=MOMENT,
        form_token=token(rank),
    )  # fmt: skip


def visited(by: User, on: date, state: str = "held", rank: int = 9) -> None:
    Visit.objects.create(
        firm=Firm.objects.get(pk=MENUISERIE.siren), where="Rennes", departement="35", planned_on=on, organiser=by,
        state=state, ended_at=MOMENT if state != "planned" else None, created_at=MOMENT, form_token=token(rank),
    )  # fmt: skip


def test_calls_and_visits_of_every_administration_are_told_the_latest_first(folders: Path, as_: As) -> None:
    opened(folders)
    ada, zoe = colleague("Ada Liste"), colleague("Zoé Banque", "dgfip", codefi=False)
    called(ada, date(2026, 7, 2))
    visited(zoe, date(2026, 7, 5))

    text = words(as_(zoe))

    held = text[text.index("Contacts et visites, par toutes les administrations") :]
    assert held.index("5 juillet 2026 Visite Faite Zoé Banque") < held.index("2 juillet 2026 Téléphone Jointe")
    assert "Ada Liste (" in held
    assert "Accordez-vous avec eux" in held
    assert "Rentrée" not in text  # the name of a campaign would tell of the list


def test_who_may_not_know_of_the_detection_reads_no_call_and_no_visit(folders: Path, as_: As) -> None:
    opened(folders)
    ada = colleague("Ada Liste")
    called(ada, date(2026, 7, 2))
    visited(ada, date(2026, 7, 5))

    text = words(as_(agent(territory="59")))

    assert "Contacts et visites" not in text
    assert "Ada Liste" not in text


def test_nobody_in_touch_asks_nobody_to_agree(folders: Path, as_: As) -> None:
    opened(folders)

    text = words(as_(agent()))

    assert "Accordez-vous" not in text
    assert "Suivent aussi" not in text


def test_colleagues_who_follow_are_named_and_not_the_reader(folders: Path, as_: As) -> None:
    opened(folders)
    ada, zoe = colleague("Ada Liste"), colleague("Zoé Banque", "dgfip", codefi=False)
    for user in (ada, zoe):
        follow(user, MENUISERIE.siren, now())

    said = words(as_(ada)).partition("Suivent aussi cette entreprise : ")[2]
    assert said.startswith("Zoé Banque (")
    assert "Ada Liste (" not in said
    assert "Suivent aussi" not in words(as_(agent(territory="59")))


def test_public_directory_names_who_directs_a_company_and_a_sole_trader_is_his_firm(folders: Path, as_: As) -> None:
    opened(folders)
    firms = Company.objects.filter(pk=MENUISERIE.siren)
    address = f"https://annuaire-entreprises.data.gouv.fr/entreprise/{MENUISERIE.siren}"

    firms.update(legal_form_code="5710")
    assert f'href="{address}"' in as_(agent()).get(TALK).content.decode()
    firms.update(legal_form_code="1000")
    client = as_(agent())
    assert address not in client.get(TALK).content.decode()
    assert f"Dirigeant : {MENUISERIE.name}" in words(client)


def test_who_directs_is_told_as_the_register_says_it_now(
    folders: Path, as_: As, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(folders)
    told = (Officer("Jeanne MARTIN", "Présidente de SAS"), Officer("HOLDING DU LAC", ""))
    asked = []
    monkeypatch.setattr(recherche_entreprises, "officers", lambda siren, **_more: asked.append(siren) or told)
    client = as_(agent())

    assert (
        "Dirigeant : Jeanne MARTIN (présidente de SAS) ; HOLDING DU LAC, selon le registre national des entreprises."
        in words(client)
    )
    Company.objects.filter(pk=MENUISERIE.siren).update(legal_form_code="1000")
    assert f"Dirigeant : {MENUISERIE.name}." in words(client)
    assert asked == [MENUISERIE.siren]  # a sole trader is his firm: nothing is asked


def test_register_that_is_down_leaves_the_page_whole(folders: Path, as_: As, monkeypatch: pytest.MonkeyPatch) -> None:
    opened(folders)

    def down(_siren: str, **_more: object) -> None:
        raise Unavailable("recherche-entreprises", "status 503")

    monkeypatch.setattr(recherche_entreprises, "officers", down)

    text = words(as_(agent()))

    assert "Dirigeant : le registre national des entreprises le dit. Annuaire des Entreprises" in text
    assert "À dire, à demander, à proposer" in text


def test_firm_that_is_kept_back_has_no_director_here(folders: Path, as_: As, monkeypatch: pytest.MonkeyPatch) -> None:
    opened(folders)
    hidden = {"name": HIDDEN_NAME, "name_key": "", "usual_name": "", "acronym": "", "diffusible": False}
    Company.objects.filter(pk=MENUISERIE.siren).update(**hidden)
    monkeypatch.setattr(recherche_entreprises, "officers", lambda *_args, **_more: pytest.fail("asked"))

    assert "Dirigeant : non diffusible." in words(as_(agent()))


def test_page_asks_as_much_for_one_contact_and_for_ten(folders: Path, as_: As) -> None:
    opened(folders)
    ada, counts = colleague("Ada Liste"), []
    client = as_(ada)
    for ranks in (range(10, 11), range(11, 20)):
        for rank in ranks:
            visited(ada, date(2026, 7, rank), "planned", rank)
        client.get(TALK)
        with CaptureQueriesContext(connection) as seen:
            client.get(TALK)
        counts.append(len(seen))

    assert counts[0] == counts[1]
