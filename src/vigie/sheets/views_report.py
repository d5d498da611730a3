"""« Signaler une erreur » from a block of a sheet: it goes to the person named for questions about sheets."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from vigie.accounts.access import granted, person_of
from vigie.journal import audit
from vigie.kernel.clock import now
from vigie.rights.limits import hit
from vigie.sheets.actions import COMPANY, ESTABLISHMENT
from vigie.sheets.forms import ReportForm
from vigie.sheets.queries.block import Reading
from vigie.sheets.queries.report import WHOLE, blocks_to_report, report_text
from vigie.sheets.queries.sheet import known_firm, known_place, reading_of
from vigie.support.actions import Question, ask
from vigie.ui.forms import new_form_token

TOPIC, PAGE = "detection", "/detection/entreprises/…/"


@granted("list.view")
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, siren: str) -> HttpResponse:
    """``/detection/entreprises/<siren>/signaler/?bloc=…&siret=…``"""
    reading = _reading(request, siren)
    form = ReportForm(
        request.POST if request.method == "POST" else None, token=new_form_token(), blocks=blocks_to_report(reading),
        initial={"bloc": request.GET.get("bloc", WHOLE[0])},
    )  # fmt: skip
    back = reverse("sheets:establishment", args=[reading.siret]) if reading.siret else ""
    back = back or reverse("sheets:company", args=[siren])
    if request.method == "POST" and form.is_valid():
        _send(reading, form)
        messages.success(request, "Votre signalement est transmis. La réponse vous parviendra par courriel.")
        return redirect(f"{back}#{form.cleaned_data['bloc']}")
    return render(request, "sheets/report.html", {"form": form, "company": reading.company, "back": back})


def _reading(request: HttpRequest, siren: str) -> Reading:
    """The firm, or one of its establishments; 404 as for the sheet."""
    person, siret = person_of(request), request.GET.get("siret", "")[:14]
    firm = known_firm(person, siren)
    if siret and known_place(person, siret).company_id != firm.pk:
        raise Http404
    return reading_of(person, firm, now(), siret=siret)


def _send(reading: Reading, form: ReportForm) -> None:
    """The question and its row in the audit, in one transaction."""
    data, person = form.cleaned_data, reading.person
    hit("help_email", person.email, reading.at)
    text = report_text(reading, data["bloc"], data["month"], data["body"])
    kind, number = (ESTABLISHMENT, reading.siret) if reading.siret else (COMPANY, reading.siren)
    with transaction.atomic():
        asked = Question(TOPIC, text, person.name, person.email, PAGE)
        row = ask(asked, form_token=data["form_token"], by=person, at=reading.at)
        told = {"block": data["bloc"], "question": row.pk}
        audit.note("report_error", kind, number, by=person, at=reading.at, details=told)
