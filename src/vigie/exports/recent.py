"""The one place that asks who exports many rows to prove again who he is (Q-02)."""

from __future__ import annotations

from urllib.parse import urlencode

from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from vigie.exports.rules import RECENT_ABOVE


def proof_wanted(request: HttpRequest, rows: int, back: str) -> HttpResponseBase | None:
    """Where to go first, and come back to ``back`` from; None when the export may be made now."""
    if rows <= RECENT_ABOVE or did_recently_reauthenticate(request):
        return None
    messages.info(request, "Cet export est long\u00a0: confirmez que c’est bien vous, puis demandez-le de nouveau.")
    return redirect(f"{reverse('mfa_reauthenticate')}?{urlencode({'next': back})}")
