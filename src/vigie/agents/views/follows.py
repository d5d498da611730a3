"""The follows of a body, for its reviewer: confirmed, or contested and closed."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from vigie.accounts.access import granted, person_of
from vigie.agents.actions import follows as acts
from vigie.agents.queries.follows import follow_of, follows_page
from vigie.kernel.clock import now
from vigie.kernel.errors import Forbidden, Refused


@granted("agent.request")
@require_safe
def follows(request: HttpRequest) -> HttpResponse:
    """``/habilitations/suivis/``"""
    page = follows_page(person_of(request), request.GET.get("page", ""), now())
    return render(request, "agents/follows.html", {"page": page})


@granted("agent.request")
@require_POST
def review_follow(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirms or contests: the button says which."""
    follow, person = follow_of(person_of(request), pk), person_of(request)
    transition = request.POST.get("transition", "")
    try:
        if transition == "confirm":
            acts.confirm(follow, by=person, at=now())
            messages.success(request, f"Le suivi de {follow.user} est confirmé.")
        elif transition == "contest":
            acts.contest(follow, request.POST.get("note", ""), by=person, at=now())
            messages.success(request, f"L’entreprise est fermée pour {follow.user}, qui reçoit votre motif.")
        else:
            raise Http404
    except Forbidden:
        raise
    except Refused as refused:
        messages.warning(request, refused.message_fr)
    return redirect("agents:follows")
