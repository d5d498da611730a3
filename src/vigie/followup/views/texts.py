"""Summaries and comments, each in the tab of its network."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from vigie.accounts.access import person_of, signed_in
from vigie.accounts.models_agents import Network
from vigie.followup.actions import texts as actions
from vigie.followup.actions.drafts import keep_draft
from vigie.followup.actions.texts import SummaryLocked, SummaryMoved, network_of
from vigie.followup.forms import CommentForm, SummaryForm
from vigie.followup.models import Comment, Followup, Summary, SummaryVersion
from vigie.followup.queries.file_texts import draft_of, readers_words, tab_of
from vigie.followup.rules import SKELETON
from vigie.followup.views.shared import asked_file, draw_form, file_traces, reads_and_writes, refused, renew_version
from vigie.journal import audit
from vigie.kernel.clock import now
from vigie.kernel.errors import Refused
from vigie.rights.reach import require
from vigie.ui.forms import new_form_token, status_of
from vigie.ui.markdown import to_html


@signed_in
@reads_and_writes
def summary(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """``/accompagnements/<id>/syntheses/<réseau>/``. Posts: « lock » opens the editor, « release », « save »."""
    followup, person, at = asked_file(request, pk), person_of(request), now()
    network = network_of(person, code)
    require(person, "file.edit", followup)
    name = request.POST.get("transition", "")
    if request.method == "POST" and name == "lock":
        actions.lock_summary(followup, network, by=person, at=at)
        return redirect(request.get_full_path())  # with the former version asked for, if one was
    if request.method == "POST" and name == "release":
        actions.release_summary(followup, network, by=person)
        return redirect(tab_of(followup.pk, network))
    if request.method == "POST" and name == "draft":
        return _draft(request, followup, network)
    return _edit(request, followup, network)


def _draft(request: HttpRequest, followup: Followup, network: Network) -> HttpResponse:
    """What the script of the editor sends while one types. An empty answer: it is kept; 422: it cannot be read."""
    form = SummaryForm(request.POST)
    if not form.is_valid():
        return HttpResponse(status=422)
    data = form.cleaned_data
    keep_draft(followup, network, data["text"], version=data["version"], by=person_of(request), at=now())
    return HttpResponse(status=204)


def _edit(request: HttpRequest, followup: Followup, network: Network) -> HttpResponse:
    person, at = person_of(request), now()
    found = Summary.objects.readable(person).filter(followup=followup, network=network).first()
    former = _former(found, request.GET.get("version", ""))
    draft = draft_of(found, person, at) if former is None else None
    text = former.text if former else draft.text if draft else found.text if found else ""
    read = draft.version if draft else found.version if found else 0
    initial = {"text": text or SKELETON, "version": read}
    form = SummaryForm(request.POST if request.method == "POST" else None, initial=initial)
    theirs, status, alert = "", status_of(form), ""
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            actions.save_summary(followup, network, data["text"], version=data["version"], by=person, at=at)
        except (SummaryMoved, SummaryLocked) as error:
            theirs, status, alert = to_html(error.summary.text), 409, error.message_fr
            renew_version(form, str(error.summary.version))
        else:
            messages.success(request, "La synthèse est enregistrée.")
            return redirect(tab_of(followup.pk, network))
    context = {
        "form": form, "file": followup, "network": network, "theirs": theirs, "alert": alert,
        "back": tab_of(followup.pk, network), "former": former, "draft": draft,
        "readers": readers_words(followup.pk, network),
    }  # fmt: skip
    audit.note_many(file_traces(person, followup, [network.code]), by=person, at=at)  # the text is read in its editor
    return render(request, "followup/summary.html", context, status=status)


def _former(found: Summary | None, asked: str) -> SummaryVersion | None:
    """The version asked for; 404 for one that never was, none when nothing is asked."""
    if found is None or not asked:
        return None
    return get_object_or_404(found.versions, version=int(asked) if asked[:6].isdecimal() and len(asked) <= 6 else 0)


@signed_in
@reads_and_writes
def comment(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """``/accompagnements/<id>/commentaires/<réseau>/``"""
    followup, person = asked_file(request, pk), person_of(request)
    network = network_of(person, code)
    require(person, "file.edit", followup)
    form = CommentForm(request.POST if request.method == "POST" else None, token=new_form_token())
    status = status_of(form)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            actions.write_comment(followup, network, data["text"], form_token=data["form_token"], by=person, at=now())
        except Refused as error:
            status = refused(form, error)
        else:
            messages.success(request, "Votre commentaire est publié.")
            return redirect(tab_of(followup.pk, network))
    title, note = f"Commenter ({network.label})", readers_words(followup.pk, network)
    return draw_form(request, followup, form, title, "Publier", status=status, note=note)


@signed_in
@reads_and_writes
def own_comment(request: HttpRequest, pk: int, comment_pk: int) -> HttpResponse:
    """``/accompagnements/<id>/mes-commentaires/<id>/``: its author corrects or deletes it."""
    followup, person = asked_file(request, pk), person_of(request)
    rows = Comment.objects.readable(person).filter(followup=followup, author_id=person.user_id, deleted_at=None)
    found = get_object_or_404(rows.select_related("network"), pk=comment_pk)
    if request.method == "POST" and request.POST.get("transition") == "delete":
        actions.delete_comment(found, by=person, at=now())
        messages.success(request, "Le commentaire est supprimé.")
        return redirect(tab_of(followup.pk, found.network))
    if request.method == "POST" and "text" not in request.POST:
        raise Http404
    initial = {"text": found.text}
    form = CommentForm(request.POST if request.method == "POST" else None, token=new_form_token(), initial=initial)
    status = status_of(form)
    if request.method == "POST" and form.is_valid():
        try:
            actions.edit_comment(found, form.cleaned_data["text"], by=person, at=now())
        except Refused as error:
            status = refused(form, error)
        else:
            messages.success(request, "Votre commentaire est corrigé.")
            return redirect(tab_of(followup.pk, found.network))
    return draw_form(request, followup, form, "Corriger mon commentaire", "Enregistrer", status=status)
