"""Pages behind a signed link: the link is read once, here; a forged or expired one gets a page that says what to do."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from vigie.kernel.errors import Refused
from vigie.matching.actions.filling import already_sent, may_be_filled
from vigie.matching.links import Purpose, holder
from vigie.matching.models import Solicitation
from vigie.rights.person import Person

LinkedView = Callable[[HttpRequest, Solicitation, Person], HttpResponse]
ACTIONS = {Purpose.FILL: "solicitation.fill", Purpose.FOLLOW: "solicitation.follow"}


def linked(purpose: Purpose) -> Callable[[LinkedView], Callable[[HttpRequest, str], HttpResponse]]:
    """Gives the view the request that the link designates, and its holder; never stored, never indexed."""

    def decorate(view: LinkedView) -> Callable[[HttpRequest, str], HttpResponse]:
        @wraps(view)
        def with_link(request: HttpRequest, token: str) -> HttpResponse:
            person = holder(token, purpose)
            found = None
            if person is not None:
                reachable = Solicitation.objects.allowed(person, ACTIONS[purpose])
                found = reachable.select_related("landing_subject__theme__landing", "refusal_template").first()
            if found is None or person is None:
                response = render(request, f"matching/follow/dead_link_{purpose}.html", {}, status=404)
            else:
                response = view(request, found, person)
            response["Cache-Control"] = "no-store, private"
            response["X-Robots-Tag"] = "noindex"
            return response

        return with_link

    return decorate


def fillable(view: LinkedView) -> LinkedView:
    """For the steps of the form: a request that has left is not shown again, nor changed."""

    @wraps(view)
    def with_open_request(request: HttpRequest, solicitation: Solicitation, person: Person) -> HttpResponse:
        if request.method != "POST" and not may_be_filled(solicitation):
            return _already_sent(request, solicitation, 200)
        try:
            return view(request, solicitation, person)
        except Refused as refused:
            if refused.code != "already_sent":
                raise
            return _already_sent(request, solicitation, 409)

    return with_open_request


def _already_sent(request: HttpRequest, solicitation: Solicitation, status: int) -> HttpResponse:
    context = {"message": already_sent().message_fr, "email": solicitation.email}
    return render(request, "matching/public/already_sent.html", context, status=status)
