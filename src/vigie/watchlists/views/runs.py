"""« Intégrations »: the page of the team on the batch and the lists received."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from vigie.accounts.access import granted, person_of
from vigie.kernel.clock import now
from vigie.kernel.errors import Refused
from vigie.watchlists.actions.opening import approve, withdraw
from vigie.watchlists.forms import ReasonForm
from vigie.watchlists.models import Publication
from vigie.watchlists.queries.runs import runs_page


@granted("run.view")
@require_safe
def runs(request: HttpRequest) -> HttpResponse:
    """``/equipe/integrations/``"""
    return _draw(request)


@granted("run.view")
@require_POST
def act(request: HttpRequest, code: str) -> HttpResponse:
    """Approves or withdraws a list: the button says which."""
    publication = Publication.objects.allowed(person_of(request), "publication.approve").filter(code=code).first()
    name = request.POST.get("transition", "")
    if publication is None or name not in ("approve", "withdraw"):
        raise Http404
    form = ReasonForm(request.POST if name == "withdraw" else None)
    if name == "withdraw" and not form.is_valid():
        messages.error(request, "Dites pourquoi la liste est retirée.")
        return _draw(request, status=400)
    try:
        done = _act(request, publication, form)
    except Refused as refused:
        messages.error(request, refused.message_fr)
        return _draw(request, status=409)
    messages.success(request, done)
    return redirect("watchlists:runs")


def _act(request: HttpRequest, publication: Publication, form: ReasonForm) -> str:
    person, at = person_of(request), now()
    if form.is_bound:
        withdraw(publication, form.cleaned_data["reason"], by=person, at=at)
        return f"La liste {publication.code} est retirée\u00a0: les agents ne la voient plus."
    approve(publication, by=person, at=at)
    return f"Votre approbation de la liste {publication.code} est enregistrée."


def _draw(request: HttpRequest, status: int = 200) -> HttpResponse:
    page = runs_page(person_of(request), ReasonForm)
    return render(request, "watchlists/runs.html", {"page": page}, status=status)
