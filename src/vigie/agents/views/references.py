"""Zones, networks, profiles of work, bodies: kept by administrators."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from vigie.accounts.access import confirm_keeping, granted, person_of
from vigie.accounts.forms import put_refusal
from vigie.agents.actions import reference_writing as acts
from vigie.agents.forms.references import FORMS, ReferenceForm
from vigie.agents.queries.reference_effects import said
from vigie.agents.queries.references import kind_named, reference, reference_page, references_page
from vigie.agents.reference_kinds import Kind
from vigie.kernel.clock import now
from vigie.kernel.errors import Forbidden, InvalidInput, Refused
from vigie.ui.forms import new_form_token, status_of

reads_and_writes = require_http_methods(["GET", "HEAD", "POST"])


@granted(acts.RIGHT)
@require_safe
def references(request: HttpRequest, kind: str = "zones") -> HttpResponse:
    """``/administration/references/<kind>/``"""
    return render(request, "agents/references.html", {"page": references_page(kind_named(kind))})


@granted(acts.RIGHT)
@reads_and_writes
def new_reference(request: HttpRequest, kind: str) -> HttpResponse:
    """``/administration/references/<kind>/nouveau/``: nothing uses it yet, so that nobody's access moves."""
    found = kind_named(kind)
    form = _form(request, found)
    if request.method == "POST" and form.is_valid():
        try:
            token = form.cleaned_data["form_token"]
            row = acts.create(found, form.values(), form_token=token, by=person_of(request), at=now())
        except InvalidInput as refused:
            put_refusal(form, refused)
        else:
            messages.success(request, "C’est enregistré. Personne ne s’en sert encore.")
            return redirect("agents:reference", kind, row.pk)
    return render(request, "agents/reference_new.html", {"kind": found, "form": form}, status=status_of(form))


@granted(acts.RIGHT)
@reads_and_writes
def reference_(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """``/administration/references/<kind>/<id>/``: its values, who uses it, who changed it."""
    found = kind_named(kind)
    row = reference(found, pk)
    form = _form(request, found, row)
    if request.method == "POST" and form.is_valid() and "back" not in request.POST:
        answer = _change(request, found, row, form)
        if answer is not None:
            return answer
    return _draw(request, found, row, form, status=200 if "back" in request.POST else status_of(form))


def _change(request: HttpRequest, kind: Kind, row: Any, form: ReferenceForm) -> HttpResponse | None:
    """The answer to a change; None when the form is shown again with what is wrong."""
    version, seen = form.cleaned_data["version"] or 0, form.cleaned_data["seen"]
    if seen and (elsewhere := confirm_keeping(request)) is not None:
        return elsewhere
    try:
        acts.change(kind, row.pk, form.values(), version=version, seen=seen, by=person_of(request), at=now())
    except acts.EffectsMoved as unseen:
        return confirm_keeping(request) or _confirm(request, kind, row, unseen, again=bool(seen))
    except acts.Moved as moved:
        form = FORMS[kind.code](
            {**request.POST.dict(), "version": moved.row.version, "seen": ""}, row=moved.row, token=new_form_token()
        )
        form.full_clean()
        form.add_error(None, moved.message_fr)
        return _draw(request, kind, reference(kind, row.pk), form, status=409)
    except InvalidInput as refused:
        put_refusal(form, refused)
        return None
    except Forbidden:
        raise
    except Refused as refused:
        form.add_error(None, refused.message_fr)
        return None
    messages.success(request, "C’est enregistré.")
    return redirect("agents:reference", kind.slug, row.pk)


def _confirm(request: HttpRequest, kind: Kind, row: Any, unseen: acts.EffectsMoved, *, again: bool) -> HttpResponse:
    """What the change gives and takes, before it is made."""
    typed = {name: value for name, value in request.POST.items() if name not in ("csrfmiddlewaretoken", "seen")}
    context = {
        "kind": kind, "row": row, "said": said(unseen.effects), "again": again,
        "typed": tuple({**typed, "seen": unseen.effects.mark()}.items()),
    }  # fmt: skip
    return render(request, "agents/reference_confirm.html", context)


@granted(acts.RIGHT)
@require_POST
def reference_act(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """``/administration/references/<kind>/<id>/agir/``: withdrawn, or offered again."""
    found = kind_named(kind)
    row = reference(found, pk)
    act = {"withdraw": acts.withdraw, "restore": acts.restore}.get(request.POST.get("transition", ""))
    if act is None:
        raise Http404
    try:
        act(found, row.pk, by=person_of(request), at=now())
    except Forbidden:
        raise
    except Refused as refused:
        messages.warning(request, refused.message_fr)
    else:
        done = f"{found.withdrawn}." if act is acts.withdraw else "De nouveau en service."
        messages.success(request, done)
    return redirect("agents:reference", kind, pk)


def _form(request: HttpRequest, kind: Kind, row: Any = None) -> ReferenceForm:
    data = request.POST if request.method == "POST" else None
    return FORMS[kind.code](data, row=row, token=new_form_token())


def _draw(request: HttpRequest, kind: Kind, row: Any, form: ReferenceForm, status: int = 200) -> HttpResponse:
    context = {"page": reference_page(kind, row), "kind": kind, "form": form, "moved": status == 409}
    return render(request, "agents/reference.html", context, status=status)
