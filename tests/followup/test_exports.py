"""What leaves in a file: the list and one accompagnement, each with the texts of the reader's networks only."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.http import Http404
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.accounts.factories import person
from tests.conftest import end
from tests.exports.factories import document_words
from tests.followup.factories import ELSEWHERE, MOMENT, colleague, network, opened_file, token, workplace
from vigie.accounts.models import User
from vigie.exports.tables import LOCKED, shown
from vigie.followup.actions.contacts import write_contact
from vigie.followup.actions.members import add_member
from vigie.followup.actions.texts import save_summary, write_comment
from vigie.followup.queries.exports import file_document, list_parameters, list_sheet
from vigie.followup.queries.lists import MINE, ZONE, Filters
from vigie.journal.models import AuditEvent

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates")]


def cells(user: User, scope: str = ZONE, filters: Filters = Filters()) -> list[dict[str, object]]:  # noqa: B008
    sheet = list_sheet(person(user, MOMENT), list_parameters(scope, filters), MOMENT)
    return [{column.header: column.value(row) for column in sheet.columns} for row in sheet.rows()]


def test_the_list_leaves_as_it_is_filtered_with_the_texts_of_the_readers_networks() -> None:
    ada, zoe = colleague("Ada Liste"), colleague("Zoé Banque", "dgfip", codefi=False)
    made = opened_file(ada, criticality="high", next_step="Appeler", next_step_on=MOMENT.date())
    opened_file(ada, workplace("Garage Petit"))
    opened_file(colleague("Nora Nord", territory="59"), workplace("Filature du Nord", ELSEWHERE))
    save_summary(made, network("codefi"), "**Plan** en cours", version=0, by=person(ada, MOMENT), at=MOMENT)

    [mine] = cells(ada, filters=Filters(criticality="high"))
    rows = cells(zoe)

    assert mine["Raison sociale"] == "Menuiserie Durand"
    assert (mine["Référents"], mine["Date de l’étape"]) == ("Ada Liste (CRP)", MOMENT.date())
    assert (mine["Synthèse CODEFI"], mine["Date de fin"]) == ("Plan en cours", None)
    assert {row["Raison sociale"] for row in rows} == {"Menuiserie Durand", "Garage Petit"}
    assert {row["Synthèse CODEFI"] for row in rows} == {LOCKED}
    assert cells(zoe, MINE) == []


def test_the_list_asks_the_same_queries_whatever_its_length() -> None:
    ada = colleague("Ada Liste")
    counts = []
    for wanted in (2, 6):
        while len(cells(ada)) < wanted:
            opened_file(ada, workplace(f"Atelier {len(cells(ada))}"))
        with CaptureQueriesContext(connection) as asked:
            sheet = list_sheet(person(ada, MOMENT), list_parameters(ZONE, Filters()), MOMENT)
            assert [shown(column, row) for row in sheet.rows() for column in sheet.columns]
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_a_file_leaves_without_contacts_nor_texts_of_other_networks() -> None:
    ada, zoe = colleague("Ada Liste"), colleague("Zoé Banque", "dgfip", codefi=False)
    made = opened_file(ada, next_step="Rappeler la dirigeante")
    by = person(ada, MOMENT)
    add_member(made, zoe, "participant", by=by, at=MOMENT)
    write_contact(made, {"last_name": "Fournil"}, form_token=token(7), by=by, at=MOMENT)
    save_summary(made, network("crp"), "Le secret du CRP", version=0, by=by, at=MOMENT)
    write_comment(made, network("crp"), "Entre nous", form_token=token(8), by=by, at=MOMENT)

    own = document_words(file_document(by, {"file": made.pk}, MOMENT))
    other = document_words(file_document(person(zoe, MOMENT), {"file": made.pk}, MOMENT))

    assert "Rappeler la dirigeante" in own
    assert "Rappeler la dirigeante" in other
    assert "Le secret du CRP" in own
    assert "Entre nous" in own
    for secret in ("Le secret du CRP", "Entre nous", "Réseau CRP"):
        assert secret not in other
    assert "Fournil" not in own
    with pytest.raises(Http404):
        file_document(person(colleague("Nora Nord", territory="59"), MOMENT), {"file": made.pk}, MOMENT)


@pytest.mark.parametrize(("name", "file_format", "begins"), [("list", "xlsx", b"PK"), ("file", "pdf", b"%PDF")])
def test_the_buttons_give_the_file_and_leave_their_rows(
    name: str, file_format: str, begins: bytes, as_: Callable[[User | None], Client]
) -> None:
    ada = colleague("Ada Liste")
    made = opened_file(ada, at=MOMENT - timedelta(days=1))
    client = as_(ada)
    url = reverse(f"followup:export_{name}", args=[made.pk] if name == "file" else [])
    page = client.get(reverse("followup:file", args=[made.pk]) if name == "file" else reverse("followup:list"))
    assert f'action="{url}"' in page.content.decode()

    answer = client.post(url, {"format": file_format})

    assert b"".join(answer).startswith(begins)  # type: ignore[arg-type]
    end(answer)
    assert AuditEvent.objects.filter(action="export", actor_id=ada.pk).exists()
    if name == "file":
        assert AuditEvent.objects.filter(action="view_block", details__block="crp").exists()
        assert AuditEvent.objects.get(action="export").unlocked_by == "follow"
