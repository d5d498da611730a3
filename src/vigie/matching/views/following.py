"""The team's following: needs that wait, experts on whom they pile up, and what is done about them."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from vigie.accounts.access import granted, person_of
from vigie.directory.models import Expert
from vigie.kernel.clock import now
from vigie.kernel.errors import Forbidden, InvalidInput, Refused
from vigie.kernel.period import paris_day
from vigie.kernel.text import clean_line
from vigie.matching.actions import reminding
from vigie.matching.actions.moving import move
from vigie.matching.forms.following import FollowingFilterForm, MoveForm, NoteForm, TagForm
from vigie.matching.forms.public import put_refusal
from vigie.matching.models import Need
from vigie.matching.queries.following import following_choices, following_page
from vigie.matching.queries.following_baskets import baskets_page
from vigie.matching.queries.following_experts import following_expert
from vigie.matching.queries.following_sheet import followed_expert, followed_need, following_need, movable_match
from vigie.matching.queries.following_takers import takers
from vigie.matching.queries.positions import company_name
from vigie.matching.rules.reminders import ABANDON, BY_HAND, LAST_CHANCE, REFUSED, SILENT
from vigie.ui.forms import TOKEN_SHAPE, new_form_token

SAID = {
    SILENT: "Les experts silencieux sont relancés.",
    LAST_CHANCE: "La dernière chance est envoyée aux experts silencieux.",
    ABANDON: "Le besoin est abandonné.",
    REFUSED: "L’entreprise est prévenue du refus.",
    BY_HAND: "Les experts silencieux sont relancés.",
}


@granted("following.view")
@require_safe
def following(request: HttpRequest) -> HttpResponse:
    """``/equipe/suivi/``"""
    form = FollowingFilterForm(request.GET, choices=following_choices())
    tab, number = request.GET.get("onglet", ""), request.GET.get("page", "")
    page = following_page(person_of(request), form.filters(), tab, number, new_form_token, now())
    return render(request, "matching/following/following.html", {"page": page, "form": form})


@granted("following.view")
@require_safe
def need(request: HttpRequest, pk: int) -> HttpResponse:
    """``/equipe/suivi/besoins/<id>/``"""
    return draw_need(request, followed_need(person_of(request), pk))


@granted("following.view")
@require_POST
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """A button of a need that waits; the job will not say it again."""
    person, found = person_of(request), followed_need(person_of(request), pk)
    kind, at = request.POST.get("transition", ""), now()
    if kind not in SAID:
        raise Http404
    if kind == BY_HAND:
        asked = request.POST.get("form_token", "")
        token = asked if TOKEN_SHAPE.fullmatch(asked) else ""  # without one, the days between two reminders hold
        return _attempt(
            request, found, kind, lambda: reminding.remind_by_hand(found, by=person, at=at, form_token=token)
        )
    return _attempt(request, found, kind, lambda: reminding.remind(found, kind, by=person, at=at))


def _attempt(request: HttpRequest, found: Need, kind: str, say: Callable[[], object]) -> HttpResponse:
    try:
        say()
    except Forbidden:
        raise
    except Refused as refused:
        messages.warning(request, refused.message_fr)
    else:
        messages.success(request, f"{company_name(found)}\u00a0: {SAID[kind][:1].lower()}{SAID[kind][1:]}")
    return redirect("matching:following_need", found.pk)


@granted("following.view")
@require_http_methods(["GET", "HEAD", "POST"])
def hand_elsewhere(request: HttpRequest, pk: int) -> HttpResponse:
    """``/equipe/suivi/mises-en-relation/<id>/confier/``: another antenne, with the reason told to both."""
    person = person_of(request)
    match = movable_match(person, pk)
    form = MoveForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        asked = request.POST.get("expert", "")
        to = Expert.objects.filter(pk=asked if asked.isdecimal() and len(asked) <= 18 else 0).first()
        try:
            if to is None:
                raise Refused("no_expert", "Choisissez une équipe.")
            move(match, to, reason=form.cleaned_data["reason"], by=person, at=now())
        except Forbidden:
            raise
        except InvalidInput as refused:
            put_refusal(form, refused)
        except Refused as refused:
            form.add_error(None, refused.message_fr)
        else:
            messages.success(request, f"Le besoin est confié à {to.full_name}. Les deux équipes reçoivent un courriel.")
            return redirect("matching:following_need", match.need_id)
    text = clean_line(request.GET.get("expert", ""))[:100]
    context = {"match": match, "company": company_name(match.need), "form": form, "searched": text}
    context |= {"takers": takers(match, text, paris_day(now())), "chosen": request.POST.get("expert", "")}
    return render(request, "matching/following/move.html", context)


# --- experts ----------------------------------------------------------------------------------------------------------
@granted("following.view")
@require_safe
def experts(request: HttpRequest) -> HttpResponse:
    """``/equipe/suivi/experts/``"""
    page = baskets_page(request.GET.get("panier", ""), request.GET.get("page", ""), now())
    return render(request, "matching/following/experts.html", {"page": page})


@granted("following.view")
@require_safe
def expert(request: HttpRequest, pk: int) -> HttpResponse:
    """``/equipe/suivi/experts/<id>/``"""
    return draw_expert(request, followed_expert(pk))


@granted("following.view")
@require_POST
def remind_expert(request: HttpRequest, pk: int) -> HttpResponse:
    """« Envoyer le récapitulatif »"""
    found = followed_expert(pk)
    try:
        reminding.sum_up_by_hand(found, by=person_of(request), at=now())
    except Forbidden:
        raise
    except Refused as refused:
        messages.warning(request, refused.message_fr)
    else:
        messages.success(request, f"Le récapitulatif part à {found.full_name}.")
    return redirect("matching:following_expert", pk)


def draw_expert(request: HttpRequest, found: Expert, note: NoteForm | None = None) -> HttpResponse:
    """The sheet of an expert; ``note``: one that came back with errors."""
    page = following_expert(found, person_of(request), new_form_token(), now())
    context = {"page": page, "note": note or NoteForm(token=new_form_token())}
    return render(request, "matching/following/expert.html", context)


def draw_need(request: HttpRequest, found: Need, note: NoteForm | None = None) -> HttpResponse:
    page = following_need(found, person_of(request), new_form_token, now())
    context = {"page": page, "note": note or NoteForm(token=new_form_token())}
    context["tag"] = TagForm(offered=page.beside.offered)
    return render(request, "matching/following/need.html", context)
