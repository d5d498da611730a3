"""Visits: those of a week, one of them, planning it, saying what was said."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from vigie.accounts.access import granted, person_of, signed_in
from vigie.campaigns.actions.visits import cancel_visit, hold_visit, plan_visit
from vigie.campaigns.forms import CancelForm, ReportForm, VisitForm
from vigie.campaigns.queries import visits as queries
from vigie.campaigns.views.shared import reads_and_writes, refused
from vigie.journal import audit
from vigie.kernel.clock import now
from vigie.kernel.errors import Refused
from vigie.kernel.period import paris_day
from vigie.kernel.siren import compact
from vigie.rights.reach import require
from vigie.ui.forms import new_form_token
from vigie.watchlists.queries.sight import audited

VISIT = "campaigns.Visit"


@granted("visit.list")
@require_safe
def week(request: HttpRequest) -> HttpResponse:
    """``/campagnes/visites/?semaine=2026-W47``"""
    person, at = person_of(request), now()
    scope = request.GET.get("vue", queries.ZONE)
    scope = scope if scope in queries.SCOPES else queries.ZONE
    monday = queries.week_of(request.GET.get("semaine", "")[:9], paris_day(at))
    with audit.reading():
        page = queries.week_page(person, scope, monday)
        audit.note("list_view", VISIT, scope, by=person, at=at, details={"firms": list(page.firms)})
    return render(request, "campaigns/visits.html", {"page": page})


@signed_in
@require_safe
def visit(request: HttpRequest, pk: int) -> HttpResponse:
    """``/campagnes/visites/<id>/``"""
    person, at = person_of(request), now()
    row = queries.known_visit(person, pk)
    with audit.reading():
        page = queries.visit_page(person, row, CancelForm, paris_day(at))
        audit.note("view_visit", VISIT, str(pk), by=person, at=at, **audited(person, row.firm_id))
    return render(request, "campaigns/visit.html", {"page": page})


@granted("visit.list")
@reads_and_writes
def plan(request: HttpRequest) -> HttpResponse:
    """``/campagnes/visites/nouvelle/?siren=…``"""
    person = person_of(request)
    firm = queries.visitable(person, compact(request.GET.get("siren", ""))[:9])
    posted = request.POST if request.method == "POST" else None
    form = VisitForm(posted, token=new_form_token(), places=queries.places_of(person, firm))
    status = 200
    if request.method == "POST" and form.is_valid():
        token = form.cleaned_data["form_token"]
        try:
            made = plan_visit(firm, form.written(), form_token=token, by=person, at=now())
        except Refused as error:
            status = refused(form, error)
        else:
            messages.success(request, "La visite est prévue. Vos collègues habilités la voient sur la fiche.")
            return redirect("campaigns:visit", made.pk)
    context = {"form": form, "firm": firm, "known": queries.firm_visits(person, firm.siren)}
    return render(request, "campaigns/plan_visit.html", context, status=status)


@signed_in
@reads_and_writes
def hold(request: HttpRequest, pk: int) -> HttpResponse:
    """``/campagnes/visites/<id>/faite/``"""
    person = person_of(request)
    row = queries.known_visit(person, pk)
    require(person, "visit.manage", row)
    form = ReportForm(request.POST if request.method == "POST" else None, networks=person.networks)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            hold_visit(row, *form.written(), by=person, at=now())
        except Refused as error:
            status = refused(form, error)
        else:
            messages.success(request, "La visite est notée.")
            return redirect("campaigns:visit", pk)
    return render(request, "campaigns/hold_visit.html", {"form": form, "visit": row}, status=status)


@signed_in
@require_POST
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """Cancels."""
    person = person_of(request)
    row = queries.known_visit(person, pk)
    require(person, "visit.manage", row)
    if request.POST.get("transition") != "cancel":
        raise Http404
    row = cancel_visit(row, request.POST.get("why", "")[:10], by=person, at=now())
    told = " Ceux qui devaient venir sont prévenus." if row.companions.exists() else ""
    messages.success(request, f"La visite est annulée.{told}")
    return redirect("campaigns:visit", pk)
