"""« Préparer un CODEFI »: what is on the agenda, for whom, and the document of the meeting."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.http import Http404
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.accounts.factories import person
from tests.conftest import end, visible_text
from tests.exports.factories import document_words
from tests.followup.factories import ELSEWHERE, MOMENT, colleague, network, opened_file, workplace
from tests.watchlists.factories import ACIERIE, MENUISERIE, opened
from vigie.accounts.models import User
from vigie.accounts.models_agents import Duty
from vigie.followup.actions.texts import save_summary
from vigie.followup.queries.codefi import ALERTS, CRITICAL, LATE, REWORKED, agenda_document, agenda_page
from vigie.journal.models import AuditEvent
from vigie.rights.table import Role
from vigie.watchlists.actions.rework import correct, make_reworked
from vigie.watchlists.models import Publication
from vigie.watchlists.rules_rework import Settings

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates", "zones")]
LATER = MOMENT + timedelta(days=10)


def agenda(user: User, departement: str = "35") -> dict[str, list[str]]:
    page = agenda_page(person(user, LATER), departement, LATER)
    return {heading.title: [point.firm for point in heading.points] for heading in page.headings}


def test_each_firm_comes_once_under_the_reason_that_counts_most(folders: Path) -> None:
    opened(folders)
    ada = colleague("Ada Liste")
    opened_file(ada, workplace("Critique SARL"), criticality="high", next_step="Appeler", next_step_on=MOMENT.date())
    opened_file(ada, workplace("Retard SARL"), next_step="Relancer", next_step_on=MOMENT.date())
    opened_file(ada, workplace("Tranquille SARL"), next_step_on=LATER.date())
    opened_file(colleague("Nora Nord", territory="59"), workplace("Loin", ELSEWHERE), criticality="high")

    found = agenda(ada)

    assert found[CRITICAL] == ["Critique SARL"]
    assert found[LATE] == ["Retard SARL"]
    assert MENUISERIE.name in found[ALERTS]
    assert ACIERIE.name not in found[ALERTS]


def test_the_working_list_of_the_departement_takes_the_place_of_the_alerts(folders: Path) -> None:
    opened(folders)
    ada, narrow = colleague("Ada Liste"), colleague("Bob Moyen", level=Role.LEVEL_B)
    settings = Settings({"no_plan": 0})
    by = person(ada, LATER)
    made = make_reworked(Publication.objects.get(), "35", "Juin", settings, by=by, at=LATER)
    kept = [one.siren for one in made.entries.now().filter(stays=True)]
    assert MENUISERIE.siren in kept

    page = agenda_page(by, "35", LATER)
    [heading] = [one for one in page.headings if one.title == REWORKED]
    assert [point.siren for point in heading.points] == kept
    correct(made.entries.get(siren=MENUISERIE.siren), keeps=False, motive="Déjà vue", by=by, at=LATER)
    assert MENUISERIE.name not in agenda(ada)[REWORKED]
    assert ALERTS in agenda(narrow)  # level B reads no working list


def test_the_agenda_of_another_departement_does_not_exist_and_summaries_are_for_the_codefi() -> None:
    ada, zoe = colleague("Ada Liste"), colleague("Zoe Banque", "dgfip", codefi=False)
    made = opened_file(ada, criticality="high")
    save_summary(made, network("codefi"), "Plan à signer", version=0, by=person(ada, MOMENT), at=MOMENT)

    with pytest.raises(Http404):
        agenda(ada, "59")
    for user, read in ((ada, ("Plan à signer",)), (zoe, ())):
        page = agenda_page(person(user, LATER), "35", LATER)
        assert [point.summary for point in page.headings[0].points] == [read]


def test_the_secretary_finds_his_departement_first() -> None:
    sam = colleague("Sam Codefi", "dgfip", territory="29 35", level=Role.LEVEL_B)
    assert agenda_page(person(sam, LATER), "", LATER).departement == "29"
    Duty.objects.create(user=sam, kind=Duty.Kind.SP_CODEFI, departement="35")
    assert agenda_page(person(sam, LATER), "", LATER).departement == "35"


def test_the_document_has_the_summary_and_a_place_for_the_decision(as_: Callable[[User | None], Client]) -> None:
    ada = colleague("Ada Liste")
    made = opened_file(ada, criticality="high")
    by = person(ada, MOMENT)
    save_summary(made, network("codefi"), "**Plan** à signer", version=0, by=by, at=MOMENT)
    save_summary(made, network("crp"), "Entre nous", version=0, by=by, at=MOMENT)

    words = document_words(agenda_document(by, {"departement": "35"}, LATER))
    client = as_(ada)
    page = client.get(reverse("followup:codefi"))
    answer = client.post(reverse("followup:export_codefi"), {"departement": "35", "format": "docx"})
    assert b"".join(answer).startswith(b"PK")  # type: ignore[arg-type]
    end(answer)

    for told in ("Menuiserie Durand", "Plan à signer", "Décision", "Qui contacte"):
        assert told in words
    assert "Entre nous" not in words
    assert "Plan à signer" in visible_text(page.content.decode())
    assert "Préparer un CODEFI : Ille-et-Vilaine (35)" in visible_text(page.content.decode()).replace("\u00a0", " ")
    assert "CODEFI : Ille-et-Vilaine (35)" in words.replace("\u00a0", " ")
    assert AuditEvent.objects.filter(action="view_block", object_id=str(made.pk), details__block="codefi").count() == 2
    assert AuditEvent.objects.filter(action="list_view", object_id="codefi").count() == 2


def test_the_agenda_asks_the_same_queries_whatever_the_files() -> None:
    ada = colleague("Ada Liste")
    counts = []
    for wanted in (2, 5):
        for rank in range(wanted):
            opened_file(ada, workplace(f"Atelier {wanted} {rank}"), criticality="high")
        with CaptureQueriesContext(connection) as asked:
            agenda_page(person(ada, LATER), "35", LATER)
        counts.append(len(asked))
    assert counts[0] == counts[1]
