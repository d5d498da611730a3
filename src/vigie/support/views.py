"""« Besoin d’aide ? » and « Donner mon avis », for everybody; the questions received, for who answers them."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from vigie.accounts.access import granted, person_of, signed_in
from vigie.accounts.forms import put_refusal
from vigie.kernel.clock import now
from vigie.kernel.errors import Forbidden, Refused
from vigie.rights.limits import client_ip, hit
from vigie.support import actions
from vigie.support.forms import (
    AnswerForm,
    HelpForm,
    OpinionForm,
    ResponderForm,
    VisitorHelpForm,
    VisitorOpinionForm,
)
from vigie.support.queries.inbox import inbox_page, question_page
from vigie.support.queries.inbox import question as question_of
from vigie.support.queries.opinions import opinions_page
from vigie.support.queries.responders import answers, body_choices, responders_page
from vigie.support.rules import masked_address
from vigie.ui.forms import new_form_token

reads_and_writes = require_http_methods(["GET", "HEAD", "POST"])


def _page(request: HttpRequest) -> str:
    """The page of ours where the link was followed, as it may be kept: read from the header, never from an address."""
    came = urlsplit(request.headers.get("referer", ""))
    if came.netloc != request.get_host():
        return ""
    try:
        found = resolve(came.path)
    except Resolver404:
        return ""
    return masked_address(found.route, found.kwargs) if found.app_name != "support" else ""


@reads_and_writes
def ask(request: HttpRequest) -> HttpResponse:
    """``/aide/question/``"""
    person, at = person_of(request), now()
    sent = request.POST if request.method == "POST" else None
    form: HelpForm = (
        HelpForm(sent, token=new_form_token(), page=_page(request))
        if person.user_id is not None
        else VisitorHelpForm(sent, at=at, token=new_form_token(), page=_page(request))
    )
    if sent is not None and form.is_valid():
        data = form.cleaned_data
        name, email = data.get("full_name") or person.name, data.get("email") or person.email
        hit("help_ip", client_ip(request), at)
        hit("help_email", email, at)
        asked = actions.Question(data["topic"], data["body"], name, email, data["page"])
        row = actions.ask(asked, form_token=data["form_token"], by=person, at=at)
        who = str(row.responder) if row.responder and person.user_id is not None else "l’équipe"
        messages.success(request, f"Votre question est transmise à {who}.")
        return redirect("support:asked")
    return render(request, "support/ask.html", {"form": form, "answers": answers(person)})


@require_safe
def asked(request: HttpRequest) -> HttpResponse:
    """``/aide/question/envoyee/``"""
    return render(request, "support/asked.html")


@reads_and_writes
def opinion(request: HttpRequest) -> HttpResponse:
    """``/votre-avis/``"""
    person, at = person_of(request), now()
    sent = request.POST if request.method == "POST" else None
    form: OpinionForm = (
        OpinionForm(sent, token=new_form_token(), page=_page(request))
        if person.user_id is not None
        else VisitorOpinionForm(sent, at=at, token=new_form_token(), page=_page(request))
    )
    if sent is not None and form.is_valid():
        data = form.cleaned_data
        hit("help_ip", client_ip(request), at)
        actions.give_opinion(
            data["score"], data["text"], page=data["page"], form_token=data["form_token"], by=person, at=at
        )
        return redirect("support:thanks")
    return render(request, "support/opinion.html", {"form": form})


@require_safe
def thanks(request: HttpRequest) -> HttpResponse:
    """``/votre-avis/merci/``"""
    return render(request, "support/thanks.html")


# --- who answers ------------------------------------------------------------------------------------------------------
@signed_in
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """``/aide/recues/``: all of them for the team, one's own for the others."""
    page = inbox_page(person_of(request), request.GET.get("onglet", ""), request.GET.get("page", ""), now())
    return render(request, "support/inbox.html", {"page": page})


@signed_in
@reads_and_writes
def question(request: HttpRequest, pk: int) -> HttpResponse:
    """``/aide/recues/<id>/``: the question, its answer, or the form that answers it."""
    person, at = person_of(request), now()
    row = question_of(person, pk)
    if request.method == "POST" and request.POST.get("transition") == "close":
        actions.close(row, by=person, at=at)
        messages.success(request, "La question est close.")
        return redirect("support:inbox")
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        actions.answer(row, form.cleaned_data["answer"], by=person, at=at)
        messages.success(request, f"Votre réponse part par courriel à {row.name}.")
        return redirect("support:inbox")
    return render(request, "support/question.html", {"page": question_page(row, at), "form": form})


@granted("help.name")
@reads_and_writes
def responders(request: HttpRequest) -> HttpResponse:
    """``/aide/responsables/``: who answers what, for whom."""
    form = ResponderForm(request.POST if request.method == "POST" else None, bodies=body_choices())
    if request.method == "POST" and form.is_valid():
        try:
            row = actions.name_responder(form.named(), by=person_of(request), at=now())
        except Forbidden:
            raise
        except Refused as refused:
            put_refusal(form, refused)
        else:
            messages.success(request, f"{row.user} répondra à ces questions.")
            return redirect("support:responders")
    return render(request, "support/responders.html", {"page": responders_page(), "form": form})


@granted("help.name")
@require_POST
def remove_responder(request: HttpRequest, pk: int) -> HttpResponse:
    """« Retirer »"""
    try:
        actions.remove_responder(pk, by=person_of(request), at=now())
    except Forbidden:
        raise
    except Refused as refused:
        raise Http404 from refused
    messages.success(request, "Cette personne ne recevra plus ces questions.")
    return redirect("support:responders")


@granted("opinion.read")
@require_safe
def opinions(request: HttpRequest) -> HttpResponse:
    """``/equipe/avis-sur-le-service/``"""
    return render(request, "support/opinions.html", {"page": opinions_page(request.GET.get("periode", ""), now())})
