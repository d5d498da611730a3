"""The administrator's simulator. It shows no data of the firm; it says what is open, so each use is in the audit."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from vigie.accounts.access import granted, person_of
from vigie.journal import audit
from vigie.kernel.clock import now
from vigie.sheets.forms_simulator import SimulatorForm
from vigie.sheets.queries.simulator import simulate


@granted("sight.simulate")
@require_http_methods(["GET", "HEAD", "POST"])
def simulator(request: HttpRequest) -> HttpResponse:
    """``/administration/simulateur/``"""
    form = SimulatorForm(request.POST if request.method == "POST" else None)
    page = None
    if request.method == "POST" and form.is_valid():
        at, told = now(), form.cleaned_data
        company, user = told["siren"], told["user"]
        with audit.reading():
            page = simulate(user, company, at)
            details = {"agent": user.pk, "opened": list(page.opened)}
            audit.note(
                "simulate_sight", "companies.Company", company.siren, by=person_of(request), at=at,
                purpose=told["reason"], details=details,
            )  # fmt: skip
    return render(request, "sheets/simulator.html", {"page": page, "form": form})
