"""Closed establishments on which administrators let files be opened."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from vigie.accounts.access import confirm_keeping, granted, person_of
from vigie.accounts.forms import put_refusal
from vigie.followup.actions import closed as acts
from vigie.followup.forms.closed import ClosedForm
from vigie.followup.models import ClosedPlace
from vigie.followup.queries.closed import closed_lines
from vigie.followup.views.shared import reads_and_writes
from vigie.kernel.clock import now
from vigie.kernel.errors import InvalidInput
from vigie.ui.forms import status_of


@granted(acts.RIGHT)
@reads_and_writes
def closed(request: HttpRequest) -> HttpResponse:
    """``/administration/etablissements-fermes/``: those allowed, and one more; who one is is proved."""
    form = ClosedForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        if (elsewhere := confirm_keeping(request)) is not None:
            return elsewhere
        told = form.cleaned_data
        try:
            acts.allow(told["siret"], told["reason"], by=person_of(request), at=now())
        except InvalidInput as refused:
            put_refusal(form, refused)
        else:
            messages.success(request, f"Un accompagnement peut y être ouvert pendant {acts.DAYS}\u00a0jours.")
            return redirect("followup:closed")
    context = {"form": form, "lines": closed_lines(now())}
    return render(request, "followup/closed.html", context, status=status_of(form))


@granted(acts.RIGHT)
@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """The button of a line."""
    acts.end(get_object_or_404(ClosedPlace, pk=pk), by=person_of(request), at=now())
    messages.success(request, "L’exception a pris fin.")
    return redirect("followup:closed")
