"""What the pages of files share: the file asked for, the tokens, the refusals put back in the form."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from vigie.accounts.access import person_of
from vigie.accounts.forms import put_refusal
from vigie.followup.forms import PersonForm
from vigie.followup.models import Followup
from vigie.followup.queries.file import CONTACTS, THREAD, Asked, file_page, visible_file
from vigie.journal import audit
from vigie.kernel.clock import now
from vigie.kernel.errors import Forbidden, Refused, TransitionRefused
from vigie.ui.forms import NoteForm, new_form_token

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
    with transaction.atomic():
        page = file_page(person, followup, tab, _asked(at))
        audit.note("view_file", FILE, str(followup.pk), by=person, at=at, details={"siren": followup.siren})
        if page.network is not None or page.tab == CONTACTS:
            audit.note("view_block", FILE, str(followup.pk), by=person, at=at, details={"block": page.tab})
    return render(request, "followup/file.html", {"page": page}, status=status)


def _asked(at: datetime) -> Asked:
    return Asked(
        reason=lambda label: NoteForm(label=label, limit=1000), person=PersonForm, token=new_form_token(), at=at
    )


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
