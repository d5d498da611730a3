"""The working list of a département: tried, kept, read by its agents alone, corrected by hand, exported."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.accounts.factories import person
from tests.conftest import visible_text
from tests.publication.factories import Firm
from tests.watchlists.factories import ACIERIE, BOULANGERIE, MENUISERIE, agent, opened
from tests.watchlists.rework_world import RULES, reworked
from tests.watchlists.test_list import PROCOL, received
from vigie.accounts.models import User
from vigie.accounts.models_agents import AgentProfile, Entity, Segment
from vigie.agents.actions.references import load_references
from vigie.journal.models import AuditEvent
from vigie.kernel.clock import now
from vigie.kernel.errors import Forbidden, Refused
from vigie.rights.table import Role
from vigie.watchlists.actions.rework import correct
from vigie.watchlists.models import Publication, ReworkedEntry, ReworkedList
from vigie.watchlists.rules_rework import Settings

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates", "zones")]
As = Callable[[User | None], Client]
REWORK = "/detection/listes/2026-06.1/retraitee/"


def crp(territory: str = "35") -> User:
    """A CRP of a département."""
    load_references(at=now())
    user = agent(territory=territory)
    entity, _new = Entity.objects.get_or_create(name="DREETS Bretagne")
    AgentProfile.objects.create(user=user, entity=entity, segment=Segment.objects.get(code="crp"))
    return user


def words(page: object) -> str:
    text = visible_text(page.content.decode())  # type: ignore[attr-defined]
    return " ".join(text.replace("\u00a0", " ").replace("\u202f", " ").split())


def trying(**rules: str) -> str:
    return f"{REWORK}?{urlencode({**RULES, **rules})}"


def test_rules_are_tried_then_kept_with_the_reason_of_each_firm(folders: Path, as_: As) -> None:
    received(folders, {1: {"payment_plan_running": True}}, sources=(PROCOL,))
    client = as_(crp())

    tried = words(client.get(trying(in_bonis="on")))
    assert "1 entreprise gardée sur 2" in tried
    assert not ReworkedList.objects.exists()
    answer = client.post(trying(in_bonis="on"), {"nom": "CODEFI de juin"})
    made = ReworkedList.objects.get()
    assert answer.url == reverse("watchlists:reworked", args=[made.pk])  # type: ignore[attr-defined]
    assert "CODEFI de juin" in words(client.get(REWORK))

    kept, dropped = client.get(answer.url), client.get(f"{answer.url}?vue=ecartees")  # type: ignore[attr-defined]
    assert BOULANGERIE.name in words(kept)
    assert f'href="{reverse("watchlists:rework", args=[made.publication.code])}"' in kept.content.decode()
    assert MENUISERIE.name not in words(kept)
    assert "Délai de paiement Urssaf en cours" in words(dropped)
    assert ACIERIE.siren not in kept.content.decode() + dropped.content.decode()
    actions = list(AuditEvent.objects.order_by("pk").values_list("action", flat=True))
    assert [one for one in actions if one in ("rework_made", "list_view")] == ["rework_made", "list_view", "list_view"]


def test_proceedings_rule_waits_for_its_source(folders: Path, as_: As) -> None:
    opened(folders)

    page = as_(crp()).get(trying(in_bonis="on"))

    assert 'name="in_bonis"' not in page.content.decode()


def test_agents_of_the_departement_read_it_and_its_author_or_the_crp_correct_it(folders: Path, as_: As) -> None:
    opened(folders)
    made = reworked("2026-06.1", agent())
    url = reverse("watchlists:reworked", args=[made.pk])
    act = reverse("watchlists:reworked_firm", args=[made.pk, MENUISERIE.siren])

    assert as_(agent(territory="59")).get(url).status_code == 404
    assert made.name not in words(as_(agent(territory="59")).get(REWORK))
    assert as_(agent(Role.LEVEL_B)).get(url).status_code == 404
    assert as_(agent(Role.LEVEL_B)).get(REWORK).status_code == 404
    colleague = as_(agent())
    assert colleague.get(url).status_code == 200
    assert act not in colleague.get(url).content.decode()
    assert colleague.get(act).status_code == 403
    assert colleague.post(trying(departement="59"), {"nom": "Ailleurs"}).status_code == 400
    assert as_(crp()).get(act).status_code == 200
    with pytest.raises(Forbidden):
        reworked("2026-06.1", crp("59"), "Autre")
    assert ReworkedList.objects.count() == 1


def test_list_that_is_withdrawn_takes_its_working_lists_with_it(folders: Path, as_: As) -> None:
    opened(folders)
    made = reworked("2026-06.1", crp())
    Publication.objects.update(state="withdrawn", ended_at=now(), withdrawn_reason="Une source était fausse")

    client = as_(agent())
    assert client.get(reverse("watchlists:reworked", args=[made.pk])).status_code == 404
    assert client.post(reverse("watchlists:export_reworked", args=[made.pk]), {"format": "csv"}).status_code == 404
    assert client.get(REWORK).status_code == 404


def test_correction_by_hand_has_a_motive_and_erases_nothing(folders: Path, as_: As) -> None:
    opened(folders)
    user = crp()
    made = reworked("2026-06.1", user)
    url = reverse("watchlists:reworked", args=[made.pk])
    client = as_(user)
    act = reverse("watchlists:reworked_firm", args=[made.pk, MENUISERIE.siren])

    assert "Dites pourquoi" in words(client.post(act, {"garder": "non", "motif": ""}))
    client.post(act, {"garder": "non", "motif": "Activité saisonnière"})

    assert "écartée de la liste" in words(client.get(url))
    assert MENUISERIE.name not in words(client.get(url))
    assert "Écartée par" in words(client.get(f"{url}?vue=ecartees"))
    entry = ReworkedEntry.objects.get(siren=MENUISERIE.siren)
    assert (entry.kept, entry.reason) == (True, "kept")
    with pytest.raises(Refused):
        correct(entry, keeps=False, motive="Encore", by=person(user), at=now())
    client.post(act, {"garder": "oui", "motif": "Erreur de ma part"})
    assert MENUISERIE.name in words(client.get(url))
    assert entry.corrections.count() == 2
    assert AuditEvent.objects.filter(action="rework_corrected", siren=MENUISERIE.siren).count() == 2


def test_export_tells_every_firm_and_its_reason(folders: Path, as_: As) -> None:
    received(folders, {1: {"payment_plan_running": True}})
    user = crp()
    made = reworked("2026-06.1", user)
    correct(
        ReworkedEntry.objects.get(siren=MENUISERIE.siren), keeps=True, motive="Vue ensemble", by=person(user), at=now()
    )

    answer = as_(agent()).post(reverse("watchlists:export_reworked", args=[made.pk]), {"format": "csv"})
    text = b"".join(answer.streaming_content).decode("utf-8-sig").partition("\r\n\r\n")[2]
    rows = list(csv.DictReader(io.StringIO(text), delimiter=";"))

    assert [(row["Raison sociale"], row["Décision"], row["Rang"]) for row in rows] == [
        (BOULANGERIE.name, "Gardée", "1"), (MENUISERIE.name, "Gardée", ""),
    ]  # fmt: skip
    assert rows[1]["Raison"] == "Délai de paiement Urssaf en cours"
    assert "Vue ensemble" in rows[1]["Correction"]
    assert AuditEvent.objects.filter(action="export").count() == 1


def test_page_reads_as_much_for_20_and_100_firms(folders: Path, as_: As, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vigie.watchlists.queries.rework.PER_PAGE", 100)
    user = crp()
    client, counts = as_(user), []
    for code, size in (("2026-06.1", 101), ("2026-05.1", 21)):
        opened(folders, code, [Firm(n) for n in range(1, size)])
        made = reworked(code, user, settings=Settings({}))
        url = reverse("watchlists:reworked", args=[made.pk])
        client.get(url)
        with CaptureQueriesContext(connection) as seen:
            page = client.get(url)
        assert page.content.count(b"SIREN ") == size - 1
        counts.append(len(seen))

    assert counts[0] == counts[1]
