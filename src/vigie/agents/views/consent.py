"""The rules of confidentiality: read and accepted by agents, written by administrators."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods

from vigie.accounts.access import granted, person_of
from vigie.accounts.forms import put_refusal
from vigie.agents.actions.consent import accept, publish_text
from vigie.agents.forms.consent import ConfidentialityForm, ConsentForm
from vigie.agents.queries.consent import consent_page, text_page
from vigie.kernel.clock import now
from vigie.kernel.errors import InvalidInput
from vigie.ui.forms import status_of


@granted("consent.give")
@require_http_methods(["GET", "HEAD", "POST"])
def confidentiality(request: HttpRequest) -> HttpResponse:
    """``/confidentialite/``"""
    person, at = person_of(request), now()
    asked = request.POST.get("next") or request.GET.get("next") or ""
    back = asked if url_has_allowed_host_and_scheme(asked, allowed_hosts=None) else ""
    form = ConsentForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            accept(form.cleaned_data["version"], by=person, at=at)
        except InvalidInput as refused:
            messages.warning(request, refused.message_fr)
        else:
            return redirect(back or "watchlists:list")
    page = consent_page(person, at)
    return render(request, "agents/confidentiality.html", {"page": page, "back": back}, status=status_of(form))


@granted("consent.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def edit_confidentiality(request: HttpRequest) -> HttpResponse:
    """``/administration/confidentialite/``"""
    page = text_page()
    form = ConfidentialityForm(request.POST if request.method == "POST" else None, initial={"body": page.body})
    if request.method == "POST" and form.is_valid():
        try:
            text = publish_text(form.cleaned_data["body"], by=person_of(request), at=now())
        except InvalidInput as refused:
            put_refusal(form, refused)
        else:
            messages.success(request, f"La version {text.version} est en vigueur. Elle sera demandée à chaque agent.")
            return redirect("agents:edit_confidentiality")
    return render(request, "agents/confidentiality_edit.html", {"page": page, "form": form}, status=status_of(form))
