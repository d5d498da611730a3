"""Coverage: who would answer where, for the team."""

from __future__ import annotations

from collections.abc import Iterator
from weakref import WeakKeyDictionary

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from vigie.accounts.access import granted
from vigie.directory.forms.coverage import CoverageForm
from vigie.directory.queries.coverage_departement import departement_page
from vigie.directory.queries.coverage_look import Seen, choices, seen
from vigie.directory.queries.coverage_page import CoveragePage, coverage_page, exported_holes
from vigie.directory.queries.marks import marks
from vigie.exports.writers.separated import BYTE_ORDER_MARK, line
from vigie.kernel.clock import now
from vigie.kernel.period import paris_day

# What was drawn of the pages that are kept: their tables are the same for each person who may read them.
_DRAWN: WeakKeyDictionary[CoveragePage, SafeString] = WeakKeyDictionary()


def _asked(request: HttpRequest) -> tuple[CoverageForm, Seen]:
    under = marks()
    offered = choices(under)
    form = CoverageForm(request.GET, choices=offered)
    return form, seen(form.look(), offered, paris_day(now()), under)


@granted("directory.view")
@require_safe
def coverage(request: HttpRequest) -> HttpResponse:
    """``/equipe/annuaire/couverture/``"""
    form, view = _asked(request)
    page = coverage_page(view, request.GET.get("page", ""))
    body = _DRAWN.get(page)
    if body is None:
        body = _DRAWN[page] = render_to_string("directory/coverage_body.html", {"page": page}, request)
    return render(request, "directory/coverage.html", {"page": page, "form": form, "body": body})


@granted("directory.view")
@require_safe
def departement(request: HttpRequest, code: str) -> HttpResponse:
    """``/equipe/annuaire/couverture/<code>/``"""
    form, view = _asked(request)
    page = departement_page(view, code)
    if page is None:
        raise Http404
    return render(request, "directory/coverage_departement.html", {"page": page, "form": form})


@granted("directory.view")
@require_safe
def holes(request: HttpRequest) -> StreamingHttpResponse:
    """``/equipe/annuaire/couverture/trous.csv``: every département × subject that lacks somebody."""
    _form, view = _asked(request)

    def lines() -> Iterator[str]:
        yield BYTE_ORDER_MARK
        for row in exported_holes(view):
            yield line(row)

    answer = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="trous-de-couverture-{view.on:%Y-%m-%d}.csv"'
    return answer
