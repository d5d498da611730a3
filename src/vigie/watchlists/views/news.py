"""What is new of the firms that an agent follows."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from vigie.accounts.access import granted, person_of
from vigie.journal import audit
from vigie.kernel.clock import now
from vigie.watchlists.queries.firm_news import news_page
from vigie.watchlists.rules_sight import Why


@granted("list.view")
@require_safe
def news(request: HttpRequest) -> HttpResponse:
    """``/detection/faits-nouveaux/``"""
    person, at = person_of(request), now()
    with audit.reading():
        page = news_page(person, at)
        if page.told:
            told = {"firms": page.told}
            audit.note(
                "view_news", "watchlists.FirmNews", "", by=person, at=at, unlocked_by=str(Why.FOLLOW), details=told
            )
    return render(request, "watchlists/news.html", {"page": page})
