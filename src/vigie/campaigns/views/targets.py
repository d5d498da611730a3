"""A firm of a campaign: its page, its acts, its contacts."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from vigie.accounts.access import person_of, signed_in
from vigie.accounts.models import User
from vigie.campaigns.actions import targets as actions
from vigie.campaigns.actions.targets import AlreadyTaken, Called
from vigie.campaigns.forms import AssignForm, ContactForm, PostponeForm, ReleaseForm
from vigie.campaigns.models import Target
from vigie.campaigns.queries.target import Forms, known_target, target_page
from vigie.campaigns.rules import OUTCOME
from vigie.campaigns.states import TARGET
from vigie.campaigns.views.shared import reads_and_writes, refused
from vigie.journal import audit
from vigie.kernel.clock import now
from vigie.kernel.errors import Refused
from vigie.kernel.period import paris_day
from vigie.rights.reach import require
from vigie.ui.forms import new_form_token
from vigie.watchlists.queries.sight import audited

TARGET_MODEL = "campaigns.Target"
FORMS = Forms(ReleaseForm, PostponeForm, AssignForm)
DONE = {
    "take": "Vous prenez cette entreprise\u00a0: personne d’autre ne l’appellera. Notez le contact ici.",
    "release": "L’entreprise est rendue\u00a0: un autre agent peut la prendre.",
    "free": "L’entreprise est libérée\u00a0: un autre agent peut la prendre.",
    "postpone": "L’entreprise est reportée.",
    "bring_back": "L’entreprise est de nouveau à contacter.",
    "reopen": "Vous reprenez le contact avec cette entreprise.",
    "assign": "C’est noté.",
}


@signed_in
@require_safe
def target(request: HttpRequest, pk: int) -> HttpResponse:
    """``/campagnes/entreprises/<id>/``"""
    return _draw(request, known_target(person_of(request), pk))


def _draw(request: HttpRequest, row: Target, status: int = 200) -> HttpResponse:
    person, at = person_of(request), now()
    with audit.reading():
        page = target_page(person, row, FORMS)
        audit.note("view_target", TARGET_MODEL, str(row.pk), by=person, at=at, **audited(person, row.firm_id))
    return render(request, "campaigns/target.html", {"page": page}, status=status)


@signed_in
@require_POST
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """The buttons of the page. Who comes second for a firm reads who took it (409)."""
    person, at, asked = person_of(request), now(), request.POST.get("transition", "")
    row = known_target(person, pk)
    try:
        if asked == "take":
            actions.take(row, by=person, at=at)
        elif asked == "assign":
            require(person, "target.share", row)
            actions.assign(row, _member(request, row), by=person, at=at)
        elif asked in TARGET.by_name and asked != "finish":
            actions.move(row, asked, why=request.POST.get("why", "")[:16], by=person, at=at)
        else:
            raise Http404
    except AlreadyTaken as error:
        messages.error(request, error.message_fr)
        return _draw(request, known_target(person, pk), status=409)
    messages.success(request, DONE[asked])
    return redirect("campaigns:target", pk)


def _member(request: HttpRequest, row: Target) -> User | None:
    form = AssignForm(request.POST, campaign=row.campaign)
    if not form.is_valid():
        raise Http404
    pk = form.cleaned_data["who"]
    return User.objects.living().get(pk=pk) if pk else None


@signed_in
@reads_and_writes
def contact(request: HttpRequest, pk: int) -> HttpResponse:
    """``/campagnes/entreprises/<id>/contact/``"""
    person, at = person_of(request), now()
    row = known_target(person, pk)
    require(person, "target.contact", row)
    form = ContactForm(
        request.POST if request.method == "POST" else None, token=new_form_token(),
        initial={"contacted_on": paris_day(at)},
    )  # fmt: skip
    status = 200
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        token = data.pop("form_token")
        try:
            actions.record_contact(row, Called(**data), form_token=token, by=person, at=at)
        except Refused as error:
            status = refused(form, error)
        else:
            ended = OUTCOME[data["outcome"]].ends
            said = "Le contact est noté." if ended else "Le contact est noté\u00a0: l’entreprise reste à vous."
            messages.success(request, said)
            return redirect("campaigns:target", pk)
    return render(request, "campaigns/contact.html", {"form": form, "target": row}, status=status)
