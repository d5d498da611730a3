"""Before any page that may show a firm: the rules of confidentiality are accepted. On the server, not in a dialog."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from vigie.accounts.access import lead_first, person_of
from vigie.agents.queries.consent import has_consented
from vigie.kernel.clock import now

# The applications whose pages show firms to agents. Those of the team in them ask for no level: they pass.
KEPT = "Rien n’a été envoyé. Ce que vous avez saisi est gardé une heure\u00a0: vous le retrouverez ensuite."
BUSINESS = frozenset({"watchlists", "sheets", "followup", "campaigns", "exports"})
# Pages of the same kind in an application that is otherwise public.
BUSINESS_PAGES = frozenset({"statistics:report", "statistics:export_report"})


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
