"""The pages of agents: the sheet, the calendar. What is shown and its audit rows are one transaction."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from vigie.accounts.access import granted, person_of
from vigie.journal import audit
from vigie.journal.audit import Trace
from vigie.kernel.clock import now
from vigie.rights.person import Person
from vigie.watchlists.actions.following import follow_firm, unfollow_firm
from vigie.watchlists.models import Firm
from vigie.watchlists.queries.calendar import calendar_page
from vigie.watchlists.queries.sheet import OutsidePage, SheetPage, outside_page, sheet_page, visible_entry

FIRM = "watchlists.Entry"
FOLLOW = {
    "follow": "Vous serez prévenu par courriel des faits nouveaux de cette entreprise.",
    "unfollow": "Vous ne serez plus prévenu des faits nouveaux de cette entreprise.",
}


@granted("list.view")
@require_safe
def sheet(request: HttpRequest, siren: str) -> HttpResponse:
    """``/detection/entreprises/<siren>/``"""
    page = _sheet(person_of(request), siren)
    template = "watchlists/outside.html" if isinstance(page, OutsidePage) else "watchlists/sheet.html"
    return render(request, template, {"page": page})


@transaction.atomic
def _sheet(person: Person, siren: str) -> SheetPage | OutsidePage:
    """The sheet with one audit row for the firm and one for each confidential block; else why it is not watched."""
    try:
        page = sheet_page(person, siren)
    except Http404:
        return outside_page(siren)
    shown = [Trace("view_block", FIRM, siren, details={"block": block}) for block in page.blocks_shown]
    audit.note_many([Trace("view_company", FIRM, siren), *shown], by=person, at=now())
    return page


@granted("list.view")
@require_POST
def follow(request: HttpRequest, siren: str) -> HttpResponse:
    """Asks to be told of the new facts of a firm, or no longer."""
    person = person_of(request)
    firm = get_object_or_404(Firm.objects.allowed(person, "firm.view"), pk=visible_entry(person, siren).siren)
    transition = request.POST.get("transition", "")
    if transition not in FOLLOW:
        raise Http404
    if transition == "follow":
        follow_firm(firm, by=person, at=now())
    else:
        unfollow_firm(firm, by=person, at=now())
    messages.success(request, FOLLOW[transition])
    return redirect("watchlists:sheet", siren)


@granted("list.view")
@require_safe
def calendar(request: HttpRequest) -> HttpResponse:
    """``/detection/calendrier/``"""
    return render(request, "watchlists/calendar.html", {"page": calendar_page(person_of(request), now())})
