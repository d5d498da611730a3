"""Campaigns: the list, one of them, its opening, its firms, its team, its export."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from vigie.accounts.access import granted, person_of, signed_in
from vigie.campaigns.actions import campaigns as actions
from vigie.campaigns.actions.campaigns import Plan
from vigie.campaigns.forms import MembersForm, NumbersForm, PlanForm, TargetsFilterForm, TermsForm, copied_from
from vigie.campaigns.models import Campaign
from vigie.campaigns.queries import campaigns as queries
from vigie.campaigns.queries.choosing import by_numbers, from_list
from vigie.campaigns.rules import FIRMS_AT_MOST
from vigie.campaigns.views.shared import reads_and_writes, refused
from vigie.exports.answers import give
from vigie.journal import audit
from vigie.kernel.clock import now
from vigie.kernel.errors import InvalidInput, Refused
from vigie.kernel.icalendar import CONTENT_TYPE, calendar_file
from vigie.kernel.period import paris_day
from vigie.rights.person import Person
from vigie.rights.reach import require
from vigie.ui.formats import counted
from vigie.ui.forms import new_form_token
from vigie.watchlists.forms_lists import ListFilterForm
from vigie.watchlists.queries.filters import choices_for, require_offered
from vigie.watchlists.queries.lists import lists_asked
from vigie.watchlists.queries.sight import sight_in_list
from vigie.watchlists.queries.words import of_month

CAMPAIGN = "campaigns.Campaign"
LASTS = timedelta(days=56)  # proposed in the form
SHOWN_REFUSALS = 10


@granted("campaign.list")
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """``/campagnes/``"""
    page = queries.campaigns_page(person_of(request), request.GET.get("page", "1")[:9])
    return render(request, "campaigns/list.html", {"page": page})


@granted("campaign.list")
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """``/campagnes/mes-entreprises/``"""
    person, at = person_of(request), now()
    with audit.reading():
        page = queries.mine_page(person, paris_day(at))
        audit.note("list_view", CAMPAIGN, "mine", by=person, at=at, details={"firms": list(page.firms)})
    return render(request, "campaigns/mine.html", {"page": page})


@granted("campaign.list")
@require_safe
def calls(request: HttpRequest) -> HttpResponse:
    """``/campagnes/mes-entreprises/rappels.ics``: when to call back, no firm."""
    events = queries.calls_to_make(person_of(request))
    return HttpResponse(calendar_file(events, now()), content_type=CONTENT_TYPE)


@signed_in
@require_safe
def campaign(request: HttpRequest, pk: int) -> HttpResponse:
    """``/campagnes/<id>/``"""
    person, at = person_of(request), now()
    row = queries.known_campaign(person, pk)
    form = _filter_form(request.GET, row)
    with audit.reading():
        page = queries.campaign_page(person, row, form.filters(), request.GET.dict())
        audit.note("list_view", CAMPAIGN, str(pk), by=person, at=at, details={"firms": list(page.firms)})
    return render(request, "campaigns/campaign.html", {"page": page, "form": form})


@signed_in
@require_safe
def lines(request: HttpRequest, pk: int) -> HttpResponse:
    """``/campagnes/<id>/lignes/?lignes=12.13``: what the lines shown say now; 304 when they say the same."""
    person, at = person_of(request), now()
    row = queries.known_campaign(person, pk)
    rows = queries.lines_asked(person, row, request.GET.get("lignes", ""))
    stamp = queries.stamp_of(rows)
    if request.headers.get("If-None-Match") == stamp:
        return HttpResponseNotModified(headers={"ETag": stamp})
    with audit.reading():
        table = queries.lines_table(person, rows)
        told = {"firms": [one.firm_id for one in rows]}
        audit.note("list_view", CAMPAIGN, str(pk), by=person, at=at, details=told)
    return _stamped(render(request, "campaigns/lines.html", {"table": table}), stamp)


def _stamped(answer: HttpResponse, stamp: str) -> HttpResponse:
    answer["ETag"] = stamp
    return answer


def _filter_form(sent: object, row: Campaign) -> TargetsFilterForm:
    return TargetsFilterForm(sent, departements=list(row.places.values_list("departement", flat=True)))


@granted("campaign.create")
@reads_and_writes
def new(request: HttpRequest) -> HttpResponse:
    """``/campagnes/nouvelle/``; the filters of the list are in the address. ``?copie=``: what a former one left."""
    person, at = person_of(request), now()
    former = _former(person, request.GET.get("copie", ""))
    choices = choices_for(person, sight_in_list(person))
    require_offered(request.GET, choices)
    filter_form = ListFilterForm(request.GET, choices=choices)
    publication = lists_asked(request.GET.get("liste", "")).shown
    listed = from_list(person, publication, filter_form.filters())
    today = paris_day(at)
    form = PlanForm(
        request.POST if request.method == "POST" else None, token=new_form_token(),
        initial={"starts_on": today, "ends_on": today + LASTS, "from_list": True} | copied_from(person, former),
    )  # fmt: skip
    status = 200
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        plan = Plan(data["name"], data["objective"], data["starts_on"], data["ends_on"])
        held = listed if data["from_list"] else []
        numbers = by_numbers(person, data["numbers"], {one.siren for one in held})
        used = publication if data["from_list"] else None
        try:
            made = actions.open_campaign(
                plan, [*held, *numbers.chosen], used, form_token=data["form_token"], by=person, at=at,
                like=former,
            )  # fmt: skip
        except Refused as error:
            status = refused(form, error)
        else:
            _tell_refusals(request, numbers.refused)
            messages.success(request, "La campagne est ouverte. Choisissez maintenant avec qui la partager.")
            return redirect("campaigns:team", made.pk)
    source = f"de la liste {of_month(publication.batch)}" if publication else "(aucune liste n’est ouverte)"
    shown = counted(len(listed), "entreprise")
    if len(listed) > FIRMS_AT_MOST:
        shown = f"Plus de {FIRMS_AT_MOST}\u00a0entreprises"
    context = {"form": form, "filter_form": filter_form, "count": f"{shown} {source}", "former": former}
    return render(request, "campaigns/new.html", context, status=status)


def _former(person: Person, asked: str) -> Campaign | None:
    return queries.known_campaign(person, int(asked)) if asked[:9].isdecimal() else None


def _tell_refusals(request: HttpRequest, rows: tuple[tuple[str, str], ...]) -> None:
    for typed, why in rows[:SHOWN_REFUSALS]:
        messages.warning(request, f"{typed} n’est pas ajoutée\u00a0: {why}.")
    if len(rows) > SHOWN_REFUSALS:
        rest = counted(len(rows) - SHOWN_REFUSALS, "autre numéro", "autres numéros")
        messages.warning(request, f"Non ajoutés\u00a0: {rest}.")


@signed_in
@reads_and_writes
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """``/campagnes/<id>/ajouter/``"""
    person = person_of(request)
    row = queries.known_campaign(person, pk)
    require(person, "campaign.manage", row)
    form = NumbersForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST" and form.is_valid():
        known = set(row.targets.values_list("firm_id", flat=True))
        numbers = by_numbers(person, form.cleaned_data["numbers"], known)
        try:
            count = actions.add_firms(row, numbers.chosen, by=person, at=now())
        except Refused as error:
            status = refused(form, error)
        else:
            _tell_refusals(request, numbers.refused)
            messages.success(request, f"{counted(count, 'entreprise ajoutée', 'entreprises ajoutées')}.")
            return redirect("campaigns:campaign", pk)
    return render(request, "campaigns/add.html", {"form": form, "campaign": row}, status=status)


@signed_in
@reads_and_writes
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """``/campagnes/<id>/modifier/``"""
    person = person_of(request)
    row = queries.known_campaign(person, pk)
    require(person, "campaign.manage", row)
    known = {name: getattr(row, name) for name in ("name", "objective", "starts_on", "ends_on")}
    form = TermsForm(request.POST if request.method == "POST" else None, initial=known)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_campaign(row, Plan(**form.cleaned_data), by=person, at=now())
        except Refused as error:
            status = refused(form, error)
        else:
            messages.success(request, "La campagne est enregistrée.")
            return redirect("campaigns:campaign", pk)
    return render(request, "campaigns/edit.html", {"form": form, "campaign": row}, status=status)


@signed_in
@reads_and_writes
def team(request: HttpRequest, pk: int) -> HttpResponse:
    """``/campagnes/<id>/equipe/``: who shares the campaign, with which load."""
    person, at = person_of(request), now()
    row = queries.known_campaign(person, pk)
    require(person, "campaign.manage", row)
    form = MembersForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            count = actions.add_members(row, form.addresses(), by=person, at=at)
        except Refused as error:
            status = refused(form, error)
        else:
            messages.success(request, f"{counted(count, 'agent ajouté', 'agents ajoutés')}.")
            return redirect("campaigns:team", pk)
    return render(request, "campaigns/team.html", {"page": queries.team_page(row, at), "form": form}, status=status)


@signed_in
@require_POST
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """Shares out, closes, reopens."""
    person, at, asked = person_of(request), now(), request.POST.get("transition", "")
    row = queries.known_campaign(person, pk)
    require(person, "campaign.manage", row)
    if asked == "share":
        count = actions.share_out(row, by=person, at=at)
        done = counted(count, "entreprise confiée", "entreprises confiées")
        messages.success(
            request, f"{done}. Chacun retrouve les siennes dans «\u00a0Mes entreprises à contacter\u00a0»."
        )
        return redirect("campaigns:team", pk)
    if asked not in Campaign.LIFECYCLE.by_name:
        raise Http404
    actions.move_campaign(row, asked, by=person, at=at)
    messages.success(request, "La campagne est close." if asked == "close" else "La campagne est rouverte.")
    return redirect("campaigns:campaign", pk)


@signed_in
@require_POST
def export(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The firms of the campaign, as the filters of the page narrow them."""
    row = queries.known_campaign(person_of(request), pk)
    form = _filter_form(request.POST, row)
    if not form.is_valid():
        raise InvalidInput("filters_unreadable", "Ces filtres ne peuvent pas être lus. Revenez à la campagne.")
    asked = {name: value for name, value in vars(form.filters()).items() if value}
    back = reverse("campaigns:campaign", args=[pk])
    return give(request, "campaign", {"campaign": pk, **asked}, request.POST.get("format", ""), back=back)
