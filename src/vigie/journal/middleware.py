"""What the audit takes from each request: where it came from, and that it was refused.

A refusal of the detection side, 404 (out of reach) or 403 (seen, not permitted), is one row, whatever the page is: no
view has to think of it. The reader is told nothing more, and absent is refused like forbidden.
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from vigie.journal import audit
from vigie.journal.audit import DENIED
from vigie.kernel.clock import now
from vigie.rights import limits
from vigie.rights.person import PersonKind

View = Callable[[HttpRequest], HttpResponse]

# Packages whose pages show what the secret of business protects, or who read it.
DETECTION_SIDE = frozenset({"watchlists", "sheets", "followup", "campaigns", "agents", "exports", "audit"})
REFUSED = frozenset({403, 404})
_FIRM = ("siren", "siret")  # names of the parts of an address that are a firm's number


def traces(get_response: View) -> View:
    """After ``request.person`` is known: the rows of a request bear its address, and its refusal is noted once."""

    def middleware(request: HttpRequest) -> HttpResponse:
        with audit.seen_from(limits.client_ip(request)):
            response = get_response(request)
            if response.status_code in REFUSED:
                _note_refusal(request, response.status_code)
        return response

    return middleware


def _note_refusal(request: HttpRequest, status: int) -> None:
    """One row for a signed-in person; a visitor was led to sign in. What was asked is a page and its parts."""
    asked = request.resolver_match
    person = request.person  # type: ignore[attr-defined]
    if asked is None or asked.app_name not in DETECTION_SIDE or person.kind is not PersonKind.USER:
        return
    numbers = [str(asked.kwargs[name]) for name in _FIRM if name in asked.kwargs]
    told = {"page": asked.view_name, "status": status, "method": str(request.method)}
    if numbers:
        kind, number = "companies.Company", numbers[0]
    else:
        kind, number = asked.app_name, " ".join(str(value) for value in asked.kwargs.values())
    audit.note("denied", kind, number, by=person, at=now(), result=DENIED, details=told)
