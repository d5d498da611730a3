"""The pages of auditors. Reading the audit is itself a trace, written with what is shown."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from vigie.accounts.access import granted, person_of
from vigie.audit.forms import RegisterForm, ReplayForm
from vigie.audit.queries.anomalies import anomalies_page, chain_page
from vigie.audit.queries.register import HEADINGS, VIEWS, Asked, found, lines, register_page
from vigie.audit.queries.replay import replay_page
from vigie.exports.cells import guard
from vigie.journal import audit
from vigie.kernel.clock import now
from vigie.kernel.period import paris_day
from vigie.rights import limits

ROWS = "journal.AuditEvent"
MOST_EXPORTED = 100_000


def _asked(request: HttpRequest) -> tuple[RegisterForm, Asked]:
    form = RegisterForm(request.GET)
    view = request.GET.get("vue", "")
    return form, form.asked(view if view in VIEWS else "", paris_day(now()))


def _note(request: HttpRequest, page: str, told: dict[str, Any]) -> None:
    audit.note("audit_read", ROWS, page, by=person_of(request), at=now(), details=told)


@granted("audit.read")
@require_safe
def register(request: HttpRequest) -> HttpResponse:
    """``/audit/``"""
    form, asked = _asked(request)
    kept = [(name, str(value)) for name, value in request.GET.items() if name in form.fields and value]
    with audit.reading():
        page = register_page(asked, request.GET.get("apres", ""), kept)
        _note(request, "register", asked.parameters())
    return render(request, "audit/register.html", {"page": page, "form": form})


class _Echo:
    """A file that gives back each line written."""

    def write(self, line: str) -> str:
        return line


@granted("audit.export")
@require_safe
def export(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """``/audit/registre.csv``: the same rows, a hundred thousand at most; written down before it is made."""
    _form, asked = _asked(request)
    person, at = person_of(request), now()
    limits.hit("export", str(person.user_id), at)
    rows = min(found(asked).count(), MOST_EXPORTED)
    told = {"kind": "audit", "filters": asked.parameters(), "rows": rows}
    audit.note("export", ROWS, "register", by=person, at=at, details=told)

    def pieces() -> Iterator[str]:
        writer: Any = csv.writer(_Echo(), delimiter=";", lineterminator="\r\n")
        yield "\ufeff"
        yield writer.writerow(HEADINGS)
        for line in lines(asked, MOST_EXPORTED):
            yield writer.writerow([guard(cell) for cell in line])

    answer = StreamingHttpResponse(pieces(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="audit-vigie.csv"'
    return answer


@granted("audit.read")
@require_safe
def replay(request: HttpRequest) -> HttpResponse:
    """``/audit/rejouer/``"""
    form = ReplayForm(request.GET or None)
    page = None
    if form.is_valid():
        address, on = form.cleaned_data["agent"], form.cleaned_data["jour"]
        with audit.reading():
            page = replay_page(address, on)
            _note(request, "replay", {"agent": address, "day": on.isoformat()})
    return render(request, "audit/replay.html", {"page": page, "form": form})


@granted("audit.read")
@require_safe
def anomalies(request: HttpRequest) -> HttpResponse:
    """``/audit/anomalies/``"""
    with audit.reading():
        page = anomalies_page()
        _note(request, "anomalies", {})
    return render(request, "audit/anomalies.html", {"page": page})


@granted("audit.read")
@require_safe
def chain(request: HttpRequest) -> HttpResponse:
    """``/audit/chaine/``"""
    return render(request, "audit/chain.html", {"page": chain_page()})
