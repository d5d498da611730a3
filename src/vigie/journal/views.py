"""The team's pages on mails and jobs."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from vigie.journal import actions, jobs
from vigie.journal.queries import jobs_page, message_of, messages_page
from vigie.kernel.clock import now
from vigie.kernel.errors import TransitionRefused
from vigie.rights.person import Person, PersonKind
from vigie.rights.reach import may

View = Callable[..., HttpResponse]


def _granted(action: str) -> Callable[[View], View]:
    """A visitor signs in first; without the right the page does not exist (404)."""

    def door(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if _person(request).kind is not PersonKind.USER:
                return redirect_to_login(request.get_full_path() if request.method == "GET" else "")
            if not may(_person(request), action):
                raise Http404
            return view(request, *args, **kwargs)

        return guarded

    return door


def _person(request: HttpRequest) -> Person:
    person: Person = request.person  # type: ignore[attr-defined]
    return person


@_granted("message.view")
@require_safe
def mails(request: HttpRequest) -> HttpResponse:
    """``/equipe/courriels/``"""
    asked = request.GET
    page = messages_page(
        _person(request), asked.get("etat", ""), asked.get("destinataire", "").strip(), asked.get("page", ""), now()
    )
    return render(request, "journal/messages.html", {"page": page})


@_granted("message.release")
@require_POST
def release(request: HttpRequest, pk: int) -> HttpResponse:
    """« Envoyer maintenant »"""
    return _act_on_message(request, pk, actions.release_message, "Le courriel part maintenant.")


@_granted("message.release")
@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """« Annuler »"""
    return _act_on_message(request, pk, actions.cancel_message, "Le courriel est annulé\u00a0: il ne partira pas.")


@_granted("message.resend")
@require_POST
def resend(request: HttpRequest, pk: int) -> HttpResponse:
    """« Renvoyer »"""
    return _act_on_message(request, pk, actions.resend_message, "Le courriel est renvoyé maintenant.")


def _act_on_message(request: HttpRequest, pk: int, act: Callable[..., Any], done: str) -> HttpResponse:
    message = message_of(pk)
    if message is None:
        raise Http404
    try:
        act(message, by=_person(request), at=now())
    except TransitionRefused as refused:
        messages.warning(request, refused.message_fr)
    else:
        messages.success(request, done)
    return redirect(reverse("journal:messages"))


@_granted("job.view")
@require_safe
def works(request: HttpRequest) -> HttpResponse:
    """``/equipe/travaux/``"""
    return render(request, "journal/jobs.html", {"page": jobs_page(_person(request), now())})


@_granted("job.run")
@require_POST
def run(request: HttpRequest, name: str) -> HttpResponse:
    """« Lancer maintenant »"""
    if name not in {job.name for job in jobs.registered_jobs() if job.cron}:
        raise Http404
    actions.launch_job(name, by=_person(request))
    messages.success(request, f"«\u00a0{jobs.job(name).label}\u00a0» est lancé. Son compte rendu apparaîtra ici.")
    return redirect(reverse("journal:jobs"))
