"""What a local animator does: follows his territory, reminds, reports holes; and an expert who passes a need on."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from vigie.accounts.access import granted, person_of, signed_in
from vigie.directory.models import Subject
from vigie.kernel.clock import now
from vigie.kernel.errors import Forbidden, Refused
from vigie.matching.actions import holes as actions
from vigie.matching.actions.passing import pass_on as pass_need_on
from vigie.matching.actions.reminding import remind_by_hand
from vigie.matching.forms.network import HoleAnswerForm, HoleForm, TerritoryFilterForm
from vigie.matching.forms.public import put_refusal
from vigie.matching.forms.visits import PassOnForm
from vigie.matching.models import Need
from vigie.matching.queries import holes as hole_pages
from vigie.matching.queries.need import visible_need
from vigie.matching.queries.need_origin import waits_for_team
from vigie.matching.queries.network_page import territory_choices, territory_page
from vigie.matching.queries.positions import company_name
from vigie.matching.queries.visit_pages import open_subjects
from vigie.rights.person import Person
from vigie.rights.reach import require
from vigie.ui.formats import counted, plural
from vigie.ui.forms import TOKEN_SHAPE, new_form_token

reads_and_writes = require_http_methods(["GET", "HEAD", "POST"])


@granted("network.view")
@require_safe
def territory(request: HttpRequest) -> HttpResponse:
    """``/animation/``"""
    person = person_of(request)
    choices = territory_choices(person)
    form = TerritoryFilterForm(request.GET, choices=choices)
    tab, number = request.GET.get("onglet", ""), request.GET.get("page", "")
    page = territory_page(person, form.filters(), tab, number, choices)
    return render(request, "matching/network/territory.html", {"page": page, "form": form})


@signed_in
@require_POST
def remind(request: HttpRequest, pk: int) -> HttpResponse:
    """« Relancer les experts »; pressed twice, they are reminded once."""
    person = person_of(request)
    need = visible_need(person, pk)
    given = request.POST.get("form_token", "")
    token = given if TOKEN_SHAPE.fullmatch(given) else new_form_token()
    try:
        sent = remind_by_hand(need, form_token=token, by=person, at=now())
    except Forbidden:
        raise
    except Refused as refused:
        messages.warning(request, refused.message_fr)
    else:
        who = f"{counted(sent.experts, 'expert')} {plural(sent.experts, 'est relancé', 'sont relancés')}"
        messages.success(request, f"{who}\u00a0: un courriel part.")
    return redirect("matching:need", pk)


# --- passing on -------------------------------------------------------------------------------------------------------
@signed_in
@reads_and_writes
def pass_on(request: HttpRequest, pk: int) -> HttpResponse:
    """``/besoins/<id>/autre-besoin/``: another need of the company goes to those who answer it."""
    person = person_of(request)
    need = visible_need(person, pk)
    require(person, "need.pass_on", need)
    refused_one = request.GET.get("suite") == "refus"
    text = need.content if refused_one else f"Lors d’un échange sur «\u00a0{need.subject.label}\u00a0»\u00a0: "
    form = PassOnForm(
        request.POST if request.method == "POST" else None,
        subjects=open_subjects(), token=new_form_token(), initial={"content": text},
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            other = _passed(need, form, person)
        except Forbidden:
            raise
        except Refused as refused:
            put_refusal(form, refused)
        else:
            _tell(request, other)
            return redirect("matching:need", pk)
    context = {"form": form, "need": need, "company": company_name(need), "refused_one": refused_one}
    return render(request, "matching/network/pass_on.html", context)


def _passed(need: Need, form: PassOnForm, person: Person) -> Need:
    data = form.cleaned_data
    subject = Subject.objects.get(pk=data["sujet"])
    return pass_need_on(
        need, subject, data["content"], consent=data["consent"], form_token=data["form_token"], by=person, at=now()
    )


def _tell(request: HttpRequest, other: Need) -> None:
    if waits_for_team(other.diagnosis):
        messages.success(
            request, f"«\u00a0{other.subject.label}\u00a0» est noté\u00a0: l’équipe le valide avant l’envoi."
        )
        return
    count = other.matches.count()
    if not count:
        messages.warning(
            request,
            f"Le besoin «\u00a0{other.subject.label}\u00a0» est gardé, mais personne ne répond dans l’annuaire\u00a0: "
            "l’équipe cherche un expert.",
        )
        return
    told = f"{counted(count, 'expert')} {plural(count, 'reçoit', 'reçoivent')} un courriel"
    messages.success(request, f"«\u00a0{other.subject.label}\u00a0» est confié\u00a0: {told}.")


# --- holes ------------------------------------------------------------------------------------------------------------
@granted("hole.report")
@require_safe
def holes(request: HttpRequest) -> HttpResponse:
    """``/manques/``: what one reported, and what the team answered."""
    page = hole_pages.my_holes(person_of(request), request.GET.get("page", ""))
    return render(request, "matching/network/holes.html", {"page": page})


@granted("hole.report")
@reads_and_writes
def report_hole(request: HttpRequest) -> HttpResponse:
    """``/manques/signaler/``; ``?besoin=`` fills the subject and offers the zones of that need."""
    person = person_of(request)
    asked = request.GET.get("besoin", "")
    need = visible_need(person, int(asked)) if asked.isdecimal() and len(asked) <= 18 else None
    zones = hole_pages.zones_offered(person, need)
    initial = {"sujet": need.subject_id if need else "", "zone": hole_pages.smallest_followed(zones, person)}
    form = HoleForm(
        request.POST if request.method == "POST" else None,
        subjects=open_subjects(), zones=zones, token=new_form_token(), initial=initial,
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        kind, _, code = data["zone"].partition(":")
        try:
            actions.report_hole(
                Subject.objects.get(pk=data["sujet"]), (kind, code), data["body"],
                zones={(one.kind, one.code) for one in zones}, need=need, form_token=data["form_token"],
                by=person, at=now(),
            )  # fmt: skip
        except Forbidden:
            raise
        except Refused as refused:
            put_refusal(form, refused)
        else:
            messages.success(request, "Merci\u00a0: l’équipe est prévenue. Vous lirez sa réponse ici.")
            return redirect("matching:holes")
    return render(request, "matching/network/report_hole.html", {"form": form, "need": need})


@granted("following.view")
@require_safe
def holes_to_answer(request: HttpRequest) -> HttpResponse:
    """``/equipe/manques/``"""
    tab, number = request.GET.get("onglet", ""), request.GET.get("page", "")
    page = hole_pages.holes_page(person_of(request), tab, number)
    return render(request, "matching/network/holes_to_answer.html", {"page": page})


@granted("following.view")
@reads_and_writes
def hole(request: HttpRequest, pk: int) -> HttpResponse:
    """``/equipe/manques/<id>/``: the report, and the team's answer."""
    person = person_of(request)
    report = hole_pages.visible_hole(person, pk)
    form = HoleAnswerForm(request.POST if request.method == "POST" else None, initial={"answer": report.answer})
    if request.method == "POST" and form.is_valid():
        try:
            transition = request.POST.get("transition", "")[:20]
            actions.answer_hole(report, transition, form.cleaned_data["answer"], by=person, at=now())
        except Forbidden:
            raise
        except Refused as refused:
            form.add_error("answer", refused.message_fr)
        else:
            messages.success(request, "La réponse part par courriel à la personne qui a signalé ce manque.")
            return redirect("matching:holes_to_answer")
    context = {"page": hole_pages.hole_sheet(report), "form": form}
    return render(request, "matching/network/hole.html", context)
