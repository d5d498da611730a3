"""Meetings of the CODEFI: planning one, reading it, writing what it decides, taking its minutes away."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from vigie.accounts.access import granted, person_of, signed_in
from vigie.exports.answers import give
from vigie.followup.actions import meetings as actions
from vigie.followup.forms.meetings import DecisionForm, FirmForm, MeetingForm, initial_of_meeting, initial_of_point
from vigie.followup.models import Meeting, MeetingPoint
from vigie.followup.queries import meetings as queries
from vigie.followup.views.shared import reads_and_writes, refused, renew_version, summary_traces
from vigie.journal import audit
from vigie.journal.audit import Trace
from vigie.kernel.clock import now
from vigie.kernel.errors import Forbidden, Refused
from vigie.kernel.icalendar import CONTENT_TYPE, calendar_file
from vigie.kernel.period import paris_day
from vigie.rights.person import Person
from vigie.rights.reach import require
from vigie.ui.forms import new_form_token, status_of

MEETING = "followup.Meeting"
DONE = {"hold": "Le compte rendu est clos.", "cancel": "La réunion est annulée. Les agents convoqués sont prévenus."}


@granted("meeting.plan")
@reads_and_writes
def new(request: HttpRequest) -> HttpResponse:
    """``/accompagnements/codefi/reunions/nouvelle/?departement=…``"""
    person = person_of(request)
    departement = request.GET.get("departement", "")[:3] or queries.own_departement(person)
    if not queries.is_member(person):
        raise Forbidden("not_codefi", "Une réunion se prépare dans le réseau CODEFI de son département.")
    if not departement or not (person.nationwide or departement in person.departements):
        raise Http404
    proposed = "\n".join(queries.proposed_participants(person, departement))
    form = MeetingForm(
        request.POST if request.method == "POST" else None, token=new_form_token(),
        initial={"participants": proposed},
    )  # fmt: skip
    status = status_of(form)
    if request.method == "POST" and form.is_valid():
        token = form.cleaned_data["form_token"]
        try:
            made = actions.plan_meeting(departement, form.written(), form_token=token, by=person, at=now())
        except Refused as error:
            status = refused(form, error)
        else:
            messages.success(request, "La réunion est prévue, avec l’ordre du jour de ce jour.")
            return redirect("followup:meeting", made.pk)
    back = f"{reverse('followup:codefi')}?departement={departement}"
    context = {"form": form, "title": f"Prévoir une réunion du CODEFI {departement}", "back": back}
    return render(request, "followup/meeting_form.html", context, status=status)


@signed_in
@require_safe
def meeting(request: HttpRequest, pk: int) -> HttpResponse:
    """``/accompagnements/codefi/reunions/<id>/``"""
    return _draw(request, _asked(request, pk))


@signed_in
@require_safe
def calendar(request: HttpRequest, pk: int) -> HttpResponse:
    """``/accompagnements/codefi/reunions/<id>/agenda.ics``: its date and place, no firm."""
    row = _asked(request, pk)
    return HttpResponse(calendar_file([queries.appointment(row)], now()), content_type=CONTENT_TYPE)


def _draw(request: HttpRequest, row: Meeting, form: FirmForm | None = None, status: int = 200) -> HttpResponse:
    """The page and its audit rows. form: the firm that could not be added, given back."""
    person, at = person_of(request), now()
    with audit.reading():
        page = queries.meeting_page(person, row, lambda label: form or FirmForm(label=label), at)
        _note(row, page.files, page.sirens, person, at)
    return render(request, "followup/meeting.html", {"page": page}, status=status)


@signed_in
@reads_and_writes
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """``/accompagnements/codefi/reunions/<id>/modifier/``"""
    row, person = _asked(request, pk), person_of(request)
    require(person, "meeting.manage", row)
    posted = request.POST if request.method == "POST" else None
    form = MeetingForm(posted, token=new_form_token(), initial=initial_of_meeting(row))
    status = status_of(form)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_meeting(row, form.written(), by=person, at=now())
        except Refused as error:
            status = refused(form, error)
        else:
            messages.success(request, "La réunion est enregistrée.")
            return redirect("followup:meeting", pk)
    context = {"form": form, "title": "Modifier la réunion", "back": reverse("followup:meeting", args=[pk])}
    return render(request, "followup/meeting_form.html", context, status=status)


@signed_in
@require_POST
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """The buttons of the page: the agenda, the end of the meeting."""
    row, person, at = _asked(request, pk), person_of(request), now()
    require(person, "meeting.manage", row)
    name = request.POST.get("transition", "")
    if name == "add":
        return _add(request, row)
    if name == "renew":
        added = actions.renew_agenda(row, by=person, at=at)
        messages.success(request, "L’ordre du jour est complété." if added else "Rien de nouveau à ajouter.")
    elif name in DONE:
        actions.end_meeting(row, name, by=person, at=at)
        messages.success(request, DONE[name])
    else:
        raise Http404
    return redirect("followup:meeting", pk)


def _add(request: HttpRequest, row: Meeting) -> HttpResponse:
    form = FirmForm(request.POST, label="SIREN de l’entreprise")
    status = 422
    if form.is_valid():
        try:
            actions.add_point(row, form.cleaned_data["note"], by=person_of(request), at=now())
        except Refused as error:
            status = refused(form, error)
        else:
            messages.success(request, "L’entreprise est à l’ordre du jour.")
            return redirect("followup:meeting", row.pk)
    return _draw(request, row, form, status)


@signed_in
@reads_and_writes
def decide(request: HttpRequest, pk: int, point_pk: int) -> HttpResponse:
    """``/accompagnements/codefi/reunions/<id>/entreprises/<id>/``: what is decided for a firm."""
    row, person = _asked(request, pk), person_of(request)
    require(person, "meeting.manage", row)
    point, shown = queries.known_point(person, row, point_pk, paris_day(now()))
    posted = request.POST if request.method == "POST" else None
    form = DecisionForm(posted, contacts=queries.contacts_of(row, point), initial=initial_of_point(point))
    status = status_of(form)
    if request.method == "POST" and form.is_valid():
        version = form.cleaned_data["version"]
        try:
            actions.decide(point, form.written(), version=version, by=person, at=now())
        except Refused as error:
            status = refused(form, error)
            renew_version(form, str(MeetingPoint.objects.get(pk=point_pk).version))
        else:
            messages.success(request, f"La décision est écrite\u00a0: {shown.firm}.")
            return redirect("followup:meeting", pk)
    _note(row, (point.followup_id,) if point.followup_id else (), (point.siren,), person, now())
    context = {"form": form, "point": shown, "back": reverse("followup:meeting", args=[pk])}
    return render(request, "followup/decision.html", context, status=status)


@signed_in
@require_POST
def point_act(request: HttpRequest, pk: int, point_pk: int) -> HttpResponse:
    """Takes a firm off the agenda; says that a decision is carried out, or not."""
    row, person, at = _asked(request, pk), person_of(request), now()
    point, _shown = queries.known_point(person, row, point_pk, paris_day(at))
    name = request.POST.get("transition", "")
    if name == "remove":
        actions.remove_point(point, by=person, at=at)
        messages.success(request, "L’entreprise n’est plus à l’ordre du jour.")
    elif name in ("done", "undone"):
        actions.carry_out(point, name == "done", by=person, at=at)
        messages.success(request, "C’est noté.")
    else:
        raise Http404
    return redirect("followup:meeting", pk)


@signed_in
@require_POST
def export(request: HttpRequest, pk: int) -> HttpResponseBase:
    """``/accompagnements/codefi/reunions/<id>/exporter/``: the minutes."""
    row, person, at = _asked(request, pk), person_of(request), now()
    back = reverse("followup:meeting", args=[pk])
    answer = give(request, queries.MINUTES, {"meeting": row.pk}, request.POST.get("format", ""), back=back)
    if answer.streaming:
        files, sirens = queries.read_in_minutes(person, row, at)
        _note(row, files, sirens, person, at)
    return answer


def _asked(request: HttpRequest, pk: int) -> Meeting:
    """The meeting, if the person may read it; else 404 and a denial in the audit."""
    person = person_of(request)
    try:
        return queries.known_meeting(person, pk)
    except Http404:
        if request.method in ("GET", "HEAD"):
            audit.note("view_meeting", MEETING, str(pk), by=person, at=now(), result=audit.DENIED)
        raise


def _note(row: Meeting, files: Sequence[int], sirens: Sequence[str], person: Person, at: datetime) -> None:
    """Which firms were named, and of which files the CODEFI summary was read."""
    told = {"departement": row.departement, "firms": list(sirens)}
    rows = [Trace("view_meeting", MEETING, str(row.pk), details=told), *summary_traces(person, files)]
    audit.note_many(rows, by=person, at=at)
