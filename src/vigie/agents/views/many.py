"""Several agents changed at once."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from vigie.accounts.access import confirm_keeping, granted, person_of
from vigie.accounts.forms import put_refusal
from vigie.agents.actions.many import RIGHT, DifferencesUnseen, asked_territory, change_many
from vigie.agents.forms.many import ManyForm, NarrowForm
from vigie.agents.queries.many import SHOWN, Narrowed, Wanted, agents_in_force, mark, offered, shown
from vigie.agents.users_diff import Difference
from vigie.kernel.clock import now
from vigie.kernel.errors import Forbidden, Refused
from vigie.ui.formats import counted
from vigie.ui.forms import status_of


@granted(RIGHT)
@require_http_methods(["GET", "HEAD", "POST"])
def many(request: HttpRequest) -> HttpResponse:
    """``/administration/utilisateurs/ensemble/``: who, what, the difference, then it is done. Who one is is proved."""
    narrow = NarrowForm(request.GET)
    posted = request.POST if request.method == "POST" else None
    held = agents_in_force()
    form = ManyForm(posted, offered=offered(held, Narrowed()))
    if posted is not None and form.is_valid() and "back" not in posted:
        if form.cleaned_data["seen"] and (elsewhere := confirm_keeping(request)) is not None:
            return elsewhere
        try:
            done = _change(request, form)
        except DifferencesUnseen as unseen:
            return _confirm(request, form, unseen.found)
        except Forbidden:
            raise
        except Refused as refused:
            put_refusal(form, refused)
        else:
            messages.success(request, f"{counted(len(done), 'agent changé', 'agents changés')}.")
            return redirect("agents:many")
    choices = offered(held, narrow.narrowed())
    form.show(choices[:SHOWN])
    context = {
        "form": form, "narrow": narrow, "count": counted(len(choices), "agent habilité", "agents habilités"),
        "cut": SHOWN if len(choices) > SHOWN else 0,
    }  # fmt: skip
    return render(request, "agents/many.html", context, status=200 if "back" in request.POST else status_of(form))


def _change(request: HttpRequest, form: ManyForm) -> tuple[Difference, ...]:
    told = form.cleaned_data
    wanted = Wanted(asked_territory(told["territory"]), told["segment"], told["ends_on"], told["suspend"])
    return change_many(told["who"], wanted, seen=told["seen"], by=person_of(request), at=now())


def _confirm(request: HttpRequest, form: ManyForm, found: tuple[Difference, ...]) -> HttpResponse:
    sentence, table = shown(found)
    typed = [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if name not in ("csrfmiddlewaretoken", "seen")
    ]
    context = {
        "sentence": sentence, "table": table, "typed": [*typed, ("seen", mark(found))],
        "again": bool(form.cleaned_data["seen"]),
    }  # fmt: skip
    return render(request, "agents/many_confirm.html", context)
