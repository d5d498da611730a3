"""The mails to the company: what each says, when it has nothing to say, in text and in HTML."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.template import engines
from django.template.loader import render_to_string

from tests.directory.factories import ExpertFactory
from tests.matching.factories import AT, MatchFactory, NeedFactory, RefusalTemplateFactory, SolicitationFactory
from vigie.journal.registry import Recipient, content
from vigie.matching.links import Purpose, holder
from vigie.matching.models import Match, Solicitation

pytestmark = pytest.mark.django_db
HEAD = Recipient("camille@fournil.example", "Camille Fournil")
XSS = "<script>alert('x')</script>"
OF_REQUEST = ("solicitation_received", "solicitation_refused", "solicitation_withdrawn")
OF_MATCH = {
    "taken_in_charge": "taking_care",
    "closed_helped": "done",
    "closed_no_help": "done_no_help",
    "closed_unreachable": "done_not_reachable",
}


def said(template: str, subject: Any, at: Any = AT) -> dict[str, Any] | None:
    return content(f"matching/mail/{template}")(subject, HEAD, at)


def drawn(template: str, subject: Any) -> tuple[str, str, str]:
    """Subject line, text and HTML, as the delivery draws them."""
    context = said(template, subject)
    assert context is not None
    context |= {"recipient_name": HEAD.name, "team_email": settings.VIGIE.team_email}
    path = f"matching/mail/{template}"
    plain = engines["text"]
    line = plain.get_template(f"{path}.subject.txt").render(context)
    return line, plain.get_template(f"{path}.txt").render(context), render_to_string(f"{path}.html", context)


def a_request(template: str, **values: Any) -> Solicitation:
    if template == "solicitation_received":
        return SolicitationFactory(in_progress=True, **values)
    if template == "solicitation_withdrawn":
        return SolicitationFactory(canceled=True, **values)
    answer = RefusalTemplateFactory(lets_complete=True, mail_subject="Quelques précisions", body="Dites-nous tout.")
    return SolicitationFactory(canceled=True, cancel_reason="refused", refusal_template=answer, **values)


def a_match(state: str, **values: Any) -> Match:
    closed = {} if state == "taking_care" else {"closed_at": AT + timedelta(days=1)}
    helped = (
        {"help_name": "Prime", "help_provider": "Région inventée", "help_level": "local"} if state == "done" else {}
    )
    expert = ExpertFactory(antenne__name="Agence de Lyon", antenne__institution__name="Chambre inventée")
    return MatchFactory(
        need=NeedFactory(sent=True), expert=expert, state=state, taken_care_of_at=AT, **{**closed, **helped, **values}
    )


def subject_of(template: str) -> Any:
    return a_request(template) if template in OF_REQUEST else a_match(OF_MATCH[template])


def link_in(context: dict[str, Any]) -> str:
    return str(context["action_url"]).rstrip("/").rpartition("/")[2]


@pytest.mark.usefixtures("strict_templates")
@pytest.mark.parametrize("template", [*OF_REQUEST, *OF_MATCH])
def test_every_mail_reads_in_text_and_in_html(template: str) -> None:
    line, text, html = drawn(template, subject_of(template))

    assert 0 < len(line.strip()) <= 120
    assert "\n" not in line.strip()
    assert "Camille Fournil" in text
    assert "Camille Fournil" in html
    assert settings.VIGIE.team_email in text
    assert "http" in text
    assert "<img" not in html
    assert "<style" not in html


@pytest.mark.parametrize("template", [name for name in (*OF_REQUEST, *OF_MATCH) if name != "solicitation_refused"])
def test_its_link_opens_the_private_page_of_this_request(template: str) -> None:
    subject = subject_of(template)
    request = subject if template in OF_REQUEST else subject.need.diagnosis.solicitation

    context = said(template, subject)

    assert context is not None
    person = holder(link_in(context), Purpose.FOLLOW)
    assert person is not None
    assert person.link == request.uuid.hex


def test_a_receipt_repeats_the_request_and_names_who_may_call() -> None:
    request = a_request("solicitation_received", company_name="Fournil des Halles")
    ExpertFactory(subject=request.landing_subject.subject, antenne__institution__name="Chambre inventée")

    line, text, html = drawn("solicitation_received", request)

    assert request.landing_subject.title in line
    for part in (request.landing_subject.title, "Fournil des Halles", "Chambre inventée", request.description):
        assert part in text
        assert part in html


def test_the_usual_wait_is_told_only_when_there_are_enough_answers() -> None:
    request = a_request("solicitation_received")
    before = said("solicitation_received", request)
    for days in (1, 2, 2, 3, 4):
        MatchFactory(taken_in_charge=True, taken_care_of_at=AT + timedelta(days=days))

    after = said("solicitation_received", request, AT + timedelta(days=9))

    assert before is not None
    assert after is not None
    assert before["usual"] == ""
    assert "2\u00a0jours ou moins" in after["usual"]


def test_a_refusal_is_the_answer_the_team_chose_with_the_link_to_complete() -> None:
    request = a_request("solicitation_refused")

    line, text, _html = drawn("solicitation_refused", request)
    context = said("solicitation_refused", request)

    assert line == "Quelques précisions"
    assert "Dites-nous tout." in text
    assert context is not None
    assert holder(link_in(context), Purpose.FILL) is not None


def test_a_refusal_for_good_gives_no_link() -> None:
    answer = RefusalTemplateFactory(lets_complete=False)
    request = SolicitationFactory(canceled=True, cancel_reason="refused", refusal_template=answer)

    _line, text, html = drawn("solicitation_refused", request)

    assert "http" not in text
    assert "href=" not in html


def test_the_adviser_in_charge_is_named_with_where_to_book() -> None:
    match = a_match("taking_care")
    match.expert.antenne.institution.booking_url = "https://rendez-vous.exemple.example/"

    line, text, html = drawn("taken_in_charge", match)

    assert "Chambre inventée" in line
    assert "Agence de Lyon" in text
    assert 'href="https://rendez-vous.exemple.example/"' in html


def test_the_help_is_named_with_its_provider_and_level() -> None:
    _line, text, html = drawn("closed_helped", a_match("done"))

    for part in ("Prime", "Région inventée", "locale"):
        assert part in text
        assert part in html


@pytest.mark.parametrize(
    ("template", "state"),
    [
        (template, state)
        for template, right in OF_MATCH.items()
        for state in ("taking_care", "done", "done_no_help", "done_not_reachable")
        if state != right
    ],
)
def test_nothing_is_said_of_an_answer_undone_meanwhile(template: str, state: str) -> None:
    assert said(template, a_match(state)) is None


def test_nothing_is_said_of_a_request_whose_state_changed_meanwhile() -> None:
    withdrawn = SolicitationFactory(canceled=True)

    assert said("solicitation_received", withdrawn) is None
    assert said("solicitation_refused", withdrawn) is None
    assert said("solicitation_withdrawn", SolicitationFactory(in_progress=True)) is None


@pytest.mark.parametrize("template", [*OF_REQUEST, *OF_MATCH])
def test_hostile_text_is_escaped_in_html_and_kept_as_text(template: str) -> None:
    subject = subject_of(template)
    request = subject if template in OF_REQUEST else subject.need.diagnosis.solicitation
    request.description = request.company_name = XSS
    if isinstance(subject, Match):
        subject.help_name = subject.help_provider = XSS

    _line, _text, html = drawn(template, subject)

    assert "<script>" not in html


def test_a_need_filed_after_a_visit_has_no_private_page() -> None:
    match = MatchFactory(need=NeedFactory(), state="taking_care", taken_care_of_at=AT)

    context = said("taken_in_charge", match)

    assert context is not None
    assert context["action_url"] == ""
