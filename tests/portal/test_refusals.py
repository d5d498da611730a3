"""A refusal that no form shows has a page of its own, which says why: nothing is guessed, nothing typed is lost."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from tests.accounts.factories import person, sign_in
from tests.conftest import visible_text
from tests.followup.factories import colleague, opened_file, token
from vigie.followup.actions.files import duplicate, move_file
from vigie.kernel.clock import now

pytestmark = pytest.mark.django_db


def test_the_page_of_a_refusal_says_why(client: Client) -> None:
    ada = colleague("Ada Liste")
    made, later = opened_file(ada), now()
    by = person(ada, later)
    move_file(made, "complete", by=by, at=later)
    duplicate(made, form_token=token(5), by=by, at=later)

    answer = sign_in(client, ada).post(
        reverse("followup:act", args=[made.pk]), {"transition": "reopen", "note": "La dirigeante a rappelé."}
    )

    assert answer.status_code == 400
    told = visible_text(answer.content.decode())
    assert "Un accompagnement actif existe déjà sur cet établissement." in told
    assert "La dirigeante a rappelé." in told  # what was typed can be taken again
