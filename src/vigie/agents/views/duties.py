"""The permanent secretaries of the CODEFI and those in charge of its files: kept by administrators."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_POST

from vigie.accounts.access import granted, person_of
from vigie.accounts.models_agents import Duty
from vigie.agents.actions import duties as acts
from vigie.agents.forms.duties import DutyForm
from vigie.agents.queries.duties import departement_names, duties_page
from vigie.agents.views.given import give_one, withdraw_one
from vigie.kernel.clock import now

PAGE = "agents:duties"


@granted("duty.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def duties(request: HttpRequest) -> HttpResponse:
    """``/administration/fonctions/``: who holds which, and one more."""

    def give(told: Mapping[str, Any]) -> str:
        row = acts.give(told["agent"], told["kind"], told["departement"], by=person_of(request), at=now())
        return f"{row.user.full_name} tient maintenant cette fonction."

    form = DutyForm(request.POST if request.method == "POST" else None, departements=departement_names())
    return give_one(request, form, give, page=PAGE, template="agents/duties.html", shown=duties_page)


@granted("duty.edit")
@require_POST
def withdraw_duty(request: HttpRequest, pk: int) -> HttpResponse:
    """The button of a line."""
    return withdraw_one(request, Duty, pk, acts.withdraw, lambda _row: "La fonction est retirée.", page=PAGE)
