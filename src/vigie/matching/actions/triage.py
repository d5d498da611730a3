"""What the team does with a request: checks, requalifies, ticks, adds, refuses, sets aside.

Before the transmission, any of these acts takes a scheduled request in hand: it no longer leaves by itself. A second
click of the same act changes nothing and writes no event.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from vigie.directory.models import Expert, Subject, SubjectQuestion
from vigie.journal.actions import perform, record
from vigie.journal.crash import crash_point
from vigie.journal.models import Event
from vigie.kernel.errors import InvalidInput, Refused, TransitionRefused
from vigie.kernel.period import paris_day
from vigie.matching.actions.analysis import choose
from vigie.matching.actions.filling import address_hash
from vigie.matching.actions.statuses import refresh_need_status
from vigie.matching.actions.transmission import prepare, send_match, take_over
from vigie.matching.models import Candidate, Match, Need, RefusalTemplate, Solicitation, SpamAddress
from vigie.matching.queries.firm import need_facts
from vigie.matching.queries.routing import competences_of
from vigie.matching.rules import routing
from vigie.matching.rules.guards import OTHER_HOLDS
from vigie.matching.rules.reasons import Reason
from vigie.matching.states import CANCELED, IN_PROGRESS, PROCESSED
from vigie.rights.person import Person
from vigie.rights.reach import require


def analyse_again(solicitation: Solicitation, *, by: Person, at: datetime) -> Solicitation:
    """« Analyse automatique »: done again with the registers and the directory of the moment."""
    require(by, "solicitation.triage", solicitation)
    if solicitation.state != IN_PROGRESS:
        raise _too_late()
    return prepare(solicitation, by=by, at=at, again=True)


@transaction.atomic
def requalify(need: Need, subject: Subject, answers: Mapping[str, str], *, by: Person, at: datetime) -> Need:
    """Changes the subject of a need before it is sent, and who is proposed. The request keeps what was asked.

    answers: question key → value; those that the subject does not offer are left out. Experts added by hand stay.
    """
    row = _request_of(need, by)
    kept = _offered(subject, answers)
    current = _locked(need)
    if (current.subject_id, current.answers) == (subject.pk, kept):
        return current
    take_over(row, by=by, at=at)
    if subject.archived_at is not None:
        raise InvalidInput("subject_archived", "Ce sujet n’est plus proposé. Choisissez-en un autre.", field="subject")
    if Need.objects.filter(diagnosis=current.diagnosis_id, subject=subject).exclude(pk=current.pk).exists():
        raise InvalidInput("subject_taken", "Cette demande a déjà un besoin sur ce sujet.", field="subject")
    before = current.subject_id
    current.subject, current.answers = subject, kept
    known = current.diagnosis.establishment_id is not None
    analysis = choose(row, current, firm_known=known, at=at)
    crash_point("requalify.after_candidates")
    held = [code for code in row.hold_reasons if code in OTHER_HOLDS]
    row.hold_reasons = [*held, *analysis.failed] or ["taken_over"]
    row.save(update_fields=["hold_reasons"])
    payload = {"need": current.pk, "from": before, "to": subject.pk, "experts": analysis.experts}
    record("solicitation.requalified", row, by=by, at=at, payload=payload)
    return current


def tick(candidate: Candidate, *, by: Person, at: datetime) -> Candidate:
    """The expert will receive the need; an expert dropped by the rules may be ticked too."""
    return _select(candidate, True, by=by, at=at)


def untick(candidate: Candidate, *, by: Person, at: datetime) -> Candidate:
    """The expert will not receive the need. A need keeps at least one."""
    return _select(candidate, False, by=by, at=at)


@transaction.atomic
def _select(candidate: Candidate, ticked: bool, *, by: Person, at: datetime) -> Candidate:
    row = _request_of(candidate.need, by)
    line = Candidate.objects.select_for_update().select_related("expert").get(pk=candidate.pk)
    if line.ticked == ticked:
        return line
    if ticked and line.expert.deleted_at is not None:
        raise Refused("expert_deleted", "Cette équipe ne figure plus dans l’annuaire\u00a0: choisissez-en une autre.")
    if not ticked and not Candidate.objects.filter(need=line.need_id, ticked=True).exclude(pk=line.pk).exists():
        raise Refused(
            "last_expert", "Un besoin garde au moins un expert : ajoutez-en un autre avant de retirer celui-ci."
        )
    take_over(row, by=by, at=at)
    line.ticked = ticked
    line.save(update_fields=["ticked"])
    crash_point("select.after_tick")
    payload = {"need": line.need_id, "expert": line.expert_id, "ticked": ticked}
    record("solicitation.selection_changed", row, by=by, at=at, payload=payload)
    return line


@transaction.atomic
def add_expert(need: Need, expert: Expert, *, by: Person, at: datetime) -> Candidate:
    """Adds any expert, whatever his subjects and his territory.

    Before the transmission he will receive the need with the others; after it, he receives it at once.
    """
    require(by, "need.add_expert", need)
    if expert.deleted_at is not None:
        raise Refused("expert_deleted", "Cette équipe ne figure plus dans l’annuaire\u00a0: choisissez-en une autre.")
    row = Solicitation.objects.select_for_update().filter(diagnosis__needs=need).first()
    current = _locked(need)
    if current.sent_at is None:
        if row is not None:
            _refuse_unless(row, IN_PROGRESS)
        return _add_before(row, current, expert, by, at)
    if row is not None:
        _refuse_unless(row, PROCESSED)
    return _add_after(current, expert, by, at)


def _add_before(row: Solicitation | None, need: Need, expert: Expert, by: Person, at: datetime) -> Candidate:
    line = Candidate.objects.filter(need=need, expert=expert).first()
    if line is not None and line.ticked:
        return line
    if row is not None:
        take_over(row, by=by, at=at)
    line = _chosen_by_hand(need, expert, line, at)
    crash_point("add_expert.after_candidate")
    if row is not None:
        payload = {"need": need.pk, "expert": expert.pk, "ticked": True, "added": True}
        record("solicitation.selection_changed", row, by=by, at=at, payload=payload)
    return line


def _add_after(need: Need, expert: Expert, by: Person, at: datetime) -> Candidate:
    line = Candidate.objects.filter(need=need, expert=expert).first()
    if Match.objects.filter(need=need, expert=expert).exists():
        return line or _chosen_by_hand(need, expert, None, at)
    line = _chosen_by_hand(need, expert, line, at)
    crash_point("add_expert.after_candidate")
    send_match(need, expert.pk, by=by, at=at)
    refresh_need_status(need, at=at)
    return line


def _chosen_by_hand(need: Need, expert: Expert, line: Candidate | None, at: datetime) -> Candidate:
    """The expert's line in the trace: what the rules say of him, and that the team chose him all the same."""
    facts = need_facts(need, on=paris_day(at))
    [verdict] = routing.route(facts, competences_of(facts, [expert.pk]))
    line = line or Candidate(need=need, expert=expert)
    line.competence_id = verdict.competence.id
    line.kept, line.ticked, line.origin = True, True, Candidate.Origin.TEAM
    line.reasons = [reason.as_json() for reason in (Reason("added_by_team"), *verdict.reasons)]
    line.save()
    return line


def refuse(solicitation: Solicitation, template: RefusalTemplate, *, by: Person, at: datetime) -> Solicitation:
    """« Ne pas donner suite »: the company receives the standard answer chosen."""
    changes = {"cancel_reason": Solicitation.CancelReason.REFUSED, "refusal_template_id": template.pk}
    return _set_aside(solicitation, "refuse", changes, by=by, at=at)


@transaction.atomic
def mark_spam(solicitation: Solicitation, *, by: Person, at: datetime) -> Solicitation:
    """« Indésirable »: the request is set aside without a mail, and its address is blocked."""
    done = _set_aside(solicitation, "drop_spam", {"cancel_reason": Solicitation.CancelReason.SPAM}, by=by, at=at)
    crash_point("mark_spam.after_state")
    if done.email:
        SpamAddress.objects.get_or_create(email_hash=address_hash(done.email), defaults={"created_at": at})
    return done


def _set_aside(
    solicitation: Solicitation, transition: str, changes: dict[str, object], *, by: Person, at: datetime
) -> Solicitation:
    """A second click of the same person changes nothing."""
    with transaction.atomic():
        row = Solicitation.objects.select_for_update().get(pk=solicitation.pk)
        require(by, "solicitation.triage", row)
        if row.state == CANCELED and all(getattr(row, name) == value for name, value in changes.items()):
            last = Event.objects.about(row).filter(payload__to=CANCELED).order_by("pk").last()
            if last is not None and last.actor_id == by.user_id:
                return row
        done: Solicitation = perform(row, transition, by=by, at=at, changes=changes)
    return done


def _request_of(need: Need, by: Person) -> Solicitation:
    """The locked request of a need that is not sent yet."""
    row = Solicitation.objects.select_for_update().filter(diagnosis__needs=need).first()
    if row is None:
        raise Refused("no_request", "Ce besoin ne vient pas d’une demande\u00a0: il ne se change pas ici.")
    require(by, "solicitation.triage", row)
    _refuse_unless(row, IN_PROGRESS)
    return row


def _locked(need: Need) -> Need:
    return Need.objects.select_for_update(of=("self",)).select_related("diagnosis", "subject").get(pk=need.pk)


def _refuse_unless(row: Solicitation, state: str) -> None:
    if row.state == state:
        return
    if row.state == CANCELED:
        raise TransitionRefused("request_canceled", "Cette demande est abandonnée\u00a0: elle ne peut plus changer.")
    raise _too_late()


def _too_late() -> TransitionRefused:
    return TransitionRefused(
        "request_sent",
        "Cette demande n’est plus à préparer\u00a0: elle a été transmise ou abandonnée. Rechargez la page.",
    )


def _offered(subject: Subject, answers: Mapping[str, str]) -> dict[str, str]:
    """The answers that the questions of the subject offer."""
    kept = {}
    for question in SubjectQuestion.objects.filter(subject=subject):
        if answers.get(question.key) in {value for value, _label in question.answers}:
            kept[question.key] = answers[question.key]
    return kept
