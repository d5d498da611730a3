"""Lists of files, a file, its opening, its fields, its life."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from vigie.accounts.access import granted, person_of, signed_in
from vigie.agents.forms.kept_views import ViewForm
from vigie.agents.queries.mails import told_at_once
from vigie.agents.rules_mails import MailKind
from vigie.followup.actions import files as actions
from vigie.followup.actions.files import AlreadyActive
from vigie.followup.forms import DuplicateForm, FieldsForm, FilesFilterForm, OpenForm, initial_of
from vigie.followup.models import DeletedFollowup, Followup, Workplace
from vigie.followup.queries import lists
from vigie.followup.queries.board import BACK
from vigie.followup.queries.deleted import deleted_page
from vigie.followup.queries.file import completion_page
from vigie.followup.queries.told import members_of
from vigie.followup.queries.touch import FirmPage, firm_panel
from vigie.followup.queries.views import kept_views
from vigie.followup.views.shared import asked_file, draw_file, reads_and_writes, refused, renew_version
from vigie.journal import audit
from vigie.kernel.clock import now
from vigie.kernel.errors import Refused
from vigie.kernel.period import paris_day
from vigie.kernel.siren import compact, show_siret
from vigie.rights.reach import may, require
from vigie.ui.forms import NoteForm, new_form_token, status_of
from vigie.watchlists.models import Firm
from vigie.watchlists.queries.sight import audited

FILE = "followup.Followup"
CONTINUED = "Un nouvel accompagnement est ouvert, dans la suite du précédent."
DONE = {
    "start_surveillance": "L’entreprise est maintenant sous surveillance.",
    "resume": "L’accompagnement reprend.",
    "reopen": "L’accompagnement est rouvert.",
}


@granted("file.list")
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """``/accompagnements/``"""
    person, at = person_of(request), now()
    kept = kept_views(person, request.GET.urlencode(), FilesFilterForm.base_fields)
    if not request.GET and kept.first_href:
        return redirect(kept.first_href)
    form = FilesFilterForm(request.GET, departements=lists.departements_of(person), terms=lists.offered_terms())
    scope = request.GET.get("vue", lists.MINE)
    shape = request.GET.get("forme", lists.LIST)
    scope = scope if scope in lists.SCOPES else lists.MINE
    shape = shape if shape in lists.FORMS else lists.LIST
    with audit.reading():
        number = request.GET.get("page", "1")[:9]
        page = lists.list_page(person, scope, shape, form.filters(), request.GET.dict(), number, paris_day(at))
        audit.note("list_view", FILE, scope, by=person, at=at, details={"shape": shape, "firms": list(page.firms)})
    view_form = ViewForm(initial={"adresse": kept.address})
    return render(request, "followup/list.html", {"page": page, "form": form, "kept": kept, "view_form": view_form})


@granted("file.list")
@require_safe
def firm(request: HttpRequest, siren: str) -> HttpResponse:
    """``/accompagnements/entreprises/<siren>/``: who is in touch with a firm, for those entitled to know."""
    person = person_of(request)
    found = get_object_or_404(Firm.objects.allowed(person, "firm.view"), pk=siren)
    with audit.reading():
        page = FirmPage(found.siren, found.name, firm_panel(person, found.siren))
        told = audited(person, found.siren)
        audit.note("view_followups", "watchlists.Firm", found.siren, by=person, at=now(), **told)
    return render(request, "followup/firm.html", {"page": page})


@signed_in
@require_safe
def sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """``/accompagnements/<id>/``; ``?onglet=``: a network, the contacts, the history."""
    return draw_file(request, asked_file(request, pk))


@granted("file.list")
@reads_and_writes
def new(request: HttpRequest) -> HttpResponse:
    """``/accompagnements/nouveau/?siret=…``"""
    person = person_of(request)
    siret = compact(request.GET.get("siret", ""))[:14]
    rows = Workplace.objects.select_related("company")
    place = get_object_or_404(rows, pk=siret)
    if not may(person, "file.open", place):
        audit.note("open_file", FILE, siret, by=person, at=now(), result=audit.DENIED)
        raise Http404
    motive = actions.needs_motive(person, place.company_id)
    form = OpenForm(request.POST if request.method == "POST" else None, token=new_form_token(), motive=motive)
    status, running = status_of(form), None
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = actions.open_file(
                place, form.written(), motive=data.get("motive", ""), comment=data.get("comment", ""),
                form_token=data["form_token"], by=person, at=now(),
            )  # fmt: skip
        except Refused as error:
            status = refused(form, error)
            running = error.followup if isinstance(error, AlreadyActive) else None
        else:
            messages.success(request, "L’accompagnement est ouvert. Vous en êtes le référent.")
            return redirect("followup:file", made.pk)
    context = {
        "form": form,
        "place": place,
        "siret": show_siret(place.siret),
        "motive": motive,
        "running": _address(request, running),
    }
    return render(request, "followup/new.html", context, status=status)


def _address(request: HttpRequest, running: Followup | None) -> str:
    """The page of the running file, for who may read it."""
    if running is None or not may(person_of(request), "file.view", running):
        return ""
    return reverse("followup:file", args=[running.pk])


@signed_in
@reads_and_writes
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """``/accompagnements/<id>/modifier/``"""
    followup, person = asked_file(request, pk), person_of(request)
    require(person, "file.edit", followup)
    form = FieldsForm(request.POST if request.method == "POST" else None, initial=initial_of(followup))
    status = status_of(form)
    if request.method == "POST" and form.is_valid():
        try:
            version = form.cleaned_data["version"] or 0
            actions.change_file(followup, form.written(), version=version, by=person, at=now())
        except Refused as error:
            status = refused(form, error)
            renew_version(form, str(Followup.objects.get(pk=pk).version))
        else:
            messages.success(request, "L’accompagnement est enregistré.")
            return redirect("followup:file", pk)
    context = {"form": form, "file": followup}
    return render(request, "followup/edit.html", context, status=status)


@signed_in
@reads_and_writes
def complete(request: HttpRequest, pk: int) -> HttpResponse:
    """``/accompagnements/<id>/terminer/``: everything is read again, then the file ends (S-02)."""
    followup, person = asked_file(request, pk), person_of(request)
    require(person, "file.manage_state", followup)
    if request.method == "POST":
        actions.move_file(followup, "complete", by=person, at=now())
        messages.success(request, "L’accompagnement est terminé. Vous pouvez le rouvrir pendant 30\u00a0jours.")
        return redirect("followup:file", pk)
    told = told_at_once(members_of(followup), MailKind.STATE).exclude(pk=person.user_id or 0).count()
    return render(request, "followup/complete.html", {"page": completion_page(followup, told)})


@signed_in
@reads_and_writes
def duplicate(request: HttpRequest, pk: int) -> HttpResponse:
    """``/accompagnements/<id>/dupliquer/``: for who must first say why he opens the firm."""
    followup, person = asked_file(request, pk), person_of(request)
    require(person, "file.duplicate", followup)
    motive = actions.needs_motive(person, followup.siren)
    form = DuplicateForm(request.POST if request.method == "POST" else None, token=new_form_token(), motive=motive)
    status, running = status_of(form), None
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            made = actions.duplicate(followup, **told, by=person, at=now())
        except Refused as error:
            status = refused(form, error)
            running = error.followup if isinstance(error, AlreadyActive) else None
        else:
            messages.success(request, CONTINUED)
            return redirect("followup:file", made.pk)
    context = {"form": form, "file": followup, "motive": motive, "running": _address(request, running)}
    return render(request, "followup/duplicate.html", context, status=status)


@signed_in
@require_POST
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """The buttons of the page and of the board."""
    followup, person, at = asked_file(request, pk), person_of(request), now()
    name = request.POST.get("transition", "")
    reason = NoteForm(request.POST, label="Raison", limit=1000)
    said = reason.cleaned_data["note"] if reason.is_valid() else ""
    if name in DONE:
        actions.move_file(followup, name, reason=said, by=person, at=at)
        board = request.GET.get(BACK, "")[:500]
        if board:  # several cards are moved one after the other: each message names its own
            messages.success(request, f"{followup.workplace.company.name}\u00a0: {DONE[name]}")
            return redirect(f"{reverse('followup:list')}?{QueryDict(board).urlencode()}")
        messages.success(request, DONE[name])
    elif name == "duplicate":
        if actions.needs_motive(person, followup.siren):
            return redirect("followup:duplicate", pk)
        token = request.POST.get("form_token", "")[:64] or new_form_token()
        made = actions.duplicate(followup, form_token=token, by=person, at=at)
        messages.success(request, CONTINUED)
        return redirect("followup:file", made.pk)
    elif name == "delete":
        actions.delete_file(followup, said, by=person, at=at)
        messages.success(request, "L’accompagnement est supprimé. Vous pouvez le restaurer pendant 30\u00a0jours.")
        return redirect("followup:deleted")
    else:
        raise Http404
    return redirect("followup:file", pk)


@granted("file.list")
@require_safe
def deleted(request: HttpRequest) -> HttpResponse:
    """``/accompagnements/supprimes/``: those the person may restore."""
    return render(request, "followup/deleted.html", {"page": deleted_page(person_of(request), now())})


@signed_in
@require_POST
def restore(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes a deleted file back."""
    person = person_of(request)
    row = get_object_or_404(DeletedFollowup.objects.allowed(person, "file.restore"), pk=pk)
    actions.restore_file(row, by=person, at=now())
    messages.success(request, "L’accompagnement est restauré.")
    return redirect("followup:file", pk)
