"""The team’s pages on people: the list, inviting, one person and his habilitations."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from vigie.accounts import actions, archiving
from vigie.accounts.access import confirm_first, confirm_keeping, granted, person_of
from vigie.accounts.account_changes import copy_agent, describe_agent
from vigie.accounts.agent_form import AgentForm
from vigie.accounts.forms import (
    AccountForm,
    HabilitationForm,
    InvitationForm,
    PeopleFilterForm,
    account_form,
    invitation_of,
    put_refusal,
)
from vigie.accounts.models import AgentProfile, Habilitation, User
from vigie.accounts.pages import duplicated, institution_choices, people_page, person_page, visible_person
from vigie.accounts.queries import antenne_label, antennes_named, live_antenne
from vigie.kernel.clock import now
from vigie.kernel.errors import InvalidInput, Refused
from vigie.rights.table import SECOND_FACTOR
from vigie.ui.forms import status_of

DECISIONS = {
    "grant": (actions.grant, "L’habilitation est accordée."),
    "suspend": (actions.suspend, "L’habilitation est suspendue, et les sessions de la personne sont fermées."),
    "revoke": (actions.revoke, "L’habilitation est révoquée, et les sessions de la personne sont fermées."),
}
ARCHIVING = {
    "archive": (archiving.archive, "Le compte est archivé, et les sessions de la personne sont fermées."),
    "reopen": (archiving.reopen, "Le compte est rouvert. Accordez de nouveau les habilitations qui restent dues."),
}


@granted("account.invite")
@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """``/equipe/personnes/``"""
    form = PeopleFilterForm(request.GET, institutions=institution_choices())
    page = people_page(person_of(request), form.filters(), request.GET.get("page", ""), now())
    return render(request, "accounts/people.html", {"page": page, "form": form})


@granted("account.invite")
@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: HttpRequest) -> HttpResponse:
    """``/equipe/personnes/inviter/``"""
    like = _like(request)
    initial = {"like": like.pk, **duplicated(like)} if like else {}
    form = InvitationForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        if _opens(form.cleaned_data["roles"]) and (elsewhere := confirm_keeping(request)) is not None:
            return elsewhere
        try:
            with transaction.atomic():
                user = actions.invite(invitation_of(form), by=person_of(request), at=now())
                if like is not None:
                    copy_agent(user, like, by=person_of(request), at=now())
        except InvalidInput as refused:
            put_refusal(form, refused)
        else:
            messages.success(request, f"{user} est invité\u00a0: un courriel part à {user.email}.")
            return redirect("accounts:person", user.pk)
    return render(request, "accounts/invite.html", {"form": form, "like": like}, status=status_of(form))


def _opens(roles: Iterable[str]) -> bool:
    """Whether one of these roles opens protected data, or a power over those who read them (follow-up.md Q-02)."""
    return bool(SECOND_FACTOR & set(roles))


def _like(request: HttpRequest) -> User | None:
    """The person whose account the new one takes after; None when nobody is asked for, 404 for what is nobody's."""
    asked = request.POST.get("like", "") or request.GET.get("comme", "")
    if asked and not (asked.isdecimal() and len(asked) < 19):
        raise Http404
    return visible_person(person_of(request), int(asked)) if asked else None


@granted("account.invite")
@require_safe
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """``/equipe/personnes/<id>/``"""
    user = visible_person(person_of(request), pk)
    return _draw(request, user, account_form(user), HabilitationForm())


@granted("account.invite")
@require_POST
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Writes what the team changes of an account."""
    user = visible_person(person_of(request), pk)
    form = AccountForm(request.POST)
    if form.is_valid():
        try:
            actions.change_account(user, form.changes(), by=person_of(request), at=now())
        except InvalidInput as refused:
            put_refusal(form, refused)
        else:
            messages.success(request, "Le compte est à jour.")
            return redirect("accounts:person", pk)
    return _draw(request, user, form, HabilitationForm())


@granted("account.invite")
@require_http_methods(["GET", "HEAD", "POST"])
def agent(request: HttpRequest, pk: int) -> HttpResponse:
    """``/equipe/personnes/<id>/agent/``: his body, his profile of work, what the team notes of him."""
    user = visible_person(person_of(request), pk)
    profile = AgentProfile.objects.filter(user=user).first()
    form = AgentForm(request.POST if request.method == "POST" else None, profile=profile)
    if request.method == "POST" and form.is_valid():
        values = form.values()
        moves = profile is None or profile.segment_id != values["segment_id"]  # the networks whose texts he reads
        if moves and (elsewhere := confirm_keeping(request)) is not None:
            return elsewhere
        describe_agent(user, values, by=person_of(request), at=now())
        messages.success(request, "La fiche d’agent est à jour.")
        return redirect("accounts:person", pk)
    return render(request, "accounts/agent.html", {"person": user, "form": form}, status=status_of(form))


@granted("account.invite")
@require_POST
def add_habilitation(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks for a habilitation in the person’s name and grants it, in one go."""
    user = visible_person(person_of(request), pk)
    form = HabilitationForm(request.POST)
    if form.is_valid():
        if _opens([form.cleaned_data["role"]]) and (elsewhere := confirm_keeping(request)) is not None:
            return elsewhere
        antenne = live_antenne(form.antenne_id) if form.antenne_id else None
        data = {name: form.cleaned_data[name] for name in ("role", "territory", "starts_on", "ends_on")}
        try:
            actions.give_habilitation(user, **data, antenne=antenne, by=person_of(request), at=now())
        except Refused as refused:
            put_refusal(form, refused)
        else:
            messages.success(request, "L’habilitation est accordée.")
            return redirect("accounts:person", pk)
    return _draw(request, user, account_form(user), form)


@granted("account.invite")
@require_POST
def decide(request: HttpRequest, pk: int, habilitation_pk: int) -> HttpResponse:
    """Grants, suspends or revokes: the button says which."""
    allowed = Habilitation.objects.allowed(person_of(request), "habilitation.decide")
    habilitation = allowed.filter(pk=habilitation_pk, user_id=pk).first()
    decision, done = DECISIONS.get(request.POST.get("transition", ""), (None, ""))
    if habilitation is None or decision is None:
        raise Http404
    if request.POST["transition"] == "grant" and _opens([habilitation.role]):
        elsewhere = confirm_first(request, reverse("accounts:person", args=[pk]))
        if elsewhere is not None:
            return elsewhere
    decision(habilitation, by=person_of(request), at=now())
    messages.success(request, done)
    return redirect("accounts:person", pk)


@granted("account.invite")
@require_POST
def archive(request: HttpRequest, pk: int) -> HttpResponse:
    """Archives the account, or opens it again: the button says which."""
    user = visible_person(person_of(request), pk)
    act, done = ARCHIVING.get(request.POST.get("transition", ""), (None, ""))
    if act is None:
        raise Http404
    act(user, by=person_of(request), at=now())
    messages.success(request, done)
    return redirect("accounts:person", pk)


@granted("account.invite")
@require_POST
def remove_second_factor(request: HttpRequest, pk: int) -> HttpResponse:
    """For a person who lost his telephone and his recovery codes."""
    user = visible_person(person_of(request), pk)
    actions.remove_second_factor(user, by=person_of(request), at=now())
    messages.success(request, "Le second facteur est retiré. La personne en installera un autre à sa connexion.")
    return redirect("accounts:person", pk)


@granted("account.invite")
@require_safe
def antennes(request: HttpRequest) -> JsonResponse:
    """What completes the name of an antenne as it is typed."""
    found = antennes_named(request.GET.get("q", "")[:120], limit=12)
    rows = [{"value": str(one.pk), "label": antenne_label(one), "hint": one.get_level_display()} for one in found]
    return JsonResponse({"results": rows})


def _draw(request: HttpRequest, user: User, form: AccountForm, add_form: HabilitationForm) -> HttpResponse:
    page = person_page(person_of(request), user, now())
    context = {"page": page, "form": form, "add_form": add_form}
    return render(request, "accounts/person.html", context, status=status_of(form, add_form))
