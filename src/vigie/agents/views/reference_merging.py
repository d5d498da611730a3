"""« Réunir »: two bodies, or two profiles of work, become one."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from vigie.accounts.access import granted, person_of
from vigie.agents.actions.reference_merging import merge
from vigie.agents.actions.reference_writing import RIGHT
from vigie.agents.queries.reference_merging import Merging, merging_said, targets
from vigie.agents.queries.references import kind_named, reference
from vigie.agents.reference_kinds import MERGEABLE
from vigie.agents.views.merging import Merger, merge_page
from vigie.kernel.clock import now
from vigie.ui.formats import counted


@granted(RIGHT)
@require_http_methods(["GET", "HEAD", "POST"])
def merge_reference(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """``/administration/references/<kind>/<id>/reunir/``: the other one, then what changes, then it is done."""
    found = kind_named(kind)
    row = reference(found, pk)
    if found not in MERGEABLE:
        raise Http404

    def said(target: int, counts: Merging) -> tuple[str, ...]:
        return merging_said(row, reference(found, target), counts)

    def done(target: int, seen: str) -> str:
        made = merge(found, row.pk, target, seen=seen, by=person_of(request), at=now())
        return f"C’est fait. {counted(made.agents, 'fiche d’agent changée', 'fiches d’agents changées')}."

    merger = Merger(
        pk=row.pk,
        name=_name(row),
        title=f"Réunir «\u00a0{_name(row)}\u00a0»",
        text=f"Ses agents passent à l’autre, et {found.the} n’est plus en service. Vous lirez qui cela touche avant de "
        "confirmer. Ce qui donnerait ou retirerait un accès est refusé, avec le nom des personnes.",
        label="Celui ou celle qui reste",
        targets=targets(found, row),
        said=said,
        merge=done,
        page_of=lambda key: reverse("agents:reference", args=[kind, key]),
    )
    return merge_page(request, merger)


def _name(row: Any) -> str:
    return str(getattr(row, "label", "") or row.name)
