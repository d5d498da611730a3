"""What an administrator gives to people and withdraws, on one page: a form that gives one more, a button a line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from django import forms
from django.contrib import messages
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from vigie.accounts.access import confirm_first, confirm_keeping, person_of
from vigie.accounts.forms import put_refusal
from vigie.kernel.clock import now
from vigie.kernel.errors import InvalidInput
from vigie.ui.forms import status_of

Row = TypeVar("Row", bound=Model)


def give_one(
    request: HttpRequest, form: forms.Form, give: Callable[[Mapping[str, Any]], str], *,
    page: str, template: str, shown: Callable[[], Any],
) -> HttpResponse:  # fmt: skip
    """The page, or one more given and the page again. Giving asks who one is again.

    give: what was typed → what is said then. page: the name of its address. shown: read only when it is drawn.
    """
    if request.method == "POST" and form.is_valid():
        elsewhere = confirm_keeping(request)
        if elsewhere is not None:
            return elsewhere
        try:
            said = give(form.cleaned_data)
        except InvalidInput as refused:
            put_refusal(form, refused)
        else:
            messages.success(request, said)
            return redirect(page)
    return render(request, template, {"page": shown(), "form": form}, status=status_of(form))


def withdraw_one(
    request: HttpRequest, model: type[Row], pk: int, withdraw: Callable[..., None], said: Callable[[Row], str], *,
    page: str,
) -> HttpResponse:  # fmt: skip
    """The button of a line. It asks who one is again."""
    row = get_object_or_404(model, pk=pk)
    elsewhere = confirm_first(request, reverse(page))
    if elsewhere is not None:
        return elsewhere
    withdraw(row, by=person_of(request), at=now())
    messages.success(request, said(row))
    return redirect(page)
