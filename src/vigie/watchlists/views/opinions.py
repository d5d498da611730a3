"""Opinions on detections: given by agents, counted by the team."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from vigie.accounts.access import granted, person_of
from vigie.kernel.clock import now
from vigie.watchlists.actions.opinions import add_reason, archive_reason, give_opinion
from vigie.watchlists.forms_lists import OpinionForm, ReasonLabelForm
from vigie.watchlists.models import OpinionReason
from vigie.watchlists.queries.opinions import counts_page, entry_to_judge, my_opinions
from vigie.watchlists.queries.words import firm_names


@granted("list.view")
@require_http_methods(["GET", "HEAD", "POST"])
def opinion(request: HttpRequest, siren: str) -> HttpResponse:
    """``/detection/entreprises/<siren>/avis/``"""
    person = person_of(request)
    page = entry_to_judge(person, siren)
    reasons = OpinionReason.objects.filter(archived_at=None)
    form = OpinionForm(request.POST or None, reasons=reasons, latest=str(page.entry.publication_id))
    if form.is_valid():
        said = form.cleaned_data
        give_opinion(
            page.entry, useful=said["utile"] == "oui", reasons=said["raisons"], comment=said["precision"],
            by=person, at=now(),
        )  # fmt: skip
        messages.success(request, "Votre avis est enregistré. Vous pouvez le changer jusqu’à la prochaine liste.")
        return redirect("watchlists:list") if request.GET.get("retour") else redirect("sheets:company", siren)
    name = firm_names([(siren, page.entry.name)])[siren]
    return render(request, "watchlists/opinion.html", {"page": page, "name": name, "form": form})


@granted("list.view")
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """``/detection/avis/``"""
    return render(request, "watchlists/opinions.html", {"page": my_opinions(person_of(request))})


@granted("opinion.count")
@require_http_methods(["GET", "HEAD", "POST"])
def counts(request: HttpRequest) -> HttpResponse:
    """``/equipe/avis/``"""
    form = ReasonLabelForm(request.POST or None)
    if form.is_valid():
        add_reason(form.cleaned_data["label"], by=person_of(request), at=now())
        messages.success(request, "Raison ajoutée.")
        return redirect("watchlists:opinion_counts")
    return render(request, "watchlists/opinion_counts.html", {"page": counts_page(), "form": form})


@granted("opinion.count")
@require_POST
def archive(request: HttpRequest, pk: int) -> HttpResponse:
    """``/equipe/avis/raisons/<pk>/retirer/``"""
    archive_reason(get_object_or_404(OpinionReason, pk=pk), by=person_of(request), at=now())
    messages.success(request, "Cette raison n’est plus proposée.")
    return redirect("watchlists:opinion_counts")
