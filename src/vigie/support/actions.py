"""Asking, answering, giving an opinion, naming who answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from vigie.accounts.models import Institution, User
from vigie.accounts.models_agents import Entity
from vigie.journal.actions import perform, record
from vigie.kernel.errors import InvalidInput, Refused
from vigie.kernel.text import clean_text
from vigie.rights.person import Person
from vigie.rights.reach import require
from vigie.support.models import HelpRequest, Responder, ServiceOpinion
from vigie.support.queries.responders import body_of, responder_for
from vigie.support.states import ANSWERED, CLOSED, HELP
from vigie.ui.formats import counted

LONGEST = 4000
KEPT = timedelta(days=365)


@dataclass(frozen=True)
class Question:
    """What is asked. name, email: of a visitor; those of the account otherwise. page: masked."""

    topic: str
    body: str
    name: str
    email: str
    page: str = ""


def ask(question: Question, *, form_token: str, by: Person, at: datetime) -> HelpRequest:
    """Writes the question down, gives it to the person named for it, and tells both. Sent twice, it is one."""
    earlier = HelpRequest.objects.filter(form_token=form_token).first()
    if earlier is not None:
        return earlier
    try:
        with transaction.atomic():
            row = HelpRequest.objects.create(
                topic=question.topic,
                body=clean_text(question.body)[:LONGEST],
                page=question.page[:200],
                author_id=by.user_id,
                name=question.name,
                email=question.email,
                responder_id=responder_for(question.topic, by, at),
                asked_at=at,
                form_token=form_token,
            )
            record("help.asked", row, by=by, at=at)
    except IntegrityError:  # the same form, sent twice at the same moment
        return HelpRequest.objects.get(form_token=form_token)
    return row


@transaction.atomic
def answer(row: HelpRequest, text: str, *, by: Person, at: datetime) -> HelpRequest:
    """Sends the answer; the same one sent twice is one. Who answers becomes the person named."""
    said = clean_text(text)[:LONGEST]
    held = HelpRequest.objects.select_for_update().get(pk=row.pk)
    require(by, "help.answer", held)
    if held.state == ANSWERED and held.answer == said:
        return held
    done: HelpRequest = perform(held, "answer", by=by, at=at, changes={"answer": said, "responder_id": by.user_id})
    return done


@transaction.atomic
def close(row: HelpRequest, *, by: Person, at: datetime) -> HelpRequest:
    """Nothing more is to be done; pressed twice, once."""
    held = HelpRequest.objects.select_for_update().get(pk=row.pk)
    require(by, "help.answer", held)
    if held.state == CLOSED:
        return held
    done: HelpRequest = perform(held, "close", by=by, at=at)
    return done


def give_opinion(score: int, text: str, *, page: str, form_token: str, by: Person, at: datetime) -> ServiceOpinion:
    """Writes an opinion down, without its author. Sent twice, it is one."""
    row, _new = ServiceOpinion.objects.get_or_create(
        form_token=form_token,
        defaults={
            "score": score, "text": clean_text(text)[:LONGEST], "page": page[:200], "signed_in": by.user_id is not None,
            "body": body_of(by).label, "given_at": at,
        },
    )  # fmt: skip
    return row


@dataclass(frozen=True)
class Named:
    """Who is to answer what. topic: empty for all; body: « institution:12 », « entity:3 » or empty for everybody."""

    email: str
    topic: str = ""
    body: str = ""


@transaction.atomic
def name_responder(named: Named, *, by: Person, at: datetime) -> Responder:
    """Adds a row to the table of who answers; the same row twice is one."""
    require(by, "help.name")
    user = User.objects.living().with_address(named.email).first()
    if user is None:
        raise InvalidInput("account_unknown", "Aucun compte ouvert n’a cette adresse.", field="email")
    institution, entity = _body(named.body)
    row, new = Responder.objects.get_or_create(user=user, topic=named.topic, institution=institution, entity=entity)
    if new:
        record("help.responder_named", row, by=by, at=at, payload={"user": user.pk, "topic": named.topic})
    return row


def _body(told: str) -> tuple[Institution | None, Entity | None]:
    kind, _, key = told.partition(":")
    number = int(key) if key.isdecimal() else 0
    institution = Institution.objects.filter(pk=number).first() if kind == "institution" else None
    entity = Entity.objects.filter(pk=number).first() if kind == "entity" else None
    if told and institution is None and entity is None:
        raise InvalidInput("body_unknown", "Choisissez une institution de la liste.", field="body")
    return institution, entity


@transaction.atomic
def remove_responder(pk: int, *, by: Person, at: datetime) -> None:
    """Takes a row off the table; the questions already given stay with the person."""
    require(by, "help.name")
    row = Responder.objects.filter(pk=pk).first()
    if row is None:
        raise Refused("responder_gone", "Cette ligne a déjà été retirée.")
    record("help.responder_removed", row, by=by, at=at, payload={"user": row.user_id, "topic": row.topic})
    row.delete()


def purge(*, at: datetime) -> str:
    """Deletes the questions that were answered or closed more than a year ago, and the words of old opinions."""
    old = HelpRequest.objects.exclude(**{HELP.field: HELP.initial}).filter(asked_at__lt=at - KEPT)
    gone = old.delete()[0]
    words = ServiceOpinion.objects.filter(given_at__lt=at - KEPT).exclude(text="").update(text="")
    erased = counted(words, "remarque effacée", "remarques effacées")
    return f"{counted(gone, 'question effacée', 'questions effacées')}, {erased}"
