"""One’s own account: what is known, what can be changed, absences, terms of use."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from vigie.accounts import actions
from vigie.accounts.access import account_of, person_of, signed_in
from vigie.accounts.forms import AbsenceForm, OwnAccountForm, TermsForm, own_account_form, put_refusal
from vigie.accounts.models import Absence
from vigie.accounts.pages import my_page
from vigie.kernel.clock import now
from vigie.kernel.errors import InvalidInput
from vigie.ui.formats import day
from vigie.ui.forms import status_of


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def me(request: HttpRequest) -> HttpResponse:
    """``/mon-compte/``: read, and change what is one’s own to change."""
    form = OwnAccountForm(request.POST) if request.method == "POST" else own_account_form(account_of(request))
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_account(account_of(request), form.changes(), by=person_of(request), at=now())
        except InvalidInput as refused:
            put_refusal(form, refused)
        else:
            messages.success(request, "Vos informations sont à jour.")
            return redirect("accounts:me")
    return _draw(request, form, AbsenceForm(user=account_of(request)))


@signed_in
@require_POST
def set_absence(request: HttpRequest) -> HttpResponse:
    """The days on which one does not answer."""
    form = AbsenceForm(request.POST, user=account_of(request))
    if form.is_valid():
        try:
            absence = actions.set_absence(account_of(request), **form.cleaned_data, by=person_of(request), at=now())
        except InvalidInput as refused:
            put_refusal(form, refused)
        else:
            dates = f"du {day(absence.starts_on)} au {day(absence.ends_on)}"
            messages.success(request, f"Votre absence {dates} est enregistrée.")
            return redirect("accounts:me")
    return _draw(request, own_account_form(account_of(request)), form)


@signed_in
@require_POST
def cancel_absence(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes one’s absence back; pressed twice, it is gone all the same."""
    absence = Absence.objects.filter(pk=pk).select_related("user").first()
    if absence is not None and absence.user_id != account_of(request).pk:
        raise Http404
    if absence is not None:
        actions.cancel_absence(absence, by=person_of(request), at=now())
    messages.success(request, "Votre absence est annulée.")
    return redirect("accounts:me")


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def terms(request: HttpRequest) -> HttpResponse:
    """``/mon-compte/conditions/``: accepted before anything else."""
    back = request.POST.get("next") or request.GET.get("next") or ""
    back = back if url_has_allowed_host_and_scheme(back, allowed_hosts=None) else ""
    form = TermsForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        actions.accept_terms(account_of(request), by=person_of(request), at=now())
        return redirect(back or "/mon-bureau/")
    accepted_at = account_of(request).terms_accepted_at
    context = {"form": form, "back": back, "accepted_at": accepted_at}
    return render(request, "accounts/terms.html", context, status=status_of(form))


def _draw(request: HttpRequest, form: OwnAccountForm, absence_form: AbsenceForm) -> HttpResponse:
    page = my_page(person_of(request), account_of(request), now())
    context = {"page": page, "form": form, "absence_form": absence_form, "team_email": settings.VIGIE.team_email}
    return render(request, "accounts/me.html", context, status=status_of(form, absence_form))
