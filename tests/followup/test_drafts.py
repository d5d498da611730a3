"""What is typed in the editor of a summary is found again by its author, and by nobody else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from tests.accounts.factories import person
from tests.conftest import visible_text
from tests.followup.factories import MOMENT, colleague, network, opened_file
from vigie.accounts.models import User
from vigie.followup.actions.drafts import purge_drafts
from vigie.followup.actions.members import add_member
from vigie.followup.actions.texts import save_summary
from vigie.followup.models import Followup, Summary, SummaryDraft
from vigie.kernel.clock import now

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates")]
As = Callable[[User | None], Client]
TYPED = "Ce que j’écris en ce moment"


def editor(made: Followup) -> str:
    return reverse("followup:summary", args=[made.pk, "crp"])


def typed(client: Client, made: Followup, text: str = TYPED, version: int = 0, *, lock: bool = True) -> int:
    """Opens the editor, and lets its script send what was typed; gives the answer's status."""
    if lock:
        client.post(editor(made), {"transition": "lock"})
    sent = {"transition": "draft", "text": text, "version": str(version)}
    return client.post(editor(made), sent).status_code


def test_what_was_typed_is_given_back_to_its_author_until_it_is_saved(as_: As) -> None:
    ada = colleague("Ada Liste")
    made, client = opened_file(ada), as_(ada)

    assert typed(client, made) == 204
    assert typed(client, made, f"{TYPED}.") == 204
    assert Summary.objects.get().text == ""  # nothing is published
    page = client.get(editor(made))
    assert page.context["form"].initial["text"] == f"{TYPED}."
    assert "que vous n’aviez pas enregistrée" in visible_text(page.content.decode())
    client.post(editor(made), {"transition": "save", "text": "Relu", "version": "0"})

    assert not SummaryDraft.objects.exists()
    assert client.get(editor(made)).context["form"].initial["text"] == "Relu"


def test_a_draft_is_for_its_author_only(as_: As) -> None:
    ada, zoe = colleague("Ada Liste"), colleague("Zoé Banque")
    made = opened_file(ada)
    add_member(made, zoe, "referent", by=person(ada, MOMENT), at=MOMENT)
    typed(as_(ada), made)
    client = as_(zoe)

    for url in (editor(made), f"{reverse('followup:file', args=[made.pk])}?onglet=crp"):
        assert TYPED not in client.get(url).content.decode()
    assert typed(client, made, "De Zoé") == 409  # Ada holds the lock
    assert SummaryDraft.objects.get().author_id == ada.pk


def test_giving_up_erases_the_draft_and_what_arrives_late_is_refused(as_: As) -> None:
    ada = colleague("Ada Liste")
    made, client = opened_file(ada), as_(ada)
    typed(client, made)

    client.post(editor(made), {"transition": "release"})
    late = typed(client, made, lock=False)

    assert late == 409
    assert not SummaryDraft.objects.exists()


def test_a_draft_of_a_text_that_moved_overwrites_nothing(as_: As) -> None:
    ada, zoe = colleague("Ada Liste"), colleague("Zoé Banque")
    made, at, client = opened_file(ada), now(), as_(ada)
    add_member(made, zoe, "referent", by=person(ada, at), at=at)
    typed(client, made)
    Summary.objects.update(locked_at=at - timedelta(hours=3))
    save_summary(made, network("crp"), "De Zoé", version=0, by=person(zoe, at), at=at)

    given = client.get(editor(made)).context["form"].initial
    answer = client.post(editor(made), {**given, "transition": "save"})

    assert given["text"] == TYPED
    assert answer.status_code == 409
    assert "De Zoé" in visible_text(answer.content.decode())
    assert Summary.objects.get().text == "De Zoé"


def test_a_draft_left_for_two_hours_is_no_longer_given_and_is_erased(as_: As) -> None:
    ada = colleague("Ada Liste")
    made, client = opened_file(ada), as_(ada)
    typed(client, made)
    assert purge_drafts(at=now()) == 0
    SummaryDraft.objects.update(at=now() - timedelta(hours=2, minutes=1))

    assert TYPED not in client.get(editor(made)).content.decode()
    assert purge_drafts(at=now()) == 1


def test_a_draft_too_long_or_from_outside_the_network_is_not_kept(as_: As) -> None:
    ada, out = colleague("Ada Liste"), colleague("Zoé Banque", "dgfip", codefi=False)
    made = opened_file(ada)

    assert typed(as_(ada), made, "x" * 20_001) == 422
    assert typed(as_(out), made) == 404
    assert not SummaryDraft.objects.exists()
