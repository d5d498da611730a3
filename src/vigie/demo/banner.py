"""The band over the pages of the demo while its year of history is being written (demo mode only)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse

from vigie.demo import progress

View = Callable[[HttpRequest], HttpResponse]


@dataclass(frozen=True)
class Notice:
    """A band over a page, as ``{% notice %}`` draws it."""

    title: str
    text: str
    href: str
    label: str


def banner(get_response: View) -> View:
    """Puts the band on each request; one query, none any more once the history is written."""
    written = False

    def middleware(request: HttpRequest) -> HttpResponse:
        nonlocal written
        if not written and not request.path.startswith(("/static/", "/sante")):
            state = progress.read()
            written = state is not None and state.ended
            request.notice = notice_of(state)  # type: ignore[attr-defined]
        return get_response(request)

    return middleware


def notice_of(state: progress.Progress | None) -> Notice | None:
    """What the band says; nothing when no history is being written."""
    if state is None or state.ended:
        return None
    return Notice(
        "Démonstration",
        f"L’année passée est en cours d’écriture\u00a0: {state.percent}\u00a0%. Vous pouvez déjà tout essayer.",
        "/demo/",
        "Voir l’avancement",
    )
