"""« Mes besoins »: the list of a person."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from vigie.accounts.access import person_of, signed_in
from vigie.kernel.clock import now
from vigie.matching.forms.desk import DeskFilterForm
from vigie.matching.queries.desk import desk_choices, desk_page


@signed_in
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """``/besoins/``"""
    person = person_of(request)
    choices = desk_choices(person)
    form = DeskFilterForm(request.GET, choices=choices)
    tab, number = request.GET.get("onglet", ""), request.GET.get("page", "")
    page = desk_page(person, form.filters(), tab, number, choices, now())
    return render(request, "matching/desk/desk.html", {"page": page, "form": form})
