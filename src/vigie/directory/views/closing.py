"""Closing an antenne, on screen."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from vigie.accounts.access import granted, person_of
from vigie.accounts.models import Antenne
from vigie.directory.closing import close_antenne, closing_page, heirs
from vigie.directory.forms.closing import ClosingForm
from vigie.kernel.clock import now
from vigie.kernel.errors import Refused
from vigie.ui.formats import counted


@granted("directory.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """``/equipe/annuaire/antennes/<id>/fermer/``: who takes over, then all at once."""
    antenne = get_object_or_404(Antenne, pk=pk)
    if antenne.deleted_at is not None:
        return redirect("directory:antenne", pk)
    page = closing_page(antenne)
    sent = request.POST if request.method == "POST" else None
    form = ClosingForm(sent, heirs=heirs(antenne), needed=page.needed)
    if request.method == "POST" and form.is_valid():
        try:
            done = close_antenne(antenne, to=form.heir(), by=person_of(request), at=now())
        except Refused as refused:
            form.add_error("expert", refused.message_fr)
        else:
            taken = counted(done.moved, "besoin repris", "besoins repris")
            messages.success(request, f"{antenne.name} est fermée\u00a0: {taken}.")
            return redirect("directory:antenne", pk)
    return render(request, "directory/closing.html", {"page": page, "form": form})
