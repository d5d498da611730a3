"""From a request that was sent to the experts who receive it: analysis, hold or delay, transmission, recall.

An automatic transmission waits ``VIGIE_RECALL_SECONDS``: until then nothing has left and the team can recall it. A
request that a guard holds, or whose subject is validated by the team, waits for somebody.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from vigie.journal.actions import perform, record
from vigie.journal.crash import crash_point
from vigie.journal.jobs import enqueue
from vigie.journal.models import Event
from vigie.kernel.errors import Refused, TransitionRefused
from vigie.kernel.period import PARIS
from vigie.matching.actions.analysis import Analysis, analyse
from vigie.matching.actions.firms import firm_of
from vigie.matching.actions.statuses import refresh_need_status
from vigie.matching.models import Diagnosis, LandingSubject, Match, Need, Solicitation
from vigie.matching.rules.guards import audit_sampled
from vigie.matching.states import IN_PROGRESS, PROCESSED
from vigie.rights.person import SYSTEM, Person, PersonKind
from vigie.rights.reach import require

TRANSMIT_JOB = "transmit_solicitation"
CAUGHT_UP_WITHIN = timedelta(days=7)
COMPLETED, PREPARED = "solicitation.completed", "solicitation.prepared"
NOT_PREPARED = "solicitation.preparation_failed"


# --- analysis ---------------------------------------------------------------------------------------------------------


def prepare(solicitation: Solicitation, *, at: datetime, by: Person = SYSTEM, again: bool = False) -> Solicitation:
    """Automatic analysis of a request that was sent; then its transmission is scheduled, or it waits for the team.

    Registers are asked before the transaction. A request already analysed is left as it is, unless ``again`` or when
    the company completed it since; one that is no longer in progress too.
    """
    if not _to_analyse(solicitation, again):
        return solicitation
    firm = firm_of(solicitation, at=at)
    with transaction.atomic():
        row = Solicitation.objects.select_for_update().get(pk=solicitation.pk)
        require(by, "solicitation.triage", row)
        if not _to_analyse(row, again):
            return row
        analysis = analyse(row, firm, at=at)
        crash_point("prepare.after_analysis")
        found = {"need": analysis.need.pk, "experts": analysis.experts}
        nobody = analysis.experts == 0 and not analysis.need.subject.is_catch_all
        record(NOT_PREPARED if nobody else PREPARED, row, by=by, at=at, payload=found)
        _decide(row, analysis, _kept_holds(row) if again else [], at)
    return row


def _kept_holds(row: Solicitation) -> list[str]:
    """What the team decided is not undone by an analysis done again."""
    return [code for code in row.hold_reasons if code in ("recalled", "taken_over")]


def _to_analyse(solicitation: Solicitation, again: bool) -> bool:
    """True while nothing was transmitted and there is no analysis, or one older than what the company sent."""
    if not Solicitation.objects.filter(pk=solicitation.pk, state=IN_PROGRESS).exists():
        return False
    diagnosis = Diagnosis.objects.filter(solicitation=solicitation).first()
    if diagnosis is None or again:
        return True
    told = Event.objects.about(solicitation).filter(name__in=[COMPLETED, PREPARED, NOT_PREPARED])
    return told.order_by("pk").values_list("name", flat=True).last() == COMPLETED


def _decide(row: Solicitation, analysis: Analysis, held: list[str], at: datetime) -> None:
    if analysis.failed or held:
        hold(row, [*held, *analysis.failed], by=SYSTEM, at=at)
        return
    row.hold_reasons = []
    row.transmit_at = at + timedelta(seconds=settings.VIGIE.recall_seconds)
    row.audit_sampled = audit_sampled(row.uuid.int)
    row.save(update_fields=["hold_reasons", "transmit_at", "audit_sampled"])
    crash_point("prepare.after_schedule")
    record("solicitation.scheduled", row, by=SYSTEM, at=at, payload={"transmit_at": row.transmit_at.isoformat()})
    enqueue(TRANSMIT_JOB, run_at=row.transmit_at, solicitation_id=row.pk)


def hold(row: Solicitation, codes: Iterable[str], *, by: Person, at: datetime, detail: str = "") -> None:
    """A locked request waits for the team. codes: of ``rules.guards``."""
    row.hold_reasons = list(codes)
    row.transmit_at = None
    row.save(update_fields=["hold_reasons", "transmit_at"])
    payload = {"reasons": row.hold_reasons} | ({"detail": detail} if detail else {})
    record("solicitation.held", row, by=by, at=at, payload=payload)


def prepare_missing(*, at: datetime) -> int:
    """Analyses the requests of the last seven days that were left without analysis; gives how many."""
    left = Solicitation.objects.filter(
        state=IN_PROGRESS, diagnosis__isnull=True, completed_at__gte=at - CAUGHT_UP_WITHIN, completed_at__lte=at
    )
    requests = list(left.order_by("pk"))
    for request in requests:
        prepare(request, at=at)
    return len(requests)


# --- transmission -----------------------------------------------------------------------------------------------------


def transmit(solicitation: Solicitation, *, by: Person, at: datetime) -> Solicitation:
    """Puts the need before every ticked expert. A second click of the same person changes nothing.

    Raises Forbidden; TransitionRefused, naming who was quicker; Refused when it was not analysed or nobody is ticked.
    """
    with transaction.atomic():
        row = Solicitation.objects.select_for_update().get(pk=solicitation.pk)
        require(by, "solicitation.transmit", row)
        if row.state == PROCESSED:
            _refuse_unless_same_person(row, by)
            return row
        automatic = by.kind is PersonKind.SYSTEM
        perform(row, "transmit", by=by, at=at, payload={"automatic": automatic})
        crash_point("transmit.after_state")
        needs = list(Need.objects.select_for_update().filter(diagnosis__solicitation=row).order_by("pk"))
        if not needs:
            raise Refused(
                "not_analysed", "Cette demande n’a pas encore été analysée. Lancez l’analyse avant de l’envoyer."
            )
        for need in needs:
            send_need(need, by=by, at=at)
        _complete(row, by, at)
        for need in needs:
            refresh_need_status(need, at=at)
    return row


def send_now(solicitation: Solicitation, *, by: Person, at: datetime) -> Solicitation:
    """« Envoyer maintenant »: the team does not wait for the end of the delay."""
    return transmit(solicitation, by=by, at=at)


def send_need(need: Need, *, by: Person, at: datetime) -> None:
    """Puts a locked need before its ticked experts; Refused when there is none."""
    ticked = need.candidates.filter(
        ticked=True, expert__deleted_at__isnull=True, expert__antenne__institution__deleted_at__isnull=True
    )
    experts = list(ticked.order_by("pk").values_list("expert_id", flat=True))
    if not experts:
        raise Refused("nobody_ticked", "Aucun expert n’est sélectionné. Cochez ou ajoutez un expert avant d’envoyer.")
    need.sent_at = at
    need.save(update_fields=["sent_at"])
    for expert in experts:
        send_match(need, expert, by=by, at=at)


def send_match(need: Need, expert_id: int, *, by: Person, at: datetime) -> Match:
    """Puts a need before an expert, who is written to."""
    match = Match.objects.create(need=need, expert_id=expert_id, subject_id=need.subject_id, sent_at=at)
    crash_point("transmit.after_match")
    record("match.sent", match, by=by, at=at)
    crash_point("transmit.after_event")
    return match


def _complete(row: Solicitation, by: Person, at: datetime) -> None:
    diagnosis = Diagnosis.objects.get(solicitation=row)
    diagnosis.completed_at = at
    diagnosis.adviser_id = diagnosis.adviser_id or by.user_id
    diagnosis.save(update_fields=["completed_at", "adviser"])
    crash_point("transmit.after_diagnosis")


def _refuse_unless_same_person(row: Solicitation, by: Person) -> None:
    """A request already transmitted: nothing for the one who did it, who and when for another."""
    event = Event.objects.about(row).filter(name="solicitation.transmitted").order_by("pk").last()
    if event is None or (event.actor_kind == by.kind and event.actor_id == by.user_id):
        return
    raise TransitionRefused(
        "already_transmitted",
        f"Cette demande a été transmise par {event.actor_name} à {event.at.astimezone(PARIS):%H h %M}. "
        "Rechargez la page pour voir la suite.",
    )


def transmit_if_due(solicitation_id: int, *, at: datetime) -> bool:
    """Transmits one request whose delay has passed; True if it left. Recalled, sent or withdrawn meanwhile: nothing."""
    with transaction.atomic():
        row = Solicitation.objects.select_for_update().filter(pk=solicitation_id).first()
        if row is None or row.state != IN_PROGRESS or row.transmit_at is None or row.transmit_at > at:
            return False
        try:
            transmit(row, by=SYSTEM, at=at)
        except Refused as refusal:
            hold(row, ["transmission_refused"], by=SYSTEM, at=at, detail=refusal.code)
            return False
    return True


def transmit_due(*, at: datetime) -> int:
    """Transmits every request whose delay has passed, each in its own transaction; gives how many left.

    Two workers at once, or one that was killed: each request leaves once, whole.
    """
    due = Solicitation.objects.filter(state=IN_PROGRESS, transmit_at__lte=at).order_by("transmit_at", "pk")
    return sum(transmit_if_due(pk, at=at) for pk in list(due.values_list("pk", flat=True)))


# --- recall -----------------------------------------------------------------------------------------------------------


@transaction.atomic
def recall(solicitation: Solicitation, *, by: Person, at: datetime) -> Solicitation:
    """« Rappeler »: a scheduled transmission does not leave; the team decides. Already recalled: nothing."""
    row = Solicitation.objects.select_for_update().get(pk=solicitation.pk)
    require(by, "solicitation.transmit", row)
    if row.transmitted_at is not None:
        raise TransitionRefused(
            "too_late",
            "Il est trop tard\u00a0: la demande a été transmise aux experts à "
            f"{row.transmitted_at.astimezone(PARIS):%H h %M}.",
        )
    if row.transmit_at is None:
        if "recalled" in row.hold_reasons:
            return row
        raise TransitionRefused("not_scheduled", "Aucune transmission n’est programmée pour cette demande.")
    return _stop(row, "recalled", by=by, at=at)


def take_over(row: Solicitation, *, by: Person, at: datetime) -> None:
    """Somebody of the team changes a locked request: what was scheduled waits for him."""
    if row.transmit_at is not None:
        _stop(row, "taken_over", by=by, at=at)


def _stop(row: Solicitation, code: str, *, by: Person, at: datetime) -> Solicitation:
    row.transmit_at = None
    row.mode = LandingSubject.Mode.VALIDATED
    row.hold_reasons = [code]
    row.save(update_fields=["transmit_at", "mode", "hold_reasons"])
    record("solicitation.recalled", row, by=by, at=at, payload={"reason": code})
    return row
