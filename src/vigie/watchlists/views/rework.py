"""The working list of a département: made by rules, kept, corrected by hand, exported. Each page is in the audit."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from vigie.accounts.access import granted, person_of
from vigie.exports.answers import give
from vigie.exports.offers import of_sheets
from vigie.journal import audit
from vigie.kernel.clock import now
from vigie.kernel.errors import InvalidInput
from vigie.rights.person import Person
from vigie.rights.reach import require
from vigie.watchlists.actions.rework import AUDITED, correct, make_reworked
from vigie.watchlists.forms_rework import ReworkCorrectionForm, ReworkForm, ReworkNameForm
from vigie.watchlists.models import Publication
from vigie.watchlists.queries.filters import all_departements
from vigie.watchlists.queries.rework import (
    firm_to_correct,
    offered,
    preview,
    published,
    rework_page,
    reworked_of,
    reworked_page,
)
from vigie.watchlists.queries.sight import OF_A_LIST


def _rules(request: HttpRequest, publication: Publication, person: Person) -> ReworkForm:
    choices = [pair for pair in all_departements() if person.nationwide or pair[0] in person.departements]
    return ReworkForm(
        request.GET if "departement" in request.GET else None, rules=offered(publication), departements=choices
    )


@granted("reworked.list")
@require_http_methods(["GET", "HEAD", "POST"])
def rework(request: HttpRequest, code: str) -> HttpResponse:
    """``/detection/listes/<code>/retraitee/``: GET tries the rules of the address, POST keeps what they give."""
    person, at = person_of(request), now()
    publication = published(code)
    form, name_form = _rules(request, publication, person), ReworkNameForm(request.POST or None)
    tried = None
    if form.is_valid():
        departement, settings = form.cleaned_data["departement"], form.settings()
        if name_form.is_valid():
            name = name_form.cleaned_data["nom"]
            made = make_reworked(publication, departement, name, settings, by=person, at=at)
            messages.success(request, "Liste retraitée enregistrée.")
            return redirect("watchlists:reworked", made.pk)
        tried = preview(person, publication, departement, settings)
    elif request.method == "POST":
        raise InvalidInput("rules_unreadable", "Essayez d’abord les règles, puis enregistrez.", field="nom")
    page = rework_page(person, publication)
    return render(
        request, "watchlists/rework.html", {"page": page, "form": form, "name_form": name_form, "preview": tried}
    )


@granted("reworked.list")
@require_safe
def reworked(request: HttpRequest, pk: int) -> HttpResponse:
    """``/detection/retraitees/<pk>/``"""
    person = person_of(request)
    found = reworked_of(person, pk)
    with audit.reading():
        page = reworked_page(person, found, request.GET.get("vue") != "ecartees", request.GET.get("page", ""))
        told = {"departement": found.departement, "list": found.publication.code, "firms": list(page.sirens)}
        audit.note("list_view", AUDITED, str(pk), by=person, at=now(), details=told, **OF_A_LIST)
    return render(request, "watchlists/reworked.html", {"page": page, "formats": of_sheets()})


@granted("reworked.list")
@require_http_methods(["GET", "HEAD", "POST"])
def reworked_firm(request: HttpRequest, pk: int, siren: str) -> HttpResponse:
    """``/detection/retraitees/<pk>/<siren>/``: keeps or drops a firm by hand."""
    person = person_of(request)
    found = reworked_of(person, pk)
    require(person, "reworked.make", found)
    page = firm_to_correct(person, found, siren)
    form = ReworkCorrectionForm(request.POST or None)
    if form.is_valid():
        keeps = request.POST.get("garder") == "oui"
        correct(page.entry, keeps=keeps, motive=form.cleaned_data["motif"], by=person, at=now())
        messages.success(request, f"{page.title}\u00a0: {'remise dans' if keeps else 'écartée de'} la liste.")
        return redirect("watchlists:reworked", pk)
    return render(request, "watchlists/reworked_firm.html", {"page": page, "form": form, "pk": pk})


@granted("reworked.list")
@require_POST
def export_reworked(request: HttpRequest, pk: int) -> HttpResponseBase:
    """``/detection/retraitees/<pk>/exporter/``"""
    back = reverse("watchlists:reworked", args=[pk])
    return give(request, "reworked_list", {"list": pk}, request.POST.get("format", ""), back=back)
