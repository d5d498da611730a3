"""The page of a file: who, since when, where it stands, what comes next, and the thread of what was done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.forms import BaseForm
from django.http import Http404
from django.urls import reverse
from django.utils import timezone

from vigie.accounts.models_agents import Network
from vigie.exports.offers import Offer
from vigie.exports.registry import FOR_DOCUMENTS
from vigie.followup.models import Analysis, FirmContact, Followup, Member, Snapshot, Term
from vigie.followup.queries.file_texts import NetworkView, network_view
from vigie.followup.queries.lists import CRITICALITY, is_late
from vigie.followup.queries.referrals import NeedFollowed, needs_followed
from vigie.followup.queries.requests import Asked as Request
from vigie.followup.queries.requests import requests_of
from vigie.followup.queries.touch import (
    held_by,
    known_files,
    last_talk,
    other_files_table,
    person_words,
    with_people,
)
from vigie.followup.rules import REOPEN_DAYS
from vigie.followup.states import COMPLETED, FOLLOWUP
from vigie.journal.events import EVENTS_BY_NAME
from vigie.kernel.lifecycle import State
from vigie.kernel.siren import show_siret
from vigie.rights.person import Person
from vigie.ui.components import ActButton, Column, Fact, Step, Tab, Table
from vigie.ui.formats import counted, day, day_and_hour, listed

THREAD, CONTACTS, HISTORY = "suivi", "contacts", "historique"
HISTORY_AT_MOST = 200


@dataclass(frozen=True)
class PersonRow:
    """Somebody who takes part. buttons: what may be done to it."""

    name: str
    role: str
    since: str
    buttons: tuple[ActButton, ...]


@dataclass(frozen=True)
class ContactView:
    """Somebody of the firm."""

    name: str
    facts: tuple[Fact, ...]
    archived: bool
    edit: str
    buttons: tuple[ActButton, ...]


@dataclass(frozen=True)
class FilePage:
    """A file, one tab open. links: where its fields, its end, its acts are written, empty for who may not."""

    pk: int
    title: str
    where: str
    state: State
    criticality: State
    head: tuple[Fact, ...]
    late: bool
    fields: tuple[Fact, ...]
    tabs: tuple[Tab, ...]
    tab: str
    buttons: tuple[ActButton, ...]
    edit: str
    complete: str
    analyse: str
    act: str
    refer: str
    add_contact: str
    people: tuple[PersonRow, ...]
    add_person: ActButton | None
    join: ActButton | None
    steps: tuple[Step, ...]
    needs: tuple[NeedFollowed, ...]
    requests: tuple[Request, ...]
    network: NetworkView | None
    contacts: tuple[ContactView, ...]
    history: Table | None
    others: Table | None
    firm_sheet: str
    export: Offer


@dataclass(frozen=True)
class May:
    """What the person may do to the file, as the rights table says."""

    edit: bool
    state: bool
    members: bool
    delete: bool
    duplicate: bool
    contacts: bool
    edit_contacts: bool


@dataclass(frozen=True)
class Asked:
    """What views give to the page: the forms of its acts."""

    reason: Callable[[str], BaseForm]
    person: Callable[[], BaseForm]
    token: str
    at: datetime


def visible_file(person: Person, pk: int) -> Followup:
    """The file, if the person may read it; else 404, exactly as for one that never was (S-11). 1 query."""
    found = Followup.objects.allowed(person, "file.view").filter(pk=pk).select_related("workplace__company").first()
    if found is None:
        raise Http404
    return found


def may_of(person: Person, followup: Followup) -> May:
    """1 query."""
    row = (
        Followup.objects.filter(pk=followup.pk)
        .with_rights(
            person, edit="file.edit", moves="file.manage_state", people="file.manage_members", erase="file.delete",
            copy="file.duplicate", reads_contacts="file.view_contacts", writes_contacts="file.edit_contacts",
        )
        .get()
    )  # fmt: skip
    return May(row.edit, row.moves, row.people, row.erase, row.copy, row.reads_contacts, row.writes_contacts)  # type: ignore[attr-defined]


def networks_of(person: Person) -> list[Network]:
    """The tabs of the person, the CODEFI first. 1 query."""
    found = list(Network.objects.filter(code__in=sorted(person.networks), is_active=True))
    return sorted(found, key=lambda one: (one.code != Network.CODEFI, one.position, one.code))


def file_page(person: Person, followup: Followup, tab: str, asked: Asked) -> FilePage:
    """The page. A tab of a network that the person is not of does not exist (404)."""
    [row] = with_people(Followup.objects.filter(pk=followup.pk).select_related("size"))
    may, networks = may_of(person, followup), networks_of(person)
    network = next((one for one in networks if one.code == tab), None)
    known = {THREAD, HISTORY, *({CONTACTS} if may.contacts else set())}
    if network is None and tab not in known:
        raise Http404
    here, live, today = reverse("followup:file", args=[row.pk]), row.is_active, asked.at.date()
    writes = may.edit and live
    return FilePage(
        pk=row.pk,
        title=row.workplace.company.name,
        where=_where(row),
        state=FOLLOWUP.by_code[row.state],
        criticality=CRITICALITY[row.criticality],
        head=_head(row, today),
        late=is_late(row, today),
        fields=_fields(row),
        tabs=_tabs(here, tab, networks, may),
        tab=tab,
        buttons=tuple(_buttons(row, may, asked)),
        edit=reverse("followup:edit", args=[row.pk]) if writes else "",
        complete=reverse("followup:complete", args=[row.pk]) if may.state and live else "",
        analyse=reverse("followup:analyse", args=[row.pk]) if writes else "",
        act=reverse("followup:add_action", args=[row.pk]) if writes and row.talks else "",
        refer=reverse("followup:refer", args=[row.pk]) if writes else "",
        add_contact=reverse("followup:add_contact", args=[row.pk]) if may.edit_contacts and live else "",
        people=tuple(_person_row(row, member, may) for member in row.present_members),
        add_person=_add_person(row, asked) if may.members and live else None,
        join=_join(row, person) if may.members and live else None,
        steps=_thread(row) if tab == THREAD else (),
        needs=needs_followed(row) if tab == THREAD else (),
        requests=requests_of(row, takes_part=may.edit) if tab == THREAD else (),
        network=network_view(person, row, network, writes, asked.at) if network is not None else None,
        contacts=_contacts(row, may) if tab == CONTACTS else (),
        history=_history(row) if tab == HISTORY else None,
        others=_others(person, row),
        firm_sheet=reverse("sheets:company", args=[row.siren]),
        export=Offer(reverse("followup:export_file", args=[row.pk]), FOR_DOCUMENTS),
    )


def _where(row: Any) -> str:
    place = row.workplace
    where = f"{place.commune_name} ({row.departement})" if row.departement else place.commune_name
    return f"SIRET {show_siret(place.siret)} · {where}"


def _head(row: Any, today: date) -> tuple[Fact, ...]:
    step = row.next_step + (f"\u00a0: {day(row.next_step_on)}" if row.next_step_on and row.next_step else "")
    step = step or (day(row.next_step_on) if row.next_step_on else "")
    facts = [
        Fact("Référents", held_by(row, Member.Role.REFERENT), missing="aucun"),
        Fact("Participants", held_by(row, Member.Role.PARTICIPANT), missing="aucun"),
        Fact("Depuis", day(row.started_on)),
    ]
    late = "Prochaine étape (en retard)" if is_late(row, today) else "Prochaine étape"
    facts.append(Fact("Terminé le", day(row.ended_at)) if row.ended_at else Fact(late, step, missing="à décider"))
    facts.append(Fact("Dernier échange avec l’entreprise", last_talk(row), missing="aucun noté"))
    return tuple(facts)


def _fields(row: Any) -> tuple[Fact, ...]:
    """What is known of the file, kind by kind. 1 query."""
    held: dict[str, list[str]] = {}
    for term in row.terms.all():
        held.setdefault(term.kind, []).append(term.label)
    facts = [
        Fact(Term.Kind(kind).label, listed(held.get(kind, [])), missing="aucune")
        for kind in ("difficulty", "action", "redirect", "service", "sector", "label")
    ]
    facts.append(Fact("Taille du groupe", row.size.label if row.size else "", missing="inconnue"))
    facts.append(Fact("Origine", row.get_source_display()))
    return tuple(facts)


def _tabs(here: str, current: str, networks: list[Network], may: May) -> tuple[Tab, ...]:
    codes = [(THREAD, "Suivi"), *((one.code, one.label) for one in networks)]
    codes += [(CONTACTS, "Contacts")] if may.contacts else []
    codes.append((HISTORY, "Historique"))
    return tuple(Tab(label, f"{here}?onglet={code}", current=code == current) for code, label in codes)


def _buttons(row: Any, may: May, asked: Asked) -> list[ActButton]:
    action = reverse("followup:act", args=[row.pk])
    found = []
    if may.state:
        for step in FOLLOWUP.offered(row.state):
            if step.name == "reopen" and row.ended_at and (asked.at - row.ended_at).days < REOPEN_DAYS:
                found.append(
                    ActButton.of(
                        step, action, style="secondary", form=asked.reason("Pourquoi rouvrir"),
                        confirm="L’accompagnement reprend. Ses participants recevront un courriel.",
                    )
                )  # fmt: skip
            elif step.name not in ("reopen", "complete"):
                confirm = "Les référents et les participants recevront un courriel."
                if step.name == "start_surveillance":
                    confirm = f"L’entreprise reste suivie sans action régulière, et sort des statistiques. {confirm}"
                found.append(ActButton.of(step, action, style="secondary", confirm=confirm))
    if may.duplicate and row.state == COMPLETED:
        found.append(
            ActButton(
                "Dupliquer", action, "duplicate", "secondary", token=asked.token,
                confirm="Un nouvel accompagnement s’ouvre avec les mêmes personnes et les mêmes mots-clés\u00a0; "
                "les synthèses et les commentaires restent dans celui-ci.",
            )
        )  # fmt: skip
    if may.delete:
        found.append(
            ActButton(
                "Supprimer", action, "delete", "tertiary", form=asked.reason("Raison de la suppression"),
                confirm="L’accompagnement disparaît pour tous ses participants, prévenus par courriel. Vous pourrez le "
                "restaurer pendant 30\u00a0jours.",
            )
        )  # fmt: skip
    return found


def _person_row(row: Any, member: Any, may: May) -> PersonRow:
    buttons: list[ActButton] = []
    if may.members and row.is_active:
        action, who = reverse("followup:member", args=[row.pk, member.pk]), str(member.user)
        other = "referent" if member.role == Member.Role.PARTICIPANT else "participant"
        label = "Rendre référent" if other == "referent" else "Rendre participant"
        buttons = [
            ActButton(label, action, other, "tertiary", about=who),
            ActButton(
                "Retirer", action, "remove", "tertiary", about=who,
                confirm=f"{who} ne lira plus cet accompagnement ni, par lui, les données de l’entreprise. Un courriel "
                "le lui dit.",
            ),
        ]  # fmt: skip
    return PersonRow(person_words(member.user), member.get_role_display(), day(member.added_at), tuple(buttons))


def _add_person(row: Any, asked: Asked) -> ActButton:
    return ActButton(
        "Ajouter une personne", reverse("followup:members", args=[row.pk]), "add", "secondary", form=asked.person(),
        confirm="Elle lira cet accompagnement et les données de l’entreprise que son habilitation ouvre. Un courriel "
        "l’en prévient.",
    )  # fmt: skip


def _join(row: Any, person: Person) -> ActButton | None:
    if any(member.user_id == person.user_id for member in row.present_members):
        return None
    return ActButton(
        "Participer à cet accompagnement", reverse("followup:members", args=[row.pk]), "join", "secondary",
        confirm="Les référents seront prévenus par courriel.",
    )  # fmt: skip


def _thread(row: Any) -> tuple[Step, ...]:
    """Talks, contacts of campaigns and actions, the latest first. 3 queries."""
    found: list[tuple[date, int, Step]] = []
    for talk in Analysis.objects.filter(followup=row).select_related("author__agent__entity"):
        said = [talk.get_verdict_display(), talk.get_nature_display(), talk.get_intervention_display()]
        text = f"{' · '.join(part for part in said if part)}. Par {person_words(talk.author)}."
        title = f"Échange avec l’entreprise ({talk.get_channel_display().lower()})"
        found.append((talk.talked_on, 0, Step(title, _moment(talk.talked_on), text, whole_day=True)))
    for one in row.campaign_contacts.select_related("author__agent__entity"):
        title = f"Contact de campagne ({one.get_channel_display().lower()})"
        text = f"{one.said}. Campagne «\u00a0{one.campaign}\u00a0». Par {person_words(one.author)}."
        found.append((one.contacted_on, 0, Step(title, _moment(one.contacted_on), text, whole_day=True)))
    for done in row.firm_actions.select_related("term", "author__agent__entity"):
        text = f"Par {person_words(done.author)}."
        found.append((done.done_on, 1, Step(done.term.label, _moment(done.done_on), text, whole_day=True)))
    found.sort(key=lambda one: one[:2], reverse=True)
    return tuple(step for _on, _kind, step in found)


def _moment(on: date) -> datetime:
    return timezone.make_aware(datetime.combine(on, time(12)))


def _contacts(row: Any, may: May) -> tuple[ContactView, ...]:
    writes = may.edit_contacts and row.is_active
    return tuple(_contact(row, contact, writes) for contact in FirmContact.objects.filter(followup=row))


def _contact(row: Any, contact: FirmContact, writes: bool) -> ContactView:
    here = reverse("followup:contact", args=[row.pk, contact.pk])
    archive = ActButton("Archiver", here, "archive", "tertiary", about=str(contact))
    writes = writes and contact.archived_at is None
    facts = (
        Fact("Fonction", contact.get_function_display()),
        Fact("Téléphone", contact.phone, phone=contact.phone),
        Fact("Mobile", contact.mobile, phone=contact.mobile),
        Fact("Courriel", contact.email, href=f"mailto:{contact.email}" if contact.email else ""),
        Fact("Notes", contact.notes, missing="aucune"),
    )
    return ContactView(
        str(contact), facts, contact.archived_at is not None, here if writes else "", (archive,) if writes else ()
    )


def _history(row: Any) -> Table:
    """What changed, by whom. No text of a network is in it. 1 query."""
    found = Snapshot.objects.filter(followup=row).order_by("-at", "-pk")[:HISTORY_AT_MOST]
    return Table(
        caption="Historique de l’accompagnement",
        caption_hidden=True,
        columns=(Column("Date", header=True), Column("Ce qui a changé"), Column("Par"), Column("État ensuite")),
        rows=tuple(
            (day_and_hour(one.at), _told(one), one.actor_name, FOLLOWUP.label(one.data["state"])) for one in found
        ),
    )


def _told(snapshot: Snapshot) -> str:
    declared = EVENTS_BY_NAME.get(snapshot.event)
    people = [str(one.get("name", "")) for one in _people(snapshot.changes)]
    told = declared.sentence if declared else snapshot.event
    return f"{told}\u00a0: {listed(people)}" if people else told


def _people(changes: dict[str, Any]) -> list[dict[str, Any]]:
    named = [*changes.get("added", []), *changes.get("removed", []), *changes.get("who", [])]
    return [one for one in named if isinstance(one, dict)]


def _others(person: Person, row: Any) -> Table | None:
    others = known_files(person, row.siren).exclude(pk=row.pk)
    return other_files_table(person, others)


@dataclass(frozen=True)
class CompletionPage:
    """Everything of a file, read again before it ends."""

    pk: int
    title: str
    where: str
    head: tuple[Fact, ...]
    fields: tuple[Fact, ...]
    told: str


def completion_page(followup: Followup, told: int) -> CompletionPage:
    """About 6 queries. told: how many people the end of the file will be written to."""
    [row] = with_people(Followup.objects.filter(pk=followup.pk).select_related("size"))
    return CompletionPage(
        pk=row.pk,
        title=row.workplace.company.name,
        where=_where(row),
        head=_head(row, row.modified_at.date()),
        fields=(Fact("Criticité", row.get_criticality_display()), *_fields(row)),
        told=f"{counted(told, 'personne recevra', 'personnes recevront')} un courriel." if told else "",
    )
