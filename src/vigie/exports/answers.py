"""What the view of a subject calls to answer with an export: three lines there, everything else here.

@granted("list.view")
@require_POST
def export_list(request: HttpRequest) -> HttpResponseBase:
    asked = {"q": request.POST.get("q", "")}
    return give(request, "list", asked, request.POST.get("format", ""), back=reverse("watchlists:list"))
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.http import content_disposition_header

from vigie.accounts.access import confirm_first, person_of
from vigie.exports import actions
from vigie.exports.formats import BY_CODE
from vigie.exports.rules import RECENT_ABOVE
from vigie.kernel.clock import now
from vigie.rights import limits


def give(
    request: HttpRequest, code: str, parameters: dict[str, Any], file_format: str, *, back: str
) -> HttpResponseBase:
    """The file itself, or « Mes exports » when a job makes it. back: the page where the export is asked for.

    Beyond RECENT_ABOVE rows, the person first proves again who he is (Q-02), then comes back there.
    Raises what the builder raises (Http404, Forbidden), InvalidInput for a format, TooMany.
    """
    person, at = person_of(request), now()
    content = actions.build(code, parameters, file_format, by=person, at=at)
    elsewhere = confirm_first(request, back) if content.count > RECENT_ABOVE else None
    if elsewhere is not None:
        messages.info(request, "Cet export est long\u00a0: confirmez que c’est bien vous, puis demandez-le de nouveau.")
        return elsewhere
    limits.hit("export", str(person.user_id), at)
    record = actions.ask(code, parameters, file_format, content, by=person, at=at)
    if record.background:
        messages.success(request, f"L’export {record.code} se prépare\u00a0: un courriel vous dira quand il est prêt.")
        return redirect("exports:mine")
    return attachment(actions.give(record, content, by=person, at=at), record.file_name, file_format)


def attachment(file: Any, name: str, file_format: str) -> StreamingHttpResponse:
    """A file to keep, that no cache keeps. file: an open one, or its pieces."""
    answer = StreamingHttpResponse(file, content_type=BY_CODE[file_format].content_type)
    if hasattr(file, "read"):
        answer = FileResponse(file, content_type=BY_CODE[file_format].content_type)
    answer["Content-Disposition"] = str(content_disposition_header(True, name))
    answer["Cache-Control"] = "no-store, private"
    return answer
