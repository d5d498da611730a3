"""The pages of sheets. What is shown and its audit rows are one transaction: no row, no page."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from vigie.accounts.access import granted, person_of
from vigie.accounts.forms import put_refusal
from vigie.companies.models import Company
from vigie.companies.officers import officers_of
from vigie.exports.answers import give
from vigie.journal import audit
from vigie.kernel.clock import now
from vigie.kernel.errors import InvalidInput
from vigie.sheets.actions import note_sheet, tell_faults
from vigie.sheets.forms import FollowForm, UnfollowForm
from vigie.sheets.queries.export import EXPORT, asked_sheet
from vigie.sheets.queries.follow import follow_page
from vigie.sheets.queries.group import group_page
from vigie.sheets.queries.sheet import SheetPage, known_firm, known_place, sheet_page
from vigie.sheets.queries.talk import talk_page
from vigie.sheets.queries.why import why_page
from vigie.watchlists.actions.following import follow_firm, renew_follow, unfollow_firm
from vigie.watchlists.models import Firm
from vigie.watchlists.queries.sight import audited

reads_and_writes = require_http_methods(["GET", "HEAD", "POST"])
DONE = {
    "follow": (
        "Vous suivez cette entreprise\u00a0: ses données vous sont ouvertes, et ses faits nouveaux "
        "annoncés par courriel."
    ),
    "renew": "Votre suivi est renouvelé.",
    "unfollow": "Vous ne suivez plus cette entreprise.",
}


@granted("list.view")
@require_safe
def company(request: HttpRequest, siren: str) -> HttpResponse:
    """``/detection/entreprises/<siren>/``"""
    return _sheet(request, _known(request, siren), "")


@granted("list.view")
@require_safe
def establishment(request: HttpRequest, siret: str) -> HttpResponse:
    """``/detection/etablissements/<siret>/``"""
    place = known_place(person_of(request), siret)
    return _sheet(request, place.company, siret)


def _sheet(request: HttpRequest, firm: Company, siret: str) -> HttpResponse:
    person, at = person_of(request), now()
    with audit.reading():
        page: SheetPage = sheet_page(person, firm, at, siret=siret, page=request.GET.get("page", "1"))
        note_sheet(page, by=person, at=at)
    tell_faults(page.faults, at=at)
    return render(request, "sheets/sheet.html", {"page": page})


@granted("list.view")
@require_POST
def export_company(request: HttpRequest, siren: str) -> HttpResponseBase:
    """``/detection/entreprises/<siren>/exporter/``: the sheet as a document."""
    return _export(request, {"siren": siren}, reverse("sheets:company", args=[siren]))


@granted("list.view")
@require_POST
def export_establishment(request: HttpRequest, siret: str) -> HttpResponseBase:
    """``/detection/etablissements/<siret>/exporter/``"""
    return _export(request, {"siret": siret}, reverse("sheets:establishment", args=[siret]))


def _export(request: HttpRequest, asked: dict[str, str], back: str) -> HttpResponseBase:
    """Each confidential block that leaves is written down as when it is read, beside the row of the export."""
    person, at = person_of(request), now()
    page = asked_sheet(person, asked, at)
    answer = give(request, EXPORT, asked, request.POST.get("format", ""), back=back)
    if answer.streaming:
        note_sheet(page, by=person, at=at)
    tell_faults(page.faults, at=at)
    return answer


def _known(request: HttpRequest, siren: str) -> Firm:
    return known_firm(person_of(request), siren)


@granted("list.view")
@require_safe
def why(request: HttpRequest, siren: str) -> HttpResponse:
    """``/detection/entreprises/<siren>/pourquoi/``"""
    return render(request, "sheets/why.html", {"page": why_page(person_of(request), _known(request, siren))})


@granted("list.view")
@reads_and_writes
def follow(request: HttpRequest, siren: str) -> HttpResponse:
    """``/detection/entreprises/<siren>/suivre/``: unlock with a motive, renew, stop."""
    firm, asked = _known(request, siren), request.POST.get("transition", "")
    forms: dict[str, Any] = {"follow": FollowForm(), "unfollow": UnfollowForm()}
    if request.method == "POST":
        if asked not in DONE:
            raise Http404
        if asked in forms:
            forms[asked] = type(forms[asked])(request.POST)
        if _acted(request, firm, asked, forms.get(asked)):
            messages.success(request, DONE[asked])
            return redirect("sheets:company", siren)
    page = follow_page(person_of(request), firm, now(), forms["unfollow"])
    return render(request, "sheets/follow.html", {"page": page, "form": forms["follow"]})


def _acted(request: HttpRequest, firm: Firm, asked: str, form: Any) -> bool:
    """Whether what was asked is done; else the form says what must be mended."""
    person, at = person_of(request), now()
    if asked == "renew":
        renew_follow(firm, by=person, at=at)
        return True
    if not form.is_valid():
        return False
    told = form.cleaned_data
    try:
        if asked == "follow":
            follow_firm(firm, motive=told["motive"], comment=told["comment"], by=person, at=at)
        else:
            unfollow_firm(firm, ending=told["ending"], comment=told["comment"], by=person, at=at)
    except InvalidInput as refused:
        put_refusal(form, refused)
        return False
    return True


@granted("list.view")
@require_safe
def talk(request: HttpRequest, siren: str) -> HttpResponse:
    """``/detection/entreprises/<siren>/echange/``: one page to print before calling."""
    firm, person, at = _known(request, siren), person_of(request), now()
    officers = officers_of(firm)
    with audit.reading():
        page = talk_page(person, firm, at, officers)
        if page.opened:
            audit.note("view_block", "companies.Company", siren, by=person, at=at, **page.opened)
    tell_faults(page.faults, at=at)
    return render(request, "sheets/talk.html", {"page": page, "back": reverse("sheets:company", args=[siren])})


@granted("list.view")
@require_safe
def group(request: HttpRequest, siren: str) -> HttpResponse:
    """``/detection/entreprises/<siren>/groupe/``: who is in its group, and what this reader may know of each."""
    firm, person, at = _known(request, siren), person_of(request), now()
    with audit.reading():
        page = group_page(person, firm, at)
        if page.groups:
            told = {"block": "group", "firms": list(page.opened)}
            audit.note(
                "view_block", "companies.Company", siren, by=person, at=at, details=told, **audited(person, siren)
            )
    tell_faults(page.faults, at=at)
    return render(request, "sheets/group.html", {"page": page})
