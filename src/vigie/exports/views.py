"""« Mes exports », and the files that wait there."""

from __future__ import annotations

import structlog
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from vigie.accounts.access import person_of, signed_in
from vigie.exports import storage
from vigie.exports.actions import AUDITED
from vigie.exports.answers import attachment
from vigie.exports.queries import mine_page, to_take
from vigie.exports.rules import rights_mark
from vigie.journal import audit
from vigie.kernel.clock import now
from vigie.kernel.errors import Forbidden

REFRESH_S = "10"
CHANGED = "Vos droits ont changé depuis que cet export a été préparé\u00a0: demandez-le de nouveau."

log = structlog.get_logger(__name__)


@signed_in
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """``/mes-exports/``"""
    page = mine_page(person_of(request), request.GET.get("page", ""), now())
    answer = render(request, "exports/mine.html", {"page": page})
    if page.refreshes:
        answer["Refresh"] = REFRESH_S
    return answer


@signed_in
@require_safe
def take(request: HttpRequest, code: str) -> HttpResponseBase:
    """``/mes-exports/<numéro>/``: the file, for its author, for a day, while his rights are the same."""
    person, at = person_of(request), now()
    record = to_take(person, code, at)
    if record is None:
        raise Http404
    path = storage.path_of(record)
    if not path.exists():
        log.error("export_file_missing", export=record.code)
        raise Http404
    if record.rights_mark != rights_mark(person):
        audit.note("export_taken", AUDITED, record.code, by=person, at=at, result=audit.DENIED)
        raise Forbidden("rights_changed", CHANGED)
    audit.note("export_taken", AUDITED, record.code, by=person, at=at, details={"sha256": record.sha256})
    return attachment(storage.pieces(path), record.file_name, record.file_format)
