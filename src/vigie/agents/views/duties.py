"""The permanent secretaries of the CODEFI and those in charge of its files: kept by administrators."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from vigie.accounts.access import confirm_first, confirm_keeping, granted, person_of
from vigie.accounts.forms import put_refusal
from vigie.accounts.models_agents import Duty
from vigie.agents.actions import duties as acts
from vigie.agents.forms.duties import DutyForm
from vigie.agents.queries.duties import departement_names, duties_page
from vigie.kernel.clock import now
from vigie.kernel.errors import InvalidInput
from vigie.ui.forms import status_of


@granted("duty.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def duties(request: HttpRequest) -> HttpResponse:
    """``/administration/fonctions/``: who holds which, and one more. Giving asks who one is again."""
    posted = request.method == "POST"
    form = DutyForm(request.POST if posted else None, departements=departement_names())
    if posted and form.is_valid():
        elsewhere = confirm_keeping(request)
        if elsewhere is not None:
            return elsewhere
        told = form.cleaned_data
        try:
            row = acts.give(told["agent"], told["kind"], told["departement"], by=person_of(request), at=now())
        except InvalidInput as refused:
            put_refusal(form, refused)
        else:
            messages.success(request, f"{row.user.full_name} tient maintenant cette fonction.")
            return redirect("agents:duties")
    return render(request, "agents/duties.html", {"page": duties_page(), "form": form}, status=status_of(form))


@granted("duty.edit")
@require_POST
def withdraw_duty(request: HttpRequest, pk: int) -> HttpResponse:
    """The button of a line."""
    row = get_object_or_404(Duty, pk=pk)
    elsewhere = confirm_first(request, reverse("agents:duties"))
    if elsewhere is not None:
        return elsewhere
    acts.withdraw(row, by=person_of(request), at=now())
    messages.success(request, "La fonction est retirée.")
    return redirect("agents:duties")
