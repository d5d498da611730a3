"""What the public is offered, read and written by the team."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from vigie.accounts.access import granted, person_of
from vigie.directory.models import Subject
from vigie.kernel.clock import now
from vigie.kernel.errors import InvalidInput
from vigie.matching.actions.offer import change_offer, offer_subject
from vigie.matching.forms.offer import OfferForm
from vigie.matching.forms.public import put_refusal
from vigie.matching.models import LandingSubject
from vigie.matching.queries.offer import offer_page


@granted("offer.edit")
@require_safe
def offers(request: HttpRequest) -> HttpResponse:
    """``/equipe/sujets-publics/``"""
    return render(request, "matching/team/offers.html", {"page": offer_page()})


@granted("offer.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def offer(request: HttpRequest, pk: int = 0) -> HttpResponse:
    """``/equipe/sujets-publics/<id>/``, or another subject."""
    row = get_object_or_404(LandingSubject.objects.select_related("subject", "theme"), pk=pk) if pk else None
    form = OfferForm(request.POST if request.method == "POST" else None, row=row)
    if request.method == "POST" and form.is_valid():
        try:
            done = _write(request, form, row)
        except InvalidInput as refused:
            put_refusal(form, refused)
        else:
            messages.success(request, f"«\u00a0{done.title}\u00a0» est enregistré.")
            return redirect("matching:offers")
    return render(request, "matching/team/offer.html", {"form": form, "row": row})


def _write(request: HttpRequest, form: OfferForm, row: LandingSubject | None) -> LandingSubject:
    by, at = person_of(request), now()
    if row is not None:
        return change_offer(row, form.told(), by=by, at=at)
    subject = get_object_or_404(Subject.objects.select_related("theme"), pk=form.cleaned_data["subject"])
    return offer_subject(subject, form.told(), by=by, at=at)
