"""The public statistics, their files, and the cohorts of the team."""

from __future__ import annotations

import json
from collections.abc import Iterator
from weakref import WeakKeyDictionary

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST, require_safe

from vigie.accounts.access import granted, person_of
from vigie.exports.answers import give
from vigie.exports.writers.separated import BYTE_ORDER_MARK, line
from vigie.journal import audit
from vigie.kernel.clock import now
from vigie.kernel.period import paris_day
from vigie.statistics.forms import PartnerForm, ReportForm, StatisticsForm
from vigie.statistics.indicators import PUBLIC
from vigie.statistics.queries.cohorts import cohorts_page
from vigie.statistics.queries.page import (
    COLUMNS,
    MASKED_NOTE,
    Asked,
    Choices,
    StatisticsPage,
    choices,
    data_lines,
    statistics_page,
)
from vigie.statistics.queries.pages import pages_page
from vigie.statistics.queries.partner import NOTE, offered, partner_document
from vigie.statistics.queries.report import departements_of, report_page
from vigie.statistics.queries.report import report as report_of
from vigie.statistics.queries.usage import usage_page

# What was drawn of the pages that are kept, above and below their filters: the same for everybody.
_DRAWN: WeakKeyDictionary[StatisticsPage, tuple[SafeString, SafeString]] = WeakKeyDictionary()
_KEPT_PARTS = ("statistics_headlines", "statistics_parts")
LICENCE = "Licence Ouverte 2.0 (etalab-2.0)"


def _asked(request: HttpRequest) -> tuple[StatisticsForm, Asked, Choices]:
    offered = choices()
    form = StatisticsForm(request.GET, choices=offered)
    return form, form.asked(), offered


@require_safe
def statistics(request: HttpRequest) -> HttpResponse:
    """``/statistiques/``"""
    form, asked, offered = _asked(request)
    page = statistics_page(asked, offered)
    drawn = _DRAWN.get(page)
    if drawn is None:
        above, below = (render_to_string(f"statistics/{name}.html", {"page": page}, request) for name in _KEPT_PARTS)
        drawn = _DRAWN[page] = above, below
    above, below = drawn
    return render(request, "statistics/statistics.html", {"page": page, "form": form, "above": above, "below": below})


@require_safe
def as_csv(request: HttpRequest) -> StreamingHttpResponse:
    """``/statistiques/donnees.csv``: one line per month, région, indicator and part."""
    _form, asked, offered = _asked(request)

    def lines() -> Iterator[str]:
        yield BYTE_ORDER_MARK + line(COLUMNS)
        for held in data_lines(asked, offered):
            yield line(_cell(held[name]) for name in COLUMNS)

    return _file(lines(), "text/csv; charset=utf-8", "statistiques-vigie.csv")


@require_safe
def as_json(request: HttpRequest) -> StreamingHttpResponse:
    """``/statistiques/donnees.json``: the same lines, with the definitions."""
    _form, asked, offered = _asked(request)
    head = {
        "licence": LICENCE,
        "secret": MASKED_NOTE,
        "indicateurs": [
            {"code": one.code, "libelle": one.label, "definition": one.definition, "unite": one.unit} for one in PUBLIC
        ],
    }

    def pieces() -> Iterator[str]:
        yield json.dumps(head, ensure_ascii=False)[:-1] + ', "lignes": [\n'
        for rank, held in enumerate(data_lines(asked, offered)):
            yield (",\n" if rank else "") + json.dumps(held, ensure_ascii=False)
        yield "\n]}\n"

    return _file(pieces(), "application/json; charset=utf-8", "statistiques-vigie.json")


def _file(pieces: Iterator[str], kind: str, name: str) -> StreamingHttpResponse:
    answer = StreamingHttpResponse(pieces, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _cell(value: object) -> object:
    """A cell of the CSV: words for yes and no, one decimal."""
    if isinstance(value, bool):
        return "oui" if value else "non"
    return round(value, 1) if isinstance(value, float) else value


@granted("figures.view")
@require_safe
def cohorts(request: HttpRequest) -> HttpResponse:
    """``/equipe/chiffres/cohortes/``"""
    return render(request, "statistics/cohorts.html", {"page": cohorts_page()})


@granted("usage.open")
@require_safe
def usage(request: HttpRequest) -> HttpResponse:
    """``/usages/``: a reviewer sees the bodies that he answers for."""
    asked, body = request.GET.get("mois", ""), request.GET.get("administration", "")
    return render(request, "statistics/usage.html", {"page": usage_page(person_of(request), asked, body, now())})


@granted("pages.measure")
@require_safe
def pages(request: HttpRequest) -> HttpResponse:
    """``/equipe/pages/``"""
    return render(request, "statistics/pages.html", {"page": pages_page(request.GET.get("periode", ""), now())})


@granted("report.read")
@require_safe
def report(request: HttpRequest) -> HttpResponse:
    """``/accompagnements/bilan/``: the actions of a département in a period, on one page that can be printed."""
    person, at = person_of(request), now()
    form = ReportForm(request.GET, departements=departements_of(person), today=paris_day(at))
    page = report_page(report_of(person, form.parameters(), at)) if form.is_valid() else None
    if page is not None:
        told = form.parameters()
        audit.note("view_report", "statistics.Report", told["departement"], by=person, at=at, details=told)
    return render(request, "statistics/report.html", {"page": page, "form": form})


@granted("report.read")
@require_POST
def export_report(request: HttpRequest) -> HttpResponseBase:
    """The same as a file."""
    asked = {name: request.POST.get(name, "")[:10] for name in ("departement", "du", "au")}
    return give(request, "actions_report", asked, request.POST.get("format", ""), back=reverse("statistics:report"))


@granted("usage.open")
@require_safe
def partner(request: HttpRequest) -> HttpResponse:
    """``/usages/bilan/``: a partner in a period; a reviewer sees those that he answers for."""
    person, at = person_of(request), now()
    told = offered(person, at)
    form = PartnerForm(request.GET or None, offered=told)
    page = None
    if told.bodies and (not form.is_bound or form.is_valid()):
        asked = form.parameters()
        page = report_page(partner_document(person, asked, at), NOTE)
        read = f"{page.about} {asked['periode']}"
        audit.note("view_semester", "statistics.Semester", read, by=person, at=at, details=asked)
    return render(request, "statistics/partner.html", {"page": page, "form": form})


@granted("usage.open")
@require_POST
def export_partner(request: HttpRequest) -> HttpResponseBase:
    """The same as a file."""
    asked = {name: request.POST.get(name, "")[:40] for name in ("administration", "departement", "periode")}
    return give(request, "semester_report", asked, request.POST.get("format", ""), back=reverse("statistics:partner"))
