"""Absences set for others: the team and the managers."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from vigie.accounts import planning
from vigie.accounts.absence_pages import absences_of, absences_page, absent_person
from vigie.accounts.access import granted, person_of
from vigie.accounts.forms import AbsenceForm, put_refusal
from vigie.accounts.models import Absence
from vigie.kernel.clock import now
from vigie.kernel.errors import InvalidInput
from vigie.ui.forms import status_of


@granted("absence.plan")
@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """``/absences/``"""
    asked = request.GET.get("q", "")[:100]
    page = absences_page(person_of(request), asked, request.GET.get("page", ""), now())
    return render(request, "accounts/absences.html", {"page": page, "q": asked})


@granted("absence.plan")
@require_http_methods(["GET", "HEAD", "POST"])
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """``/absences/<id>/``: the absences of one person, and another."""
    user = absent_person(person_of(request), pk)
    form = AbsenceForm(request.POST if request.method == "POST" else None, user=user)
    if request.method == "POST" and form.is_valid():
        try:
            planning.plan_absence(user, **form.cleaned_data, by=person_of(request), at=now())
        except InvalidInput as refused:
            put_refusal(form, refused)
        else:
            messages.success(request, f"L’absence de {user} est enregistrée.")
            return redirect("accounts:absences_of", pk)
    context = {"page": absences_of(user, now()), "form": form}
    return render(request, "accounts/absence.html", context, status=status_of(form))


@granted("absence.plan")
@require_POST
def cancel(request: HttpRequest, pk: int, absence_pk: int) -> HttpResponse:
    """Takes an absence back; pressed twice, it is gone all the same."""
    user = absent_person(person_of(request), pk)
    absence = Absence.objects.filter(pk=absence_pk, user=user).select_related("user").first()
    if absence is not None:
        planning.cancel_planned(absence, by=person_of(request), at=now())
    messages.success(request, f"L’absence de {user} est annulée.")
    return redirect("accounts:absences_of", pk)
