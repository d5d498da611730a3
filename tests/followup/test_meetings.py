"""A meeting of the CODEFI: its agenda, its decisions, who reads it, its minutes, what became of the decisions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.accounts.factories import person
from tests.conftest import visible_text
from tests.exports.factories import document_words
from tests.followup.factories import ELSEWHERE, MOMENT, colleague, network, opened_file, token, workplace
from tests.watchlists.factories import MENUISERIE, opened
from vigie.accounts.models import User
from vigie.accounts.models_agents import Duty
from vigie.followup.actions import meetings as actions
from vigie.followup.actions.meetings import Called, Decided, plan_meeting
from vigie.followup.actions.texts import save_summary
from vigie.followup.forms.meetings import FirmForm
from vigie.followup.models import Meeting, MeetingPoint
from vigie.followup.queries.codefi import ADDED, ALERTS, CRITICAL
from vigie.followup.queries.meetings import meeting_page, minutes_document
from vigie.journal.models import AuditEvent, OutgoingMessage
from vigie.kernel.clock import now
from vigie.kernel.errors import Forbidden, InvalidInput, TransitionRefused
from vigie.kernel.period import paris_day

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates", "zones")]
LATER = MOMENT + timedelta(days=10)


def planned(by: User, *called: str, at: datetime = LATER, rank: int = 100, **changes: Any) -> Meeting:
    told = Called(**{"held_on": paris_day(at), "held_at": None, "place": "Salle 2", "participants": called} | changes)
    return actions.plan_meeting("35", told, form_token=token(rank), by=person(by, at), at=at)


def seen(user: User, meeting: Meeting, at: datetime = LATER) -> dict[str, list[str]]:
    page = meeting_page(person(user, at), meeting, lambda label: FirmForm(label=label), at)
    return {part.title: [view.point.firm for view in part.points] for part in page.parts}


def decided(meeting: Meeting, text: str, by: User, at: datetime = LATER, **more: Any) -> MeetingPoint:
    point = meeting.points.get()
    return actions.decide(point, Decided(text, **more), version=point.version, by=person(by, at), at=at)


def test_a_meeting_keeps_the_agenda_of_its_day_and_takes_firms_by_hand(folders: Path) -> None:
    opened(folders)
    ada = colleague("Ada Liste")
    opened_file(ada, workplace("Critique SARL"), criticality="high")
    calm = opened_file(ada, workplace("Tranquille SARL"), next_step_on=(LATER + timedelta(days=60)).date())
    meeting = planned(ada)

    assert seen(ada, meeting)[CRITICAL] == ["Critique SARL"]
    assert MENUISERIE.name in seen(ada, meeting)[ALERTS]

    by = person(ada, LATER)
    actions.add_point(meeting, calm.siren, by=by, at=LATER)
    assert seen(ada, meeting)[ADDED] == ["Tranquille SARL"]
    with pytest.raises(InvalidInput):
        actions.add_point(meeting, "123456789", by=by, at=LATER)
    opened_file(ada, workplace("Nouvelle SARL"), criticality="high", at=LATER)
    assert actions.renew_agenda(meeting, by=by, at=LATER) == 1
    actions.remove_point(meeting.points.get(followup=calm), by=by, at=LATER)
    assert ADDED not in seen(ada, meeting)


def test_only_the_codefi_of_the_departement_reads_a_meeting_and_only_its_secretary_keeps_it() -> None:
    ada, bob = colleague("Ada Liste"), colleague("Bob Codefi", "dgfip")
    zoe, nora = colleague("Zoe Banque", "dgfip", codefi=False), colleague("Nora Nord", territory="59")
    opened_file(ada, criticality="high")
    meeting = planned(ada)

    readable = [user for user in (ada, bob, zoe, nora) if _reads(user, meeting)]
    assert readable == [ada, bob]
    with pytest.raises(Forbidden):
        decided(meeting, "Appeler", bob)
    Duty.objects.create(user=bob, kind=Duty.Kind.SP_CODEFI, departement="35")
    assert decided(meeting, "Appeler", bob).decision == "Appeler"
    with pytest.raises(TransitionRefused, match="rien n’est écrasé"):
        actions.decide(meeting.points.get(), Decided("Autre"), version=1, by=person(ada, LATER), at=LATER)
    for user in (zoe, nora):
        with pytest.raises(Forbidden):
            planned(user, rank=200)


def _reads(user: User, meeting: Meeting) -> bool:
    return Meeting.objects.allowed(person(user, LATER), "meeting.view").filter(pk=meeting.pk).exists()


def test_those_who_are_called_are_of_the_codefi_and_are_told_without_any_firm() -> None:
    ada, bob = colleague("Ada Liste"), colleague("Bob Codefi", "dgfip")
    nora = colleague("Nora Nord", territory="59")
    made = opened_file(ada, criticality="high")
    with pytest.raises(InvalidInput, match="aucun agent du réseau CODEFI"):
        planned(ada, nora.email)
    meeting = planned(ada, bob.email)
    assert planned(ada, bob.email) == meeting  # the same form, sent twice

    told = list(OutgoingMessage.objects.filter(template="followup/mail/meeting").values_list("recipient", flat=True))
    assert told == [bob.email]
    assert made.workplace.company.name not in "".join(one.body for one in mail.outbox)


def test_minutes_keep_the_summary_and_the_decisions_of_their_day() -> None:
    ada = colleague("Ada Liste")
    made = opened_file(ada, criticality="high")
    by = person(ada, MOMENT)
    save_summary(made, network("codefi"), "**Plan** à signer", version=0, by=by, at=MOMENT)
    save_summary(made, network("crp"), "Entre nous", version=0, by=by, at=MOMENT)
    meeting = planned(ada, guests="Le préfet")
    decided(meeting, "Relancer la banque", ada, contact=ada, due_on=LATER.date())
    with pytest.raises(TransitionRefused):
        actions.remove_point(meeting.points.get(), by=by, at=LATER)

    actions.end_meeting(meeting, "hold", by=person(ada, LATER), at=LATER)
    save_summary(made, network("codefi"), "Plan rompu", version=1, by=by, at=LATER)
    with pytest.raises(TransitionRefused, match="ne change plus"):
        decided(meeting, "Autre chose", ada)

    words = document_words(minutes_document(person(ada, LATER), {"meeting": meeting.pk}, LATER))
    for said in (
        "Compte rendu du CODEFI Ille-et-Vilaine (35)",
        "Le préfet",
        "Plan à signer",
        "Relancer la banque",
        "Ada Liste",
    ):
        assert said in words
    assert "Plan rompu" not in words
    assert "Entre nous" not in words


def test_minutes_say_that_nobody_was_named_and_no_day_set() -> None:
    ada = colleague("Ada Liste")
    opened_file(ada, criticality="high")
    meeting = planned(ada)
    decided(meeting, "Relancer la banque", ada)

    words = document_words(minutes_document(person(ada, LATER), {"meeting": meeting.pk}, LATER))

    assert words.count("à désigner") == words.count("sans date") == 2  # in the summary, then under the firm
    assert "inconnu" not in words


def test_the_next_meeting_finds_what_was_not_carried_out(as_: Callable[[User | None], Client]) -> None:
    ada, bob = colleague("Ada Liste"), colleague("Bob Codefi", "dgfip")
    made = opened_file(ada, criticality="high")
    first = planned(ada, bob.email)
    point = decided(first, "Relancer la banque", ada, contact=bob, due_on=LATER.date())
    actions.end_meeting(first, "hold", by=person(ada, LATER), at=LATER)
    month = LATER + timedelta(days=30)
    second = planned(ada, at=month, rank=101)

    def left(at: datetime) -> list[str]:
        page = meeting_page(person(bob, at), second, lambda label: FirmForm(label=label), at)
        return [f"{view.decision} {view.status.label}" for view in page.before]

    assert left(month) == ["Relancer la banque En retard"]
    tab = as_(bob).get(f"{reverse('followup:file', args=[made.pk])}?onglet=codefi")
    assert "Relancer la banque. Contact" in visible_text(tab.content.decode())
    assert "à venir" not in visible_text(tab.content.decode())  # the decision is taken, what follows is not done
    actions.carry_out(point, True, by=person(bob, month), at=month)
    assert left(month) == []
    with pytest.raises(Forbidden):
        actions.carry_out(point, False, by=person(colleague("Eve Codefi", "dgfip"), month), at=month)


def test_a_firm_that_a_reader_may_not_read_is_not_on_his_agenda(folders: Path) -> None:
    opened(folders)
    ada, bob = colleague("Ada Liste"), colleague("Bob Codefi", "dgfip")
    meeting = planned(ada)
    MeetingPoint.objects.create(
        meeting=meeting, siren="999900099", heading=ADDED, position=90,
        followup=opened_file(colleague("Nora Nord", territory="59"), workplace("Loin", ELSEWHERE)),
    )  # fmt: skip
    assert ADDED not in seen(bob, meeting)


def test_a_meeting_is_lived_on_its_pages(as_: Callable[[User | None], Client]) -> None:
    ada = colleague("Ada Liste")
    made = opened_file(ada, criticality="high")
    client = as_(ada)
    today = client.get(reverse("followup:codefi"))
    assert "Prévoir une réunion" in visible_text(today.content.decode())
    form = client.get(f"{reverse('followup:new_meeting')}?departement=35")
    sent = {"held_on": "2030-01-15", "held_at": "14:30", "place": "Salle 2", "form_token": token(300)}
    assert form.status_code == 200
    refused = client.post(f"{reverse('followup:new_meeting')}?departement=35", sent | {"held_on": "2020-01-15"})
    assert refused.status_code == 422
    answer = client.post(f"{reverse('followup:new_meeting')}?departement=35", sent, follow=True)
    meeting = Meeting.objects.get()
    assert "14:30" in visible_text(answer.content.decode())
    assert answer.redirect_chain[-1][0] == reverse("followup:meeting", args=[meeting.pk])
    calendar = client.get(reverse("followup:meeting_calendar", args=[meeting.pk])).content.decode()
    assert "DTSTART:20300115T133000Z" in calendar  # 14:30 in Paris
    assert "LOCATION:Salle 2" in calendar
    assert "Durand" not in calendar

    unknown = client.post(reverse("followup:meeting_act", args=[meeting.pk]), {"transition": "add", "note": "1"})
    assert unknown.status_code == 422
    point = meeting.points.get()
    assert client.get(reverse("followup:decide", args=[meeting.pk, point.pk])).status_code == 200
    told = {"decision": "Voir le bilan", "version": 1}
    client.post(reverse("followup:decide", args=[meeting.pk, point.pk]), told)
    page = client.get(reverse("followup:meeting", args=[meeting.pk]))
    assert "Voir le bilan" in visible_text(page.content.decode())
    read = AuditEvent.objects.filter(action="view_block", object_id=str(made.pk), details__block="codefi")
    assert set(read.values_list("siren", "unlocked_by")) == {(made.siren, "follow")}


def test_a_step_that_is_to_come_is_late_nowhere(as_: Callable[[User | None], Client]) -> None:
    ada = colleague("Ada Liste")
    opened_file(ada, criticality="high", next_step="Voir la banque", next_step_on=paris_day(now()) + timedelta(days=9))
    called = Called(paris_day(now()), None, "Salle 2")
    meeting = plan_meeting("35", called, form_token=token(301), by=person(ada, now()), at=now())

    for name, args in (("meeting", [meeting.pk]), ("decide", [meeting.pk, meeting.points.get().pk])):
        text = visible_text(as_(ada).get(reverse(f"followup:{name}", args=args)).content.decode())
        assert "Voir la banque" in text
        assert "(en retard)" not in text


def test_the_page_asks_the_same_queries_whatever_the_firms() -> None:
    ada = colleague("Ada Liste")
    counts = []
    for wanted in (2, 5):
        for rank in range(wanted):
            opened_file(ada, workplace(f"Atelier {wanted} {rank}"), criticality="high")
        meeting = planned(ada, rank=400 + wanted)
        with CaptureQueriesContext(connection) as asked:
            seen(ada, meeting)
        counts.append(len(asked))
    assert counts[0] == counts[1]
