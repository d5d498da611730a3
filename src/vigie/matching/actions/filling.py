"""The company head fills his request: three steps, each kept as soon as it is given, then it is sent.

The person is the holder of the request's signed link (``links.holder``). The row exists from the first step, so that
nothing typed is lost; the same form sent twice gives the same row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.crypto import salted_hmac

from vigie.companies.lookup import refuse_closed_or_abroad
from vigie.companies.models import Establishment
from vigie.directory.models import SubjectQuestion
from vigie.journal.actions import perform
from vigie.journal.jobs import enqueue
from vigie.kernel.errors import InvalidInput, Refused
from vigie.kernel.text import clean_email, clean_line, clean_person_name, clean_phone, clean_text
from vigie.matching.models import LandingSubject, Solicitation, SolicitationAnswer, SpamAddress
from vigie.matching.rules.spelling import is_disposable, only_the_template
from vigie.matching.states import CANCELED, INCOMPLETE, STEP_COMPANY, STEP_DESCRIPTION
from vigie.rights.limits import hit
from vigie.rights.person import SYSTEM, Person, company_head
from vigie.rights.reach import require

PREPARE_JOB = "prepare_solicitation"
LONGEST_DESCRIPTION = 6000


@dataclass(frozen=True)
class Contact:
    """What the first step gives, as typed."""

    full_name: str
    phone: str
    email: str


@dataclass(frozen=True)
class CompanyGiven:
    """What the second step gives: an establishment of a register, or what was typed when no register answers.

    In location mode only ``commune_code`` and ``name`` (of the project, may be empty) are given.
    """

    siret: str = ""
    name: str = ""
    commune_code: str = ""
    checked: bool = False

    @classmethod
    def of(cls, establishment: Establishment, name: str) -> CompanyGiven:
        return cls(establishment.siret, name, establishment.commune_code, checked=True)


def already_sent() -> Refused:
    """A request that was sent is not changed through its links any more."""
    return Refused("already_sent", "Cette demande a déjà été envoyée aux conseillers.")


@transaction.atomic
def start(
    landing_subject: LandingSubject, contact: Contact, *, form_token: str, provenance: dict[str, str], at: datetime
) -> Solicitation:
    """First step: creates the request, or gives the one that the same form already created."""
    if landing_subject.theme.landing.paused_at is not None:
        raise Refused("landing_paused", "Le service est en pause\u00a0: revenez dans quelques jours.")
    earlier = Solicitation.objects.filter(form_token=form_token).first()
    if earlier is not None:
        return earlier
    try:
        with transaction.atomic():
            solicitation = Solicitation.objects.create(
                form_token=form_token, landing_subject=landing_subject, created_at=at, provenance=provenance,
                **_contact(contact),
            )  # fmt: skip
    except IntegrityError:
        return Solicitation.objects.get(form_token=form_token)
    return perform(solicitation, "give_contact", by=company_head(solicitation.uuid.hex), at=at)


@transaction.atomic
def change_contact(solicitation: Solicitation, contact: Contact, *, by: Person, at: datetime) -> Solicitation:
    """The visitor came back to the first step before sending."""
    row = _open(solicitation, by)
    for name, value in _contact(contact).items():
        setattr(row, name, value)
    row.save(update_fields=["full_name", "email", "phone"])
    return row


@transaction.atomic
def give_company(solicitation: Solicitation, given: CompanyGiven, *, by: Person, at: datetime) -> Solicitation:
    """Second step, or its correction before sending."""
    row = _open(solicitation, by)
    changes = {
        "siret": given.siret,
        "company_name": clean_line(given.name)[:200],
        "commune_code": given.commune_code,
        "company_checked": given.checked,
    }
    if row.state == STEP_COMPANY:
        return perform(row, "give_company", by=by, at=at, changes=changes)
    for name, value in changes.items():
        setattr(row, name, value)
    row.save(update_fields=list(changes))
    return row


@transaction.atomic
def choose_establishment(
    solicitation: Solicitation, establishment: Establishment, *, by: Person, at: datetime
) -> Solicitation:
    """Second step with an establishment of a register; one that is closed or abroad is refused."""
    refuse_closed_or_abroad(establishment)
    given = CompanyGiven.of(establishment, establishment.company.name)
    return give_company(solicitation, given, by=by, at=at)


@transaction.atomic
def keep_draft(
    solicitation: Solicitation, *, description: str, answers: Mapping[str, str], by: Person, at: datetime
) -> Solicitation:
    """Keeps what was typed in the third step when it cannot be sent yet. Answers that are not offered are left out."""
    row = _open(solicitation, by)
    row.description = clean_text(description[: 4 * LONGEST_DESCRIPTION])[:LONGEST_DESCRIPTION]
    row.save(update_fields=["description"])
    _keep_answers(row, {question: answers[question.key] for question in _questions(row) if _offers(question, answers)})
    return row


@transaction.atomic
def complete(
    solicitation: Solicitation,
    *,
    description: str,
    answers: Mapping[str, str],
    is_head: bool,
    by: Person,
    at: datetime,
) -> Solicitation:
    """Third step: sends the request, and has its analysis prepared. Sent twice, it is sent once.

    answers: question key → stored value. Raises InvalidInput naming the field, or TooMany.
    """
    row = Solicitation.objects.select_for_update().get(pk=solicitation.pk)
    require(by, "solicitation.fill", row)
    if not may_be_filled(row):
        if row.completed_at is not None and row.description == clean_text(description):
            return row  # the same sending, once more
        raise already_sent()
    if row.state not in (STEP_DESCRIPTION, CANCELED):
        raise Refused("company_missing", "Indiquez d’abord votre entreprise.")
    text = _checked_description(row, description)
    kept = _checked_answers(row, answers)
    if row.landing_subject.asks_head and not is_head:
        raise InvalidInput(
            "head_missing", "Attestez que vous dirigez l’entreprise ou que vous êtes mandaté.", field="is_head"
        )
    if SpamAddress.objects.filter(email_hash=address_hash(row.email)).exists():
        if row.state == CANCELED:
            return row  # refused before the address was blocked: it stays so, and nothing is said
        changes: dict[str, Any] = {"cancel_reason": Solicitation.CancelReason.SPAM, "description": text}
        return perform(row, "drop_spam", by=SYSTEM, at=at, changes=changes)
    hit("solicitation_email", row.email, at)
    if row.siret:
        hit("solicitation_siret", row.siret, at)
    _keep_answers(row, kept)
    changes = {
        "description": text, "is_head": is_head, "mode": row.landing_subject.mode, "cancel_reason": "",
        "refusal_template_id": None,
    }  # fmt: skip
    done = perform(row, "complete", by=by, at=at, changes=changes)
    enqueue(PREPARE_JOB, solicitation_id=done.pk)
    return done


def may_be_filled(solicitation: Solicitation) -> bool:
    """True while a request can be changed by its links: not sent yet, or sent back to be completed."""
    if solicitation.state in INCOMPLETE:
        return True
    template = solicitation.refusal_template
    return solicitation.state == CANCELED and template is not None and template.lets_complete


def address_hash(email: str) -> str:
    """The keyed hash under which a blocked address is kept."""
    return salted_hmac("matching.spam", clean_email(email), algorithm="sha256").hexdigest()


def _open(solicitation: Solicitation, by: Person) -> Solicitation:
    """The locked row, if the person may fill it and it was not sent."""
    row = Solicitation.objects.select_for_update().get(pk=solicitation.pk)
    require(by, "solicitation.fill", row)
    if not may_be_filled(row):
        raise already_sent()
    return row


def _contact(contact: Contact) -> dict[str, str]:
    email = clean_email(contact.email)
    if is_disposable(email):
        raise InvalidInput(
            "email_disposable",
            "Cette adresse est temporaire\u00a0: les conseillers ne pourraient pas vous répondre. Donnez-en une autre.",
            field="email",
        )
    return {
        "full_name": clean_person_name(contact.full_name)[:150],
        "email": email,
        "phone": clean_phone(contact.phone)[:25],
    }


def _checked_description(row: Solicitation, description: str) -> str:
    text = clean_text(description)
    if not text or only_the_template(text, row.landing_subject.prefill):
        raise InvalidInput("description_empty", "Décrivez votre besoin en quelques mots.", field="description")
    if len(text) > LONGEST_DESCRIPTION:
        raise InvalidInput(
            "description_too_long",
            f"Votre texte est trop long\u00a0: {LONGEST_DESCRIPTION} caractères au plus. Gardez l’essentiel.",
            field="description",
        )
    return text


def _checked_answers(row: Solicitation, answers: Mapping[str, str]) -> dict[SubjectQuestion, str]:
    kept = {}
    for question in _questions(row):
        if not _offers(question, answers):
            raise InvalidInput("answer_missing", f"Répondez à la question\u00a0: {question.label}", field=question.key)
        kept[question] = answers[question.key]
    return kept


def _questions(row: Solicitation) -> list[SubjectQuestion]:
    return list(SubjectQuestion.objects.filter(subject=row.landing_subject.subject_id))


def _offers(question: SubjectQuestion, answers: Mapping[str, str]) -> bool:
    """True when what was answered is one of the answers of the question."""
    return answers.get(question.key, "") in {known for known, _label in question.answers}


def _keep_answers(row: Solicitation, kept: Mapping[SubjectQuestion, str]) -> None:
    row.answers.all().delete()
    SolicitationAnswer.objects.bulk_create(
        SolicitationAnswer(solicitation=row, question=question, value=value) for question, value in kept.items()
    )
