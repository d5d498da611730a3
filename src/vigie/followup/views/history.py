"""The versions of a summary: read by the members of its network, taken back by those who may write it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from vigie.accounts.access import person_of, signed_in
from vigie.accounts.models_agents import Network
from vigie.followup.actions.texts import SummaryLocked, SummaryMoved, network_of, restore_summary
from vigie.followup.forms import RestoreForm
from vigie.followup.models import Followup
from vigie.followup.queries.file_texts import tab_of
from vigie.followup.queries.summary_history import history_page, version_page
from vigie.followup.views.shared import asked_file, file_traces
from vigie.journal import audit
from vigie.kernel.clock import now
from vigie.rights.reach import require
from vigie.ui.components import ActButton


@signed_in
@require_safe
def versions(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """``/accompagnements/<id>/syntheses/<réseau>/versions/``: who saved what, when."""
    followup, person = asked_file(request, pk), person_of(request)
    network = network_of(person, code)
    with audit.reading():
        page = history_page(person, followup, network)
        audit.note_many(file_traces(person, followup, [network.code]), by=person, at=now())
    return render(request, "followup/versions.html", {"page": page, "file": followup})


@signed_in
@require_safe
def version(request: HttpRequest, pk: int, code: str, number: int) -> HttpResponse:
    """``/accompagnements/<id>/syntheses/<réseau>/versions/<numéro>/``: a version, and what it changed."""
    followup, person = asked_file(request, pk), person_of(request)
    return _draw(request, followup, network_of(person, code), number)


@signed_in
@require_POST
def restore(request: HttpRequest, pk: int, code: str, number: int) -> HttpResponse:
    """``/accompagnements/<id>/syntheses/<réseau>/versions/<numéro>/reprendre/``"""
    followup, person, at = asked_file(request, pk), person_of(request), now()
    network = network_of(person, code)
    require(person, "file.edit", followup)
    form = RestoreForm(request.POST)
    seen = form.cleaned_data["version"] if form.is_valid() else -1
    try:
        restore_summary(followup, network, number, version=seen, by=person, at=at)
    except SummaryMoved as moved:
        alert = f"{moved.summary.updated_by} a enregistré une autre version entre-temps\u00a0: rien n’est changé."
        return _draw(request, followup, network, number, alert=alert, status=409)
    except SummaryLocked as held:
        return _draw(request, followup, network, number, alert=held.message_fr, status=409)
    messages.success(request, f"La version {number} est reprise.")
    return redirect(tab_of(pk, network))


def _draw(
    request: HttpRequest, followup: Followup, network: Network, number: int, *, alert: str = "", status: int = 200
) -> HttpResponse:  # fmt: skip
    """The page and its audit rows: the text of a network is read in it, as in the tab of that network."""
    person, at = person_of(request), now()
    with audit.reading():
        page = version_page(person, followup, network, number, at)
        audit.note_many(file_traces(person, followup, [network.code]), by=person, at=at)
    offered: list[ActButton] = []
    if page.restore:
        act = ActButton(
            f"Reprendre la version {number}", page.restore, "", "secondary",
            form=RestoreForm(initial={"version": page.current}),
            confirm=f"Ce texte remplace celui d’aujourd’hui (version {page.current}), qui reste dans l’historique.",
        )  # fmt: skip
        offered = [act, ActButton("La corriger avant de la reprendre", page.editor, "lock", "tertiary")]
    context = {"page": page, "file": followup, "acts": offered, "alert": alert}
    return render(request, "followup/version.html", context, status=status)
