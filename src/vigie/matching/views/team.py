"""The team's pages on requests: the queue, the sheet, and what is done to a request before and after it is sent."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from vigie.accounts.access import granted, person_of, signed_in
from vigie.directory.models import Expert
from vigie.kernel.clock import now
from vigie.kernel.errors import Forbidden, InvalidInput, Refused, TransitionRefused
from vigie.matching.actions import transmission, triage
from vigie.matching.actions.guarded import on_what_was_read
from vigie.matching.forms.following import NoteForm, TagForm
from vigie.matching.forms.public import put_refusal
from vigie.matching.forms.team import ExpertSearchForm, QueueFilterForm, SubjectForm, answers_form
from vigie.matching.models import Candidate, Need, RefusalTemplate, Solicitation
from vigie.matching.queries.choices import living_subjects
from vigie.matching.queries.experts_search import experts_for
from vigie.matching.queries.following_sheet import beside
from vigie.matching.queries.team import queue_choices, queue_page
from vigie.matching.queries.team_sheet import need_of, preview, sheet_page, version, visible_solicitation
from vigie.rights.person import Person
from vigie.ui.forms import new_form_token

ACTS: dict[str, tuple[Callable[..., Solicitation], str]] = {
    "transmit": (
        transmission.send_now,
        "La demande est transmise\u00a0: les experts sélectionnés reçoivent un courriel.",
    ),
    "recall": (
        transmission.recall,
        "La transmission est rappelée\u00a0: rien n’est parti, la demande attend l’équipe.",
    ),
    "analyse": (triage.analyse_again, "L’analyse est refaite."),
    "drop_spam": (triage.mark_spam, "La demande est écartée comme indésirable\u00a0: aucun courriel ne part."),
}
UNGUARDED = {"recall", "analyse"}  # safe whatever happened meanwhile, and the second one asks the registers
NOT_ANALYSED = "Lancez d’abord l’analyse de cette demande."


@granted("simulator.use")
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """``/equipe/sollicitations/``; ``?lue=`` says which request is read beside the list."""
    person, at = person_of(request), now()
    form = QueueFilterForm(request.GET, choices=queue_choices())
    tab, number, read = (request.GET.get(name, "") for name in ("onglet", "page", "lue"))
    page = queue_page(person, form.filters(), tab, number, read, at)
    context = {"page": page, "form": form, "pane": preview(person, page.read, at)}
    part = request.headers.get("HX-Target") == "lecture"
    return render(request, "matching/team/pane.html" if part else "matching/team/queue.html", context)


@signed_in
@require_safe
def solicitation(request: HttpRequest, pk: int) -> HttpResponse:
    """``/equipe/sollicitations/<id>/``; ``?expert=`` searches an expert to add."""
    return _draw(request, pk)


@signed_in
@require_POST
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """Sends, recalls, analyses again or sets aside: the button says which."""
    person, found = person_of(request), visible_solicitation(person_of(request), pk)
    name = request.POST.get("transition", "")
    if name not in ACTS:
        raise Http404
    action, done = ACTS[name]
    at = now()

    refusal = _attempt(request, found, lambda: action(found, by=person, at=at), guarded=name not in UNGUARDED)
    if refusal:
        return refusal
    messages.success(request, done)
    return redirect("matching:solicitation", pk)


@signed_in
@require_POST
def select(request: HttpRequest, pk: int, candidate_pk: int) -> HttpResponse:
    """Ticks or unticks an expert who was proposed."""
    person = person_of(request)
    found = visible_solicitation(person, pk)
    line = get_object_or_404(
        Candidate.objects.select_related("expert"), pk=candidate_pk, need__diagnosis__solicitation=found
    )
    choice = {"tick": triage.tick, "untick": triage.untick}.get(request.POST.get("transition", ""))
    if choice is None:
        raise Http404
    at = now()
    refusal = _attempt(request, found, lambda: choice(line, by=person, at=at))
    if refusal:
        return refusal
    will = "recevra la demande" if choice is triage.tick else "ne recevra pas la demande"
    messages.success(request, f"{line.expert.full_name} {will}.")
    return redirect(f"{reverse('matching:solicitation', args=[pk])}#experts")


@signed_in
@require_POST
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """Adds any expert; after the transmission he receives the need at once."""
    person = person_of(request)
    found = visible_solicitation(person, pk)
    need = _analysed(found)
    expert_pk = request.POST.get("expert", "")
    expert = get_object_or_404(Expert, pk=expert_pk if expert_pk.isdecimal() and len(expert_pk) <= 18 else 0)
    at = now()
    refusal = _attempt(request, found, lambda: triage.add_expert(need, expert, by=person, at=at))
    if refusal:
        return refusal
    sent = need.sent_at is not None
    what = "a reçu le besoin et un courriel part" if sent else "recevra la demande avec les autres"
    messages.success(request, f"{expert.full_name} {what}.")
    return redirect(f"{reverse('matching:solicitation', args=[pk])}#experts")


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def requalify(request: HttpRequest, pk: int) -> HttpResponse:
    """``/equipe/sollicitations/<id>/requalifier/``: another subject or other answers, then who is proposed changes."""
    person = person_of(request)
    found = visible_solicitation(person, pk)
    need = _analysed(found)
    subjects = living_subjects()
    asked = (request.POST if request.method == "POST" else request.GET).get("sujet", str(need.subject_id))
    subject = next((one for one in subjects if str(one.pk) == asked), need.subject)
    chooser = SubjectForm(initial={"sujet": subject.pk}, subjects=subjects)
    form = answers_form(subject, need.answers, request.POST if request.method == "POST" else None)
    context = {"found": found, "need": need, "subject": subject, "chooser": chooser, "form": form, "alert": ""}
    if request.method == "POST" and form.is_valid():
        at, answers = now(), form.answers()
        try:
            refusal = _attempt(request, found, lambda: triage.requalify(need, subject, answers, by=person, at=at))
        except InvalidInput as refused:
            put_refusal(form, refused)
        else:
            if refusal:
                return refusal
            told = f"Le besoin porte sur «\u00a0{subject.label}\u00a0»\u00a0: les experts sont recalculés."
            messages.success(request, told)
            return redirect(f"{reverse('matching:solicitation', args=[pk])}#experts")
    return render(request, "matching/team/requalify.html", {**context, "version": _version(request, found)})


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def refuse(request: HttpRequest, pk: int) -> HttpResponse:
    """``/equipe/sollicitations/<id>/refuser/``: the standard answers, each as the company would read it."""
    person = person_of(request)
    found = visible_solicitation(person, pk)
    templates = list(RefusalTemplate.objects.all())
    if request.method == "POST":
        template = next((one for one in templates if str(one.pk) == request.POST.get("modele", "")), None)
        if template is None:
            raise Http404
        at = now()
        refusal = _attempt(request, found, lambda: triage.refuse(found, template, by=person, at=at))
        if refusal:
            return refusal
        messages.success(request, f"La demande est abandonnée\u00a0: un courriel part à {found.email}.")
        return redirect("matching:solicitation", pk)
    context = {"found": found, "templates": templates, "version": _version(request, found)}
    return render(request, "matching/team/refuse.html", context)


def _attempt(
    request: HttpRequest, found: Solicitation, act: Callable[[], object], *, guarded: bool = True
) -> HttpResponse | None:
    """Does it; gives the sheet as it is now, with the reason, when it is refused. InvalidInput is for the form."""
    try:
        if guarded:
            on_what_was_read(found, request.POST.get("form_token", ""), act, by=person_of(request))
        else:
            act()
    except (Forbidden, InvalidInput):
        raise
    except Refused as refused:
        return _draw(request, found.pk, alert=refused.message_fr, status=409)
    return None


def _draw(request: HttpRequest, pk: int, *, alert: str = "", status: int = 200) -> HttpResponse:
    """The sheet as it is now; ``alert``: why what was asked did not happen."""
    person: Person = person_of(request)
    found = visible_solicitation(person, pk)
    page = sheet_page(found, now())
    form = ExpertSearchForm(request.GET)
    text = form.cleaned_data["expert"] if form.is_valid() else ""
    need = need_of(found) if text and page.may_add else None
    context = {"page": page, "alert": alert, "search": form, "searched": text}
    context["experts"] = experts_for(need, text) if need else []
    context |= {"beside": (kept := beside(found, person)), "tag": TagForm(offered=kept.offered)}
    context["note"] = NoteForm(token=new_form_token())
    return render(request, "matching/team/solicitation.html", context, status=status)


def _version(request: HttpRequest, found: Solicitation) -> str:
    """What the page has seen of the request; a form that came back keeps what it had seen."""
    return request.POST.get("form_token", "") if request.method == "POST" else version(found)


def _analysed(found: Solicitation) -> Need:
    need = need_of(found)
    if need is None:
        raise TransitionRefused("not_analysed", NOT_ANALYSED)
    return need
