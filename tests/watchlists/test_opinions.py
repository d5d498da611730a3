"""Opinions on detections: who may give one, until when, what leaves for the batch, what the author is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from tests.accounts.factories import UserFactory, person
from tests.conftest import visible_text
from tests.watchlists.factories import ACIERIE, GARAGE, MENUISERIE, OPENED, agent, opened
from vigie.accounts.models import User
from vigie.kernel.errors import Forbidden, InvalidInput, Refused
from vigie.publication.feedback import read_feedback
from vigie.rights.table import Role
from vigie.watchlists.actions.opinions import add_reason, archive_reason, give_opinion, send_opinions
from vigie.watchlists.models import Entry, Opinion, OpinionReason
from vigie.watchlists.queries.opinions import opinion_panel as opinion

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates", "zones", "seeded")]
As = Callable[[User | None], Client]
LIST = "/detection/"
REASONS = ("saisonnalite", "autre")


@pytest.fixture
def seeded(db: None, settings, tmp_path: Path) -> None:
    from dataclasses import replace

    settings.VIGIE = replace(settings.VIGIE, var=str(tmp_path / "var"))
    for position, code in enumerate(REASONS):
        OpinionReason.objects.get_or_create(code=code, defaults={"label": code.capitalize(), "position": position})


def judge(user: User, firm=MENUISERIE, code: str = "2026-06.1", at: datetime = OPENED, **said) -> Opinion:
    entry = Entry.objects.get(siren=firm.siren, publication__code=code)
    return give_opinion(entry, **({"useful": True, "reasons": []} | said), by=person(user), at=at)


def address(firm=MENUISERIE) -> str:
    return reverse("watchlists:opinion", args=[firm.siren])


def words(response) -> str:
    return " ".join(visible_text(response.content.decode()).split())


def test_opinion_is_given_on_the_page_changed_and_told_back(folders: Path, as_: As) -> None:
    opened(folders)
    client = as_(agent())

    client.post(address(), {"utile": "oui"})
    client.post(address(), {"utile": "non", "raisons": ["saisonnalite"], "precision": "Camping fermé l’hiver"})

    given = Opinion.objects.get()
    assert (given.useful, [one.code for one in given.reasons.all()]) == (False, ["saisonnalite"])
    assert "Détection inutile. Un nouvel avis le remplace" in words(client.get(address()))
    assert "pourquoi (facultatif)" not in words(client.get(address()))  # one reason at least is asked for
    mine = words(client.get(reverse("watchlists:opinions")))
    assert "Menuiserie Durand" in mine
    assert "Enregistré" in mine


def test_an_opinion_written_on_a_former_list_is_not_taken_for_the_last_one(folders: Path, as_: As) -> None:
    opened(folders, "2026-05.1")
    client = as_(agent())
    before = Entry.objects.get(siren=MENUISERIE.siren).publication_id
    assert f'name="liste" value="{before}"' in client.get(address()).content.decode()
    opened(folders)

    again = client.post(address(), {"utile": "oui", "liste": str(before)})

    assert "La liste a changé depuis que cette page est ouverte" in words(again)
    assert not Opinion.objects.exists()
    now_last = Entry.objects.get(siren=MENUISERIE.siren, publication__code="2026-06.1").publication_id
    assert f'name="liste" value="{now_last}"' in again.content.decode()
    client.post(address(), {"utile": "oui", "liste": str(now_last)})
    assert Opinion.objects.get().publication_id == now_last


def test_each_line_of_the_last_list_leads_to_the_opinion_and_back(folders: Path, as_: As) -> None:
    opened(folders, "2026-05.1")
    opened(folders)
    client = as_(agent())
    link = f'{address()}?retour=liste"'

    assert link in client.get(LIST, {"niveau": "strong"}).content.decode()
    assert client.post(f"{address()}?retour=liste", {"utile": "oui"}).url == LIST  # type: ignore[attr-defined]
    assert ">Utile</a>" in client.get(LIST, {"niveau": "strong"}).content.decode()
    assert link not in client.get(LIST, {"liste": "2026-05.1"}).content.decode()


def test_useless_asks_for_a_reason_that_is_offered(folders: Path, as_: As) -> None:
    opened(folders)
    client = as_(agent())

    assert "Choisissez une raison au moins" in words(client.post(address(), {"utile": "non"}))
    assert client.post(address(), {"utile": "non", "raisons": ["inventee"]}).status_code == 200
    with pytest.raises(InvalidInput):
        judge(agent(), useful=False, reasons=["inventee"])
    assert not Opinion.objects.exists()


def test_only_a_firm_in_alert_of_the_territory_can_be_judged(folders: Path, as_: As) -> None:
    opened(folders)
    client = as_(agent())

    assert client.get(address(GARAGE)).status_code == client.get(address(ACIERIE)).status_code == 404
    with pytest.raises(Refused):
        judge(agent(), GARAGE)
    with pytest.raises(Forbidden):
        judge(agent(), ACIERIE)
    assert opinion(person(agent()), GARAGE.siren) is None
    assert opinion(person(UserFactory(team=True)), MENUISERIE.siren) is None


def test_opinion_closes_with_the_next_list(folders: Path) -> None:
    opened(folders, "2026-05.1")
    user = agent()
    judge(user, code="2026-05.1")
    opened(folders)

    with pytest.raises(Refused, match="dernière liste"):
        judge(user, code="2026-05.1", useful=False, reasons=["autre"])


def test_what_leaves_names_nobody_and_holds_no_text(folders: Path) -> None:
    opened(folders)
    first, second = agent(), agent()
    judge(first, useful=False, reasons=["autre"], comment="M. Durand m’a dit…")
    judge(second)

    call_command("send_opinions")

    folder = Path(settings.VIGIE.var) / "feedback" / "2026-06.1"
    rows = read_feedback(folder).rows
    assert {(row["siren"], row["useful"], tuple(row["reasons"])) for row in rows["opinions"]} == {
        (MENUISERIE.siren, False, ("autre",)), (MENUISERIE.siren, True, ()),
    }  # fmt: skip
    assert len({row["author"] for row in rows["opinions"]}) == 2
    assert {"code": "autre", "label_fr": OpinionReason.objects.get(code="autre").label} in rows["reasons"]
    raw = b"".join(path.read_bytes() for path in folder.iterdir())
    assert b"Durand m" not in raw
    assert first.email.encode() not in raw
    assert send_opinions(at=OPENED + timedelta(days=1)) == "Aucun avis nouveau"


def test_changed_opinion_leaves_again_and_its_author_reads_what_was_done(folders: Path, as_: As) -> None:
    opened(folders, "2026-05.1")
    user = agent()
    judge(user, code="2026-05.1", at=datetime(2026, 6, 7, tzinfo=UTC))
    send_opinions(at=datetime(2026, 6, 8, tzinfo=UTC))
    judge(user, code="2026-05.1", at=datetime(2026, 6, 9, tzinfo=UTC), useful=False, reasons=["autre"])
    assert "2026-05.1 (1 avis)" in send_opinions(at=datetime(2026, 6, 10, tzinfo=UTC)).replace("\u00a0", " ")
    client = as_(user)
    assert "Transmis au calcul le 10 juin 2026" in words(client.get(reverse("watchlists:opinions")))

    opened(folders, created_at=datetime(2026, 7, 1, tzinfo=UTC))

    assert "Pris en compte dans la liste de juin 2026" in words(client.get(reverse("watchlists:opinions")))


def test_team_counts_without_reading_any_firm_and_words_the_reasons(folders: Path, as_: As) -> None:
    opened(folders)
    judge(agent(), useful=False, reasons=["saisonnalite"], comment="Camping")
    judge(agent(Role.LEVEL_B, "FR"))
    client = as_(UserFactory(team=True))
    page = reverse("watchlists:opinion_counts")

    text = words(client.get(page))
    assert "50 %" in text.replace("\u202f", " ")
    assert "Menuiserie" not in text
    assert "Camping" not in text
    client.post(page, {"label": "Site en travaux"})
    added = OpinionReason.objects.get(label="Site en travaux")
    client.post(reverse("watchlists:archive_reason", args=[added.pk]))
    added.refresh_from_db()
    assert added.archived_at is not None
    assert as_(agent()).get(page).status_code == 404


def test_reason_added_twice_is_once_and_agents_cannot_change_them() -> None:
    team = person(UserFactory(team=True))

    first = add_reason("Grève", by=team, at=OPENED)
    assert add_reason("Grève", by=team, at=OPENED) == first
    with pytest.raises(Forbidden):
        archive_reason(first, by=person(agent()), at=OPENED)
