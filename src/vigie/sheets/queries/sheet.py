"""The sheet of a company or of an establishment, assembled from the panels for one reader.

What is locked is not read: a panel whose right is not open is never called, so neither its table nor its file is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.http import Http404
from django.urls import reverse

from vigie.agents.models import Follow
from vigie.companies.models import Company, Establishment
from vigie.exports.offers import Offer
from vigie.exports.registry import FOR_DOCUMENTS
from vigie.followup.states import IN_PROGRESS, UNDER_SURVEILLANCE, accompanied
from vigie.kernel.errors import PublicationError
from vigie.kernel.lifecycle import State
from vigie.kernel.siren import is_siren, is_siret, show_siren, show_siret
from vigie.rights.person import Person
from vigie.rights.statements import composed_once
from vigie.sheets.queries.block import FOLLOW_TO_SEE, NO_RIGHT, UNREADABLE, Block, Panel, Reading
from vigie.sheets.queries.faults import Fault, faults_of
from vigie.sheets.queries.panels import PANELS
from vigie.sheets.queries.panels.identity import company_facts, identity_origin, name_of, place_facts
from vigie.sheets.rules.status import IN_BONIS, UNKNOWN
from vigie.ui.components import Fact
from vigie.ui.formats import day
from vigie.watchlists.models import Firm
from vigie.watchlists.queries.lists import late_sources
from vigie.watchlists.queries.opinions import OpinionPanel, opinion_panel
from vigie.watchlists.queries.sight import sight_of
from vigie.watchlists.rules_sight import Category, Why

CLOSED, FOLLOWED = State("closed", "Fermée", "error"), State("followed", "Suivie par vous", "info")
ACCOMPANIED = State("accompanied", "Accompagnée par vous", "info")  # by a file alone: « Suivre » is still offered
FIRST_ALERT, AGGRAVATION = State("first", "1re alerte", "info"), State("aggravation", "Aggravation", "info")
IN_TOUCH = {
    IN_PROGRESS: State("file", accompanied(IN_PROGRESS), "new"),
    UNDER_SURVEILLANCE: State("watched_file", accompanied(UNDER_SURVEILLANCE), "warning"),
}
LOCKED_BADGE = State("locked", "Données verrouillées", "warning")
WHY_OPEN = {
    Why.ALERT: "Données ouvertes\u00a0: l’entreprise est sur votre territoire et est ou a été en alerte.",
    Why.FOLLOW: "Données ouvertes\u00a0: vous suivez cette entreprise, ou prenez part à son accompagnement.",
    Why.TRACED: "Données ouvertes par votre habilitation\u00a0: chaque lecture est enregistrée.",
    Why.LOCKED: "Données confidentielles verrouillées.",
}


@dataclass(frozen=True)
class SheetPage:
    """The sheet. opened: (block, why) of the confidential blocks shown, for the audit; faults: for the operators."""

    siren: str
    siret: str
    title: str
    number: str
    states: tuple[State, ...]
    facts: tuple[Fact, ...]
    origin: str  # of the facts
    blocks: tuple[Block, ...]
    notices: tuple[str, ...]
    access: str
    can_read: bool  # holds at least one right that following opens
    unlocked: bool
    expires: str
    follow: Follow | None
    opened: tuple[tuple[str, str], ...] = ()
    faults: tuple[Fault, ...] = ()
    in_zone: bool = False
    export: Offer | None = None
    opinion: OpinionPanel | None = None  # what this reader thinks of the detection, when there is one to judge


def _export(siren: str, siret: str) -> Offer:
    name, number = ("export_establishment", siret) if siret else ("export_company", siren)
    return Offer(reverse(f"sheets:{name}", args=[number]), FOR_DOCUMENTS)


def known_firm(person: Person, siren: str) -> Firm:
    """The company, for who may read the identity of any firm; else 404, as for a number that nobody knows. 1 query."""
    found = _firms(person, siren) if is_siren(siren) else []
    if not found:
        raise Http404
    return found[0]


@composed_once
def _firms(person: Person, siren: str) -> QuerySet[Firm]:
    return Firm.objects.allowed(person, "firm.view").filter(pk=siren)


def known_place(person: Person, siret: str) -> Establishment:
    """The establishment with its company; else 404. 2 queries."""
    firm = known_firm(person, siret[:9]) if is_siret(siret) else None
    place = Establishment.objects.filter(siret=siret, company_id=firm.pk).first() if firm is not None else None
    if place is None:
        raise Http404
    return place


def reading_of(person: Person, company: Company, at: datetime, *, siret: str = "", page: str = "1") -> Reading:
    """What the panels share; asks the one decision of rights. 1 query."""
    return Reading(person, sight_of(person, company.siren), company, at, siret, page)


def sheet_page(person: Person, company: Company, at: datetime, *, siret: str = "", page: str = "1") -> SheetPage:
    """The sheet of a company, or of one of its establishments; 20 queries at most, those of the session included."""
    reading = reading_of(person, company, at, siret=siret, page=page)
    follows = reading.my_follows
    mine = next((one for one in follows if one.origin == Follow.Origin.PERSONAL), None)
    blocks = blocks_of(reading)
    place = reading.place if siret else None
    return SheetPage(
        siren=company.siren,
        siret=siret,
        title=name_of(company),
        number=f"SIRET {show_siret(siret)}" if siret else f"SIREN {show_siren(company.siren)}",
        states=_states(reading, place, follows, blocks),
        facts=place_facts(reading, place) if place is not None else company_facts(reading),
        origin=identity_origin(place if place is not None else company),
        blocks=blocks,
        notices=late_sources(reading.current) if reading.current is not None else (),
        access=WHY_OPEN[reading.sight.by] if reading.sight.held else NO_RIGHT,
        can_read=bool(reading.sight.held),
        unlocked=reading.sight.unlocked,
        expires=f"Votre suivi court jusqu’au {day(mine.until)}." if mine is not None else "",
        follow=mine,
        opened=opened(reading, blocks),
        export=_export(company.siren, siret),
        faults=faults_of(reading),
        in_zone=reading.sight.ground.visible,
        opinion=opinion_panel(person, company.siren, reading.current) if reading.opens(Category.SCORE) else None,
    )


def blocks_of(reading: Reading) -> tuple[Block, ...]:
    """Every block that this reader is given, in the order of the table."""
    panels = [panel for panel in PANELS if panel.establishment or not reading.siret]
    return tuple(block for block in (block_of(panel, reading) for panel in panels) if block is not None)


def opened(reading: Reading, blocks: tuple[Block, ...]) -> tuple[tuple[str, str], ...]:
    """The confidential blocks that were given, and why: what the audit writes, one row each."""
    asked = {panel.code: panel.category for panel in PANELS if panel.category is not None}
    shown = [block.code for block in blocks if block.code in asked and not block.locked and not block.failed]
    if reading.opens(Category.URSSAF) and reading.kept.get("dossier_debts") and "debts" not in shown:
        shown.append("establishments_debt")
    return tuple((code, str(reading.sight.by)) for code in shown)


def block_of(panel: Panel, reading: Reading) -> Block | None:
    """One block: absent when its source was not delivered, closed with the right sentence, else built."""
    if not panel.always:
        try:
            held = reading.dossier is not None and any(reading.dossier.holds(table) for table in panel.tables)
        except PublicationError as error:
            return _failed(panel, reading, error)
        if not held:
            return None
    if panel.category is not None and not reading.opens(panel.category):
        missing = reading.sight.why(panel.category) is Why.NO_RIGHT
        return Block(panel.code, panel.title, locked=NO_RIGHT if missing else FOLLOW_TO_SEE, invites=not missing)
    try:
        return panel.build(reading)
    except PublicationError as error:
        return _failed(panel, reading, error)


def _failed(panel: Panel, reading: Reading, error: PublicationError) -> Block:
    reading.faults[panel.code] = error
    return Block(panel.code, panel.title, texts=(UNREADABLE,), failed=True)


def _states(
    reading: Reading, place: Establishment | None, follows: list[Follow], blocks: tuple[Block, ...]
) -> tuple[State, ...]:  # fmt: skip
    """The badges of the header. What a block does not show this reader, and the audit does not note, is not here."""
    active = place.is_active if place is not None else reading.company.is_active
    kept = [] if active else [CLOSED]
    shown = {block.code: block for block in blocks if not block.locked and not block.failed}
    kept += _alert(reading, shown.get("detection"))
    kept += [State("proceedings", said, "warning") for said in _proceedings(shown.get("proceedings"))]
    kept += _in_touch(reading, follows)
    kept += _mine(reading, follows)
    kept += [LOCKED_BADGE] if reading.sight.held and not reading.sight.unlocked else []
    return tuple(kept)


def _mine(reading: Reading, follows: list[Follow]) -> list[State]:
    """What the reader does for the firm: he follows it himself, or takes part in a file that runs."""
    if any(one.origin == Follow.Origin.PERSONAL for one in follows):
        return [FOLLOWED]
    return [ACCOMPANIED] if any(one.is_by_running_file(reading.at) for one in follows) else []


def _alert(reading: Reading, block: Block | None) -> list[State]:
    """The level of a firm in alert, as its block says it, and whether it is new."""
    if block is None or block.state is None or reading.entry is None or reading.entry.level == "none":
        return []
    first, worse = reading.entry.first_alert, reading.entry.aggravation
    return [block.state, *([FIRST_ALERT] if first else [AGGRAVATION] if worse else [])]


def _proceedings(block: Block | None) -> tuple[str, ...]:
    """The proceedings of today; nothing for a firm in bonis, nor for one of which nobody knows."""
    return tuple(said for said in (block.badges if block is not None else ()) if said not in (IN_BONIS, UNKNOWN))


def _in_touch(reading: Reading, follows: list[Follow]) -> list[State]:
    """Whether files run on the firm, or watch it, for those who may know of it: its territory, and who takes part
    (S-11)."""
    if not (reading.sight.ground.visible or any(one.origin == Follow.Origin.FILE for one in follows)):
        return []
    found = {one.file_state for one in reading.follows if one.is_by_running_file(reading.at)}  # type: ignore[attr-defined]
    return [state for code, state in IN_TOUCH.items() if code in found]
