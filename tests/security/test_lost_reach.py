"""A territory lost while a page was open: what its form brings is refused as unknown, and its words are given back."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from tests.accounts.factories import sign_in
from tests.conftest import visible_text
from tests.followup.factories import ELSEWHERE, colleague, opened_file, workplace
from tests.watchlists.conftest import folders as folders
from tests.watchlists.conftest import zones as zones
from tests.watchlists.factories import opened
from vigie.followup.models import Comment

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates", "zones")]
WORDS = "Le dirigeant attend un rendez-vous\r\navec sa banque."
HOSTILE = "<script>alert(1)</script> et la suite"


@pytest.mark.parametrize("name", ["comment", "summary", "analyse", "edit", "complete"])
def test_a_file_of_a_territory_that_was_lost_gives_back_what_was_typed(client: Client, name: str) -> None:
    far = opened_file(colleague("Zoé Nord", territory="59"), workplace(commune=ELSEWHERE))
    here = colleague("Ada Liste")
    address = reverse(f"followup:{name}", args=[far.pk, "crp"] if name in {"comment", "summary"} else [far.pk])

    answer = sign_in(client, here).post(address, {"text": WORDS, "next_step": HOSTILE, "state": "done"})

    page = answer.content.decode()
    assert answer.status_code == 404
    assert "Ce que vous aviez saisi" in page
    assert "attend un rendez-vous" in visible_text(page)
    assert HOSTILE not in page
    assert not Comment.objects.exists()


def test_a_firm_that_is_nobody_s_gives_back_the_opinion_on_it(client: Client, folders: Path) -> None:
    opened(folders)

    answer = sign_in(client, colleague("Nora Nord")).post(
        reverse("watchlists:opinion", args=["999999990"]), {"note": WORDS, "opinion": "wrong"}
    )

    assert answer.status_code == 404
    assert "attend un rendez-vous" in visible_text(answer.content.decode())
