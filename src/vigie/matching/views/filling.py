"""The steps of a request behind its signed link: company, description, then it is sent."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from vigie.companies.models import Establishment
from vigie.kernel.clock import now
from vigie.kernel.errors import InvalidInput, Refused
from vigie.matching.actions import filling
from vigie.matching.forms.public import (
    CompanySearchForm,
    DescriptionForm,
    ManualCompanyForm,
    ProjectForm,
    contact_again_form,
    description_form,
    put_refusal,
)
from vigie.matching.links import Purpose, token
from vigie.matching.models import LandingSubject, Solicitation
from vigie.matching.queries import choosing
from vigie.matching.queries import filling as pages
from vigie.matching.states import STEP_COMPANY
from vigie.matching.views.links import fillable, linked
from vigie.matching.views.public import status_of, with_wait
from vigie.rights.limits import client_ip, hit
from vigie.rights.person import Person
from vigie.territory.queries import search_communes

fill = linked(Purpose.FILL)
reads_and_writes = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@fill
@fillable
def resume(request: HttpRequest, solicitation: Solicitation, person: Person) -> HttpResponse:
    """``/demande/reprendre/<lien>/``: leads to the step that waits."""
    return redirect(pages.step_url(solicitation))


@reads_and_writes
@fill
@fillable
def contact(request: HttpRequest, solicitation: Solicitation, person: Person) -> HttpResponse:
    """First step, corrected before sending."""
    form = contact_again_form(solicitation, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            filling.change_contact(solicitation, form.contact(), by=person, at=now())
        except InvalidInput as refused:
            put_refusal(form, refused)
        else:
            return redirect(pages.step_url(solicitation))
    context = {"page": pages.contact_again_page(solicitation), "form": form}
    return render(request, "matching/public/contact.html", context)


@reads_and_writes
@fill
@fillable
def company(request: HttpRequest, solicitation: Solicitation, person: Person) -> HttpResponse:
    """Second step: the company is searched, then chosen; a project gives its commune."""
    if solicitation.landing_subject.fields_mode == LandingSubject.Fields.LOCATION:
        return _project(request, solicitation, person)
    problem = ""
    if request.method == "POST":
        problem = _choose(request, solicitation, person)
        if not problem:
            return redirect(_link("matching:description", solicitation))
    return _draw_search(request, solicitation, problem)


def _choose(request: HttpRequest, solicitation: Solicitation, person: Person) -> str:
    """Keeps the establishment chosen; gives what went wrong, or an empty text."""
    at = now()
    try:
        establishment = choosing.establishment_chosen(request.POST.get("siret", "")[:30], at)
        if establishment is None:
            return choosing.DOWN
        filling.choose_establishment(solicitation, establishment, by=person, at=at)
    except InvalidInput as refused:
        return refused.message_fr
    return ""


def _draw_search(request: HttpRequest, solicitation: Solicitation, problem: str) -> HttpResponse:
    typed = "q" in request.GET
    form = CompanySearchForm(request.GET if typed else None)
    choices = choosing.NOTHING
    if typed and form.is_valid():
        at = now()
        hit("search", client_ip(request), at)
        text = request.GET.get("siret", "") or form.cleaned_data["q"]
        choices = choosing.company_choices(text, form.commune_code(), at)
    context = {
        "page": pages.company_page(solicitation),
        "form": form,
        "choices": choices,
        "problem": problem or choices.problem,
        "chosen": None if typed else pages.chosen_company(solicitation),
        "manual_href": _link("matching:company_manual", solicitation),
        "next_href": _link("matching:description", solicitation),
    }
    return render(request, "matching/public/company.html", context)


def _project(request: HttpRequest, solicitation: Solicitation, person: Person) -> HttpResponse:
    given: dict[str, Any] = {"code": solicitation.commune_code, "initial": pages.place_given(solicitation)}
    form = ProjectForm(request.POST, **given) if request.method == "POST" else ProjectForm(**given)
    if request.method == "POST" and form.is_valid():
        told = filling.CompanyGiven(name=form.cleaned_data["name"], commune_code=form.code)
        filling.give_company(solicitation, told, by=person, at=now())
        return redirect(_link("matching:description", solicitation))
    return render(request, "matching/public/project.html", {"page": pages.company_page(solicitation), "form": form})


@reads_and_writes
@fill
@fillable
def company_manual(request: HttpRequest, solicitation: Solicitation, person: Person) -> HttpResponse:
    """« Je ne trouve pas mon entreprise »: what is typed is kept, whether or not the register answers."""
    given: dict[str, Any] = {"code": solicitation.commune_code, "initial": pages.place_given(solicitation)}
    form = ManualCompanyForm(request.POST, **given) if request.method == "POST" else ManualCompanyForm(**given)
    if request.method == "POST" and form.is_valid():
        try:
            _give_typed(solicitation, form, person)
        except InvalidInput as refused:
            put_refusal(form, refused)
        else:
            return redirect(_link("matching:description", solicitation))
    context = {
        "page": pages.company_page(solicitation),
        "form": form,
        "search_href": _link("matching:company", solicitation),
    }
    return render(request, "matching/public/company_manual.html", context)


def _give_typed(solicitation: Solicitation, form: ManualCompanyForm, person: Person) -> None:
    """A SIRET that a register confirms gives its establishment; else what was typed is kept as it is."""
    at = now()
    siret = form.cleaned_data["siret"]
    establishment = _confirmed(siret, at) if siret else None
    if establishment is not None:
        filling.choose_establishment(solicitation, establishment, by=person, at=at)
        return
    if not form.code:
        raise InvalidInput(
            "commune_missing",
            "Le répertoire ne confirme pas ce SIRET\u00a0: indiquez aussi la commune.",
            field="commune",
        )
    told = filling.CompanyGiven(siret=siret, name=form.cleaned_data["name"], commune_code=form.code)
    filling.give_company(solicitation, told, by=person, at=at)


def _confirmed(siret: str, at: datetime) -> Establishment | None:
    """The establishment of a register; None when it does not answer or does not know: a firm may be too young."""
    try:
        return choosing.establishment_chosen(siret, at)
    except InvalidInput as refused:
        if refused.code == "siret_unknown":
            return None
        raise


@reads_and_writes
@fill
@fillable
def description(request: HttpRequest, solicitation: Solicitation, person: Person) -> HttpResponse:
    """Third step: the need, read again with the rest, then sent."""
    if solicitation.state == STEP_COMPANY:
        return redirect(_link("matching:company", solicitation))
    form = description_form(solicitation, request.POST if request.method == "POST" else None)
    refused: Refused | None = None
    if request.method == "POST":
        try:
            if "back" in request.POST:
                return _back(solicitation, form, person)
            if form.is_valid():
                return _send(solicitation, form, person)
        except Refused as caught:
            if caught.code == "already_sent":
                raise
            refused = caught
            put_refusal(form, refused)
        _keep(solicitation, form, person)
    context = {"page": pages.description_page(solicitation), "form": form}
    response = render(request, "matching/public/description.html", context, status=status_of(refused))
    return with_wait(response, refused)


def _send(solicitation: Solicitation, form: DescriptionForm, person: Person) -> HttpResponse:
    filling.complete(
        solicitation,
        description=form.cleaned_data["description"],
        answers=form.answers(),
        is_head=bool(form.cleaned_data.get("is_head")),
        by=person,
        at=now(),
    )
    return redirect("matching:sent", token(solicitation, Purpose.FOLLOW))


def _back(solicitation: Solicitation, form: DescriptionForm, person: Person) -> HttpResponse:
    form.full_clean()
    _keep(solicitation, form, person)
    return redirect(_link("matching:company", solicitation))


def _keep(solicitation: Solicitation, form: DescriptionForm, person: Person) -> None:
    """What was typed is kept, even when it cannot be sent."""
    typed = form.cleaned_data.get("description") or str(form.data.get("description", ""))
    filling.keep_draft(solicitation, description=typed, answers=form.answers(), by=person, at=now())


@require_safe
@linked(Purpose.FOLLOW)
def sent(request: HttpRequest, solicitation: Solicitation, person: Person) -> HttpResponse:
    """``/demande/envoyee/<lien>/``: who will call, and what to prepare."""
    return render(request, "matching/public/sent.html", {"page": pages.sent_page(solicitation, now())})


@require_safe
def communes(request: HttpRequest) -> HttpResponse:
    """The communes offered while one types."""
    hit("search", client_ip(request), now())
    found = search_communes(request.GET.get("q", "")[:100], 10)
    lines = [{"value": one.code, "label": one.label, "hint": ", ".join(one.postal_codes[:4])} for one in found]
    return JsonResponse({"results": lines})


def _link(name: str, solicitation: Solicitation) -> str:
    return reverse(name, args=[token(solicitation, Purpose.FILL)])
