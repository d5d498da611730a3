"""The list that agents read, and what each keeps of it. What is shown and its audit row are one transaction."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from vigie.accounts.access import granted, person_of
from vigie.journal import audit
from vigie.kernel.clock import now
from vigie.kernel.errors import InvalidInput
from vigie.rights.person import Person
from vigie.watchlists.actions.list_settings import choose_columns, choose_default_view, delete_view, save_view
from vigie.watchlists.forms_lists import ColumnsForm, ListFilterForm, SaveViewForm
from vigie.watchlists.queries.desk import desk_of, kept_of, list_href, withdrawn_page
from vigie.watchlists.queries.filters import require_offered
from vigie.watchlists.queries.lists import Asked, list_page, lists_asked

FILTERS = tuple(ListFilterForm.base_fields)
LIST = "watchlists.Publication"


@granted("list.view")
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """``/detection/``"""
    person = person_of(request)
    desk = desk_of(person, FILTERS)
    if not request.GET and desk.first_href:
        return redirect(desk.first_href)
    asked = Asked.read(request.GET.dict(), FILTERS)
    require_offered(request.GET, desk.choices)
    form = ListFilterForm(request.GET, choices=desk.choices)
    lists = lists_asked(asked.code)
    if lists.withdrawn is not None:
        return render(request, "watchlists/withdrawn.html", {"page": withdrawn_page(lists.withdrawn)}, status=410)
    with transaction.atomic():
        filters = form.filters()
        page = list_page(person, desk.sight, lists, filters, asked, desk.columns)
        told = {"filters": filters.parameters(), "sort": asked.sort, "firms": list(page.sirens)}
        audit.note("list_view", LIST, page.code, by=person, at=now(), details=told)
    address = request.GET.urlencode()
    forms = {
        "form": form,
        "view_form": SaveViewForm(initial={"adresse": address}),
        "columns_form": ColumnsForm(
            offered=desk.offered, initial={"colonnes": [c.code for c in desk.columns], "adresse": address}
        ),
    }
    return render(request, "watchlists/list.html", {"page": page, "desk": desk, **forms})


@granted("list.view")
@require_POST
def list_settings(request: HttpRequest) -> HttpResponse:
    """``/detection/reglages/``: what the agent keeps of his lists."""
    person = person_of(request)
    act = _ACTS.get(request.POST.get("transition", ""))
    if act is None:
        raise Http404
    messages.success(request, act(request, person))
    return redirect(list_href(request.POST.get("adresse", ""), FILTERS))


def _save(request: HttpRequest, person: Person) -> str:
    form = SaveViewForm(request.POST)
    if not form.is_valid():
        raise InvalidInput("view_unreadable", "Donnez un nom de 60 caractères au plus à cette vue.", field="name")
    save_view(form.cleaned_data["name"], kept_of(form.cleaned_data["adresse"], FILTERS), by=person)
    return f"Vue « {form.cleaned_data['name']} » enregistrée."


def _columns(request: HttpRequest, person: Person) -> str:
    form = ColumnsForm(request.POST, offered=desk_of(person, FILTERS).offered)
    choose_columns(form.cleaned_data.get("colonnes", []) if form.is_valid() else [], by=person)
    return "Colonnes enregistrées."


def _delete(request: HttpRequest, person: Person) -> str:
    delete_view(request.GET.get("vue", ""), by=person)
    return "Vue supprimée."


def _default(request: HttpRequest, person: Person) -> str:
    choose_default_view(request.GET.get("vue", ""), by=person)
    return "Cette vue s’ouvrira en premier."


def _no_default(request: HttpRequest, person: Person) -> str:
    choose_default_view("", by=person)
    return "La liste s’ouvrira en entier."


_ACTS: dict[str, Callable[[HttpRequest, Person], str]] = {
    "save": _save,
    "columns": _columns,
    "delete": _delete,
    "default": _default,
    "undefault": _no_default,
}
