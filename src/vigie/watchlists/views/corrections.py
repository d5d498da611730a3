"""« Redressements »: the list, the form, the sheet and its acts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from vigie.accounts.access import granted, person_of
from vigie.journal import audit
from vigie.kernel.clock import now
from vigie.kernel.period import Month, paris_day
from vigie.rights.person import Person
from vigie.rights.reach import require
from vigie.watchlists.actions import corrections as actions
from vigie.watchlists.forms_corrections import CorrectionForm, EndForm, initial_of
from vigie.watchlists.models_corrections import Correction
from vigie.watchlists.queries import corrections as queries

LABEL = "watchlists.Correction"
PLAIN: dict[str, tuple[Callable[..., Any], str]] = {
    "simulate": (actions.ask_simulation, "La simulation est lancée. Rechargez la page dans quelques minutes."),
    "propose": (actions.propose, "Le redressement est proposé."),
    "take_back": (actions.take_back, "Le redressement est de nouveau un brouillon."),
    "approve": (actions.approve, "Le redressement est approuvé\u00a0: les prochaines listes l’appliqueront."),
}
WITH_REASON: dict[str, tuple[Callable[..., Any], str]] = {
    "refuse": (actions.refuse, "Le redressement est refusé."),
    "withdraw": (actions.withdraw, "Le redressement est retiré\u00a0: les prochaines listes s’en passent."),
}


@granted("correction.view")
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """``/detection/redressements/``"""
    page = queries.corrections_page(person_of(request), paris_day(now()))
    return render(request, "watchlists/corrections.html", {"page": page})


@granted("correction.view")
@require_safe
def sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """``/detection/redressements/<id>/``"""
    return _draw(request, _visible(request, pk), EndForm)


@granted("correction.write")
@require_http_methods(["GET", "HEAD", "POST"])
def write(request: HttpRequest) -> HttpResponse:
    """``/detection/redressements/nouveau/``"""
    initial = {"first_month": str(Month.of(paris_day(now())).plus(1)), "kind": "shape_edit"}
    form = _form(request, initial)
    if request.method == "POST" and form.is_valid():
        draft = actions.write_draft(_written(form), by=person_of(request), at=now())
        messages.success(request, "Le brouillon est gardé. Simulez-le pour voir ce qu’il change.")
        return redirect("watchlists:correction", draft.pk)
    return render(request, "watchlists/correction_form.html", {"form": form, "title": "Nouveau redressement"})


@granted("correction.write")
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """``/detection/redressements/<id>/modifier/``"""
    row = _visible(request, pk)
    require(person_of(request), "correction.propose", row)
    months = (row.valid_until.year - row.valid_from.year) * 12 + row.valid_until.month - row.valid_from.month + 1
    texts = {"wording": row.wording, "reason": row.reason, "decision_reference": row.decision_reference}
    form = _form(request, {**texts, "first_month": str(row.first_month), "months": months, **initial_of(row.said)})
    if request.method == "POST" and form.is_valid():
        actions.change_draft(row, _written(form), by=person_of(request), at=now())
        messages.success(request, "Le brouillon est changé. Simulez-le de nouveau.")
        return redirect("watchlists:correction", pk)
    return render(request, "watchlists/correction_form.html", {"form": form, "title": f"Modifier {row}"})


@granted("correction.view")
@require_POST
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """What the buttons of the sheet do."""
    row, name = _visible(request, pk), request.POST.get("transition", "")
    person, at = person_of(request), now()
    if name in PLAIN:
        function, done = PLAIN[name]
        function(row, by=person, at=at)
    elif name in WITH_REASON:
        return _end(request, row, name)
    elif name == "next_version":
        row, done = actions.write_next_version(row, by=person, at=at), "La nouvelle version est dans vos brouillons."
    elif name == "delete":
        actions.delete_draft(row, by=person, at=at)
        messages.success(request, "Le brouillon est supprimé.")
        return redirect("watchlists:corrections")
    else:
        raise Http404
    messages.success(request, done)
    return redirect("watchlists:correction", row.pk)


def _end(request: HttpRequest, row: Correction, name: str) -> HttpResponse:
    form = EndForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Dites pourquoi\u00a0: cette raison est gardée.")
        return _draw(request, row, EndForm, status=400)
    function, done = WITH_REASON[name]
    function(row, form.cleaned_data["reason"], by=person_of(request), at=now())
    messages.success(request, done)
    return redirect("watchlists:correction", row.pk)


def _visible(request: HttpRequest, pk: int) -> Correction:
    row = queries.visible_correction(person_of(request), pk)
    if row is None:
        raise Http404
    return row


def _form(request: HttpRequest, initial: dict[str, Any]) -> CorrectionForm:
    offered = queries.choices(queries.words())
    return CorrectionForm(request.POST if request.method == "POST" else None, initial=initial, choices=offered)


def _written(form: CorrectionForm) -> actions.Written:
    data = form.cleaned_data
    return actions.Written(
        data["wording"], data["reason"], data["decision_reference"], form.content(), data["first_month"], data["months"]
    )


def _draw(
    request: HttpRequest, row: Correction, end_form: Callable[[], EndForm], status: int = 200
) -> HttpResponse:  # fmt: skip
    """The sheet, and an audit row when it names firms."""
    person: Person = person_of(request)
    with audit.reading():
        page = queries.correction_page(person, row, end_form)
        if page.simulation is not None and page.simulation.moving:
            told = {"firms": list(page.simulation.moving)}
            audit.note("view_simulation", LABEL, str(row.pk), by=person, at=now(), details=told)
    return render(request, "watchlists/correction.html", {"page": page}, status=status)
