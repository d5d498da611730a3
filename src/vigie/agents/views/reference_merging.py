"""« Réunir »: two bodies, or two profiles of work, become one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from vigie.accounts.access import granted, person_of
from vigie.accounts.forms import put_refusal
from vigie.agents.actions.reference_merging import MergingUnseen, merge
from vigie.agents.actions.reference_writing import RIGHT
from vigie.agents.forms.references import MergeForm
from vigie.agents.queries.reference_merging import Merging, merging_said, targets
from vigie.agents.queries.references import kind_named, reference
from vigie.agents.reference_kinds import MERGEABLE, Kind
from vigie.kernel.clock import now
from vigie.kernel.errors import Forbidden, Refused
from vigie.ui.formats import counted
from vigie.ui.forms import status_of


@granted(RIGHT)
@require_http_methods(["GET", "HEAD", "POST"])
def merge_reference(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """``/administration/references/<kind>/<id>/reunir/``: the other one, then what changes, then it is done."""
    found = kind_named(kind)
    row = reference(found, pk)
    if found not in MERGEABLE:
        raise Http404
    back = "back" in request.POST
    form = MergeForm(request.POST if request.method == "POST" else None, targets=targets(found, row))
    if request.method == "POST" and form.is_valid() and not back:
        target = reference(found, int(form.cleaned_data["target"]))
        seen = form.cleaned_data["seen"]
        try:
            done = merge(found, row.pk, target.pk, seen=seen, by=person_of(request), at=now())
        except MergingUnseen as unseen:
            return _confirm(request, found, row, target, unseen.found, again=bool(seen))
        except Forbidden:
            raise
        except Refused as refused:
            put_refusal(form, refused)
        else:
            moved = counted(done.agents, "fiche d’agent changée", "fiches d’agents changées")
            messages.success(request, f"C’est fait. {moved}.")
            return redirect("agents:reference", kind, target.pk)
    status = 200 if back else status_of(form)
    context = {"kind": found, "row": row, "name": _name(row), "form": form}
    return render(request, "agents/reference_merge.html", context, status=status)


def _confirm(request: HttpRequest, kind: Kind, row: Any, target: Any, found: Merging, *, again: bool) -> HttpResponse:
    context = {
        "kind": kind, "name": _name(row), "target": target, "into": _name(target),
        "said": merging_said(row, target, found), "seen": found.mark, "again": again,
    }  # fmt: skip
    return render(request, "agents/reference_merge_confirm.html", context)


def _name(row: Any) -> str:
    return str(getattr(row, "label", "") or row.name)
