"""The page that answers while `make run` makes the database and the invented world behind the web server (demo only).

A file in the demo's folder says which step is under way; `make run` writes it first and removes it last.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

View = Callable[[HttpRequest], HttpResponse]
RETRY_S = 2
# What is made, in order: the name told by who makes it (scripts.prepare, vigie.demo.world), its name on the page.
STEPS = {
    "database": "La base de données",
    "geography": "Les communes de France",
    "themes and subjects": "Les thèmes et les sujets",
    "institutions and experts": "Les institutions et leurs experts",
    "firms": "Les entreprises",
}


@dataclass(frozen=True)
class Opening:
    """Where the making is. done: steps behind."""

    done: int

    @property
    def total(self) -> int:
        return len(STEPS)

    @property
    def steps(self) -> list[tuple[str, str]]:
        """(name, state) of each step."""
        states = [*["fait"] * self.done, "en cours", *["à faire"] * len(STEPS)]
        return list(zip(STEPS.values(), states, strict=False))


def file() -> Path:
    """Exists while the product is not ready."""
    return Path(settings.VAR) / "opening"


def reach(step: str) -> None:
    """Notes the step now under way, for the page; nothing when nobody waits for it, or when it is not a step."""
    where = file()
    if step in STEPS and where.exists():
        new = where.with_suffix(".new")
        new.write_text(step, encoding="utf-8")
        os.replace(new, where)


def read() -> Opening | None:
    """Where it is; None once the product is ready."""
    try:
        step = file().read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return None
    return Opening(list(STEPS).index(step) if step in STEPS else 0)


def opening(get_response: View) -> View:
    """Answers every page with the one that waits, without a look at the database, until the product is ready."""
    opened = False

    def middleware(request: HttpRequest) -> HttpResponse:
        nonlocal opened
        state = None if opened or request.path.startswith("/static/") else read()
        if state is None:
            opened = opened or not request.path.startswith("/static/")
            return get_response(request)
        response = HttpResponse(render_to_string("demo/opening.html", {"opening": state}), status=503)
        response["Retry-After"] = str(RETRY_S)
        response["Cache-Control"] = "no-store"
        if request.method in ("GET", "HEAD"):
            response["Refresh"] = str(RETRY_S)
        return response

    return middleware
