"""What the team keeps beside a request, a need or an expert: notes and labels; and the standard answers."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from vigie.accounts.access import granted, person_of
from vigie.directory.models import Expert
from vigie.kernel.clock import now
from vigie.kernel.errors import Forbidden, InvalidInput, Refused
from vigie.matching.actions import tags as tagging
from vigie.matching.actions.notes import delete_note as take_back
from vigie.matching.actions.notes import write_note
from vigie.matching.actions.refusals import PLACE, place_template, save_template
from vigie.matching.forms.following import NewTagForm, NoteForm, RefusalTemplateForm
from vigie.matching.forms.public import put_refusal
from vigie.matching.models import Need, Note, RefusalTemplate, Solicitation, Tag
from vigie.matching.queries.following_sheet import back_of, followed_expert, followed_need
from vigie.matching.queries.following_tags import refusals_page, tags_page
from vigie.matching.queries.team_sheet import visible_solicitation
from vigie.matching.views.following import draw_expert, draw_need
from vigie.ui.forms import new_form_token

reads_and_writes = require_http_methods(["GET", "HEAD", "POST"])


# --- notes ------------------------------------------------------------------------------------------------------------
@granted("note.write")
@require_POST
def note_need(request: HttpRequest, pk: int) -> HttpResponse:
    """A note about a need."""
    found = followed_need(person_of(request), pk)
    form = _write(request, found)
    return draw_need(request, found, note=form) if form else redirect("matching:following_need", pk)


@granted("note.write")
@require_POST
def note_request(request: HttpRequest, pk: int) -> HttpResponse:
    """A note about a request; one that cannot be written is said in a message."""
    form = _write(request, visible_solicitation(person_of(request), pk))
    if form:
        messages.warning(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
    return redirect("matching:solicitation", pk)


@granted("note.write")
@require_POST
def note_expert(request: HttpRequest, pk: int) -> HttpResponse:
    """A note about an expert."""
    found = followed_expert(pk)
    form = _write(request, found)
    return draw_expert(request, found, note=form) if form else redirect("matching:following_expert", pk)


def _write(request: HttpRequest, about: Solicitation | Need | Expert) -> NoteForm | None:
    """Writes the note; the form with its errors when it cannot be."""
    form = NoteForm(request.POST, token=new_form_token())
    if not form.is_valid():
        return form
    data = form.cleaned_data
    try:
        write_note(about, data["body"], form_token=data["form_token"], by=person_of(request), at=now())
    except InvalidInput as refused:
        put_refusal(form, refused)
        return form
    messages.success(request, "La note est enregistrée. L’équipe seule la lit.")
    return None


@granted("note.write")
@require_POST
def delete_note(request: HttpRequest, pk: int) -> HttpResponse:
    """One’s own note is taken back."""
    note = get_object_or_404(Note, pk=pk)
    take_back(note, by=person_of(request), at=now())
    messages.success(request, "Votre note est retirée.")
    return redirect(back_of(note).href)


# --- labels -----------------------------------------------------------------------------------------------------------
@granted("tag.edit")
@require_POST
def tag_need(request: HttpRequest, pk: int) -> HttpResponse:
    """Puts or takes away a label of a need."""
    _label(request, followed_need(person_of(request), pk))
    return redirect("matching:following_need", pk)


@granted("tag.edit")
@require_POST
def tag_request(request: HttpRequest, pk: int) -> HttpResponse:
    """Puts or takes away a label of a request."""
    _label(request, visible_solicitation(person_of(request), pk))
    return redirect("matching:solicitation", pk)


def _label(request: HttpRequest, about: Solicitation | Need) -> None:
    removed = request.POST.get("transition", "").removeprefix("remove-")
    asked = removed or request.POST.get("tag", "")
    if not asked:
        messages.warning(request, "Choisissez une étiquette.")
        return
    tag = get_object_or_404(Tag, pk=asked if asked.isdecimal() and len(asked) <= 18 else 0)
    act: Callable[..., None] = tagging.remove_tag if removed else tagging.put_tag
    try:
        act(about, tag, by=person_of(request), at=now())
    except Forbidden:
        raise
    except Refused as refused:
        messages.warning(request, refused.message_fr)
    else:
        messages.success(request, f"Étiquette «\u00a0{tag.label}\u00a0» {'retirée' if removed else 'posée'}.")


@granted("tag.edit")
@reads_and_writes
def tags(request: HttpRequest) -> HttpResponse:
    """``/equipe/etiquettes/``"""
    form = NewTagForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            tag = tagging.create_tag(form.cleaned_data["label"], by=person_of(request), at=now())
        except InvalidInput as refused:
            put_refusal(form, refused)
        else:
            messages.success(request, f"L’étiquette «\u00a0{tag.label}\u00a0» est créée.")
            return redirect("matching:tags")
    return render(request, "matching/following/tags.html", {"page": tags_page(), "form": form})


@granted("tag.edit")
@require_POST
def tag(request: HttpRequest, pk: int) -> HttpResponse:
    """Archives a label, or offers it again."""
    act = {"archive": tagging.archive_tag, "restore": tagging.restore_tag}.get(request.POST.get("transition", ""))
    if act is None:
        raise Http404
    found = act(get_object_or_404(Tag, pk=pk), by=person_of(request), at=now())
    what = "archivée" if found.archived_at else "de nouveau proposée"
    messages.success(request, f"L’étiquette «\u00a0{found.label}\u00a0» est {what}.")
    return redirect("matching:tags")


# --- standard answers -------------------------------------------------------------------------------------------------
@granted("refusal.edit")
@require_http_methods(["GET", "HEAD"])
def refusals(request: HttpRequest) -> HttpResponse:
    """``/equipe/modeles-de-refus/``"""
    return render(request, "matching/following/refusals.html", {"page": refusals_page()})


@granted("refusal.edit")
@reads_and_writes
def refusal(request: HttpRequest, pk: int = 0) -> HttpResponse:
    """``/equipe/modeles-de-refus/<id>/``, or a new one: written, then read as the company will."""
    template = get_object_or_404(RefusalTemplate, pk=pk) if pk else None
    form = RefusalTemplateForm.of(template, request.POST if request.method == "POST" else None)
    preview = None
    if request.method == "POST" and form.is_valid():
        if request.POST.get("voir"):
            preview = form.cleaned_data
        else:
            try:
                done = save_template(template, dict(form.cleaned_data), by=person_of(request), at=now())
            except InvalidInput as refused:
                put_refusal(form, refused)
            else:
                messages.success(request, f"Le modèle «\u00a0{done.title}\u00a0» est enregistré.")
                return redirect("matching:refusals")
    context = {"form": form, "template": template, "preview": preview}
    return render(request, "matching/following/refusal.html", context)


@granted("refusal.edit")
@require_POST
def order_refusal(request: HttpRequest, pk: int) -> HttpResponse:
    """Another place in the list."""
    asked = request.POST.get("transition", "").removeprefix(PLACE)
    if not (asked.isascii() and asked.isdecimal() and len(asked) <= 6):
        raise Http404
    place_template(get_object_or_404(RefusalTemplate, pk=pk), int(asked), by=person_of(request), at=now())
    return redirect("matching:refusals")
