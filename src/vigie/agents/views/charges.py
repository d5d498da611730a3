"""Which agents each reviewer answers for: kept by administrators."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from vigie.accounts.access import confirm_first, confirm_keeping, granted, person_of
from vigie.accounts.forms import put_refusal
from vigie.accounts.models import Charge
from vigie.agents.actions import charges as acts
from vigie.agents.forms.charges import ChargeForm
from vigie.agents.queries.charges import charges_page
from vigie.kernel.clock import now
from vigie.kernel.errors import InvalidInput
from vigie.ui.forms import status_of


@granted("charge.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def charges(request: HttpRequest) -> HttpResponse:
    """``/administration/responsables/``: who answers for whom, and one more. Giving asks who one is again."""
    posted = request.method == "POST"
    form = ChargeForm(request.POST if posted else None)
    if posted and form.is_valid():
        elsewhere = confirm_keeping(request)
        if elsewhere is not None:
            return elsewhere
        told = form.cleaned_data
        try:
            row = acts.give(told["reviewer"], told["entity"], told["segment"], by=person_of(request), at=now())
        except InvalidInput as refused:
            put_refusal(form, refused)
        else:
            messages.success(request, f"{row.user.full_name} répond maintenant de ces agents\u00a0: {row.words()}.")
            return redirect("agents:charges")
    return render(request, "agents/charges.html", {"page": charges_page(), "form": form}, status=status_of(form))


@granted("charge.edit")
@require_POST
def withdraw_charge(request: HttpRequest, pk: int) -> HttpResponse:
    """The button of a line."""
    row = get_object_or_404(Charge, pk=pk)
    elsewhere = confirm_first(request, reverse("agents:charges"))
    if elsewhere is not None:
        return elsewhere
    acts.withdraw(row, by=person_of(request), at=now())
    messages.success(request, f"{row.user.full_name} ne répond plus de ces agents.")
    return redirect("agents:charges")
