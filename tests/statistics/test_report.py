"""The report of a département: what was done in the period, within one's territory, as a page and as a file."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.accounts.factories import sign_in
from tests.conftest import visible_text
from tests.followup.factories import ELSEWHERE, MOMENT, colleague, opened_file, token, workplace
from vigie.exports.models import ExportRecord
from vigie.followup.models import Analysis, FirmAction, Term
from vigie.journal.models import AuditEvent
from vigie.territory.models import Zone

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates")]
PERIOD = {"departement": "35", "du": "2026-07-01", "au": "2026-07-31"}


def world() -> Any:
    """An agent of the 35 whose two files are one in the 35, in the period, with a talk and an action, and one not."""
    for code, name, region in (("35", "Ille-et-Vilaine", "53"), ("59", "Nord", "32")):
        Zone.objects.create(
            zone_type="departement", code=code, name=name, name_folded=name.upper(), region_code=region, vintage=2026
        )
    ada, far = colleague("Ada Ici"), colleague("Fred Loin", territory="59")
    made = opened_file(ada)
    opened_file(ada, workplace("Ancienne"), at=MOMENT - timedelta(days=90))
    opened_file(far, workplace("Ailleurs", ELSEWHERE))
    talk = Analysis.objects.create(
        followup=made, author=ada, talked_on=date(2026, 7, 10), channel="phone", verdict="confirmed", nature="debt",
        intervention="remediation", form_token=token(90), recorded_at=MOMENT,
    )  # fmt: skip
    plan, _new = Term.objects.get_or_create(kind="action", code="plan", defaults={"label": "Plan d’apurement"})
    for rank, done_on in enumerate((date(2026, 7, 31), date(2026, 8, 1))):
        FirmAction.objects.create(
            followup=made, analysis=talk, term=plan, done_on=done_on, author=ada, form_token=token(91 + rank),
            recorded_at=MOMENT,
        )  # fmt: skip
    return ada


def test_the_report_counts_what_was_done_in_the_period_and_the_territory(client: Client) -> None:
    client = sign_in(client, world())
    page = reverse("statistics:report")

    text = visible_text(client.get(page, PERIOD).content.decode()).replace("\u00a0", " ")

    assert "Actions menées : 35 – Ille-et-Vilaine" in text
    assert "Ouverts dans la période 1" in text
    assert "En cours au dernier jour 2" in text
    assert "Plan d’apurement 1 1" in text  # the one of August is left out
    assert "Dettes fiscales ou sociales 1" in text
    assert AuditEvent.objects.filter(action="view_report", object_id="35").count() == 1
    refused = client.get(page, {**PERIOD, "departement": "59"})
    assert "Choisissez votre département" in visible_text(refused.content.decode())
    assert "précède" in visible_text(client.get(page, {**PERIOD, "au": "2026-06-01"}).content.decode())


def test_who_reads_one_departement_is_shown_its_report_at_once(client: Client) -> None:
    client = sign_in(client, world())

    text = visible_text(client.get(reverse("statistics:report")).content.decode())

    assert "Actions menées : 35 – Ille-et-Vilaine" in text
    assert text.count("Aucun échange n’a été noté dans la période.") == 1
    assert AuditEvent.objects.filter(action="view_report", object_id="35").count() == 1


def test_the_report_is_given_as_a_file_written_down_before(client: Client) -> None:
    client = sign_in(client, world())
    file = reverse("statistics:export_report")

    answer = client.post(file, {**PERIOD, "format": "pdf"})

    assert b"".join(answer.streaming_content).startswith(b"%PDF")  # type: ignore[attr-defined]
    assert ExportRecord.objects.get().about == "35"
    assert client.post(file, {**PERIOD, "departement": "59", "format": "pdf"}).status_code == 404
    assert client.post(file, {**PERIOD, "du": "hier", "format": "pdf"}).status_code == 404
