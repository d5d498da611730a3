"""The search of companies, open to everybody as the register is: lines for a combobox, or a piece of page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from vigie.companies import lookup
from vigie.kernel.clock import now
from vigie.rights.limits import client_ip, hit

_TYPED_MAX = 200


@require_safe
@vary_on_headers("Accept")
def search(request: HttpRequest) -> HttpResponse:
    """``/recherche/entreprises/?q=…&commune=…``: JSON for who asks for it, else a list in HTML.

    While one types, only what is held here answers: the outside service is asked when a person sends the form.
    """
    hit("search", client_ip(request), now())
    text, commune = request.GET.get("q", "")[:_TYPED_MAX], request.GET.get("commune", "")[:5]
    if "application/json" in request.headers.get("Accept", ""):
        found = lookup.suggestions(text, commune)
        lines = [{"value": one.value, "label": one.label, "hint": one.hint} for one in found]
        return JsonResponse({"results": lines})
    return render(request, "companies/hits.html", {"choices": lookup.search(text, commune), "text": text})
