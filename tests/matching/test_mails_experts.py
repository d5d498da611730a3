"""The mails to experts: what each says, when it has nothing to say, in text and in HTML."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.template import engines
from django.template.loader import render_to_string

from tests.matching.desk_world import STAMPS, World, desk_world, establishment
from tests.matching.factories import AT, MatchFactory, PrecisionFactory, ThreadMessageFactory
from vigie.journal.actions import record
from vigie.journal.models import OutgoingMessage
from vigie.journal.registry import Recipient, content
from vigie.matching.actions.following import add_precision, withdraw
from vigie.matching.models import Match
from vigie.matching.states import MATCH
from vigie.rights.person import SYSTEM, company_head

pytestmark = pytest.mark.django_db
SOMEONE = Recipient("equipe@cma.example", "Équipe artisanat")
XSS = "<script>alert('x')</script>"
TEMPLATES = ("match_sent", "match_reassigned", "thread_message", "withdrawn_to_experts", "precision_added")


def said(template: str, subject: Any) -> dict[str, Any] | None:
    return content(f"matching/mail/{template}")(subject, SOMEONE, AT + timedelta(days=1))


def drawn(template: str, subject: Any) -> tuple[str, str, str]:
    """Subject line, text and HTML, as the delivery draws them."""
    context = said(template, subject)
    assert context is not None
    context |= {"recipient_name": SOMEONE.name, "team_email": settings.VIGIE.team_email}
    path = f"matching/mail/{template}"
    plain = engines["text"]
    line = plain.get_template(f"{path}.subject.txt").render(context)
    return line.strip(), plain.get_template(f"{path}.txt").render(context), render_to_string(f"{path}.html", context)


@pytest.fixture
def world() -> World:
    made = desk_world()
    diagnosis = made.need.diagnosis
    diagnosis.establishment = establishment(1)
    diagnosis.contact.phone = "06 11 22 33 44"
    diagnosis.contact.save()
    diagnosis.save()
    return made


def subject_of(template: str, world: World) -> Any:
    request = world.need.diagnosis.solicitation
    if template == "thread_message":
        return ThreadMessageFactory(need=world.need, author=world.users["other"])
    if template == "precision_added":
        return PrecisionFactory(solicitation=request).solicitation
    return request if template == "withdrawn_to_experts" else world.match


def test_a_new_need_says_all_that_is_needed_to_call(world: World) -> None:
    line, text, html = drawn("match_sent", world.match)

    assert line == f"Une entreprise attend votre appel\u00a0: {world.need.subject.label}"
    for part in ("Fournil des Halles", "42600 Montbrison", "10 à 19 salariés", "Camille Fournil", "06 11 22 33 44"):
        assert part in text
        assert part in html
    assert world.need.content in text
    assert 'href="tel:0611223344"' in html


def test_its_links_lead_to_the_sheet_and_do_nothing_else(world: World) -> None:
    context = said("match_sent", world.match)

    sheet = f"{settings.VIGIE.site_url}/besoins/{world.need.pk}/"
    assert context["action_url"] == sheet
    assert (context["take_url"], context["decline_url"]) == (
        f"{sheet}?reponse=take_charge",
        f"{sheet}?reponse=decline",
    )


def test_the_first_need_of_an_expert_says_how_it_works(world: World) -> None:
    assert "C’est votre premier besoin." in drawn("match_sent", world.match)[1]

    MatchFactory(expert=world.match.expert)

    for part in drawn("match_sent", world.match):
        assert "premier besoin" not in part


@pytest.mark.parametrize("template", ["match_sent", "match_reassigned"])
@pytest.mark.parametrize("state", [code for code in MATCH.codes if code != "quo"])
def test_a_need_already_answered_is_not_announced(template: str, state: str) -> None:
    world = desk_world(state=state, **STAMPS[state])

    assert said(template, world.match) is None


def test_an_unknown_firm_is_named_as_it_was_typed() -> None:
    world = desk_world()
    request = world.need.diagnosis.solicitation
    assert said("match_sent", world.match)["company"] == "Entreprise à préciser"

    request.company_name = "Chez Lulu"
    request.save()

    fresh = Match.objects.get(pk=world.match.pk)
    assert said("match_sent", fresh)["company"] == "Chez Lulu"
    assert said("match_sent", fresh)["facts"] == []


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_mail_says_where_to_answer_and_leads_to_the_sheet(template: str, world: World) -> None:
    line, text, html = drawn(template, subject_of(template, world))

    assert line
    assert "\n" not in line
    for part in (text, html):
        assert settings.VIGIE.team_email in part
        assert f"/besoins/{world.need.pk}/" in part


@pytest.mark.parametrize("template", TEMPLATES)
def test_hostile_text_stays_text(template: str, world: World) -> None:
    firm = world.need.diagnosis.establishment.company
    firm.name = XSS
    firm.save()
    for obj, field in ((world.need, "content"), (world.need.diagnosis.contact, "full_name")):
        setattr(obj, field, XSS)
        obj.save()
    subject = subject_of(template, world)
    if template == "thread_message":
        subject.body = XSS
    if template == "precision_added":
        subject.precisions.update(body=XSS)

    html = drawn(template, subject)[2]

    assert "<script" not in html
    assert "&lt;script&gt;" in html


def test_a_deleted_expert_is_not_written_to(world: World) -> None:
    world.match.expert.deleted_at = AT
    world.match.expert.save()

    record("match.sent", world.match, by=SYSTEM, at=AT)

    assert not OutgoingMessage.objects.exists()


def test_a_precision_goes_to_those_who_have_not_closed_and_says_nothing_to_nobody() -> None:
    world = desk_world(state="done", **STAMPS["done"])
    request = world.need.diagnosis.solicitation

    add_precision(request, "Plutôt le matin", by=company_head(request.uuid.hex), at=AT)

    assert [mail.recipient for mail in OutgoingMessage.objects.all()] == [world.second.expert.email]
    assert said("precision_added", request)["body"] == "Plutôt le matin"
    Match.objects.filter(pk=world.second.pk).update(**{MATCH.field: "done_no_help", **STAMPS["done_no_help"]})
    assert said("precision_added", request) is None


def test_a_complaint_is_worded_as_one(world: World) -> None:
    request = world.need.diagnosis.solicitation
    PrecisionFactory(solicitation=request, kind="not_called", body="")

    line, text, _html = drawn("precision_added", request)

    assert line == "Fournil des Halles attend toujours un appel"
    assert "personne ne l’a encore appelée" in text


def test_a_withdrawal_is_told_to_those_in_charge_only() -> None:
    world = desk_world(state="taking_care", **STAMPS["taking_care"])
    request = world.need.diagnosis.solicitation

    withdraw(request, by=company_head(request.uuid.hex), at=AT)

    told = OutgoingMessage.objects.filter(template="matching/mail/withdrawn_to_experts")
    assert [mail.recipient for mail in told] == [world.match.expert.email]
    assert set(Match.objects.filter(need=world.need).values_list("state", flat=True)) == {"withdrawn"}
