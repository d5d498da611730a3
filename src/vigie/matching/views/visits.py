"""Filing needs after a visit, in four steps; each is kept as soon as it is given. Works without script."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from vigie.accounts.access import granted, person_of, signed_in
from vigie.companies import lookup
from vigie.directory.models import Subject
from vigie.kernel.clock import now
from vigie.kernel.errors import Forbidden, InvalidInput, Refused
from vigie.matching.actions import visit_draft, visit_sending
from vigie.matching.actions.visit_draft import Met
from vigie.matching.forms.public import put_refusal
from vigie.matching.forms.visits import (
    MetForm,
    NeedForm,
    SubjectListForm,
    SubjectSearchForm,
    VisitedByHandForm,
    VisitedCompanyForm,
    met_form,
    need_form,
)
from vigie.matching.models import Diagnosis, Need
from vigie.matching.queries import choosing
from vigie.matching.queries import visit_pages as pages
from vigie.matching.queries.visit_pages import Company, visible_draft
from vigie.rights.limits import client_ip, hit
from vigie.ui.forms import new_form_token

reads_and_writes = require_http_methods(["GET", "HEAD", "POST"])
LONGEST_ASKED = 300


# --- the company ------------------------------------------------------------------------------------------------------
@granted("visit.file")
@require_safe
def company(request: HttpRequest) -> HttpResponse:
    """``/visites/``: the company, by its name or its number. ``?visite=``: another one for a visit already begun."""
    typed = "q" in request.GET
    form = VisitedCompanyForm(request.GET if typed else None)
    choices = choosing.NOTHING
    if typed and form.is_valid():
        at = now()
        hit("search", client_ip(request), at)
        text = request.GET.get("siret", "") or form.cleaned_data["q"]
        choices = pages.visit_choices(text, form.commune_code(), at)
    context = {"form": form, "choices": choices, "titles": pages.TITLES, "visit": _asked_visit(request)}
    context["next_href"] = _contact_address(_asked_visit(request))
    return render(request, "matching/visits/company.html", context)


@granted("visit.file")
@reads_and_writes
def by_hand(request: HttpRequest) -> HttpResponse:
    """``/visites/saisie/``: a company that no register gives; what is typed is carried to the next step."""
    form = VisitedByHandForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            query = _typed_company(form)
        except InvalidInput as refused:
            put_refusal(form, refused)
        else:
            return redirect(f"{_contact_address(_asked_visit(request))}?{query}")
    context = {"form": form, "titles": pages.TITLES, "visit": _asked_visit(request)}
    return render(request, "matching/visits/by_hand.html", context)


def _typed_company(form: VisitedByHandForm) -> str:
    """The address of what was typed; a SIRET that no register confirms is kept with its name and its commune."""
    at, siret, name = now(), form.cleaned_data["siret"], form.cleaned_data["name"]
    if not siret:
        return urlencode({"nom": name, "commune": form.code})
    try:
        place = choosing.establishment_chosen(siret, at)
    except InvalidInput as refused:
        if refused.code != "siret_unknown":
            raise
        place = None
    if place is None and not form.code:
        raise InvalidInput(
            "commune_missing", "Le répertoire ne confirme pas ce SIRET\u00a0: indiquez aussi la commune.",
            field="commune",
        )  # fmt: skip
    if place is None:
        place = lookup.enter_by_hand(siret, name=name, commune_code=form.code, at=at)
    return urlencode({"siret": place.siret})


# --- the person met ---------------------------------------------------------------------------------------------------
@granted("visit.file")
@reads_and_writes
def contact(request: HttpRequest) -> HttpResponse:
    """``/visites/contact/?siret=…``: the person met; what is given begins the visit."""
    try:
        firm = _company(request)
    except InvalidInput as refused:
        messages.warning(request, refused.message_fr)
        return redirect("matching:visit")
    return _contact(request, None, firm)


@signed_in
@reads_and_writes
def contact_again(request: HttpRequest, pk: int) -> HttpResponse:
    """``/visites/<id>/contact/``: the person, the day or, with ``?siret=…``, the company are corrected."""
    visit = visible_draft(person_of(request), pk)
    if visit.submitted_at is not None:
        return redirect("matching:filed")
    try:
        firm = _company(request) if {"siret", "nom"} & request.GET.keys() else pages.company_of(visit)
    except InvalidInput as refused:
        messages.warning(request, refused.message_fr)
        return redirect("matching:visit_contact_again", pk)
    return _contact(request, visit, firm)


def _company(request: HttpRequest) -> Company:
    asked = [request.GET.get(name, "")[:LONGEST_ASKED] for name in ("siret", "nom", "commune")]
    return pages.company_asked(asked[0], asked[1], asked[2], now())


def _contact(request: HttpRequest, visit: Diagnosis | None, firm: Company) -> HttpResponse:
    form = met_form(visit, new_form_token(), request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            kept = _keep_met(request, visit, firm, form)
        except Forbidden:
            raise
        except Refused as refused:
            put_refusal(form, refused)
        else:
            return redirect("matching:visit_needs", kept.pk)
    again = f"?visite={visit.pk}" if visit else ""
    context = {"form": form, "firm": firm, "titles": pages.TITLES, "visit": visit, "other": again}
    return render(request, "matching/visits/contact.html", context)


def _keep_met(request: HttpRequest, visit: Diagnosis | None, firm: Company, form: MetForm) -> Diagnosis:
    data, by, at = form.cleaned_data, person_of(request), now()
    met = Met(
        data["full_name"], data["visited_on"], data["phone"], data["email"],
        firm.establishment, firm.company_name, firm.commune_code,
    )  # fmt: skip
    if visit is not None:
        return visit_draft.change_met(visit, met, consent=data["consent"], by=by, at=at)
    return visit_draft.begin(met, consent=data["consent"], form_token=data["form_token"], by=by, at=at)


# --- the needs --------------------------------------------------------------------------------------------------------
@signed_in
@reads_and_writes
def needs(request: HttpRequest, pk: int) -> HttpResponse:
    """``/visites/<id>/besoins/``: the needs, and what others did. ``?sujet=``, ``?besoin=``: the one being written."""
    person = person_of(request)
    visit = visible_draft(person, pk)
    if visit.submitted_at is not None:
        return redirect("matching:filed")
    subjects = pages.open_subjects()
    need, subject = _written(request, visit, subjects)
    form = need_form(subject, need, request.POST if request.method == "POST" else None) if subject else None
    if request.method == "POST" and form is None:
        messages.warning(request, "Choisissez d’abord le sujet du besoin.")
        return redirect("matching:visit_needs", pk)
    if request.method == "POST" and form is not None and form.is_valid() and subject is not None:
        try:
            _put(request, visit, subject, form, need)
        except Forbidden:
            raise
        except Refused as refused:
            put_refusal(form, refused)
        else:
            messages.success(request, f"Le besoin «\u00a0{subject.label}\u00a0» est gardé. Rien n’est encore envoyé.")
            return redirect(f"{reverse('matching:visit_needs', args=[pk])}#contenu")
    typed = request.GET.get("quoi", "")[:LONGEST_ASKED]
    context: dict[str, Any] = {
        "page": pages.visit_page(visit, person),
        "titles": pages.TITLES,
        "form": form,
        "subject": subject,
        "search": SubjectSearchForm(request.GET if typed else None),
        "list": SubjectListForm(subjects=subjects, initial={"sujet": subject.pk if subject else ""}),
        "typed": typed,
        "answering": pages.subjects_answering(typed, subjects) if typed else [],
    }
    return render(request, "matching/visits/needs.html", context)


def _written(request: HttpRequest, visit: Diagnosis, subjects: list[Subject]) -> tuple[Need | None, Subject | None]:
    """The need that is being changed, and the subject of what is being written."""
    asked = request.GET.get("besoin", "")
    need = visit.needs.filter(pk=int(asked)).select_related("subject").first() if _number(asked) else None
    wanted = request.GET.get("sujet", "")
    subject = next((one for one in subjects if str(one.pk) == wanted), None)
    return need, subject or (need.subject if need else None)


def _put(request: HttpRequest, visit: Diagnosis, subject: Subject, form: NeedForm, need: Need | None) -> None:
    told, answers = form.cleaned_data["content"], form.answers()
    visit_draft.put_need(visit, subject, told, answers, need=need, by=person_of(request), at=now())


@signed_in
@require_POST
def remove_need(request: HttpRequest, pk: int, need_pk: int) -> HttpResponse:
    """A need is taken out of the visit; pressed twice, it is gone all the same."""
    person = person_of(request)
    visit_draft.take_need_away(visible_draft(person, pk), need_pk, by=person, at=now())
    messages.success(request, "Le besoin est retiré de la visite.")
    return redirect("matching:visit_needs", pk)


@signed_in
@require_POST
def abandon(request: HttpRequest, pk: int) -> HttpResponse:
    """The visit is given up before it was filed."""
    person = person_of(request)
    visit_draft.abandon(visible_draft(person, pk), by=person, at=now())
    messages.success(request, "Ce dépôt est abandonné\u00a0: ce que vous aviez saisi est effacé.")
    return redirect("matching:filed")


# --- the experts ------------------------------------------------------------------------------------------------------
@signed_in
@reads_and_writes
def send(request: HttpRequest, pk: int) -> HttpResponse:
    """``/visites/<id>/envoi/``: who would receive each need; « Notifier les experts sélectionnés »."""
    person = person_of(request)
    visit = visible_draft(person, pk)
    alert = ""
    if request.method == "POST":
        chosen = _numbers(request, "besoin")
        shown = _numbers(request, "montre")
        try:
            done = visit_sending.file_visit(visit, chosen, shown=shown, by=person, at=now())
        except Forbidden:
            raise
        except Refused as refused:
            alert = refused.message_fr
        else:
            _tell(request, done)
            return redirect("matching:filed")
    if visit.submitted_at is not None:
        return redirect("matching:filed")
    context = {"page": pages.visit_page(visit, person), "titles": pages.TITLES, "alert": alert}
    return render(request, "matching/visits/send.html", context, status=409 if alert else 200)


def _numbers(request: HttpRequest, name: str) -> dict[int, set[int]]:
    """Need → experts, from « besoin-12=7 » (a box ticked) or « montre-12=7,8 » (all those shown)."""
    found: dict[int, set[int]] = {}
    for key, values in request.POST.lists():
        label, _, need = key.partition("-")
        if label == name and _number(need):
            found[int(need)] = {int(one) for text in values for one in text.split(",") if _number(one)}
    return found


def _tell(request: HttpRequest, visit: Diagnosis) -> None:
    """What has just happened, and what happens next."""
    waiting = visit.needs.filter(sent_at__isnull=True).count()
    if visit.completed_at is None and pages.waits_for_team(visit):
        messages.success(request, "Votre dépôt est transmis à l’équipe, qui le relit avant de l’envoyer aux experts.")
    elif waiting:
        begun = "Les autres experts sont notifiés." if visit.completed_at else "Votre dépôt est gardé."
        messages.warning(
            request,
            f"{begun} Pour un besoin au moins, personne ne répond dans l’annuaire\u00a0: l’équipe cherche un expert, "
            "vous n’avez rien à faire.",
        )
    else:
        messages.success(request, "Les experts sont notifiés. Vous serez prévenu de la suite par courriel.")


def _number(text: str) -> bool:
    return text.isdecimal() and len(text) <= 18


def _asked_visit(request: HttpRequest) -> Diagnosis | None:
    """The visit whose company is being changed, if it is this person's."""
    asked = request.GET.get("visite", "")
    return visible_draft(person_of(request), int(asked)) if _number(asked) else None


def _contact_address(visit: Diagnosis | None) -> str:
    if visit is None:
        return reverse("matching:visit_contact")
    return reverse("matching:visit_contact_again", args=[visit.pk])
