"""The views that an agent keeps of the lists of accompagnements."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from vigie.accounts.access import granted, person_of
from vigie.agents.views.kept_views import DELETED, FIRST, named_view, saved
from vigie.followup.actions.views import choose_default_view, delete_view, save_view
from vigie.followup.forms import FilesFilterForm
from vigie.followup.queries.views import href_of, kept_of
from vigie.rights.person import Person

NAMES = tuple(FilesFilterForm.base_fields)


@granted("file.list")
@require_POST
def views(request: HttpRequest) -> HttpResponse:
    """``/accompagnements/vues/``: keeps, forgets, opens first."""
    act = _ACTS.get(request.POST.get("transition", ""))
    if act is None:
        raise Http404
    messages.success(request, act(request, person_of(request)))
    return redirect(href_of(request.POST.get("adresse", ""), NAMES))


def _save(request: HttpRequest, person: Person) -> str:
    name, address = named_view(request)
    save_view(name, kept_of(address, NAMES), by=person)
    return saved(name)


def _delete(request: HttpRequest, person: Person) -> str:
    delete_view(request.GET.get("nom", ""), by=person)
    return DELETED


def _default(request: HttpRequest, person: Person) -> str:
    choose_default_view(request.GET.get("nom", ""), by=person)
    return FIRST


def _no_default(request: HttpRequest, person: Person) -> str:
    choose_default_view("", by=person)
    return "Vos accompagnements s’ouvriront en premier."


_ACTS = {"save": _save, "delete": _delete, "default": _default, "undefault": _no_default}
