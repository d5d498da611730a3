"""What is sent to keep a view of a list, and what is said then: the same words for every list."""

from __future__ import annotations

from django.http import HttpRequest

from vigie.agents.forms.kept_views import ViewForm
from vigie.agents.models_kept_views import NAME_AT_MOST
from vigie.kernel.errors import InvalidInput

DELETED = "Vue supprimée."
FIRST = "Cette vue s’ouvrira en premier."


def named_view(request: HttpRequest) -> tuple[str, str]:
    """The name typed, and the address that it is to keep. InvalidInput when the name cannot be read."""
    form = ViewForm(request.POST)
    if not form.is_valid():
        raise InvalidInput(
            "view_unreadable", f"Donnez un nom de {NAME_AT_MOST} caractères au plus à cette vue.", field="name"
        )
    return form.cleaned_data["name"], form.cleaned_data["adresse"]


def saved(name: str) -> str:
    return f"Vue «\u00a0{name}\u00a0» enregistrée."
