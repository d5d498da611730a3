"""The page of a file: who, since when, where it stands, what comes next, and the thread of what was done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from django.core.paginator import Page
from django.db.models import QuerySet
from django.http import Http404
from django.urls import reverse

from vigie.accounts.models_agents import Network
from vigie.exports.offers import Offer
from vigie.exports.registry import FOR_DOCUMENTS
from vigie.followup.models import Followup, Member, Term
from vigie.followup.queries.file_acts import Asked, May, PersonRow, buttons_of, join, may_of, person_row
from vigie.followup.queries.file_contacts import ContactView, contacts_of
from vigie.followup.queries.file_story import history_of, thread_of
from vigie.followup.queries.file_texts import NetworkView, network_view
from vigie.followup.queries.lists import CRITICALITY, is_late
from vigie.followup.queries.referrals import NeedFollowed, needs_followed
from vigie.followup.queries.requests import Asked as Request
from vigie.followup.queries.requests import requests_of
from vigie.followup.queries.touch import held_by, known_files, last_talk, other_files_table, with_firm, with_people
from vigie.followup.states import COMPLETED, FOLLOWUP
from vigie.kernel.lifecycle import State
from vigie.kernel.period import paris_day
from vigie.kernel.siren import show_siret
from vigie.rights.person import Person
from vigie.rights.statements import composed_once
from vigie.ui.components import ActButton, Fact, Step, Tab, Table
from vigie.ui.formats import counted, day, listed
from vigie.watchlists.queries.sight import sight_of

THREAD, CONTACTS, HISTORY = "suivi", "contacts", "historique"


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
    duplicate: str
    edit: str
    complete: str
    analyse: str
    act: str
    refer: str
    add_contact: str
    people: tuple[PersonRow, ...]
    add_person: str
    join: ActButton | None
    steps: tuple[Step, ...]
    needs: tuple[NeedFollowed, ...]
    requests: tuple[Request, ...]
    network: NetworkView | None
    contacts: tuple[ContactView, ...]
    history: Table | None
    paging: Page | None  # of the comments or of the history
    others: Table | None
    firm_sheet: str
    export: Offer


def visible_file(person: Person, pk: int) -> Followup:
    """The file, if the person may read it; else 404, exactly as for one that never was (S-11). 1 query."""
    found = _visible(person, pk)
    if not found:
        raise Http404
    return found[0]


@composed_once
def _with_size(pk: int) -> QuerySet[Followup]:
    return cast("QuerySet[Followup]", with_firm(Followup.objects.filter(pk=pk).select_related("size")))


@composed_once
def _visible(person: Person, pk: int) -> QuerySet[Followup]:
    return Followup.objects.allowed(person, "file.view").filter(pk=pk).select_related("workplace__company")


def networks_of(person: Person) -> list[Network]:
    """The tabs of the person, the CODEFI first. 1 query."""
    return sorted(_networks(person), key=lambda one: (one.code != Network.CODEFI, one.position, one.code))


@composed_once
def _networks(person: Person) -> QuerySet[Network]:
    return Network.objects.filter(code__in=sorted(person.networks), is_active=True)


def file_page(person: Person, followup: Followup, tab: str, asked: Asked) -> FilePage:
    """The page. A tab of a network that the person is not of does not exist (404)."""
    [row] = with_people(_with_size(followup.pk))
    may, networks = may_of(person, followup), networks_of(person)
    network = next((one for one in networks if one.code == tab), None)
    known = {THREAD, HISTORY, *({CONTACTS} if may.contacts else set())}
    if network is None and tab not in known:
        raise Http404
    here, live, today = reverse("followup:file", args=[row.pk]), row.is_active, paris_day(asked.at)
    writes = may.edit and live
    view = network_view(person, row, network, writes, asked) if network is not None else None
    history, paging = history_of(row, asked.number) if tab == HISTORY else (None, view.paging if view else None)
    locked = may.duplicate and row.state == COMPLETED and not sight_of(person, row.siren).unlocked
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
        buttons=tuple(buttons_of(row, may, asked, locked=locked)),
        duplicate=reverse("followup:duplicate", args=[row.pk]) if locked else "",
        edit=reverse("followup:edit", args=[row.pk]) if writes else "",
        complete=reverse("followup:complete", args=[row.pk]) if may.state and live else "",
        analyse=reverse("followup:analyse", args=[row.pk]) if writes else "",
        act=reverse("followup:add_action", args=[row.pk]) if writes and row.talks else "",
        refer=reverse("followup:refer", args=[row.pk]) if writes else "",
        add_contact=reverse("followup:add_contact", args=[row.pk]) if may.edit_contacts and live else "",
        people=tuple(person_row(row, member, may) for member in row.present_members),
        add_person=reverse("followup:members", args=[row.pk]) if may.members and live else "",
        join=join(row, person) if may.members and live else None,
        steps=thread_of(row) if tab == THREAD else (),
        needs=needs_followed(row) if tab == THREAD else (),
        requests=requests_of(row, takes_part=may.edit) if tab == THREAD else (),
        network=view,
        contacts=contacts_of(row, may) if tab == CONTACTS else (),
        history=history,
        paging=paging,
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
        Fact(Term.Kind(kind).label, listed(held.get(kind, [])), missing="non précisée")
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
    [row] = with_people(_with_size(followup.pk))
    return CompletionPage(
        pk=row.pk,
        title=row.workplace.company.name,
        where=_where(row),
        head=_head(row, paris_day(row.modified_at)),
        fields=(Fact("Criticité", row.get_criticality_display()), *_fields(row)),
        told=f"{counted(told, 'personne recevra', 'personnes recevront')} un courriel." if told else "",
    )
