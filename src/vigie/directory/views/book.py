"""The team's pages on the address book: lists, sheets, and one form page for every kind of row."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from vigie.accounts.access import granted, person_of
from vigie.accounts.models import Antenne, Institution
from vigie.directory import actions
from vigie.directory.forms.codes import ZonesForm
from vigie.directory.forms.rows import FORMS, RowForm
from vigie.directory.models import Expert, Subject, Theme
from vigie.directory.queries import lists, sheets
from vigie.directory.queries.sections import Sheet
from vigie.directory.queries.twins import was_there
from vigie.directory.snapshots import SHEETS, sheet_of
from vigie.kernel.clock import now
from vigie.kernel.errors import InvalidInput, Refused
from vigie.kernel.period import paris_day

OWNERS: dict[str, type[models.Model]] = {
    "institution": Institution,
    "antenne": Antenne,
    "expert": Expert,
    "sujet": Subject,
}
TAXONOMY = ("theme", "sujet")  # archived, never taken away: requests refer to it


@granted("directory.view")
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """``/equipe/annuaire/``"""
    text = request.GET.get("q", "")[:120]
    page = lists.home_page(text, request.GET.get("page", ""), paris_day(now()))
    return render(request, "directory/home.html", {"page": page, "q": text})


@granted("directory.view")
@require_safe
def subjects(request: HttpRequest) -> HttpResponse:
    """``/equipe/annuaire/sujets/``"""
    return render(request, "directory/subjects.html", {"page": lists.subjects_page()})


@granted("directory.view")
@require_safe
def experts(request: HttpRequest) -> HttpResponse:
    """``/equipe/annuaire/experts/``"""
    text = request.GET.get("q", "")[:120]
    page = lists.experts_page(text, request.GET.get("page", ""))
    return render(request, "directory/experts.html", {"page": page, "q": text})


@granted("directory.view")
@require_safe
def institution(request: HttpRequest, pk: int) -> HttpResponse:
    """``/equipe/annuaire/institutions/<id>/``"""
    row = get_object_or_404(Institution, pk=pk)
    return _sheet(request, sheets.institution_sheet(row))


@granted("directory.view")
@require_safe
def antenne(request: HttpRequest, pk: int) -> HttpResponse:
    """``/equipe/annuaire/antennes/<id>/``"""
    row = get_object_or_404(Antenne.objects.select_related("institution", "parent"), pk=pk)
    return _sheet(request, sheets.antenne_sheet(row))


@granted("directory.view")
@require_safe
def expert(request: HttpRequest, pk: int) -> HttpResponse:
    """``/equipe/annuaire/experts/<id>/``"""
    row = get_object_or_404(Expert.objects.select_related("antenne__institution"), pk=pk)
    return _sheet(request, sheets.expert_sheet(row, paris_day(now())))


@granted("directory.view")
@require_safe
def subject(request: HttpRequest, pk: int) -> HttpResponse:
    """``/equipe/annuaire/sujets/<id>/``"""
    row = get_object_or_404(Subject.objects.select_related("theme"), pk=pk)
    return _sheet(request, sheets.subject_sheet(row))


@granted("directory.view")
@require_safe
def theme(request: HttpRequest, pk: int) -> HttpResponse:
    """``/equipe/annuaire/themes/<id>/``"""
    return _sheet(request, sheets.theme_sheet(get_object_or_404(Theme, pk=pk)))


@granted("directory.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest, kind: str, owner_kind: str = "", owner_pk: int = 0) -> HttpResponse:
    """A new row, under its owner when it has one."""
    model, _form, owners = _kind(kind)
    if bool(owners) != bool(owner_kind) or (owner_kind and owner_kind not in owners):
        raise Http404
    bound = {}
    if owner_kind:
        bound[owners[owner_kind]] = get_object_or_404(_living(OWNERS[owner_kind]), pk=owner_pk)
    return _edit(request, kind, model(**bound))


@granted("directory.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """The form of a row that exists."""
    model, _form, _owners = _kind(kind)
    return _edit(request, kind, get_object_or_404(_living(model), pk=pk))


@granted("directory.edit")
@require_POST
def remove(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Takes a row away, after its confirmation sentence; a second sending finds it gone already."""
    model, _form, _owners = _kind(kind)
    if kind in TAXONOMY:
        raise Http404
    row = model._default_manager.filter(pk=pk).first()
    if row is None:
        if not was_there(model, pk):
            raise Http404
        messages.info(request, "Cette ligne n’est plus dans l’annuaire.")
        return redirect("directory:home")
    back = _home_of(row, after_removal=True)
    try:
        actions.remove(row, by=person_of(request), at=now())
    except Refused as refused:
        messages.error(request, refused.message_fr)
        return redirect(_home_of(row))
    messages.success(request, f"«\u00a0{row}\u00a0» est retiré de l’annuaire.")
    return redirect(back)


@granted("directory.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def zones(request: HttpRequest, owner_kind: str, pk: int) -> HttpResponse:
    """The zones of an antenne, or of an expert's own territory."""
    if owner_kind not in ("antenne", "expert"):
        raise Http404
    owner: Any = get_object_or_404(_living(OWNERS[owner_kind]), pk=pk)
    held = list(owner.zones.values_list("zone_type", "code"))
    form = ZonesForm(request.POST if request.method == "POST" else None, held=held)
    if request.method == "POST" and form.is_valid():
        actions.set_zones(owner, form.zones(), by=person_of(request), at=now())
        messages.success(request, "Les zones sont à jour.")
        return redirect(_home_of(owner))
    page = {"title": f"Zones de {owner}", "back": _home_of(owner)}
    return render(request, "directory/form.html", {"form": form, "page": page})


def _title(kind: str, row: Any) -> str:
    """What the form is about; a row without a name of its own is called by its kind."""
    if not row.pk:
        return f"{kind}\u00a0: ajouter"
    return kind if str(row) == kind else f"{kind}\u00a0: {row}"


def _kind(kind: str) -> tuple[Any, type[RowForm], dict[str, str]]:
    if kind not in FORMS:
        raise Http404
    return FORMS[kind]


def _edit(request: HttpRequest, kind: str, row: Any) -> HttpResponse:
    _model, form_class, _owners = FORMS[kind]
    form = form_class(request.POST if request.method == "POST" else None, row=row)
    if request.method == "POST" and form.is_valid():
        try:
            saved = form.write(by=person_of(request), at=now())
        except InvalidInput as refused:
            form.add_error(refused.field if refused.field in form.fields else None, refused.message_fr)
        else:
            messages.success(request, "C’est enregistré.")
            return redirect(_home_of(saved))
    page = {"title": _title(form.title, row), "back": _home_of(row)}
    return render(request, "directory/form.html", {"form": form, "page": page})


def _home_of(row: Any, *, after_removal: bool = False) -> str:
    """The sheet where a row is read: its own, or that of its owner."""
    if isinstance(row, SHEETS) and (after_removal or not row.pk):
        return _above(row)
    model, pk = sheet_of(row)
    return _at(model._meta.model_name or "", pk)


def _above(row: Any) -> str:
    """The page that lists a row that has a sheet."""
    if isinstance(row, Antenne):
        return _at("institution", row.institution_id)
    if isinstance(row, Expert):
        return _at("antenne", row.antenne_id)
    if isinstance(row, Subject | Theme):
        return reverse("directory:subjects")
    return reverse("directory:home")


def _at(name: str, pk: int) -> str:
    return reverse(f"directory:{name}", args=[pk])


def _living(model: Any) -> models.QuerySet:
    """The rows that can still be changed."""
    rows = model._default_manager.all()
    return rows.filter(deleted_at__isnull=True) if hasattr(model, "deleted_at") else rows


def _sheet(request: HttpRequest, sheet: Sheet) -> HttpResponse:
    return render(request, "directory/sheet.html", {"page": sheet})
