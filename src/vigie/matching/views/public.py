"""The public pages: themes, search, and the three steps of a request. They work without script."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from vigie.kernel.clock import now
from vigie.kernel.errors import Refused, TooMany
from vigie.matching.actions import filling
from vigie.matching.forms.public import ContactForm, put_refusal
from vigie.matching.models import LandingSubject
from vigie.matching.queries.filling import contact_page, step_url
from vigie.matching.queries.public import public_subject, search_page, suggestions, theme_page
from vigie.rights.limits import client_ip, hit
from vigie.ui.forms import new_form_token

# Where a visitor comes from, as campaigns write it in addresses.
PROVENANCE = ("mtm_campaign", "mtm_kwd", "pk_campaign", "pk_kwd")
LONGEST_PROVENANCE = 80


@require_safe
def theme(request: HttpRequest, theme: str) -> HttpResponse:
    """``/themes/<theme>/``: its subjects as plain questions."""
    page = theme_page(theme)
    if page is None:
        raise Http404
    return render(request, "matching/public/theme.html", {"page": page})


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """``/recherche/?q=``: the subjects that a sentence speaks of."""
    hit("search", client_ip(request), now())
    return render(request, "matching/public/search.html", {"page": search_page(request.GET.get("q", "")[:200])})


@require_safe
def search_suggestions(request: HttpRequest) -> HttpResponse:
    """The same while one types."""
    hit("search", client_ip(request), now())
    return JsonResponse({"results": suggestions(request.GET.get("q", "")[:200])})


@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest, theme: str, subject: str) -> HttpResponse:
    """``/demande/<thème>/<sujet>/``: who to call. The request exists from here on."""
    asked = public_subject(theme, subject)
    if asked is None:
        raise Http404
    form = ContactForm(request.POST if request.method == "POST" else None, at=now(), token=new_form_token())
    if request.method == "POST" and form.is_valid():
        try:
            return _started(request, asked, form)
        except Refused as refused:
            put_refusal(form, refused)
            return _draw(request, asked, form, refused)
    return _draw(request, asked, form)


def _started(request: HttpRequest, asked: LandingSubject, form: ContactForm) -> HttpResponse:
    at = now()
    hit("solicitation_ip", client_ip(request), at)
    told = {name: request.GET[name][:LONGEST_PROVENANCE] for name in PROVENANCE if name in request.GET}
    started = filling.start(asked, form.contact(), form_token=form.cleaned_data["form_token"], provenance=told, at=at)
    return redirect(step_url(started))


def _draw(
    request: HttpRequest, asked: LandingSubject, form: ContactForm, refused: Refused | None = None
) -> HttpResponse:
    page = contact_page(asked)
    response = render(request, "matching/public/contact.html", {"page": page, "form": form}, status=status_of(refused))
    return with_wait(response, refused)


def status_of(refused: Refused | None) -> int:
    """429 for what was asked too often; else the page comes back as it was."""
    return 429 if isinstance(refused, TooMany) else 200


def with_wait(response: HttpResponse, refused: Refused | None) -> HttpResponse:
    """The same answer, with the wait of a limit."""
    if isinstance(refused, TooMany):
        response["Retry-After"] = str(refused.retry_after)
    return response
