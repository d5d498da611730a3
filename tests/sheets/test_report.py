"""« Signaler une erreur »: from a block of the sheet to who answers, with the firm, the block, the source."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from tests.conftest import visible_text
from tests.watchlists.factories import ACIERIE, MENUISERIE, agent, opened
from vigie.accounts.models import User
from vigie.journal.models import AuditEvent
from vigie.support.models import HelpRequest

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates", "zones")]
TOLD = {"bloc": "debts", "month": "mars 2026", "body": "Dette payée.", "form_token": "jeton-du-signalement-0001"}


def test_an_error_of_a_block_reaches_who_answers_with_what_he_needs(
    folders: Path, as_: Callable[[User | None], Client]
) -> None:
    opened(folders)
    client = as_(agent())
    sheet = reverse("sheets:company", args=[MENUISERIE.siren])
    door = reverse("sheets:report", args=[MENUISERIE.siren])
    assert f'href="{door}?bloc=debts"' in client.get(sheet).content.decode()
    assert "Urssaf" in visible_text(client.get(f"{door}?bloc=debts").content.decode())

    answer = client.post(door, TOLD)

    assert answer["Location"] == f"{sheet}#debts"
    asked = HelpRequest.objects.get()
    for said in (MENUISERIE.name, "Bloc\u00a0: Urssaf", "Source\u00a0: Urssaf", "mars 2026", "Dette payée."):
        assert said in asked.body, said
    assert MENUISERIE.siren not in asked.page
    assert AuditEvent.objects.get(action="report_error").details == {"block": "debts", "question": asked.pk}


def test_a_locked_block_has_no_door_and_cannot_be_reported(folders: Path, as_: Callable[[User | None], Client]) -> None:
    opened(folders)
    client = as_(agent())
    door = reverse("sheets:report", args=[ACIERIE.siren])
    page = client.get(reverse("sheets:company", args=[ACIERIE.siren])).content.decode()
    assert f"{door}?bloc=debts" not in page
    assert f"{door}?bloc=links" in page
    assert client.post(door, TOLD).status_code == 200  # given back: this block is not one of the choices
    assert not HelpRequest.objects.exists()
