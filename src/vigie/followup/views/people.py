"""Who takes part in a file, and the contacts of the firm."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from vigie.accounts.access import account_of, granted, person_of, signed_in
from vigie.accounts.models import User
from vigie.agents.actions.mails import choose_mails
from vigie.followup.actions import contacts as contact_actions
from vigie.followup.actions import members as actions
from vigie.followup.actions.handover import hand_over
from vigie.followup.forms import ContactForm, MailsForm
from vigie.followup.forms.people import HandoverForm, PersonForm
from vigie.followup.models import FirmContact, Followup, Member
from vigie.followup.queries.colleagues import colleagues_of
from vigie.followup.queries.lists import departements_to_hand_over, handover_table
from vigie.followup.views.shared import asked_file, draw_form, reads_and_writes, refused
from vigie.kernel.clock import now
from vigie.kernel.errors import Refused
from vigie.rights.reach import may, require
from vigie.ui.formats import counted
from vigie.ui.forms import new_form_token, status_of
from vigie.watchlists.queries.firm_news import wishes

ADDED = (
    "Elle lira cet accompagnement et les données de l’entreprise que son habilitation ouvre. Un courriel l’en prévient."
)
UNKNOWN = "Personne n’a ce compte. Vérifiez l’adresse, ou demandez son habilitation."


@signed_in
@reads_and_writes
def members(request: HttpRequest, pk: int) -> HttpResponse:
    """``/accompagnements/<id>/personnes/``: adds somebody, or oneself (« join »)."""
    followup, person, at = asked_file(request, pk), person_of(request), now()
    require(person, "file.manage_members", followup)
    if request.POST.get("transition") == "join":
        actions.add_member(followup, account_of(request), Member.Role.PARTICIPANT, by=person, at=at)
        messages.success(request, "Vous participez à cet accompagnement. Ses référents en sont prévenus.")
        return redirect("followup:file", pk)
    present = followup.members.present().values_list("user_id", flat=True)
    offered = colleagues_of(followup.departement, at=at, without=list(present))
    form = PersonForm(request.POST if request.method == "POST" else None, colleagues=offered)
    status = status_of(form)
    if request.method == "POST" and form.is_valid():
        user = User.objects.living().with_address(form.address).first()
        if user is None:
            form.add_error("who", UNKNOWN)
            status = 422
        else:
            try:
                actions.add_member(followup, user, form.cleaned_data["role"], by=person, at=at)
            except Refused as error:
                status = refused(form, error)
            else:
                messages.success(request, f"{user} participe maintenant à cet accompagnement.")
                return redirect("followup:file", pk)
    return draw_form(request, followup, form, "Ajouter une personne", "Ajouter", status=status, note=ADDED)


@granted("file.list")
@reads_and_writes
def mails(request: HttpRequest) -> HttpResponse:
    """``/accompagnements/mes-courriels/``: at once, each morning, or never, for each kind of what happens."""
    person, at = person_of(request), now()
    told = wishes(person)
    form = MailsForm(request.POST if request.method == "POST" else None, initial=told.rhythms, rows=told.rows)
    if request.method == "POST" and form.is_valid():
        choose_mails(form.chosen(), by=person, at=at)
        messages.success(request, "Votre choix est enregistré.")
        return redirect("followup:list")
    return render(request, "followup/mails.html", {"form": form}, status=status_of(form))


@granted("file.list")
@reads_and_writes
def handover(request: HttpRequest) -> HttpResponse:
    """``/accompagnements/confier/``: the files of who leaves, to who takes them, by what each has in hand."""
    person, at = person_of(request), now()
    asked = request.POST.get("transition", "")
    address = request.POST.get("giver", "") if request.method == "POST" else person.email
    giver = User.objects.with_address(address).first()
    places = departements_to_hand_over(giver, person) if giver is not None else ()
    offered = colleagues_of(*places, at=at, without=[giver.pk]) if giver is not None and places else []
    sent = request.POST if request.method == "POST" else None
    form = HandoverForm(sent, initial={"giver": person.email}, colleagues=offered)
    status = status_of(form)
    if request.method == "POST" and form.is_valid():
        taker = User.objects.living().with_address(form.address).first()
        if giver is None or (asked == "give" and taker is None):
            form.add_error("giver" if giver is None else "who", UNKNOWN)
            status = 422
        elif asked == "give" and taker is not None:
            try:
                count = hand_over(giver, taker, by=person, at=at)
            except Refused as error:
                status = refused(form, error)
            else:
                told = counted(count, "accompagnement confié", "accompagnements confiés")
                messages.success(request, f"{told} à {taker}.")
                return redirect("followup:list")
    table = handover_table(giver, person) if giver is not None else None
    return render(request, "followup/handover.html", {"form": form, "page": table}, status=status)


@signed_in
@require_POST
def member(request: HttpRequest, pk: int, member_pk: int) -> HttpResponse:
    """Another role for somebody, or his removal."""
    followup, person, at = asked_file(request, pk), person_of(request), now()
    found = get_object_or_404(followup.members.present().select_related("user"), pk=member_pk)
    name = request.POST.get("transition", "")
    if name == "remove":
        actions.remove_member(followup, found, by=person, at=at)
        messages.success(request, f"{found.user} ne participe plus à cet accompagnement.")
    elif name in Member.Role.values:
        actions.add_member(followup, found.user, name, by=person, at=at)
        messages.success(request, f"{found.user}\u00a0: son rôle est changé.")
    else:
        raise Http404
    if not may(person, "file.view", followup):
        return redirect("followup:list")  # he removed himself, from a file of elsewhere
    return redirect("followup:file", pk)


@signed_in
@reads_and_writes
def add_contact(request: HttpRequest, pk: int) -> HttpResponse:
    """``/accompagnements/<id>/contacts/``"""
    return _contact(request, asked_file(request, pk), None)


@signed_in
@reads_and_writes
def contact(request: HttpRequest, pk: int, contact_pk: int) -> HttpResponse:
    """``/accompagnements/<id>/contacts/<id>/``: corrects or archives."""
    followup, person = asked_file(request, pk), person_of(request)
    if not may(person, "file.view_contacts", followup):
        raise Http404
    found = get_object_or_404(FirmContact, followup=followup, pk=contact_pk)
    if request.method == "POST" and request.POST.get("transition") == "archive":
        contact_actions.archive_contact(followup, found, by=person, at=now())
        messages.success(request, f"{found} est archivé.")
        return redirect(f"{reverse('followup:file', args=[pk])}?onglet=contacts")
    return _contact(request, followup, found)


def _contact(request: HttpRequest, followup: Followup, found: FirmContact | None) -> HttpResponse:
    person = person_of(request)
    require(person, "file.edit_contacts", followup)
    names = ("first_name", "last_name", "function", "phone", "mobile", "email", "notes")
    initial = {name: getattr(found, name) for name in names} if found else {}
    form = ContactForm(request.POST if request.method == "POST" else None, token=new_form_token(), initial=initial)
    status = status_of(form)
    if request.method == "POST" and form.is_valid():
        token = form.cleaned_data["form_token"]
        try:
            contact_actions.write_contact(followup, form.values(), contact=found, form_token=token, by=person, at=now())
        except Refused as error:
            status = refused(form, error)
        else:
            messages.success(request, "Le contact est enregistré.")
            return redirect(f"{reverse('followup:file', args=[followup.pk])}?onglet=contacts")
    title = "Corriger un contact" if found else "Ajouter un contact"
    return draw_form(request, followup, form, title, "Enregistrer", status=status)
