"""The demo's mailbox, open to all: the data are invented. These addresses do not exist in production (config.urls)."""

from __future__ import annotations

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from vigie.demo.models import DemoMail
from vigie.demo.pages import mail_page, mailbox_page

# A mail bears its styles in its tags, so this document alone may use them; nothing in it can run, load or send.
_MAIL_POLICY = {
    "default-src": [NONE],
    "style-src": [UNSAFE_INLINE],
    "img-src": [SELF, "data:"],
    "base-uri": [NONE],
    "form-action": [NONE],
    "frame-ancestors": [SELF],
    "sandbox": ["allow-top-navigation-by-user-activation"],
}


@require_safe
def mails(request: HttpRequest) -> HttpResponse:
    """``/demo/courriels/``"""
    page = mailbox_page(request.GET.get("destinataire", "").strip(), request.GET.get("page", ""))
    return render(request, "demo/mails.html", {"page": page})


@require_safe
def mail(request: HttpRequest, pk: int) -> HttpResponse:
    """``/demo/courriels/<id>/``"""
    return render(request, "demo/mail.html", {"page": mail_page(get_object_or_404(DemoMail, pk=pk))})


@require_safe
@xframe_options_sameorigin
@csp(_MAIL_POLICY)  # type: ignore[arg-type]  # its type forgets that a view has arguments
def mail_html(request: HttpRequest, pk: int) -> HttpResponse:
    """The HTML of a mail, shown in a frame of the page above; its links open in the whole window."""
    html = get_object_or_404(DemoMail, pk=pk).html
    return HttpResponse(html.replace("<head>", '<head><base target="_top">', 1))
