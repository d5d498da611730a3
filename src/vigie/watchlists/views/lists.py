"""The calendar of the lists."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from vigie.accounts.access import granted, person_of
from vigie.kernel.clock import now
from vigie.watchlists.queries.calendar import calendar_page


@granted("list.view")
@require_safe
def calendar(request: HttpRequest) -> HttpResponse:
    """``/detection/calendrier/``"""
    return render(request, "watchlists/calendar.html", {"page": calendar_page(person_of(request), now())})
