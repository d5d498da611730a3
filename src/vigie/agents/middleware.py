"""Before any page: whose eyes the session has, and whether the rules of confidentiality are accepted.

Both on the server: no page behind is made before.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from vigie.accounts.access import lead_first, person_of
from vigie.agents import looking
from vigie.agents.queries.consent import has_consented
from vigie.agents.queries.looks import band, eyes_of, running_look
from vigie.journal import audit
from vigie.kernel.clock import now

# The applications whose pages show firms to agents. Those of the team in them ask for no level: they pass.
KEPT = "Rien n’a été envoyé. Ce que vous avez saisi est gardé une heure\u00a0: vous le retrouverez ensuite."
BUSINESS = frozenset({"watchlists", "sheets", "followup", "campaigns", "exports"})
# Pages of the same kind in an application that is otherwise public.
BUSINESS_PAGES = frozenset({"statistics:report", "statistics:export_report"})


# While one looks through somebody's eyes: what may be sent, and the pages that are not even read.
MAY_BE_SENT = frozenset({"agents:stop_looking", "account_logout"})
NOT_READ = frozenset({"exports"})
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
READ_ONLY = (
    "Vous regardez à la place d’un agent\u00a0: rien ne s’envoie et aucun fichier ne se prend en son nom. "
    "Cessez de regarder pour agir vous-même."
)


class OnlookerGate:
    """While an administrator looks through an agent's eyes: the agent's pages, to read only, each in the audit."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated and (pk := looking.kept(request)) is not None:
            self._lend(request, pk)
        return self.get_response(request)

    def _lend(self, request: HttpRequest, pk: int) -> None:
        admin, at = person_of(request), now()
        look = running_look(admin.user_id or 0, pk, at)
        eyes = eyes_of(look, admin, at) if look is not None else None
        if look is None or eyes is None:
            looking.stop(request)
            messages.info(request, "Le temps est passé\u00a0: vous ne regardez plus à la place d’un agent.")
            return
        request.person = eyes  # type: ignore[attr-defined]
        request.looking = band(look)  # type: ignore[attr-defined]

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        found = request.resolver_match
        if getattr(request, "looking", None) is None or found is None or found.view_name in MAY_BE_SENT:
            return None
        refused = request.method not in SAFE or found.app_name in NOT_READ
        told = {"page": found.view_name, "method": str(request.method)}
        asked = " ".join(str(value) for value in kwargs.values())[:60]
        result = audit.DENIED if refused else audit.ALLOWED
        audit.note("impersonate_view", "page", asked, by=person_of(request), at=now(), result=result, details=told)
        return render(request, "403.html", {"message": READ_ONLY, "written": ()}, status=403) if refused else None


class ConsentGate:
    """Leads an agent who has not accepted the rules, or not recently, to their page, and back afterwards."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        found = request.resolver_match
        if found is None or person_of(request).level is None:
            return None
        if found.app_name not in BUSINESS and found.view_name not in BUSINESS_PAGES:
            return None
        if has_consented(person_of(request), now()):
            return None
        return lead_first(request, reverse("agents:confidentiality"), KEPT)
