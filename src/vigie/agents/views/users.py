"""The workbook of users: sent, looked at, applied."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from vigie.accounts.access import confirm_first, granted, person_of
from vigie.agents.actions import users as acts
from vigie.agents.forms.users import UsersForm
from vigie.agents.queries.users import import_page, imports_page, users_import
from vigie.agents.queries.users_export import CODE, RIGHT
from vigie.agents.users_book import BookRefused
from vigie.exports.answers import give
from vigie.exports.formats import FOR_SHEETS
from vigie.exports.offers import Offer
from vigie.kernel.clock import now
from vigie.kernel.errors import Forbidden, Refused
from vigie.ui.forms import status_of

reads_and_writes = require_http_methods(["GET", "HEAD", "POST"])


@granted("users.import")
@reads_and_writes
def users(request: HttpRequest) -> HttpResponse:
    """``/administration/utilisateurs/``: send a workbook, and those already read."""
    form = UsersForm(request.POST, request.FILES) if request.method == "POST" else UsersForm()
    if request.method == "POST" and form.is_valid():
        file: Any = form.cleaned_data["file"]
        try:
            row = acts.read(file.read(), file.name, by=person_of(request), at=now())
        except BookRefused as refused:
            for fault in refused.faults:
                form.add_error("file", str(fault))
        else:
            return redirect("agents:users_import", row.pk)
    export = Offer(reverse("agents:export_users"), FOR_SHEETS)
    context = {"page": imports_page(), "form": form, "export": export}
    return render(request, "agents/users.html", context, status=status_of(form))


@granted(RIGHT)
@require_POST
def export_users(request: HttpRequest) -> HttpResponseBase:
    """``/administration/utilisateurs/exporter/``"""
    return give(request, CODE, {}, request.POST.get("format", ""), back=reverse("agents:users"))


@granted("users.import")
@reads_and_writes
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """``/administration/utilisateurs/<id>/``: what it would change; applied only by who has just proved who he is."""
    row = users_import(person_of(request), pk)
    if request.method != "POST":
        return render(request, "agents/users_import.html", {"page": import_page(row)})
    act = {"apply": acts.apply, "abandon": acts.abandon}.get(request.POST.get("transition", ""))
    if act is None:
        raise Http404
    elsewhere = confirm_first(request) if act is acts.apply else None
    if elsewhere is not None:
        return elsewhere
    try:
        act(row, by=person_of(request), at=now())
    except Forbidden:
        raise
    except Refused as refused:
        messages.warning(request, refused.message_fr)
    else:
        messages.success(request, "Les agents sont à jour." if act is acts.apply else "Rien n’a été changé.")
    return redirect("agents:users_import", pk)
