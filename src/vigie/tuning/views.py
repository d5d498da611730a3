"""« Réglages »: what a team changes without installing the service again."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from vigie.accounts.access import confirm_first, confirm_keeping, granted, person_of
from vigie.accounts.forms import put_refusal
from vigie.kernel.clock import now
from vigie.kernel.errors import Forbidden, Refused, TransitionRefused
from vigie.tuning.actions import RIGHT, change
from vigie.tuning.forms import SettingForm
from vigie.tuning.queries import setting_named, setting_page, settings_table


@granted(RIGHT)
@require_safe
def settings(request: HttpRequest) -> HttpResponse:
    """``/administration/reglages/``"""
    return render(request, "tuning/settings.html", {"table": settings_table()})


@granted(RIGHT)
@require_http_methods(["GET", "HEAD", "POST"])
def setting(request: HttpRequest, slug: str) -> HttpResponse:
    """``/administration/reglages/<slug>/``: its value, what it does, who changed it."""
    found = setting_named(slug)
    page, version, value = setting_page(found)
    posted = request.POST if request.method == "POST" else None
    form, status = SettingForm(posted, setting=found, initial={"value": value, "version": version}), 200
    if posted is not None and form.is_valid():
        if found.guarded and (elsewhere := confirm_keeping(request)) is not None:
            return elsewhere
        told = form.cleaned_data
        try:
            change(found.name, told["value"], version=told["version"] or 0, by=person_of(request), at=now())
        except Forbidden:
            raise
        except Refused as refused:
            put_refusal(form, refused)
            status = 409 if isinstance(refused, TransitionRefused) else 422
            form.data = {**request.POST.dict(), "version": str(version)}
        else:
            messages.success(request, "Le réglage est enregistré.")
            return redirect("tuning:setting", slug)
    return render(request, "tuning/setting.html", {"page": page, "form": form}, status=status)


@granted(RIGHT)
@require_POST
def reset(request: HttpRequest, slug: str) -> HttpResponse:
    """``/administration/reglages/<slug>/depart/``: again what it starts from."""
    found = setting_named(slug)
    elsewhere = confirm_first(request, reverse("tuning:setting", args=[slug])) if found.guarded else None
    if elsewhere is not None:
        return elsewhere
    _page, version, _value = setting_page(found)
    change(found.name, None, version=version, by=person_of(request), at=now())
    messages.success(request, "Le réglage a repris sa valeur de départ.")
    return redirect("tuning:setting", slug)
