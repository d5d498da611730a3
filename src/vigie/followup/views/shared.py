"""What the pages of files share: the file asked for, the tokens, the refusals put back in the form."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from vigie.accounts.access import person_of
from vigie.accounts.forms import put_refusal
from vigie.accounts.models_agents import Network
from vigie.followup.models import Followup
from vigie.followup.queries.file import CONTACTS, THREAD, file_page, visible_file
from vigie.followup.queries.file_acts import Asked
from vigie.journal import audit
from vigie.journal.audit import Trace
from vigie.kernel.clock import now
from vigie.kernel.errors import Forbidden, Refused, TransitionRefused
from vigie.rights.person import Person
from vigie.ui.forms import NoteForm, new_form_token
from vigie.watchlists.queries.sight import seen_as, sight_of, sights
from vigie.watchlists.rules_sight import Sight

FILE = "followup.Followup"
reads_and_writes = require_http_methods(["GET", "HEAD", "POST"])


def asked_file(request: HttpRequest, pk: int) -> Followup:
    """The file, if the person may read it; else 404 and a denial in the audit."""
    person = person_of(request)
    try:
        return visible_file(person, pk)
    except Http404:
        if request.method in ("GET", "HEAD"):
            audit.note("view_file", FILE, str(pk), by=person, at=now(), result=audit.DENIED)
        raise


def draw_file(request: HttpRequest, followup: Followup, status: int = 200) -> HttpResponse:
    """The page of a file and its audit rows: the file, and the texts or contacts of the tab that is open."""
    person, at = person_of(request), now()
    tab = request.GET.get("onglet", THREAD)
    with audit.reading():
        page = file_page(person, followup, tab, _asked(at, request.GET.get("page", "1")[:9]))
        blocks = [page.tab] if page.network is not None or page.tab == CONTACTS else []
        audit.note_many(file_traces(person, followup, blocks), by=person, at=at)
    return render(request, "followup/file.html", {"page": page}, status=status)


def file_traces(person: Person, followup: Followup, blocks: Iterable[str]) -> list[Trace]:
    """The rows of the audit of a file that is read: the file, each text, and why its firm is open. 1 query."""
    told = _told(person, followup, sight_of(person, followup.siren))
    rows = [Trace("view_file", FILE, str(followup.pk), **told)]
    return rows + [Trace("view_block", FILE, str(followup.pk), details={"block": one}, **told) for one in blocks]


def summary_traces(person: Person, files: Iterable[int]) -> list[Trace]:
    """The rows of the CODEFI summaries read in an agenda or in minutes. 2 queries."""
    rows = list(Followup.objects.filter(pk__in=list(files)))
    found = sights(person, {row.siren for row in rows})
    block = {"block": Network.CODEFI}
    return [
        Trace("view_block", FILE, str(row.pk), details=block, **_told(person, row, found.get(row.siren, Sight())))
        for row in rows
    ]


def _told(person: Person, followup: Followup, found: Sight) -> dict[str, Any]:
    """A file is in the territory by its own establishment, whatever the lists say of the firm."""
    inside = person.nationwide or followup.departement in person.departements
    return {"siren": followup.siren, **seen_as(found), "in_zone": inside}


def _asked(at: datetime, number: str) -> Asked:
    return Asked(reason=lambda label: NoteForm(label=label, limit=1000), token=new_form_token(), at=at, number=number)


def refused(form: BaseForm, error: Refused) -> int:
    """Puts a refusal in the form that comes back; gives the status. Forbidden is raised again."""
    if isinstance(error, Forbidden):
        raise error
    put_refusal(form, error)  # type: ignore[arg-type]
    return 409 if isinstance(error, TransitionRefused) else 422


def draw_form(
    request: HttpRequest, followup: Followup, form: Any, title: str, button: str, *, status: int = 200, note: str = ""
) -> HttpResponse:  # fmt: skip
    """A page with one form about a file."""
    context = {"form": form, "title": title, "button": button, "note": note, "file": followup}
    return render(request, "followup/form.html", context, status=status)


def renew_version(form: Any, version: str) -> None:
    """The form that comes back carries the version just shown: sending it again is a choice, made knowingly."""
    data = form.data.copy()
    data["version"] = version
    form.data = data
