"""Searching a firm among all companies."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from vigie.accounts.access import granted, person_of
from vigie.journal import audit
from vigie.kernel.clock import now
from vigie.watchlists.forms_lists import SearchForm
from vigie.watchlists.queries.filters import all_departements
from vigie.watchlists.queries.search import offers_revenue, search_page


@granted("list.view")
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """``/detection/recherche/``: what was typed is not kept, only how much was found."""
    person = person_of(request)
    form = SearchForm(request.GET, departements=all_departements(), revenue=offers_revenue(person))
    narrowed = form.narrowed()
    with audit.reading():
        page = search_page(person, form.cleaned_data.get("q", ""), narrowed)
        if page.table is not None:
            told = {"found": page.shown, "filters": narrowed.parameters()}
            audit.note("search", "watchlists.Firm", "", by=person, at=now(), details=told)
    if page.place:
        return redirect("sheets:establishment", page.place)
    if page.firm:
        return redirect("sheets:company", page.firm)
    filtered = bool(narrowed.parameters() or form.errors)
    return render(request, "watchlists/search.html", {"page": page, "form": form, "filtered": filtered})
