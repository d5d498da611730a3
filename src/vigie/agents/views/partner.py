"""The pages of a partner's reviewer, and the profiles in use."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from vigie.accounts.access import granted, person_of
from vigie.accounts.forms import put_refusal
from vigie.accounts.states import SUSPENDED
from vigie.agents.actions import partner as acts
from vigie.agents.forms.partner import AgentRequestForm, SeekForm
from vigie.agents.forms.profiles import ProfilesForm
from vigie.agents.queries.charges import choices_of
from vigie.agents.queries.partner import partner_page, reviewable
from vigie.agents.queries.profiles import profiles_page
from vigie.kernel.clock import now
from vigie.kernel.errors import Refused
from vigie.ui.forms import status_of


@granted("agent.request")
@require_safe
def agents(request: HttpRequest) -> HttpResponse:
    """``/habilitations/``"""
    form = SeekForm(request.GET)
    page = partner_page(person_of(request), now(), form.sought(), request.GET.get("page", ""))
    return render(request, "agents/partner.html", {"page": page, "form": form})


@granted("agent.request")
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """``/habilitations/demander/``"""
    form = AgentRequestForm(request.POST if request.method == "POST" else None, choices=choices_of(person_of(request)))
    if request.method == "POST" and form.is_valid():
        try:
            held = acts.request_agent(form.asked(), by=person_of(request), at=now())
        except Refused as refused:
            put_refusal(form, refused)
        else:
            messages.success(request, f"La demande pour {held.user} attend l’accord de l’équipe.")
            return redirect("agents:partner")
    return render(request, "agents/ask.html", {"form": form}, status=status_of(form))


@granted("agent.request")
@require_POST
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirms or closes: the button says which."""
    held = reviewable(person_of(request), pk)
    transition = request.POST.get("transition", "")
    if transition == "confirm":
        acts.confirm(held, by=person_of(request), at=now())
        suspended = " Elle reste suspendue\u00a0: l’équipe peut la rétablir." if held.state == SUSPENDED else ""
        messages.success(request, f"L’habilitation de {held.user} est confirmée.{suspended}")
    elif transition == "close":
        acts.close(held, by=person_of(request), at=now())
        messages.success(request, f"L’habilitation de {held.user} est fermée, et ses sessions aussi.")
    else:
        raise Http404
    return redirect("agents:partner")


@granted("profile.view")
@require_safe
def profiles(request: HttpRequest) -> HttpResponse:
    """``/administration/profils/``"""
    form = ProfilesForm(request.GET)
    page = profiles_page(form.sought(), request.GET.get("page", ""))
    return render(request, "agents/profiles.html", {"page": page, "form": form})
