"""« Réunir »: the other one is chosen, what changes is read, then it is done. The same page whatever is merged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from vigie.accounts.forms import put_refusal
from vigie.agents.actions.merging import MergingUnseen
from vigie.agents.forms.merging import MergeForm
from vigie.kernel.errors import Forbidden, Refused
from vigie.ui.forms import status_of


@dataclass(frozen=True)
class Merger:
    """What is merged, in its own words. text: what it does, before the other is chosen; label: of the choice.

    targets: (key, name) of those that it may join. said: what was counted, in sentences. merge: (other, mark) → what is
    said when it is done. page_of: the address of the page of one of them.
    """

    pk: int
    name: str
    title: str
    text: str
    label: str
    targets: list[tuple[str, str]]
    said: Callable[[int, Any], tuple[str, ...]]
    merge: Callable[[int, str], str]
    page_of: Callable[[int], str]

    @property
    def page(self) -> str:
        return self.page_of(self.pk)


def merge_page(request: HttpRequest, merger: Merger) -> HttpResponse:
    """Nothing is written before the mark of the figures that were read comes back."""
    back = "back" in request.POST
    form = MergeForm(request.POST if request.method == "POST" else None, label=merger.label, targets=merger.targets)
    if request.method == "POST" and form.is_valid() and not back:
        target, seen = int(form.cleaned_data["target"]), form.cleaned_data["seen"]
        try:
            said = merger.merge(target, seen)
        except MergingUnseen as unseen:
            return _confirm(request, merger, target, unseen, again=bool(seen))
        except Forbidden:
            raise
        except Refused as refused:
            put_refusal(form, refused)
        else:
            messages.success(request, said)
            return redirect(merger.page_of(target))
    status = 200 if back else status_of(form)
    return render(request, "agents/merge.html", {"merger": merger, "form": form}, status=status)


def _confirm(request: HttpRequest, merger: Merger, target: int, unseen: MergingUnseen, *, again: bool) -> HttpResponse:
    context = {
        "name": merger.name, "into": dict(merger.targets)[str(target)], "target": str(target), "again": again,
        "said": merger.said(target, unseen.found), "seen": unseen.found.mark,
    }  # fmt: skip
    return render(request, "agents/merge_confirm.html", context)
