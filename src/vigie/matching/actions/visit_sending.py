"""The needs of a visit leave: filed by the adviser, validated by the team where his institution wants it.

A need for which nobody answers is filed all the same: the team finds an expert and sends it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db import transaction

from vigie.directory.models import Expert, Subject
from vigie.journal.actions import record
from vigie.journal.crash import crash_point
from vigie.kernel.errors import InvalidInput, Refused, TransitionRefused
from vigie.kernel.period import paris_day
from vigie.kernel.text import clean_text
from vigie.matching.actions.statuses import refresh_need_status
from vigie.matching.actions.transmission import send_need
from vigie.matching.actions.visit_draft import needs_of, offered, propose
from vigie.matching.models import Candidate, Diagnosis, Need
from vigie.matching.queries.firm import need_facts
from vigie.matching.queries.need_origin import waits_for_team
from vigie.matching.queries.routing import competences_of
from vigie.matching.queries.visits_team import with_expert
from vigie.matching.rules import routing
from vigie.matching.rules.reasons import Reason
from vigie.rights.person import Person
from vigie.rights.reach import require

Chosen = Mapping[int, Collection[int]]  # need → its experts


def file_visit(visit: Diagnosis, chosen: Chosen, *, shown: Chosen, by: Person, at: datetime) -> Diagnosis:
    """« Notifier les experts sélectionnés »: the visit is filed, and leaves unless the team must validate it.

    shown: the experts that the page proposed for each need. When the directory changed meanwhile nothing leaves: the
    new proposal is kept and Refused is raised. Filed twice by the same person: the same visit.
    """
    _renew(visit, shown, by=by, at=at)
    with transaction.atomic():
        row = _locked(visit)
        require(by, "visit.edit", row)
        if row.submitted_at is not None:
            return row
        needs = needs_of(row)
        if not needs:
            raise Refused("visit_empty", "Ajoutez au moins un besoin avant de notifier des experts.")
        for need in needs:
            _tick(need, chosen.get(need.pk, ()))
        row.submitted_at, row.return_reason = at, ""
        row.save(update_fields=["submitted_at", "return_reason"])
        crash_point("visit.after_filed")
        record("visit.filed", row, by=by, at=at, payload={"needs": [need.pk for need in needs]})
        if not waits_for_team(row):
            send_ready(row, by=by, at=at)
    return row


def validate_visit(visit: Diagnosis, *, by: Person, at: datetime) -> Diagnosis:
    """The team sends what waits: every need of the visit that has an expert. Refused when none has."""
    with transaction.atomic():
        row = _locked(visit)
        require(by, "visit.validate", row)
        _refuse_unless_filed(row)
        waiting = [need for need in needs_of(row) if need.sent_at is None]
        if waiting and not send_ready(row, by=by, at=at):
            raise Refused("nobody_ticked", "Aucun expert n’est sélectionné\u00a0: ajoutez-en un avant d’envoyer.")
    return row


def send_back(visit: Diagnosis, reason: str, *, by: Person, at: datetime) -> Diagnosis:
    """The team gives the visit back to who filed it, who reads why and may file it again. Nothing is lost."""
    text = clean_text(reason)[:2000]
    if not text:
        raise InvalidInput(
            "reason_missing", "Dites ce qui manque\u00a0: la personne reprendra son dépôt.", field="note"
        )
    with transaction.atomic():
        row = _locked(visit)
        require(by, "visit.validate", row)
        if row.submitted_at is None and row.return_reason == text:
            return row
        _refuse_unless_filed(row)
        if row.completed_at is not None:
            raise TransitionRefused(
                "visit_sent", "Un besoin de cette visite est déjà devant des experts\u00a0: elle ne se renvoie plus."
            )
        row.submitted_at, row.return_reason = None, text
        row.save(update_fields=["submitted_at", "return_reason"])
        record("visit.returned", row, by=by, at=at)
    return row


@transaction.atomic
def choose_expert(need: Need, expert: Expert, *, ticked: bool, by: Person, at: datetime) -> Candidate:
    """The team adds or takes out an expert of a need that waits; pressed twice, once."""
    row = _waiting(need, by)
    if ticked and expert.deleted_at is not None:
        raise Refused("expert_deleted", "Cette équipe ne figure plus dans l’annuaire\u00a0: choisissez-en une autre.")
    line = Candidate.objects.filter(need=need, expert=expert).first()
    if line is None:
        line = _added(need, expert, at)
    elif line.ticked == ticked:
        return line
    line.ticked = ticked
    line.kept = line.kept or ticked
    line.save()
    payload = {"need": need.pk, "expert": expert.pk, "ticked": ticked}
    record("visit.selection_changed", row, by=by, at=at, payload=payload)
    return line


@transaction.atomic
def requalify(need: Need, subject: Subject, answers: Mapping[str, str], *, by: Person, at: datetime) -> Need:
    """The team changes the subject of a need that waits: who is proposed follows, the words of the visit stay.

    answers: question key → value; those that the subject does not offer are left out. Experts added by hand stay.
    """
    row = _waiting(need, by)
    current = Need.objects.select_related("subject", "diagnosis").get(pk=need.pk)
    kept = offered(subject, answers)
    if (current.subject_id, current.answers) == (subject.pk, kept):
        return current
    if subject.archived_at is not None:
        raise InvalidInput("subject_archived", "Ce sujet n’est plus proposé. Choisissez-en un autre.", field="subject")
    if row.needs.filter(subject=subject).exclude(pk=current.pk).exists():
        raise InvalidInput("subject_taken", "Cette visite a déjà un besoin sur ce sujet.", field="subject")
    before = current.subject_id
    current.subject, current.answers = subject, kept
    experts = propose(current, at=at)
    crash_point("visit.after_requalified")
    payload = {"need": current.pk, "from": before, "to": subject.pk, "experts": experts}
    record("visit.requalified", row, by=by, at=at, payload=payload)
    return current


def send_ready(visit: Diagnosis, *, by: Person, at: datetime) -> list[Need]:
    """Puts before their experts the needs of a locked visit that have some; gives them. The company is told once."""
    chosen = with_expert([visit.pk])
    ready = [need for need in needs_of(visit) if need.sent_at is None and need.pk in chosen]
    for need in ready:
        send_need(Need.objects.select_for_update().get(pk=need.pk), by=by, at=at)
    if not ready:
        return []
    visit.completed_at = visit.completed_at or at
    visit.save(update_fields=["completed_at"])
    crash_point("visit.after_sent")
    for need in ready:
        refresh_need_status(need, at=at)
    record(
        "visit.passed_on" if visit.passed_from_id else "visit.sent",
        visit, by=by, at=at, payload={"needs": [need.pk for need in ready]},
    )  # fmt: skip
    return ready


def _renew(visit: Diagnosis, shown: Chosen, *, by: Person, at: datetime) -> None:
    """Computes the candidates again with the directory of the moment; Refused when they are not those of the page."""
    with transaction.atomic():
        row = _locked(visit)
        require(by, "visit.edit", row)
        if row.submitted_at is not None:
            return
        changed = False
        for need in needs_of(row):
            propose(need, at=at)
            changed |= proposed(need) != set(shown.get(need.pk, ()))
    if changed:
        raise TransitionRefused(
            "proposal_changed",
            "L’annuaire ou la visite a changé depuis l’affichage de cette page\u00a0: rien n’est parti. Relisez les "
            "experts proposés, puis notifiez-les.",
        )


def proposed(need: Need) -> set[int]:
    """The experts that the page of a need may tick."""
    return set(need.candidates.filter(kept=True).values_list("expert_id", flat=True))


def _tick(need: Need, experts: Collection[int]) -> None:
    possible = proposed(need)
    wanted = possible & set(experts)
    if possible and not wanted:
        raise InvalidInput(
            "nobody_ticked",
            f"Gardez au moins un expert pour «\u00a0{need.subject.label}\u00a0», ou retirez ce besoin.",
        )
    need.candidates.filter(kept=True).update(ticked=False)
    need.candidates.filter(expert__in=wanted).update(ticked=True)


def _added(need: Need, expert: Expert, at: datetime) -> Candidate:
    """The line of an expert chosen by the team, with what the rules say of him."""
    facts = need_facts(need, on=paris_day(at))
    [verdict] = routing.route(facts, competences_of(facts, [expert.pk]))
    reasons = [Reason("added_by_team"), *verdict.reasons]
    return Candidate(
        need=need, expert=expert, competence_id=verdict.competence.id, kept=True, ticked=True,
        origin=Candidate.Origin.TEAM, reasons=[reason.as_json() for reason in reasons],
    )  # fmt: skip


def _locked(visit: Diagnosis) -> Diagnosis:
    row = Diagnosis.objects.select_for_update().filter(pk=visit.pk, solicitation__isnull=True).first()
    if row is None:
        raise Refused("visit_gone", "Cette visite a été abandonnée. Commencez-en une autre.")
    return row


def _waiting(need: Need, by: Person) -> Diagnosis:
    """The locked visit of a need that waits for the team; TransitionRefused when it was sent or given back."""
    row = _locked(need.diagnosis)
    require(by, "visit.validate", row)
    _refuse_unless_filed(row)
    if Need.objects.get(pk=need.pk).sent_at is not None:
        raise TransitionRefused("need_sent", "Ce besoin est déjà devant ses experts. Rechargez la page.")
    return row


def _refuse_unless_filed(visit: Diagnosis) -> None:
    if visit.submitted_at is None:
        raise TransitionRefused(
            "visit_not_filed", "Cette visite est revenue à la personne qui la dépose. Rechargez la page."
        )
