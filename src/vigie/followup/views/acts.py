"""What is done for the firm: the analysis of a talk, an action, a need for an adviser."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from vigie.accounts.access import person_of, signed_in
from vigie.followup.actions import acts as actions
from vigie.followup.actions.acts import Talk
from vigie.followup.actions.referring import Told, refer
from vigie.followup.forms import ActionForm, AnalysisForm, ReferForm
from vigie.followup.queries.referrals import known_of_the_talk, proposed_subject, subjects
from vigie.followup.queries.requests import open_needs
from vigie.followup.views.shared import asked_file, draw_form, reads_and_writes, refused
from vigie.kernel.clock import now
from vigie.kernel.errors import Refused
from vigie.kernel.period import paris_day
from vigie.matching.actions.visit_draft import Met
from vigie.rights.reach import require
from vigie.ui.forms import new_form_token, status_of

FIRST = "Une action s’appuie sur un échange avec l’entreprise. Notez d’abord cet échange."


@signed_in
@reads_and_writes
def analyse(request: HttpRequest, pk: int) -> HttpResponse:
    """``/accompagnements/<id>/analyse/``"""
    followup, person = asked_file(request, pk), person_of(request)
    require(person, "file.edit", followup)
    form = AnalysisForm(
        request.POST if request.method == "POST" else None,
        token=new_form_token(),
        initial={"talked_on": paris_day(now())},
    )
    status = status_of(form)
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        token = data.pop("form_token")
        try:
            actions.analyse(followup, Talk(**data), form_token=token, by=person, at=now())
        except Refused as error:
            status = refused(form, error)
        else:
            messages.success(request, "L’échange est noté. Vous pouvez maintenant noter les actions menées.")
            return redirect("followup:file", pk)
    note = (
        "Ce que l’entreprise vous a dit, et ce que vous en concluez. Une difficulté infirmée ne mène à aucune action."
    )
    return draw_form(request, followup, form, "Noter un échange", "Enregistrer", status=status, note=note)


@signed_in
@reads_and_writes
def add_action(request: HttpRequest, pk: int) -> HttpResponse:
    """``/accompagnements/<id>/action/``"""
    followup, person = asked_file(request, pk), person_of(request)
    require(person, "file.edit", followup)
    if not followup.analyses.exists():
        messages.warning(request, FIRST)
        return redirect("followup:analyse", pk)
    posted = request.POST if request.method == "POST" else None
    form = ActionForm(posted, token=new_form_token(), initial={"done_on": paris_day(now())}, followup=followup)
    status = status_of(form)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            actions.act_for_firm(
                followup, data["analysis"], data["term"], data["done_on"],
                form_token=data["form_token"], by=person, at=now(),
            )  # fmt: skip
        except Refused as error:
            status = refused(form, error)
        else:
            messages.success(request, "L’action est notée.")
            return redirect("followup:file", pk)
    return draw_form(request, followup, form, "Noter une action menée", "Enregistrer", status=status)


@signed_in
@reads_and_writes
def refer_firm(request: HttpRequest, pk: int) -> HttpResponse:
    """``/accompagnements/<id>/orienter/``: « Orienter vers un conseiller »."""
    followup, person = asked_file(request, pk), person_of(request)
    require(person, "file.refer", followup)
    offered = subjects()
    initial = {"subject": proposed_subject(followup, offered), **known_of_the_talk(followup, person)}
    posted = request.POST if request.method == "POST" else None
    form = ReferForm(posted, token=new_form_token(), subjects=offered, initial=initial)
    status = status_of(form)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        met = Met(data["full_name"], data["talked_on"], data["phone"], data["email"], establishment=followup.workplace)
        told = Told(met, data["subject"], data["content"], data["consent"])
        try:
            refer(followup, told, form_token=data["form_token"], by=person, at=now())
        except Refused as error:
            status = refused(form, error)
        else:
            messages.success(request, "Le besoin est déposé. Sa progression s’affiche dans l’accompagnement.")
            return redirect("followup:file", pk)
    context = {"form": form, "file": followup, "needs": open_needs(person, followup.siren)}
    return render(request, "followup/refer.html", context, status=status)
