"""Taking up the cards of a former board: read, each with its fate, then all of them or none; again changes nothing."""

from __future__ import annotations

from datetime import date, datetime, time

from django.db import IntegrityError, transaction

from vigie.accounts.models import User
from vigie.accounts.models_agents import Network
from vigie.agents.models import Follow
from vigie.directory.importing.reading import parse, read_text
from vigie.directory.importing.remarks import Remarks
from vigie.followup.actions.files import write_terms
from vigie.followup.actions.members import join
from vigie.followup.actions.snapshots import tell
from vigie.followup.models import (
    CardsImport,
    Comment,
    Followup,
    Member,
    Summary,
    SummaryVersion,
    Term,
    Workplace,
)
from vigie.followup.queries.cards import MAKE, WRONG, Fate, as_json, fates_of, mark_of
from vigie.followup.rules import refuse_motive
from vigie.followup.rules_cards import Card, Wrong, read_cards
from vigie.followup.states_cards import APPLIED
from vigie.journal import audit
from vigie.journal.actions import perform, record
from vigie.kernel.errors import InvalidInput, Refused
from vigie.kernel.period import PARIS, paris_day
from vigie.rights.person import Person
from vigie.rights.reach import require
from vigie.territory.queries import place_of

IMPORT = "followup.CardsImport"
NOON = time(12)


@transaction.atomic
def read(
    data: bytes, file_name: str, *, motive: str, comment: str, network: Network | None, form_token: str, by: Person,
    at: datetime,
) -> CardsImport:  # fmt: skip
    """Reads a file and keeps its cards, to be looked at; the same form sent twice reads it once.

    InvalidInput names the field when the file as a whole cannot be read, or when no motive is told.
    """
    require(by, "cards.import")
    same = CardsImport.objects.filter(form_token=form_token, author_id=by.user_id or 0).first()
    if same is not None:
        return same
    refuse_motive(motive, comment, tuple(Follow.Motive.values), Follow.Motive.AUTRE)
    if network is not None and (network.code not in by.networks or not network.is_active):
        raise InvalidInput("network_unknown", "Choisissez l’un de vos réseaux.", field="network")
    remarks = Remarks()
    sheet = parse(read_text(data, file_name, "", remarks), remarks)
    lines = [(line.number, line.cells) for line in sheet.lines]
    cards, wrong = read_cards(sheet.headers, lines, paris_day(at))
    broken = tuple(Wrong(one.line, "", f"{one.column}\u00a0: {one.message}") for one in remarks.of("error"))
    row = CardsImport.objects.create(
        file_name=file_name[:150], motive=motive, motive_comment=comment.strip(), network=network,
        cards=as_json(cards), wrong=as_json((*wrong, *broken)), lines=len(lines), author_id=by.user_id or 0,
        form_token=form_token, read_at=at,
    )  # fmt: skip
    record("cards.read", row, by=by, at=at, payload={"lines": len(lines)})
    return row


@transaction.atomic
def apply(row: CardsImport, *, seen: str, by: Person, at: datetime) -> CardsImport:
    """Makes the accompagnements that were shown, all of them or none; pressed twice, once. seen: what was shown.

    Refused when a line is to be corrected, or when the base is no longer what was shown.
    """
    held = CardsImport.objects.select_for_update(of=("self",)).select_related("network").get(pk=row.pk)
    require(by, "cards.apply", held)
    if held.state == APPLIED:
        return held
    fates = fates_of(held, by, at)
    if any(one.kind == WRONG for one in fates):
        raise Refused("cards_wrong", "Des lignes sont à corriger\u00a0: rien n’est repris.")
    if mark_of(fates) != seen:
        raise Refused("base_changed", "La base a changé depuis votre lecture. Relisez ce que devient chaque carte.")
    made = [_make(held, one, by, at) for one in fates if one.kind == MAKE]
    held.files.set(made)
    done: CardsImport = perform(held, "apply", by=by, at=at, changes=_emptied(), payload={"files": len(made)})
    told = {"lines": held.lines, "files": len(made)}
    audit.note("import_cards", IMPORT, str(held.pk), by=by, at=at, details=told)
    return done


@transaction.atomic
def abandon(row: CardsImport, *, by: Person, at: datetime) -> CardsImport:
    """Leaves everything as it is; pressed twice, once."""
    held = CardsImport.objects.select_for_update(of=("self",)).get(pk=row.pk)
    require(by, "cards.apply", held)
    if held.state in CardsImport.LIFECYCLE.final_codes:
        return held
    done: CardsImport = perform(held, "abandon", by=by, at=at, changes=_emptied())
    return done


def _emptied() -> dict[str, list[object]]:
    """What the cards said of firms and people is not kept twice."""
    return {"cards": [], "wrong": []}


def _make(row: CardsImport, fate: Fate, by: Person, at: datetime) -> Followup:
    """The accompagnement of a card, its people and the texts of its network."""
    card = fate.card
    assert card is not None  # a fate that is made has one
    made = _file(row, card, by, at)
    write_terms(made, Term.objects.filter(pk__in=fate.terms), actions=True)
    users = User.objects.in_bulk([*fate.referents, *fate.participants, by.user_id or 0])
    for pk in fate.referents or (by.user_id or 0,):
        _member(made, users[pk], Member.Role.REFERENT, by, at)
    for pk in fate.participants:
        if fate.referents or pk != by.user_id:
            _member(made, users[pk], Member.Role.PARTICIPANT, by, at)
    if row.network is not None:
        _texts(made, row.network, card, by, at)
    tell("file.imported", made, by=by, at=at)
    return made


def _file(row: CardsImport, card: Card, by: Person, at: datetime) -> Followup:
    """As it began and ended on the card; its news begin today, so that nobody is told at once that it has none."""
    workplace = Workplace.objects.get(pk=card.siret)
    place = place_of(workplace.commune_code)
    begun = date.fromisoformat(card.begun or card.ended) if card.begun or card.ended else paris_day(at)
    made = Followup(
        workplace=workplace, siren=workplace.company_id, departement=place.departement if place else "",
        region=place.region if place else "", state=card.state, source=Followup.Source.BOARD,
        criticality=card.criticality, motive=row.motive, motive_comment=row.motive_comment, creator_id=by.user_id or 0,
        form_token=card.key, started_on=begun, created_at=_moment(begun, at), modified_at=at,
    )  # fmt: skip
    if not made.is_active:
        made.ended_at = _moment(date.fromisoformat(card.ended) if card.ended else begun, at)
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as error:  # somebody was quicker
        raise Refused(
            "base_changed", "La base a changé depuis votre lecture. Envoyez le fichier de nouveau."
        ) from error
    return made


def _moment(day: date, at: datetime) -> datetime:
    return min(datetime.combine(day, NOON, PARIS), at)


def _member(made: Followup, user: User, role: str, by: Person, at: datetime) -> None:
    """A file that runs opens its firm to him; one that is over only remembers that he took part."""
    if made.is_active:
        join(made, user, role, by=by, at=at)
        return
    Member.objects.create(followup=made, user=user, role=role, added_by_id=by.user_id or 0, added_at=at)


def _texts(made: Followup, network: Network, card: Card, by: Person, at: datetime) -> None:
    author = by.user_id or 0
    if card.text:
        summary = Summary.objects.create(
            followup=made, network=network, text=card.text, version=1, updated_at=at, updated_by_id=author
        )
        SummaryVersion.objects.create(summary=summary, version=1, text=card.text, author_id=author, at=at)
    if card.comments:
        Comment.objects.create(
            followup=made, network=network, author_id=author, text=card.comments, at=at, form_token=card.key
        )
