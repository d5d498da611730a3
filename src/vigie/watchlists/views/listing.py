"""The list that agents read, and what each keeps of it. What is shown and its audit row are one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from vigie.accounts.access import granted, person_of
from vigie.agents.forms.kept_views import ViewForm
from vigie.agents.views.kept_views import DELETED, FIRST, named_view, saved
from vigie.exports.answers import give
from vigie.exports.offers import of_sheets
from vigie.journal import audit
from vigie.kernel.clock import now
from vigie.rights.person import Person
from vigie.ui.widgets import Several
from vigie.watchlists.actions.list_settings import (
    choose_columns,
    choose_default_view,
    copy_view,
    delete_view,
    save_view,
    share_view,
    take_view_back,
)
from vigie.watchlists.exporters import COLUMNS_ASKED, EVERY_COLUMN
from vigie.watchlists.forms_lists import ALL, SHOWN, ColumnsForm, ExportForm, ListFilterForm
from vigie.watchlists.queries.desk import desk_of, kept_of, list_href, withdrawn_page
from vigie.watchlists.queries.filters import has_reworked, require_offered
from vigie.watchlists.queries.lists import LIST, SORT, Asked, list_page, lists_asked
from vigie.watchlists.queries.shared_views import network_of, query_to_copy
from vigie.watchlists.queries.sight import OF_A_LIST

FILTERS = tuple(ListFilterForm.base_fields)
SEVERAL = frozenset(name for name, field in ListFilterForm.base_fields.items() if isinstance(field.widget, Several))
AUDITED = "watchlists.Publication"
LONGEST_KEY = 19  # digits, so that a database can compare


@granted("list.view")
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """``/detection/``"""
    person = person_of(request)
    desk = desk_of(person, FILTERS)
    if not request.GET and desk.first_href:
        return redirect(desk.first_href)
    asked = Asked.read(_pairs(request.GET), FILTERS)
    require_offered(request.GET, desk.choices)
    lists = lists_asked(asked.code)
    reworked = lists.shown is not None and has_reworked(person, lists.shown)
    form = ListFilterForm(request.GET, choices=desk.choices, reworked=reworked)
    if lists.withdrawn is not None:
        return render(request, "watchlists/withdrawn.html", {"page": withdrawn_page(lists.withdrawn)}, status=410)
    with audit.reading():
        filters = form.filters()
        page = list_page(person, desk.sight, lists, filters, asked, desk.columns)
        told = {"filters": filters.parameters(), "sort": asked.sort, "firms": list(page.sirens)}
        audit.note("list_view", AUDITED, page.code, by=person, at=now(), details=told, **OF_A_LIST)
    address = request.GET.urlencode()
    forms = {
        "form": form,
        "view_form": ViewForm(initial={"adresse": address}),
        "export_form": ExportForm(initial={"adresse": urlencode([*asked.kept, (LIST, page.code)]), "colonnes": SHOWN}),
        "columns_form": ColumnsForm(
            offered=desk.offered, initial={"colonnes": [c.code for c in desk.columns], "adresse": address}
        ),
    }
    return render(request, "watchlists/list.html", {"page": page, "desk": desk, "formats": of_sheets(), **forms})


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


@granted("list.view")
@require_POST
def export_list(request: HttpRequest) -> HttpResponseBase:
    """``/detection/exporter/``: the list of the address, as a file."""
    sent = QueryDict(request.POST.get("adresse", ""))
    told = {name: [value for value in sent.getlist(name) if value] for name in (*FILTERS, LIST, SORT)}
    asked = {name: values if name in SEVERAL else values[-1] for name, values in told.items() if values}
    kept = desk_of(person_of(request), FILTERS).columns
    columns = EVERY_COLUMN if request.POST.get("colonnes") == ALL else [column.code for column in kept]
    back = reverse("watchlists:list", query=asked)
    return give(request, "detection_list", {**asked, COLUMNS_ASKED: columns}, request.POST.get("format", ""), back=back)


def _pairs(sent: QueryDict) -> Iterator[tuple[str, str]]:
    return ((name, value) for name, values in sent.lists() for value in values)


def _save(request: HttpRequest, person: Person) -> str:
    name, address = named_view(request)
    save_view(name, kept_of(address, FILTERS), by=person, at=now())
    return saved(name)


def _columns(request: HttpRequest, person: Person) -> str:
    form = ColumnsForm(request.POST, offered=desk_of(person, FILTERS).offered)
    choose_columns(form.cleaned_data.get("colonnes", []) if form.is_valid() else [], by=person)
    return "Colonnes enregistrées."


def _delete(request: HttpRequest, person: Person) -> str:
    delete_view(request.GET.get("vue", ""), by=person, at=now())
    return DELETED


def _share(request: HttpRequest, person: Person) -> str:
    network = network_of(person, request.GET.get("reseau", ""))
    share_view(request.GET.get("vue", ""), network, by=person, at=now())
    return f"Vue partagée avec le réseau {network}."


def _unshare(request: HttpRequest, person: Person) -> str:
    take_view_back(request.GET.get("vue", ""), request.GET.get("reseau", ""), by=person, at=now())
    return "Vue reprise\u00a0: elle n’est plus partagée."


def _copy(request: HttpRequest, person: Person) -> str:
    asked = request.GET.get("partage", "")
    pk = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < LONGEST_KEY else 0
    name, query = query_to_copy(person, pk, FILTERS, desk_of(person, FILTERS).choices)
    return f"Vue copiée dans les vôtres sous le nom «\u00a0{copy_view(name, query, by=person, at=now())}\u00a0»."


def _default(request: HttpRequest, person: Person) -> str:
    choose_default_view(request.GET.get("vue", ""), by=person)
    return FIRST


def _no_default(request: HttpRequest, person: Person) -> str:
    choose_default_view("", by=person)
    return "La liste s’ouvrira en entier."


_ACTS: dict[str, Callable[[HttpRequest, Person], str]] = {
    "save": _save,
    "columns": _columns,
    "delete": _delete,
    "default": _default,
    "undefault": _no_default,
    "share": _share,
    "unshare": _unshare,
    "copy": _copy,
}
