"""« Chiffres »: the service counted from its rows, each figure with its definition."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from vigie.accounts.access import granted
from vigie.kernel.clock import now
from vigie.matching.forms.figures import PeriodForm
from vigie.matching.queries.figures_page import figures_page


@granted("figures.view")
@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """``/equipe/chiffres/``"""
    at = now()
    form = PeriodForm(request.GET)
    page = figures_page(*form.bounds(at), at)
    return render(request, "matching/team/figures.html", {"page": page, "form": form})
