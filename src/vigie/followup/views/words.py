"""The words that files offer: kept by administrators, who read no file."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from vigie.accounts.access import granted, person_of
from vigie.agents.views.merging import Merger, merge_page
from vigie.followup.actions import words as acts
from vigie.followup.actions.words_merging import merge
from vigie.followup.forms.words import NewWordForm, WordForm
from vigie.followup.queries.merging import Merging
from vigie.followup.queries.words import asked_word, kind_named, merging_said, targets, word_page, words_page
from vigie.followup.views.shared import reads_and_writes, refused, renew_version
from vigie.kernel.clock import now
from vigie.kernel.errors import Forbidden, Refused
from vigie.ui.formats import counted
from vigie.ui.forms import new_form_token, status_of


@granted(acts.RIGHT)
@require_safe
def words(request: HttpRequest, kind: str = "difficultes") -> HttpResponse:
    """``/administration/mots/<kind>/``"""
    return render(request, "followup/words.html", {"page": words_page(kind_named(kind))})


@granted(acts.RIGHT)
@reads_and_writes
def new_word(request: HttpRequest, kind: str) -> HttpResponse:
    """``/administration/mots/<kind>/nouveau/``"""
    found = kind_named(kind)
    form = NewWordForm(request.POST if request.method == "POST" else None, token=new_form_token())
    status = status_of(form)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            acts.create(found.code, told["label"], form_token=told["form_token"], by=person_of(request), at=now())
        except Refused as error:
            status = refused(form, error)
        else:
            messages.success(request, f"«\u00a0{told['label']}\u00a0» est maintenant proposé.")
            return redirect("followup:words", kind)
    return render(request, "followup/word_new.html", {"kind": found, "form": form}, status=status)


@granted(acts.RIGHT)
@reads_and_writes
def word(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """``/administration/mots/<kind>/<id>/``: the word, its place, who carries it, who changed it."""
    found = kind_named(kind)
    row = asked_word(found, pk)
    initial = {"label": row.label, "rank": acts.rank_of(row), "version": row.version}
    form = WordForm(request.POST if request.method == "POST" else None, initial=initial)
    status = status_of(form)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            acts.change(
                row.pk, told["label"], told["rank"], version=told["version"] or 0, by=person_of(request), at=now()
            )
        except Refused as error:
            status = refused(form, error)
            renew_version(form, str(asked_word(found, pk).version))
        else:
            messages.success(request, "C’est enregistré.")
            return redirect("followup:word", kind, pk)
    return render(request, "followup/word.html", {"page": word_page(found, row), "form": form}, status=status)


@granted(acts.RIGHT)
@require_POST
def word_act(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """``/administration/mots/<kind>/<id>/agir/``: withdrawn, or offered again."""
    row = asked_word(kind_named(kind), pk)
    act = {"withdraw": acts.withdraw, "restore": acts.restore}.get(request.POST.get("transition", ""))
    if act is None:
        raise Http404
    try:
        act(row.pk, by=person_of(request), at=now())
    except Forbidden:
        raise
    except Refused as error:
        messages.warning(request, error.message_fr)
    else:
        messages.success(request, "Retiré." if act is acts.withdraw else "De nouveau en service.")
    return redirect("followup:word", kind, pk)


@granted(acts.RIGHT)
@reads_and_writes
def merge_word(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """``/administration/mots/<kind>/<id>/reunir/``: the other word, then what changes, then it is done."""
    found = kind_named(kind)
    row = asked_word(found, pk)

    def said(target: int, counts: Merging) -> tuple[str, ...]:
        return merging_said(row, asked_word(found, target), counts)

    def done(target: int, seen: str) -> str:
        made = merge(row.pk, target, seen=seen, by=person_of(request), at=now())
        changed = counted(made.files, "accompagnement changé", "accompagnements changés")
        return f"Les deux mots sont réunis. {changed}."

    merger = Merger(
        pk=row.pk,
        name=row.label,
        title=f"Réunir «\u00a0{row.label}\u00a0» à un autre mot",
        text=f"Les accompagnements qui portent «\u00a0{row.label}\u00a0» porteront l’autre mot. Vous lirez combien ils "
        "sont avant de confirmer.",
        label="Mot qui reste",
        targets=targets(row),
        said=said,
        merge=done,
        page_of=lambda key: reverse("followup:word", args=[kind, key]),
    )
    return merge_page(request, merger)
