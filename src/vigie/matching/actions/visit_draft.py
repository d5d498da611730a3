"""An adviser writes down what he met in a visit: the company, the person, the needs. Nothing leaves from here.

Each step is kept as soon as it is given; the same form sent twice gives the same visit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction

from vigie.companies.models import Contact, Establishment
from vigie.directory.models import ExpertMember, Subject, SubjectQuestion
from vigie.journal.actions import record
from vigie.kernel.errors import InvalidInput, Refused
from vigie.kernel.period import paris_day
from vigie.kernel.text import clean_email, clean_line, clean_person_name, clean_phone, clean_text
from vigie.matching.actions.analysis import write_candidates
from vigie.matching.models import Candidate, Diagnosis, Need
from vigie.matching.queries.firm import need_facts
from vigie.matching.queries.routing import competences_for
from vigie.matching.rules import routing
from vigie.matching.rules.missing import missing_facts
from vigie.matching.rules.reasons import Reason
from vigie.matching.rules.visits import VISIT_CONSENT, refuse_day, refuse_unreachable, refuse_without_consent
from vigie.rights.person import Person
from vigie.rights.reach import require

LONGEST = 6000


@dataclass(frozen=True)
class Met:
    """Who was met, where and when. establishment: None when no register knows the company, whose name is typed."""

    full_name: str
    visited_on: date
    phone: str = ""
    email: str = ""
    establishment: Establishment | None = None
    company_name: str = ""
    commune_code: str = ""


def begin(met: Met, *, consent: bool, form_token: str, by: Person, at: datetime) -> Diagnosis:
    """A visit that only its author sees until he files it."""
    require(by, "visit.file")
    _refuse(met, consent, at)
    if (earlier := mine(form_token, by)) is not None:
        return earlier
    try:
        with transaction.atomic():
            visit = Diagnosis(adviser_id=by.user_id, form_token=form_token, created_at=at)
            _write_met(visit, met, at)
            record("visit.begun", visit, by=by, at=at, payload={"consent": VISIT_CONSENT})
    except IntegrityError as error:  # the same form, sent twice at the same moment
        if (same := mine(form_token, by)) is None:
            raise page_expired() from error
        return same
    return visit


@transaction.atomic
def change_met(visit: Diagnosis, met: Met, *, consent: bool, by: Person, at: datetime) -> Diagnosis:
    """Corrects the company, the person or the day before the visit is filed; who is proposed follows."""
    row = locked_draft(visit, by)
    _refuse(met, consent, at)
    if _same(row, met):
        return row
    _write_met(row, met, at)
    record("visit.contact_changed", row, by=by, at=at, payload={"consent": VISIT_CONSENT})
    for need in needs_of(row):
        propose(need, at=at)
    return row


@transaction.atomic
def put_need(
    visit: Diagnosis,
    subject: Subject,
    content: str,
    answers: Mapping[str, str],
    *,
    need: Need | None = None,
    by: Person,
    at: datetime,
) -> Need:
    """Adds a need to the visit, or changes one of its needs; the same need sent twice is one.

    answers: question key → value; those that the subject does not offer are left out.
    """
    row = locked_draft(visit, by)
    text = checked_text(content)
    if subject.archived_at is not None:
        raise InvalidInput("subject_archived", "Ce sujet n’est plus proposé. Choisissez-en un autre.", field="subject")
    held = {one.subject_id: one for one in needs_of(row)}
    kept = offered(subject, answers)
    same = held.get(subject.pk)
    if same is not None and (need is None or same.pk != need.pk):
        if (same.content, same.answers) == (text, kept):
            return same
        raise InvalidInput(
            "subject_taken", "Cette visite a déjà un besoin sur ce sujet\u00a0: complétez-le.", field="content"
        )
    written = held.get(need.subject_id) if need is not None else Need(diagnosis=row, created_at=at)
    if written is None:
        raise Refused("need_gone", "Ce besoin a été retiré de la visite. Rechargez la page.")
    written.subject, written.content, written.answers = subject, text, kept
    written.save()
    propose(written, at=at)
    return written


@transaction.atomic
def take_need_away(visit: Diagnosis, need_pk: int, *, by: Person, at: datetime) -> None:
    """Takes a need out of the visit before it is filed; already gone, nothing happens."""
    row = locked_draft(visit, by)
    Need.objects.filter(diagnosis=row, pk=need_pk, sent_at__isnull=True).delete()


@transaction.atomic
def abandon(visit: Diagnosis, *, by: Person, at: datetime) -> None:
    """Gives up a visit that was not filed: its needs and its contact are erased, the journal keeps that it existed."""
    row = locked_draft(visit, by)
    record("visit.abandoned", row, by=by, at=at)
    contact = row.contact
    row.needs.all().delete()
    row.delete()
    if not Diagnosis.objects.filter(contact=contact).exists():
        contact.delete()


def propose(need: Need, *, at: datetime) -> int:
    """Computes who would receive a need of a visit, as for a request, and says how many. The teams of who files it
    are left out; what he had unticked stays so.
    """
    facts = need_facts(need, on=paris_day(at))
    need.facts = facts.as_json()
    need.save()
    diagnosis = need.diagnosis
    known = diagnosis.establishment is not None
    diagnosis.missing_facts = missing_facts(facts, company_known=known, register_down=False)
    diagnosis.save(update_fields=["missing_facts"])
    found = [] if need.subject.is_catch_all else routing.route(facts, competences_for(facts))
    unticked = set(need.candidates.filter(kept=True, ticked=False).values_list("expert_id", flat=True))
    write_candidates(need, found)
    own = ExpertMember.objects.filter(user=diagnosis.adviser_id).values("expert_id")
    for line in need.candidates.filter(kept=True, expert__in=own, origin=Candidate.Origin.ROUTING):
        line.kept, line.ticked = False, False
        line.reasons = [Reason("own_team").as_json(), *line.reasons]
        line.save(update_fields=["kept", "ticked", "reasons"])
    need.candidates.filter(expert__in=unticked).update(ticked=False)
    return need.candidates.filter(ticked=True).count()


def locked_draft(visit: Diagnosis, by: Person) -> Diagnosis:
    """The locked visit, if the person may change it and it was not filed."""
    row = Diagnosis.objects.select_for_update().filter(pk=visit.pk, solicitation__isnull=True).first()
    if row is None:
        raise Refused("visit_gone", "Cette visite a été abandonnée. Commencez-en une autre.")
    require(by, "visit.edit", row)
    if row.submitted_at is not None:
        raise Refused("visit_filed", "Cette visite est déjà déposée\u00a0: elle ne se change plus ici.")
    return row


def needs_of(visit: Diagnosis) -> list[Need]:
    """The needs of a visit, in the order in which they were written, each with its visit."""
    return list(Need.objects.filter(diagnosis=visit).select_related("subject", "diagnosis").order_by("pk"))


def mine(form_token: str, by: Person) -> Diagnosis | None:
    """What this person already wrote with this form."""
    return Diagnosis.objects.filter(form_token=form_token, adviser_id=by.user_id).first()


def page_expired() -> Refused:
    """The token of a form is somebody else's."""
    return Refused("form_token", "Cette page a expiré. Rechargez-la, puis envoyez de nouveau.")


def checked_text(content: str) -> str:
    """The words of a need; InvalidInput when there are none or too many."""
    text = clean_text(content)
    if not text:
        raise InvalidInput(
            "need_empty", "Décrivez le besoin en quelques mots\u00a0: les experts appellent mieux préparés.",
            field="content",
        )  # fmt: skip
    if len(text) > LONGEST:
        raise InvalidInput(
            "need_too_long", f"Ce texte est trop long\u00a0: {LONGEST} caractères au plus.", field="content"
        )
    return text


def offered(subject: Subject, answers: Mapping[str, str]) -> dict[str, str]:
    """The answers that the questions of the subject offer."""
    kept = {}
    for question in SubjectQuestion.objects.filter(subject=subject):
        if answers.get(question.key) in {value for value, _label in question.answers}:
            kept[question.key] = answers[question.key]
    return kept


def contact_of(met: Met, at: datetime) -> Contact:
    """The person met; the row that already says the same is kept."""
    person = {
        "company": met.establishment.company if met.establishment else None,
        "full_name": clean_person_name(met.full_name)[:150],
        "email": clean_email(met.email),
        "phone": clean_phone(met.phone)[:25],
    }
    return Contact.objects.filter(**person).order_by("pk").first() or Contact.objects.create(**person, created_at=at)


def _refuse(met: Met, consent: bool, at: datetime) -> None:
    if met.establishment is None and not (clean_line(met.company_name) and met.commune_code):
        raise Refused("company_missing", "Indiquez d’abord l’entreprise.")
    refuse_unreachable(clean_email(met.email), clean_phone(met.phone))
    refuse_day(met.visited_on, paris_day(at))
    refuse_without_consent(consent)


def _write_met(visit: Diagnosis, met: Met, at: datetime) -> None:
    place = met.establishment
    visit.establishment = place
    visit.company_name = "" if place else clean_line(met.company_name)[:200]
    visit.commune_code = place.commune_code if place else met.commune_code
    visit.contact = contact_of(met, at)
    visit.visited_on, visit.consent_at = met.visited_on, at
    visit.save()


def _same(visit: Diagnosis, met: Met) -> bool:
    """True when nothing of the company, the person or the day changes."""
    place, contact = met.establishment, visit.contact
    pairs: tuple[tuple[object, object], ...] = (
        (visit.establishment_id, place.pk if place else None),
        (visit.company_name, "" if place else clean_line(met.company_name)[:200]),
        (visit.commune_code, place.commune_code if place else met.commune_code),
        (visit.visited_on, met.visited_on),
        (contact.full_name, clean_person_name(met.full_name)[:150]),
        (contact.email, clean_email(met.email)),
        (contact.phone, clean_phone(met.phone)[:25]),
    )
    return all(before == after for before, after in pairs)
