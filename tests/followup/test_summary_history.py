"""The versions of a summary: who reads them, what they changed, and how one is taken back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.accounts.factories import person
from tests.conftest import visible_text
from tests.followup.factories import ELSEWHERE, MOMENT, colleague, network, opened_file, workplace
from vigie.accounts.models import User
from vigie.accounts.models_agents import Network
from vigie.followup.actions.members import add_member
from vigie.followup.actions.texts import lock_summary, save_summary
from vigie.followup.models import Followup, Summary, SummaryVersion
from vigie.journal.models import AuditEvent
from vigie.kernel.clock import now

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates")]
As = Callable[[User | None], Client]


def written(by: User, *texts: str, made: Followup | None = None, code: str = "crp") -> Followup:
    made = made or opened_file(by)
    for version, text in enumerate(texts):
        save_summary(made, network(code), text, version=version, by=person(by, MOMENT), at=MOMENT)
    return made


def page(made: Followup, number: int | None = None, name: str = "summary_version", code: str = "crp") -> str:
    if number is None:
        return reverse("followup:summary_versions", args=[made.pk, code])
    return reverse(f"followup:{name}", args=[made.pk, code, number])


def test_the_list_says_who_saved_when_and_which_is_the_text_of_today(as_: As) -> None:
    ada = colleague("Ada Liste")
    made = written(ada, "Premier texte", "Deuxième texte")
    client = as_(ada)

    tab = client.get(f"{reverse('followup:file', args=[made.pk])}?onglet=crp").content.decode()
    text = visible_text(client.get(page(made)).content.decode())

    assert f'href="{page(made)}"' in tab
    for told in ("Version 1", "Version 2", "Ada Liste (CRP)", "8 juillet 2026", "texte d’aujourd’hui"):
        assert told in text


def test_a_version_shows_the_words_it_added_and_removed_also_to_who_does_not_see_them(as_: As) -> None:
    ada = colleague("Ada Liste")
    made = written(ada, "La trésorerie est tendue.", "La trésorerie est <b>saine</b>.")

    html = as_(ada).get(page(made, 2)).content.decode()

    assert "<del>" in html
    assert "<ins>" in html
    assert "&lt;b&gt;saine" in html
    assert "(retiré&nbsp;: </span>tendue.<span" in html
    assert "(ajouté&nbsp;: </span>&lt;b&gt;saine" in html
    assert "1 mot ajouté, 1 mot retiré." in visible_text(html)


def test_versions_are_for_the_members_of_the_network_only(as_: As) -> None:
    ada, zoe = colleague("Ada Liste"), colleague("Zoé Banque", "dgfip", codefi=False)
    made = written(ada, "Le secret du CRP", "Un autre secret")
    client = as_(zoe)

    for url in (page(made), page(made, 1), page(made, 2)):
        answer = client.get(url)
        assert answer.status_code == 404
        assert "secret" not in answer.content.decode()
    assert client.post(page(made, 1, "restore_summary"), {"version": 2}).status_code == 404
    assert as_(ada).get(page(made, 3)).status_code == 404
    assert as_(ada).get(page(made, code="codefi")).status_code == 404  # never written: nothing to list
    assert Summary.objects.get(network__code="crp").text == "Un autre secret"


def test_versions_of_a_closed_network_or_of_elsewhere_are_read_by_nobody(as_: As) -> None:
    nora = colleague("Nora Nord", territory="59")
    far = written(nora, "Du nord", "Encore", made=opened_file(nora, workplace("Nord SARL", ELSEWHERE)))
    made = written(ada := colleague("Ada Liste"), "Le secret", "Encore")

    assert as_(ada).get(page(far, 1)).status_code == 404
    Network.objects.filter(code="crp").update(is_active=False)
    assert as_(ada).get(page(made, 1)).status_code == 404
    assert as_(nora).get(page(far, 1)).status_code == 404


def test_reading_a_version_is_written_in_the_audit_like_the_summary(as_: As) -> None:
    ada = colleague("Ada Liste")
    made = written(ada, "Premier", "Deuxième")
    client = as_(ada)

    for url in (page(made), page(made, 1), reverse("followup:summary", args=[made.pk, "crp"])):
        before = AuditEvent.objects.filter(action="view_block", details__block="crp").count()
        client.get(url)
        assert AuditEvent.objects.filter(action="view_block", details__block="crp").count() == before + 1


def test_a_version_taken_back_is_a_new_one_that_says_where_it_comes_from(as_: As) -> None:
    ada = colleague("Ada Liste")
    made = written(ada, "Le bon texte", "Une erreur")
    client = as_(ada)

    done = client.post(page(made, 1, "restore_summary"), {"version": 2}, follow=True)

    assert "La version 1 est reprise." in visible_text(done.content.decode())
    assert Summary.objects.get().text == "Le bon texte"
    assert list(SummaryVersion.objects.values_list("version", "restored_from")) == [(3, 1), (2, None), (1, None)]
    assert "reprise de la version 1" in visible_text(client.get(page(made)).content.decode())
    client.post(page(made, 1, "restore_summary"), {"version": 2})  # the same button, pressed twice
    assert Summary.objects.get().version == 3


def test_a_version_is_not_taken_back_over_a_text_that_was_not_read(as_: As) -> None:
    ada, zoe = colleague("Ada Liste"), colleague("Zoé Banque")
    made = written(ada, "Le premier", "Le deuxième")
    add_member(made, zoe, "referent", by=person(ada, MOMENT), at=MOMENT)
    save_summary(made, network("crp"), "De Zoé", version=2, by=person(zoe, MOMENT), at=MOMENT)

    refused = as_(ada).post(page(made, 1, "restore_summary"), {"version": 2})

    assert refused.status_code == 409
    assert "Zoé Banque a enregistré une autre version" in visible_text(refused.content.decode())
    assert Summary.objects.get().text == "De Zoé"


def test_a_version_is_not_taken_back_while_somebody_else_writes(as_: As) -> None:
    ada, zoe = colleague("Ada Liste"), colleague("Zoé Banque")
    made, at = written(ada, "Le premier", "Le deuxième"), now()
    add_member(made, zoe, "referent", by=person(ada, at), at=at)
    lock_summary(made, network("crp"), by=person(zoe, at), at=at)
    client = as_(ada)

    shown = client.get(page(made, 1)).content.decode()
    refused = client.post(page(made, 1, "restore_summary"), {"version": 2})

    assert "En cours d’édition par Zoé Banque" in visible_text(shown)
    assert page(made, 1, "restore_summary") not in shown
    assert refused.status_code == 409
    assert Summary.objects.get().text == "Le deuxième"


def test_who_may_not_write_reads_the_versions_and_takes_none_back(as_: As) -> None:
    made = written(colleague("Ada Liste"), "Le premier", "Le deuxième")
    client = as_(colleague("Zoé Banque"))  # of the same network and territory, who takes no part in the file

    shown = client.get(page(made, 1))

    assert shown.status_code == 200
    assert "Reprendre" not in visible_text(shown.content.decode())
    assert client.post(page(made, 1, "restore_summary"), {"version": 2}).status_code == 403


def test_the_list_asks_as_many_queries_for_two_versions_as_for_thirty(as_: As) -> None:
    ada = colleague("Ada Liste")
    made = written(ada, "a", "b")
    client, counts = as_(ada), []
    for upto in (2, 30):
        for version in range(Summary.objects.get().version, upto):
            save_summary(made, network("crp"), f"v{version}", version=version, by=person(ada, MOMENT), at=MOMENT)
        client.get(page(made))
        with CaptureQueriesContext(connection) as seen:
            client.get(page(made))
        counts.append(len(seen))

    assert counts[0] == counts[1]
