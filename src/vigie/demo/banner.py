"""The band over the pages of the demo while its example list and its history are being built (demo mode only)."""

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
    """Puts the band on each request; two queries, none any more once everything is built."""
    written = False

    def middleware(request: HttpRequest) -> HttpResponse:
        nonlocal written
        if not written and not request.path.startswith(("/static/", "/sante")):
            example, history = progress.read(progress.EXAMPLE), progress.read()
            written = all(state is not None and state.ended for state in (example, history))
            if (notice := notice_of(example, history)) is not None:  # an announcement of the team stays
                request.notice = notice  # type: ignore[attr-defined]
        return get_response(request)

    return middleware


def notice_of(example: progress.Progress | None, history: progress.Progress | None) -> Notice | None:
    """What the band says; nothing when nothing is being built."""
    if example is not None and not example.ended:
        text = f"La liste de détection d’exemple se calcule\u00a0: étape {example.done + 1} sur {example.total}."
    elif history is not None and not history.ended:
        text = f"L’année passée est en cours d’écriture\u00a0: {history.percent}\u00a0%."
    else:
        return None
    return Notice("Démonstration", f"{text} Vous pouvez déjà tout essayer.", "/demo/", "Voir l’avancement")
