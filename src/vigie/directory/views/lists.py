"""The lists of the whole address book beside its home page: antennes, and what is wrong."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from vigie.accounts.access import granted
from vigie.directory.forms.anomalies import AnomaliesForm, AntennesForm
from vigie.directory.queries.anomalies_page import AnomaliesPage, anomalies_page, institution_choices
from vigie.directory.queries.antennes import antennes_page, region_choices
from vigie.directory.queries.marks import marks
from vigie.kernel.clock import now
from vigie.kernel.period import paris_day

# What was drawn of the pages that are kept: they are the same for each person who may read them.
_DRAWN: WeakKeyDictionary[AnomaliesPage, SafeString] = WeakKeyDictionary()


@granted("directory.view")
@require_safe
def anomalies(request: HttpRequest) -> HttpResponse:
    """``/equipe/annuaire/anomalies/``"""
    under = marks()
    form = AnomaliesForm(request.GET, institutions=institution_choices(under))
    page = anomalies_page(paris_day(now()), under, page=request.GET.get("page", "")[:20], **form.asked())
    body = _DRAWN.get(page)
    if body is None:
        body = _DRAWN[page] = render_to_string("directory/anomalies_body.html", {"page": page}, request)
    return render(request, "directory/anomalies.html", {"page": page, "form": form, "body": body})


@granted("directory.view")
@require_safe
def antennes(request: HttpRequest) -> HttpResponse:
    """``/equipe/annuaire/antennes/``"""
    form = AntennesForm(request.GET, institutions=institution_choices(marks()), regions=region_choices())
    text = request.GET.get("q", "")[:120]
    page = antennes_page(text, form.asked(), paris_day(now()), request.GET.get("page", ""))
    return render(request, "directory/antennes.html", {"page": page, "form": form, "q": text})
