"""The files that agents take away: a list, one accompagnement."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from vigie.accounts.access import granted, person_of, signed_in
from vigie.accounts.models_agents import Network
from vigie.exports.answers import give
from vigie.followup.forms import FilesFilterForm
from vigie.followup.queries import exports, lists
from vigie.followup.queries.codefi import AGENDA, AgendaPage, agenda_page
from vigie.followup.views.shared import FILE, asked_file, file_traces, summary_traces
from vigie.journal import audit
from vigie.journal.audit import Trace
from vigie.kernel.clock import now
from vigie.rights.person import Person


@granted("file.list")
@require_POST
def export_list(request: HttpRequest) -> HttpResponseBase:
    """``/accompagnements/exporter/``: the list as it is filtered."""
    person = person_of(request)
    form = FilesFilterForm(request.POST, departements=lists.departements_of(person), terms=lists.offered_terms())
    scope = request.POST.get("vue", lists.MINE)
    asked = exports.list_parameters(scope if scope in lists.SCOPES else lists.MINE, form.filters())
    return give(request, exports.LIST, asked, request.POST.get("format", ""), back=reverse("followup:list"))


@granted("file.list")
@require_safe
def codefi(request: HttpRequest) -> HttpResponse:
    """``/accompagnements/codefi/``; ``?departement=``: the agenda of its next meeting."""
    person, at = person_of(request), now()
    with audit.reading():
        page = agenda_page(person, request.GET.get("departement", "")[:3], at)
        _note_agenda(page, person, at)
    return render(request, "followup/codefi.html", {"page": page})


@granted("file.list")
@require_POST
def export_codefi(request: HttpRequest) -> HttpResponseBase:
    """``/accompagnements/codefi/exporter/``: the same, with a place for each decision."""
    person, at = person_of(request), now()
    page = agenda_page(person, request.POST.get("departement", "")[:3], at)
    asked = {"departement": page.departement}
    answer = give(request, AGENDA, asked, request.POST.get("format", ""), back=reverse("followup:codefi"))
    if answer.streaming:
        _note_agenda(page, person, at)
    return answer


def _note_agenda(page: AgendaPage, person: Person, at: datetime) -> None:
    """Which firms were named, and of which files the CODEFI summary was read."""
    told = {"departement": page.departement, "firms": list(page.sirens)}
    read = page.files if Network.CODEFI in person.networks else ()
    rows = [Trace("list_view", FILE, "codefi", details=told), *summary_traces(person, read)]
    audit.note_many(rows, by=person, at=at)


@signed_in
@require_POST
def export_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """``/accompagnements/<id>/exporter/``; each text that leaves is written down as when it is read."""
    person, at = person_of(request), now()
    followup = asked_file(request, pk)
    back = reverse("followup:file", args=[pk])
    answer = give(request, exports.FILE, {"file": followup.pk}, request.POST.get("format", ""), back=back)
    if answer.streaming:
        audit.note_many(file_traces(person, followup, exports.networks_read(person)), by=person, at=at)
    return answer
