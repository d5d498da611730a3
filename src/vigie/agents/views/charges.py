"""Which agents each reviewer answers for: kept by administrators."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_POST

from vigie.accounts.access import granted, person_of
from vigie.accounts.models import Charge
from vigie.agents.actions import charges as acts
from vigie.agents.forms.charges import ChargeForm
from vigie.agents.queries.charges import charges_page
from vigie.agents.views.given import give_one, withdraw_one
from vigie.kernel.clock import now

PAGE = "agents:charges"


@granted("charge.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def charges(request: HttpRequest) -> HttpResponse:
    """``/administration/responsables/``: who answers for whom, and one more."""

    def give(told: Mapping[str, Any]) -> str:
        row = acts.give(told["reviewer"], told["entity"], told["segment"], by=person_of(request), at=now())
        return f"{row.user.full_name} répond maintenant de ces agents\u00a0: {row.words()}."

    form = ChargeForm(request.POST if request.method == "POST" else None)
    return give_one(request, form, give, page=PAGE, template="agents/charges.html", shown=charges_page)


@granted("charge.edit")
@require_POST
def withdraw_charge(request: HttpRequest, pk: int) -> HttpResponse:
    """The button of a line."""

    def said(row: Charge) -> str:
        return f"{row.user.full_name} ne répond plus de ces agents."

    return withdraw_one(request, Charge, pk, acts.withdraw, said, page=PAGE)
