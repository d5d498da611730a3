"""The files that agents take away: a list, one accompagnement."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_POST

from vigie.accounts.access import granted, person_of, signed_in
from vigie.exports.answers import give
from vigie.followup.forms import FilesFilterForm
from vigie.followup.queries import exports, lists
from vigie.followup.views.shared import FILE, asked_file
from vigie.journal import audit
from vigie.journal.audit import Trace
from vigie.kernel.clock import now


@granted("file.list")
@require_POST
def export_list(request: HttpRequest) -> HttpResponseBase:
    """``/accompagnements/exporter/``: the list as it is filtered."""
    person = person_of(request)
    form = FilesFilterForm(request.POST, departements=lists.departements_of(person), difficulties=lists.difficulties())
    scope = request.POST.get("vue", lists.MINE)
    asked = exports.list_parameters(scope if scope in lists.SCOPES else lists.MINE, form.filters())
    return give(request, exports.LIST, asked, request.POST.get("format", ""), back=reverse("followup:list"))


@signed_in
@require_POST
def export_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """``/accompagnements/<id>/exporter/``; each text that leaves is written down as when it is read."""
    person, at = person_of(request), now()
    followup = asked_file(request, pk)
    back = reverse("followup:file", args=[pk])
    answer = give(request, exports.FILE, {"file": followup.pk}, request.POST.get("format", ""), back=back)
    if answer.streaming:
        rows = [Trace("view_file", FILE, str(pk), details={"siren": followup.siren})]
        rows += [Trace("view_block", FILE, str(pk), details={"block": code}) for code in exports.networks_read(person)]
        audit.note_many(rows, by=person, at=at)
    return answer
