"""Looking through an agent's eyes: requests and signatures. What may be done meanwhile is in ``agents.middleware``."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from vigie.accounts.access import account_of, confirm_first, granted, person_of, signed_in
from vigie.accounts.forms import put_refusal
from vigie.accounts.queries import person_for
from vigie.agents import looking
from vigie.agents.actions import looks as acts
from vigie.agents.forms.looks import LookForm
from vigie.agents.queries.looks import look_of, looks_page, running_look
from vigie.kernel.clock import now
from vigie.kernel.errors import Forbidden, InvalidInput, Refused
from vigie.ui.forms import status_of

DONE = {"sign": "La demande est signée.", "refuse": "La demande est refusée.", "end": "Le regard est terminé."}


@granted("look.list")
@require_http_methods(["GET", "HEAD", "POST"])
def looks(request: HttpRequest) -> HttpResponse:
    """``/administration/regards/``: ask, and the requests of all."""
    form = LookForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            acts.ask(told["agent"], told["reason"], told["minutes"], by=person_of(request), at=now())
        except InvalidInput as refused:
            put_refusal(form, refused)
        else:
            messages.success(request, "La demande attend la signature d’un autre administrateur.")
            return redirect("agents:looks")
    context = {"page": looks_page(person_of(request)), "form": form}
    return render(request, "agents/looks.html", context, status=status_of(form))


@granted("look.list")
@require_POST
def act_on_look(request: HttpRequest, pk: int) -> HttpResponse:
    """Signs, refuses, begins or ends: the button says which. Signing and beginning ask who one is again."""
    row, asked, by = look_of(person_of(request), pk), request.POST.get("transition", ""), person_of(request)
    if asked in ("sign", "begin"):
        elsewhere = confirm_first(request, reverse("agents:looks"))
        if elsewhere is not None:
            return elsewhere
    try:
        if asked == "begin":
            looking.start(request, acts.begin(row, by=by, at=now()))
            return redirect("watchlists:list")
        if asked == "begin_again" and running_look(by.user_id or 0, pk, now()) is not None:
            looking.start(request, row)
            return redirect("watchlists:list")
        act = {"sign": acts.sign, "refuse": acts.refuse, "end": acts.end}.get(asked)
        if act is None:
            raise Http404
        act(row, by=by, at=now())
    except Forbidden:
        raise
    except Refused as refused:
        messages.warning(request, refused.message_fr)
    else:
        messages.success(request, DONE[asked])
    return redirect("agents:looks")


@signed_in
@require_POST
def stop_looking(request: HttpRequest) -> HttpResponse:
    """``/administration/regards/fin/``: the administrator is himself again."""
    pk = looking.stop(request)
    row = running_look(account_of(request).pk, pk, now()) if pk else None
    if row is None:
        raise Http404
    acts.end(row, by=person_for(account_of(request), now()), at=now())
    messages.success(request, DONE["end"])
    return redirect("agents:looks")
