"""What a session remembers of a look through somebody's eyes: its number, nothing else."""

from __future__ import annotations

from django.http import HttpRequest

from vigie.agents.models import Look

_KEY = "agents.look"


def start(request: HttpRequest, look: Look) -> None:
    request.session[_KEY] = look.pk


def stop(request: HttpRequest) -> int | None:
    """Forgets it; gives its number, None when there was none."""
    found: int | None = request.session.pop(_KEY, None)
    return found


def kept(request: HttpRequest) -> int | None:
    found: int | None = request.session.get(_KEY)
    return found
