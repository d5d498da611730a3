"""The private page of a request: where it stands, a word to add, « On ne m’a pas appelé », taking it back."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from vigie.kernel.clock import now
from vigie.kernel.errors import InvalidInput, Refused
from vigie.matching.actions import following
from vigie.matching.forms.public import PrecisionForm, put_refusal
from vigie.matching.links import Purpose, token
from vigie.matching.models import Solicitation
from vigie.matching.queries.follow import follow_page
from vigie.matching.views.links import linked
from vigie.rights.person import Person

follow_link = linked(Purpose.FOLLOW)


@require_safe
@follow_link
def follow(request: HttpRequest, solicitation: Solicitation, person: Person) -> HttpResponse:
    """``/ma-demande/<lien>/``."""
    return _draw(request, solicitation, PrecisionForm())


@require_POST
@follow_link
def add_precision(request: HttpRequest, solicitation: Solicitation, person: Person) -> HttpResponse:
    """Words added to the request."""
    form = PrecisionForm(request.POST)
    if form.is_valid():
        try:
            following.add_precision(solicitation, form.cleaned_data["body"], by=person, at=now())
        except InvalidInput as refused:
            put_refusal(form, refused)
        except Refused as refused:
            return _refused(request, solicitation, refused)
        else:
            return _done(request, solicitation, "Votre précision est ajoutée à votre demande.")
    return _draw(request, solicitation, form)


@require_POST
@follow_link
def say_not_called(request: HttpRequest, solicitation: Solicitation, person: Person) -> HttpResponse:
    """« On ne m’a pas appelé »."""
    return _act(
        request, solicitation, person, following.say_not_called, "C’est noté\u00a0: les conseillers sont prévenus."
    )


@require_POST
@follow_link
def withdraw(request: HttpRequest, solicitation: Solicitation, person: Person) -> HttpResponse:
    """« Retirer ma demande »."""
    return _act(
        request,
        solicitation,
        person,
        following.withdraw,
        "Votre demande est retirée\u00a0: personne ne vous appellera.",
    )


def _act(
    request: HttpRequest, solicitation: Solicitation, person: Person, act: Callable[..., object], said: str
) -> HttpResponse:
    try:
        act(solicitation, by=person, at=now())
    except Refused as refused:
        return _refused(request, solicitation, refused)
    return _done(request, solicitation, said)


def _done(request: HttpRequest, solicitation: Solicitation, said: str) -> HttpResponse:
    messages.success(request, said)
    return redirect("matching:follow", token(solicitation, Purpose.FOLLOW))


def _refused(request: HttpRequest, solicitation: Solicitation, refused: Refused) -> HttpResponse:
    messages.warning(request, refused.message_fr)
    return redirect("matching:follow", token(solicitation, Purpose.FOLLOW))


def _draw(request: HttpRequest, solicitation: Solicitation, form: PrecisionForm) -> HttpResponse:
    page = follow_page(solicitation, now())
    return render(request, "matching/follow/follow.html", {"page": page, "form": form})
