"""Files that come in and go out of the address book."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from vigie.accounts.access import granted, person_of
from vigie.accounts.models import Institution
from vigie.directory.exporting import FORMATS, KINDS, Export, csv_lines, workbook
from vigie.directory.forms.imports import ImportForm
from vigie.directory.importing import acts
from vigie.directory.importing.invitations import send_invitations, to_invite
from vigie.directory.models import DirectoryImport
from vigie.directory.queries.imports import exports_of, import_page, imports_page
from vigie.directory.registry import samples
from vigie.directory.states import APPLYING
from vigie.journal import audit
from vigie.kernel.clock import now
from vigie.kernel.errors import Refused
from vigie.kernel.period import paris_day
from vigie.rights import limits
from vigie.ui.formats import counted

CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@granted("directory.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def imports(request: HttpRequest) -> HttpResponse:
    """``/equipe/annuaire/imports/``: send a file, and those already sent."""
    form = ImportForm(request.POST, request.FILES) if request.method == "POST" else ImportForm()
    if request.method == "POST" and form.is_valid():
        file: Any = form.cleaned_data["file"]
        try:
            row = acts.receive(form.cleaned_data["kind"], file.name, file.read(), by=person_of(request), at=now())
        except Refused as refused:
            form.add_error("file", refused.message_fr)
        else:
            return redirect("directory:import", row.pk)
    page = imports_page(request.GET.get("page", ""))
    context = {"page": page, "form": form, "exports": exports_of(), "samples": samples()}
    return render(request, "directory/imports.html", context)


@granted("directory.edit")
@require_safe
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """``/equipe/annuaire/imports/<id>/``: what the file would change."""
    row = _visible(request, pk)
    asked = {"kind": request.GET.get("nature", ""), "verdict": request.GET.get("effet", "")}
    page = import_page(
        row,
        person_of(request),
        to_invite(row).count(),
        text=request.GET.get("q", "")[:120],
        page=request.GET.get("page", ""),
        **asked,
    )
    response = render(request, "directory/import.html", {"page": page, "asked": asked})
    if page.refreshes:
        response["Refresh"] = "5"
    return response


@granted("directory.edit")
@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Applies, abandons or invites: the button says which."""
    row = _visible(request, pk)
    act = {"apply": _apply, "abandon": _abandon, "invite": _invite}.get(request.POST.get("transition", ""))
    if act is None:
        raise Http404
    try:
        messages.success(request, act(request, row))
    except Refused as refused:
        messages.warning(request, refused.message_fr)
    return redirect("directory:import", pk)


def _apply(request: HttpRequest, row: DirectoryImport) -> str:
    done = acts.apply(row, by=person_of(request), at=now())
    if done.state == APPLYING:
        return "Les changements sont en cours d’application."
    return "L’annuaire est à jour."


def _abandon(request: HttpRequest, row: DirectoryImport) -> str:
    acts.abandon(row, by=person_of(request), at=now())
    return "Cet import est abandonné\u00a0: l’annuaire n’a pas changé."


def _invite(request: HttpRequest, row: DirectoryImport) -> str:
    count = send_invitations(row, by=person_of(request), at=now())
    if not count:
        return "Les invitations de ce fichier sont déjà demandées."
    return f"{counted(count, 'invitation part', 'invitations partent')}."


def _visible(request: HttpRequest, pk: int) -> DirectoryImport:
    allowed = DirectoryImport.objects.allowed(person_of(request), "import.decide")
    return get_object_or_404(allowed.select_related("author").defer("data", "text"), pk=pk)


@granted("directory.export")
@require_safe
def export(request: HttpRequest, kind: str, file_format: str) -> Any:
    """``/equipe/annuaire/exporter/<contenu>.<format>``: the whole, or one institution, as the import reads it."""
    if kind not in KINDS or file_format not in FORMATS:
        raise Http404
    asked = request.GET.get("institution", "")
    institution = None
    if asked:
        institution = get_object_or_404(Institution, pk=int(asked) if asked.isdecimal() and len(asked) < 10 else 0)
    person, at = person_of(request), now()
    if request.method == "GET":
        limits.hit("export", str(person.user_id), at)
    found = Export(kind, institution)
    place = str(institution.pk) if institution else "all"
    details = {"kind": kind, "format": file_format, "rows": found.count()}
    audit.note("directory.export", "accounts.Institution", place, by=person, at=at, details=details)
    name = f"annuaire-{'antennes' if kind == 'antennes' else 'conseillers'}-{paris_day(at):%Y-%m-%d}.{file_format}"
    lines = workbook(found) if file_format == "xlsx" else csv_lines(found)
    answer = StreamingHttpResponse(lines, content_type=CONTENT_TYPES[file_format])
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
