"""The cards of a former board: sent, read again, taken up."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from vigie.accounts.access import granted, person_of, signed_in
from vigie.exports.writers.separated import BYTE_ORDER_MARK, line
from vigie.followup.actions import cards as acts
from vigie.followup.forms.cards import CardsForm, SeenForm
from vigie.followup.queries.cards import cards_import, cards_page, import_page
from vigie.followup.queries.file import networks_of
from vigie.followup.rules_cards import example_lines
from vigie.followup.views.shared import reads_and_writes, refused
from vigie.kernel.clock import now
from vigie.kernel.errors import Forbidden, Refused
from vigie.ui.forms import new_form_token, status_of


@granted("cards.import")
@reads_and_writes
def cards(request: HttpRequest) -> HttpResponse:
    """``/accompagnements/reprendre/``: a file, and those already read."""
    person, posted = person_of(request), request.method == "POST"
    sent = (request.POST, request.FILES) if posted else (None, None)
    form = CardsForm(*sent, token=new_form_token(), networks=networks_of(person))
    status = status_of(form)
    if posted and form.is_valid():
        told, file = form.cleaned_data, form.cleaned_data["file"]
        asked: dict[str, Any] = {name: told[name] for name in ("motive", "comment", "form_token")}
        try:
            row = acts.read(file.read(), file.name, network=form.reader, **asked, by=person, at=now())
        except Refused as error:
            status = refused(form, error)
        else:
            return redirect("followup:cards_import", row.pk)
    return render(request, "followup/cards.html", {"page": cards_page(person), "form": form}, status=status)


@granted("cards.import")
@require_safe
def model(request: HttpRequest) -> HttpResponse:
    """``/accompagnements/reprendre/modele.csv``: the columns, and a card as an example."""
    text = BYTE_ORDER_MARK + "".join(line(cells) for cells in example_lines())
    answer = HttpResponse(text, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="modele-cartes.csv"'
    return answer


@signed_in
@reads_and_writes
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """``/accompagnements/reprendre/<id>/``: what each card becomes; then it is done, or left."""
    person, at = person_of(request), now()
    row = cards_import(person, pk)
    if request.method != "POST":
        page = import_page(row, person, lambda seen: SeenForm(initial={"seen": seen}), at)
        return render(request, "followup/cards_import.html", {"page": page})
    asked = request.POST.get("transition", "")
    try:
        if asked == "apply":
            acts.apply(row, seen=request.POST.get("seen", "")[:64], by=person, at=at)
            messages.success(request, "Les cartes sont reprises. Chaque agent nommé est prévenu par un courriel.")
        elif asked == "abandon":
            acts.abandon(row, by=person, at=at)
            messages.success(request, "Rien n’a été repris. Ce que disait le fichier est effacé.")
        else:
            raise Http404
    except Forbidden:
        raise
    except Refused as error:
        messages.warning(request, error.message_fr)
    return redirect("followup:cards_import", pk)
