"""Asking that a habilitation be another one, and deciding of it."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from vigie.accounts.access import confirm_first, granted, person_of
from vigie.accounts.forms import put_refusal
from vigie.agents.actions import moves as acts
from vigie.agents.forms.moves import MoveForm
from vigie.agents.queries.moves import move_of, moves_page
from vigie.agents.queries.partner import reviewable, segment_choices
from vigie.kernel.clock import now
from vigie.kernel.errors import Forbidden, Refused
from vigie.ui.forms import status_of


@granted("agent.request")
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """``/habilitations/<id>/changer/``"""
    held = reviewable(person_of(request), pk)
    profile = getattr(held.user, "agent", None)
    initial = {
        "level": held.role, "territory": held.territory, "segment": profile.segment.code if profile else "",
    }  # fmt: skip
    form = MoveForm(request.POST if request.method == "POST" else None, initial=initial, segments=segment_choices())
    if request.method == "POST" and form.is_valid():
        try:
            acts.ask_move(held, form.wanted(), by=person_of(request), at=now())
        except Forbidden:
            raise
        except Refused as refused:
            put_refusal(form, refused)
        else:
            messages.success(request, f"La demande pour {held.user} attend l’équipe. Rien ne change d’ici là.")
            return redirect("agents:partner")
    page = {"form": form, "name": str(held.user)}
    return render(request, "agents/move.html", page, status=status_of(form))


@granted("move.list")
@require_safe
def moves(request: HttpRequest) -> HttpResponse:
    """``/equipe/changements-demandes/``"""
    return render(request, "agents/moves.html", {"page": moves_page(person_of(request))})


@granted("move.list")
@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Makes it, or leaves it: the button says which. Making it asks who one is again."""
    move, asked = move_of(person_of(request), pk), request.POST.get("transition", "")
    if asked == "make" and (elsewhere := confirm_first(request, reverse("agents:moves"))) is not None:
        return elsewhere
    try:
        if asked == "make":
            acts.make_move(move, by=person_of(request), at=now())
            messages.success(request, "Le changement est fait. Le responsable en est prévenu.")
        elif asked == "leave":
            acts.leave_move(move, request.POST.get("note", ""), by=person_of(request), at=now())
            messages.success(request, "La demande est écartée. Le responsable lira pourquoi.")
        else:
            raise Http404
    except Forbidden:
        raise
    except Refused as refused:
        messages.warning(request, refused.message_fr)
    return redirect("agents:moves")
