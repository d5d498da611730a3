"""The lists of the whole address book beside its home page: antennes, and what is wrong."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from vigie.accounts.access import granted
from vigie.directory.forms.anomalies import AnomaliesForm, AntennesForm
from vigie.directory.queries.anomalies_page import anomalies_page
from vigie.directory.queries.antennes import antennes_page, region_choices
from vigie.kernel.clock import now
from vigie.kernel.period import paris_day


@granted("directory.view")
@require_safe
def anomalies(request: HttpRequest) -> HttpResponse:
    """``/equipe/annuaire/anomalies/``"""
    form = AnomaliesForm(request.GET)
    page = anomalies_page(paris_day(now()), page=request.GET.get("page", ""), **form.asked())
    return render(request, "directory/anomalies.html", {"page": page, "form": form})


@granted("directory.view")
@require_safe
def antennes(request: HttpRequest) -> HttpResponse:
    """``/equipe/annuaire/antennes/``"""
    form = AntennesForm(request.GET, regions=region_choices())
    text = request.GET.get("q", "")[:120]
    page = antennes_page(text, form.asked(), paris_day(now()), request.GET.get("page", ""))
    return render(request, "directory/antennes.html", {"page": page, "form": form, "q": text})
