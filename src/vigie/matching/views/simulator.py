"""« Qui serait notifié ? » and « Pourquoi cet expert ? »: routing explained. Nothing is sent nor written."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from vigie.accounts.access import granted, person_of, signed_in
from vigie.kernel.clock import now
from vigie.kernel.period import paris_day
from vigie.matching.forms.simulator import SimulatorForm
from vigie.matching.forms.team import ExpertSearchForm, answers_form
from vigie.matching.models import Need
from vigie.matching.queries.choices import living_subjects
from vigie.matching.queries.explaining import decision_trace
from vigie.matching.queries.positions import company_name
from vigie.matching.queries.simulator import experts_answering, explained_for, operators, simulator_page


@granted("simulator.use")
@require_safe
def simulator(request: HttpRequest) -> HttpResponse:
    """``/equipe/qui-serait-notifie/``; with script, only what changes is sent back."""
    subjects = living_subjects()
    form = SimulatorForm(request.GET, subjects=subjects, operators=operators())
    typed = form.typed()
    subject = next((one for one in subjects if one.pk == form.cleaned_data.get("sujet")), None)
    questions = answers_form(subject, {}, request.GET) if subject else None
    answers = questions.answers() if questions and questions.is_valid() else {}
    search = _search(request, "Pourquoi (pas) cet expert\u00a0?")
    chosen = request.GET.get("choisi", "")
    page = simulator_page(subject, typed, answers, chosen, _searched(search), paris_day(now()))
    context = {"page": page, "form": form, "questions": questions, "search": search, "searched": _searched(search)}
    context |= {"chosen": chosen, "part": bool(getattr(request, "htmx", False))}
    name = "simulator_result.html" if context["part"] else "simulator.html"
    return render(request, f"matching/team/{name}", context)


@signed_in
@require_safe
def explain(request: HttpRequest, pk: int) -> HttpResponse:
    """``/equipe/besoins/<id>/pourquoi/``: the stored trace of a need, and any other expert looked at today."""
    needs = Need.objects.allowed(person_of(request), "need.explain")
    related = ("subject", "diagnosis__solicitation", "diagnosis__establishment__company")
    need = needs.select_related(*related).filter(pk=pk).first()
    if need is None:
        raise Http404
    lines = decision_trace(need)
    search = _search(request, "Et un autre expert\u00a0?")
    context = {
        "need": need,
        "company": company_name(need),
        "kept": [line for line in lines if line.kept],
        "dropped": [line for line in lines if not line.kept],
        "search": search,
        "searched": _searched(search),
        "experts": experts_answering(_searched(search)),
        "explained": explained_for(need, request.GET.get("choisi", ""), paris_day(now())),
        "chosen": request.GET.get("choisi", ""),
    }
    return render(request, "matching/team/explain.html", context)


def _search(request: HttpRequest, label: str) -> ExpertSearchForm:
    form = ExpertSearchForm(request.GET)
    form.fields["expert"].label = label
    return form


def _searched(form: ExpertSearchForm) -> str:
    return str(form.cleaned_data["expert"]) if form.is_valid() else ""
