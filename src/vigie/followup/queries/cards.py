"""What would become of each card of a file, as the base is now, and the pages that say it."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.forms import BaseForm
from django.http import Http404
from django.urls import reverse

from vigie.accounts.models import Habilitation, User
from vigie.agents.queries.mails import LEVELS
from vigie.followup.models import CardsImport, Followup, Term, Workplace
from vigie.followup.rules_cards import COLUMNS, SKIPPED, Card, Wrong
from vigie.followup.states import ACTIVE
from vigie.followup.states_cards import CARDS_IMPORT, READ
from vigie.kernel.lifecycle import State
from vigie.kernel.period import paris_day
from vigie.kernel.siren import show_siret
from vigie.kernel.text import fold
from vigie.rights.person import Person
from vigie.ui.components import ActButton, Cell, Column, Table
from vigie.ui.formats import counted, day_and_hour, listed

MAKE, KNOWN, LEFT, WRONG = "make", "known", "left", "wrong"
FATES: dict[str, State] = {
    MAKE: State(MAKE, "Sera reprise", "success"),
    KNOWN: State(KNOWN, "Déjà reprise", "info"),
    LEFT: State(LEFT, "Laissée", "warning"),
    WRONG: State(WRONG, "À corriger", "error"),
}


@dataclass(frozen=True)
class Fate:
    """What becomes of a line. notes: what of it is left behind. The rest is what is made of a card taken up."""

    line: int
    title: str
    kind: str
    said: str = ""
    notes: tuple[str, ...] = ()
    card: Card | None = None
    referents: tuple[int, ...] = ()
    participants: tuple[int, ...] = ()
    terms: tuple[int, ...] = ()


@dataclass(frozen=True)
class ColumnTold:
    """A column of the file, as the page explains it."""

    label: str
    told: str


@dataclass(frozen=True)
class CardsPage:
    """The files already read by the person, and what a file may hold."""

    table: Table
    columns: tuple[ColumnTold, ...]


@dataclass(frozen=True)
class ImportPage:
    """A file and the fate of each card."""

    title: str
    state: State
    summary: str
    facts: str
    blocked: str
    table: Table | None
    buttons: tuple[ActButton, ...]


def fates_of(row: CardsImport, person: Person, at: datetime) -> list[Fate]:
    """The fate of every line, in order; 5 queries, whatever the lines."""
    cards, wrong = stored(row)
    known = _Known(cards, person, at)
    found = [known.fate(card, row) for card in cards]
    found += [Fate(one.line, one.title, WRONG, one.said) for one in wrong]
    return sorted(found, key=lambda one: one.line)


def stored(row: CardsImport) -> tuple[tuple[Card, ...], tuple[Wrong, ...]]:
    lists = ("referents", "participants", "words")
    cards = tuple(Card(**{**one, **{name: tuple(one[name]) for name in lists}}) for one in row.cards)
    return cards, tuple(Wrong(**one) for one in row.wrong)


def as_json(rows: Iterable[Any]) -> list[dict[str, Any]]:
    return [asdict(row) for row in rows]


def mark_of(fates: Sequence[Fate]) -> str:
    """What a person has read: the same as long as nothing of it would be made otherwise."""
    told = [[one.line, one.kind, one.said, one.notes, one.referents, one.participants, one.terms] for one in fates]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:32]


class _Known:
    """What the base holds of the cards of a file."""

    def __init__(self, cards: Sequence[Card], person: Person, at: datetime) -> None:
        sirets = {card.siret for card in cards}
        places = Workplace.objects.allowed(person, "file.open").filter(pk__in=sirets).select_related("company")
        self.places = {place.pk: place for place in places}
        self.taken = set(
            Followup.objects.filter(form_token__in=[card.key for card in cards]).values_list("form_token", flat=True)
        )
        self.running = set(Followup.objects.active().filter(workplace__in=sirets).values_list("workplace", flat=True))
        self.opening: dict[str, int] = {}  # siret → the line of the file that opens an accompagnement there
        addresses = {address for card in cards for address in (*card.referents, *card.participants)}
        held = Habilitation.objects.in_force(paris_day(at)).filter(role__in=LEVELS)
        people = User.objects.living().filter(email__in=addresses, pk__in=held.values("user"))
        self.people = dict(people.values_list("email", "pk"))
        terms = Term.objects.filter(archived_at=None).exclude(kind=Term.Kind.SIZE).order_by("kind", "position", "pk")
        self.terms: dict[str, int] = {}
        for pk, label in terms.values_list("pk", "label"):
            self.terms.setdefault(fold(label), pk)

    def fate(self, card: Card, row: CardsImport) -> Fate:
        place = self.places.get(card.siret)
        title = place.company.name if place is not None else card.title
        if place is None:
            said = f"Le SIRET {show_siret(card.siret)} n’est pas connu, ou n’est pas de votre territoire."
            return Fate(card.line, title, WRONG, said)
        if card.key in self.taken:
            return Fate(card.line, title, KNOWN, "Une reprise antérieure en a fait un accompagnement.")
        if card.state == SKIPPED:
            return Fate(card.line, title, LEFT, "Sans accompagnement\u00a0: il n’y a rien à reprendre.")
        if card.state in ACTIVE:
            refused = self._refused(card, place)
            if refused:
                return Fate(card.line, title, LEFT, refused)
            self.opening[card.siret] = card.line
        return self._made(card, title, row)

    def _refused(self, card: Card, place: Workplace) -> str:
        if card.siret in self.running:
            return "Un accompagnement est déjà en cours sur cet établissement."
        if card.siret in self.opening:
            return f"La ligne {self.opening[card.siret]} ouvre déjà un accompagnement sur cet établissement."
        return "" if place.is_active else "Cet établissement est fermé\u00a0: aucun accompagnement ne s’y ouvre."

    def _made(self, card: Card, title: str, row: CardsImport) -> Fate:
        referents = [self.people[one] for one in card.referents if one in self.people]
        participants = [
            self.people[one] for one in card.participants if one in self.people and self.people[one] not in referents
        ]
        unknown = [one for one in (*card.referents, *card.participants) if one not in self.people]
        left = [word for word in card.words if fold(word) not in self.terms]
        notes = []
        if unknown:
            notes.append(f"Sans habilitation, laissés\u00a0: {listed(unknown)}.")
        if left:
            notes.append(f"Mots inconnus, laissés\u00a0: {listed(left)}.")
        if (card.text or card.comments) and row.network_id is None:
            notes.append("Ses textes sont laissés\u00a0: aucun réseau n’est choisi.")
        own = "Vous en serez référent\u00a0: aucun de ceux qu’elle nomme ne peut l’être."
        state = Followup.LIFECYCLE.label(card.state)
        return Fate(
            card.line, title, MAKE, f"{state}. {own}" if not referents else f"{state}.", tuple(notes), card,
            tuple(dict.fromkeys(referents)), tuple(dict.fromkeys(participants)),
            tuple(self.terms[fold(word)] for word in card.words if fold(word) in self.terms),
        )  # fmt: skip


# --- pages ------------------------------------------------------------------------------------------------------------
def cards_page(person: Person) -> CardsPage:
    """2 queries."""
    rows = CardsImport.objects.allowed(person, "cards.apply").defer("cards", "wrong")[:20]
    return CardsPage(
        Table(
            caption="Fichiers que vous avez lus",
            columns=(Column("Fichier", header=True), Column("Lu le"), Column("Cartes", numeric=True), Column("État")),
            rows=tuple(
                (
                    Cell(row.file_name, href=reverse("followup:cards_import", args=[row.pk])),
                    day_and_hour(row.read_at),
                    str(row.lines),
                    Cell(state=CARDS_IMPORT.by_code[row.state]),
                )
                for row in rows
            ),
            empty="Aucun fichier n’a encore été lu.",
        ),
        tuple(ColumnTold(one.label, one.told) for one in COLUMNS),
    )


def cards_import(person: Person, pk: int) -> CardsImport:
    """One of the person's; else 404. 1 query."""
    rows = CardsImport.objects.allowed(person, "cards.apply").select_related("network")
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def import_page(row: CardsImport, person: Person, seen: Callable[[str], BaseForm], at: datetime) -> ImportPage:
    """6 queries while it waits, 1 afterwards. seen: the form that carries what was read."""
    if row.state != READ:
        made = row.files.count()
        return ImportPage(
            row.file_name, CARDS_IMPORT.by_code[row.state], f"{counted(row.lines, 'carte lue', 'cartes lues')}, "
            f"{counted(made, 'accompagnement repris', 'accompagnements repris')}.", "", "", None, (),
        )  # fmt: skip
    fates = fates_of(row, person, at)
    counts = Counter(one.kind for one in fates)
    wrong, made = counts[WRONG], counts[MAKE]
    readers = f"Les textes seront lus par le réseau {row.network.label}." if row.network else "Les textes sont laissés."
    action = reverse("followup:cards_import", args=[row.pk])
    apply = ActButton.of(
        CARDS_IMPORT.by_name["apply"], action, form=seen(mark_of(fates)),
        confirm=f"{counted(made, 'accompagnement s’ouvre', 'accompagnements s’ouvrent')}, tous ou aucun. Chaque agent "
        "nommé reçoit un seul courriel, et lit les entreprises de ses accompagnements en cours.",
    )  # fmt: skip
    leave = ActButton.of(CARDS_IMPORT.by_name["abandon"], action, style="tertiary")
    said = (
        (made, "sera reprise", "seront reprises"), (counts[KNOWN], "l’est déjà", "le sont déjà"),
        (counts[LEFT], "est laissée", "sont laissées"), (wrong, "est à corriger", "sont à corriger"),
    )  # fmt: skip
    parts = [f"{count} {one if count == 1 else many}" for count, one, many in said if count]
    return ImportPage(
        title=row.file_name,
        state=CARDS_IMPORT.by_code[row.state],
        summary=f"{counted(row.lines, 'carte lue', 'cartes lues')}\u00a0: {listed(parts)}.",
        facts=f"{readers} Motif\u00a0: {row.get_motive_display().lower()}.",
        blocked="Corrigez ces lignes dans le fichier, puis envoyez-le de nouveau\u00a0: rien n’est repris en partie."
        if wrong
        else "",
        table=_fates_table(fates),
        buttons=(apply, leave) if made and not wrong else (leave,),
    )


def _fates_table(fates: Sequence[Fate]) -> Table:
    """Those to correct first, then those left, then the others, each in the order of the file."""
    order = {kind: rank for rank, kind in enumerate((WRONG, LEFT, MAKE, KNOWN))}
    return Table(
        caption="Ce que devient chaque carte",
        columns=(Column("Ligne", numeric=True), Column("Entreprise", header=True), Column("Sort"), Column("Précision")),
        rows=tuple(
            (str(one.line), one.title, Cell(state=FATES[one.kind]), " ".join((one.said, *one.notes)).strip())
            for one in sorted(fates, key=lambda one: (order[one.kind], one.line))
        ),
    )
