"""Addresses of the page shown, with one parameter changed: sorting, pages and filters live in the address."""

from __future__ import annotations

from django.forms import BaseForm
from django.http import HttpRequest, QueryDict

PLACE = ("page", "apres")  # where one is in the list: another order or another filter begins again


def path(request: HttpRequest | None) -> str:
    """The address of the page without its parameters."""
    return request.path if request else ""


def changed(request: HttpRequest | None, **parameters: str | int | None) -> str:
    """The address of the page with these parameters changed; None takes one off."""
    query = request.GET.copy() if request else QueryDict(mutable=True)
    for name, value in parameters.items():
        if value is None:
            query.pop(name, None)
        else:
            query[name] = str(value)
    text = query.urlencode()
    return f"{path(request)}?{text}" if text else path(request) or "?"


def without(request: HttpRequest | None, name: str, value: str) -> str:
    """The address of the page without one of the values of a parameter, from its beginning."""
    query = request.GET.copy() if request else QueryDict(mutable=True)
    query.setlist(name, [one for one in query.getlist(name) if one != value])
    for place in PLACE:
        query.pop(place, None)
    text = query.urlencode()
    return f"{path(request)}?{text}" if text else path(request) or "?"


def kept(request: HttpRequest | None, form: BaseForm) -> list[tuple[str, str]]:
    """The parameters that the form does not hold and must carry on (the tab, the sort), but for the place."""
    if request is None:
        return []
    own = {form.add_prefix(name) for name in form.fields} | {*PLACE}
    return [(name, value) for name, values in request.GET.lists() for value in values if name not in own]
