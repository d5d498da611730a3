"""The need sheet: reading it, answering, handing over, discussing. A link in a mail changes nothing by itself."""

from __future__ import annotations

from django.contrib import messages
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from vigie.accounts.access import person_of, signed_in
from vigie.directory.models import Expert
from vigie.kernel.clock import now
from vigie.kernel.errors import Forbidden, Refused, TransitionRefused
from vigie.matching.actions.matches import reassign, respond
from vigie.matching.actions.thread import comment as write_comment
from vigie.matching.actions.thread import delete_comment as take_back
from vigie.matching.forms.desk import CommentForm, ReassignForm, answer_form
from vigie.matching.models import Match, ThreadMessage
from vigie.matching.queries.need import colleagues, matches_of, may_hand_over, need_page, visible_match, visible_need
from vigie.matching.queries.need_answer import noted
from vigie.matching.queries.need_network import need_network
from vigie.matching.queries.positions import company_name
from vigie.rights.reach import require
from vigie.ui.forms import new_form_token


@signed_in
@require_safe
def need(request: HttpRequest, pk: int) -> HttpResponse:
    """``/besoins/<id>/``; ``?reponse=`` shows a button open, for the links of mails."""
    return _draw(request, pk, chosen=request.GET.get("reponse", ""))


@signed_in
@require_POST
def answer(request: HttpRequest, pk: int, match_pk: int) -> HttpResponse:
    """A button of « Mon intervention »."""
    match = visible_match(person_of(request), pk, match_pk)
    transition, seen = request.POST.get("transition", ""), request.POST.get("form_token", "")
    form = answer_form(transition, match, request.POST)
    told = form.cleaned_data if form is not None and form.is_valid() else {}
    if form is not None and not told:
        return _draw(request, pk, returned=(match.pk, transition, form))
    try:
        respond(match, transition, seen=seen, told=told, by=person_of(request), at=now())
    except TransitionRefused as refused:
        return _draw(request, pk, alert=refused.message_fr, status=409)
    messages.success(request, noted(match, transition))
    return redirect("matching:need", pk)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def hand_over(request: HttpRequest, pk: int, match_pk: int) -> HttpResponse:
    """``/besoins/<id>/mises-en-relation/<id>/confier/``: the match goes to a colleague."""
    person = person_of(request)
    match = visible_match(person, pk, match_pk)
    require(person, "match.reassign", match)
    form = ReassignForm(request.POST if request.method == "POST" else None, colleagues=colleagues(match))
    if request.method == "POST" and form.is_valid():
        to = get_object_or_404(Expert, pk=form.cleaned_data["expert"])
        try:
            reassign(match, to, by=person, at=now())
        except Forbidden:
            raise
        except Refused as refused:
            form.add_error(None, refused.message_fr)
        else:
            messages.success(request, f"Le besoin est confié à {to.full_name}, qui reçoit un courriel.")
            return _to_sheet_or_desk(request, pk)
    context = {"match": match, "form": form, "back": reverse("matching:need", args=[pk])}
    context |= {"company": company_name(match.need), "open": may_hand_over(match, person)}
    return render(request, "matching/need/hand_over.html", context)


@signed_in
@require_POST
def comment(request: HttpRequest, pk: int) -> HttpResponse:
    """A message of the discussion; the same form sent twice writes one."""
    person = person_of(request)
    found = visible_need(person, pk)
    form = CommentForm(request.POST, token=new_form_token())
    if not form.is_valid():
        return _draw(request, pk, discussion=form)
    data = form.cleaned_data
    try:
        write_comment(found, data["body"], form_token=data["form_token"], by=person, at=now())
    except Forbidden:
        raise
    except Refused as refused:
        form.add_error("body", refused.message_fr)
        return _draw(request, pk, discussion=form)
    messages.success(request, "Votre message est publié. L’entreprise ne le voit pas.")
    return redirect(f"{reverse('matching:need', args=[pk])}#discussion")


@signed_in
@require_POST
def delete_comment(request: HttpRequest, pk: int, message_pk: int) -> HttpResponse:
    """One’s own message is taken back; pressed twice, it is gone all the same."""
    person = person_of(request)
    message = get_object_or_404(ThreadMessage, pk=message_pk, need=visible_need(person, pk))
    take_back(message, by=person, at=now())
    messages.success(request, "Votre message est retiré.")
    return redirect(f"{reverse('matching:need', args=[pk])}#discussion")


def _draw(
    request: HttpRequest,
    pk: int,
    *,
    chosen: str = "",
    alert: str = "",
    returned: tuple[int, str, BaseForm] | None = None,
    discussion: CommentForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """The sheet; ``returned``: the form of a button that came back with errors, shown again as it was."""

    def form_for(match: Match, transition: str) -> BaseForm | None:
        if returned is not None and returned[:2] == (match.pk, transition):
            return returned[2]
        return answer_form(transition, match)

    person = person_of(request)
    found = visible_need(person, pk)
    matches = matches_of(found, person)
    page = need_page(found, matches, person, form_for=form_for, chosen=chosen)
    form = discussion or CommentForm(token=new_form_token())
    form.fields["body"].help_text = page.comment_hint
    context = {"page": page, "form": form, "alert": alert, "mended": returned[2] if returned else None}
    context["network"] = need_network(found, matches, person, now(), new_form_token())
    return render(request, "matching/need/need.html", context, status=status)


def _to_sheet_or_desk(request: HttpRequest, pk: int) -> HttpResponse:
    """The sheet if it may still be seen: who hands a need over may no longer be of it."""
    try:
        visible_need(person_of(request), pk)
    except Http404:
        return redirect("matching:desk")
    return redirect("matching:need", pk)
