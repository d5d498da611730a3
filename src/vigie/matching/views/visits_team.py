"""« Besoins déposés » for who files, « Visites à valider » for the team."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from vigie.accounts.access import granted, person_of
from vigie.directory.models import Expert
from vigie.kernel.clock import now
from vigie.kernel.errors import Forbidden, InvalidInput, Refused
from vigie.matching.actions import visit_sending
from vigie.matching.forms.public import put_refusal
from vigie.matching.forms.team import ExpertSearchForm, SubjectForm, answers_form
from vigie.matching.queries.choices import living_subjects
from vigie.matching.queries.filed import filed_page
from vigie.matching.queries.visits_team import visible_waiting, visit_sheet, visits_page
from vigie.ui.forms import NoteForm

RETURN = "Ce qui manque, pour la personne qui a déposé"


@granted("visit.file")
@require_safe
def filed(request: HttpRequest) -> HttpResponse:
    """``/besoins/deposes/``"""
    page = filed_page(person_of(request), request.GET.get("onglet", ""), request.GET.get("page", ""))
    return render(request, "matching/visits/filed.html", {"page": page})


@granted("following.view")
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """``/equipe/visites/``"""
    page = visits_page(person_of(request), request.GET.get("page", ""))
    return render(request, "matching/visits/queue.html", {"page": page})


@granted("following.view")
@require_safe
def sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """``/equipe/visites/<id>/``; ``?expert=`` looks for somebody to add."""
    return _draw(request, pk)


@granted("following.view")
@require_POST
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """Sends what waits, or gives the visit back with the reason."""
    person, at = person_of(request), now()
    visit = visible_waiting(person, pk)
    if request.POST.get("transition") == "send_back":
        form = NoteForm(request.POST, label=RETURN)
        if not form.is_valid():
            return _draw(request, pk, note=form)
        reason = form.cleaned_data["note"]
        refusal = _attempt(request, pk, lambda: visit_sending.send_back(visit, reason, by=person, at=at))
        told = "La visite est renvoyée à la personne qui l’a déposée, avec votre motif."
    elif request.POST.get("transition") == "validate":
        refusal = _attempt(request, pk, lambda: visit_sending.validate_visit(visit, by=person, at=at))
        told = "Les experts sélectionnés sont notifiés."
    else:
        raise Http404
    if refusal:
        return refusal
    messages.success(request, told)
    return redirect("matching:visits_to_validate")


@granted("following.view")
@require_POST
def choose(request: HttpRequest, pk: int, need_pk: int, expert_pk: int) -> HttpResponse:
    """An expert is added to a need that waits, or taken out."""
    person, at = person_of(request), now()
    need = get_object_or_404(visible_waiting(person, pk).needs.select_related("diagnosis"), pk=need_pk)
    expert = get_object_or_404(Expert, pk=expert_pk)
    ticked = {"tick": True, "untick": False}.get(request.POST.get("transition", ""))
    if ticked is None:
        raise Http404
    refusal = _attempt(request, pk, lambda: visit_sending.choose_expert(need, expert, ticked=ticked, by=person, at=at))
    if refusal:
        return refusal
    messages.success(request, f"{expert.full_name} {'recevra' if ticked else 'ne recevra pas'} ce besoin.")
    return redirect(f"{reverse('matching:visit_to_validate', args=[pk])}#b{need_pk}")


@granted("following.view")
@require_http_methods(["GET", "HEAD", "POST"])
def requalify(request: HttpRequest, pk: int, need_pk: int) -> HttpResponse:
    """``/equipe/visites/<id>/besoins/<id>/sujet/``: another subject or other answers; who is proposed follows."""
    person = person_of(request)
    need = get_object_or_404(
        visible_waiting(person, pk).needs.select_related("diagnosis", "subject"), pk=need_pk, sent_at__isnull=True
    )
    subjects = living_subjects()
    asked = (request.POST if request.method == "POST" else request.GET).get("sujet", str(need.subject_id))
    subject = next((one for one in subjects if str(one.pk) == asked), need.subject)
    form = answers_form(subject, need.answers, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        at, answers = now(), form.answers()
        try:
            refusal = _attempt(request, pk, lambda: visit_sending.requalify(need, subject, answers, by=person, at=at))
        except InvalidInput as refused:
            put_refusal(form, refused)
        else:
            if refusal:
                return refusal
            told = f"Le besoin porte sur «\u00a0{subject.label}\u00a0»\u00a0: les experts sont recalculés."
            messages.success(request, told)
            return redirect(f"{reverse('matching:visit_to_validate', args=[pk])}#b{need_pk}")
    chooser = SubjectForm(initial={"sujet": subject.pk}, subjects=subjects)
    context = {"pk": pk, "need": need, "subject": subject, "chooser": chooser, "form": form}
    return render(request, "matching/visits/requalify.html", context)


def _attempt(request: HttpRequest, pk: int, do: Callable[[], object]) -> HttpResponse | None:
    """Does it; gives the sheet as it is now, with the reason, when it is refused. InvalidInput is for the form."""
    try:
        do()
    except (Forbidden, InvalidInput):
        raise
    except Refused as refused:
        return _draw(request, pk, alert=refused.message_fr, status=409)
    return None


def _draw(
    request: HttpRequest, pk: int, *, alert: str = "", note: NoteForm | None = None, status: int = 200
) -> HttpResponse:
    person = person_of(request)
    form = ExpertSearchForm(request.GET)
    searched = str(form.cleaned_data["expert"]) if form.is_valid() else ""
    page = visit_sheet(visible_waiting(person, pk), person, searched=searched, note=note)
    context = {"page": page, "alert": alert, "search": form, "searched": searched, "mended": note}
    return render(request, "matching/visits/sheet.html", context, status=status)
