"""What waits is said again: by the job of every morning, or by somebody who presses.

A reminder is a row, an event and its mails, in one transaction that holds the need: two workers, or a person and the
job at once, say each thing once. The unique keys of ``Reminder`` keep it so whatever happens.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from django.db import IntegrityError, transaction

from vigie.directory.models import Expert
from vigie.journal.actions import perform, record
from vigie.journal.crash import crash_point
from vigie.journal.models import Event
from vigie.kernel.errors import Refused
from vigie.kernel.period import paris_day
from vigie.matching.actions.statuses import refresh_need_status
from vigie.matching.models import Match, Need, Reminder
from vigie.matching.queries.reminding import (
    days_ago,
    experts_to_sum_up,
    needs_to_look_at,
    thresholds,
    waiting,
)
from vigie.matching.queries.reminding_by_hand import DIGEST, to_remind, why_no_digest
from vigie.matching.rules.reminders import ABANDON, BY_HAND, LAST_CHANCE, REFUSED, SILENT, Due, due
from vigie.matching.states import EXPIRED, NOT_FOR_ME, QUO
from vigie.rights.person import SYSTEM, Person
from vigie.rights.reach import require

_TO_EXPERT = {SILENT: "match.reminded", LAST_CHANCE: "match.last_chance", BY_HAND: "match.reminded"}
COMPANY = "company_"  # before the kind, in a count
_TO_COMPANY = {SILENT: "need.waiting_told", ABANDON: "need.abandoned", REFUSED: "need.refusal_told"}


# --- by itself --------------------------------------------------------------------------------------------------------
def remind_all(*, at: datetime) -> Counter[str]:
    """Says everything that is due, each need in its own transaction; gives how many of each kind."""
    sent: Counter[str] = Counter()
    for need in needs_to_look_at(at):
        sent.update(remind_if_due(need, at=at))
    return sent


def would_remind(at: datetime) -> Counter[str]:
    """How many of each kind would leave at that moment; nothing is written. 4 queries."""
    limits = thresholds()
    counts: Counter[str] = Counter()
    for facts in waiting(needs_to_look_at(at)).values():
        counts.update(_counts(due(facts, at, limits)))
    return counts


def remind_if_due(need_id: int, *, at: datetime) -> Counter[str]:
    """What is due about one need; nothing when it was said meanwhile."""
    try:
        with transaction.atomic():
            need = Need.objects.select_for_update().get(pk=need_id)
            require(SYSTEM, "need.remind", need)
            facts = waiting([need_id])[need_id]
            return _say(need, due(facts, at, thresholds()), by=SYSTEM, at=at)
    except IntegrityError:  # another worker has just said it
        return Counter()


def sum_up_all(*, at: datetime) -> int:
    """Sends its weekly digest to every expert for whom needs wait; gives how many. Once a week of Paris each."""
    return sum(_sum_up(expert, at) for expert in experts_to_sum_up(at))


@transaction.atomic
def _sum_up(expert_id: int, at: datetime) -> bool:
    expert = Expert.objects.select_for_update().get(pk=expert_id)
    monday = days_ago(at, paris_day(at).weekday() + 1)
    if Event.objects.about(expert).filter(name=DIGEST, at__gte=monday).exists():
        return False
    record(DIGEST, expert, by=SYSTEM, at=at)
    return True


# --- by hand ----------------------------------------------------------------------------------------------------------
def remind_by_hand(need: Need, *, by: Person, at: datetime, form_token: str) -> Reminder:
    """« Relancer »: writes to the experts who have not answered; the same form sent twice gives the first reminder.

    Raises Forbidden; Refused when everybody has answered, nobody can be reached, or all were written to today.
    """
    require(by, "need.remind", need)
    try:
        with transaction.atomic():
            row = Need.objects.select_for_update().get(pk=need.pk)
            earlier = _of_form(form_token, need, by)
            if earlier is not None:
                return earlier
            silent = _to_write_to(row, at)
            reminder = _note(row, BY_HAND, by=by, at=at, experts=len(silent), form_token=form_token)
            _write_to(row, silent, BY_HAND, by=by, at=at)
            record("need.reminded", row, by=by, at=at, payload={"kind": BY_HAND, "experts": len(silent)})
    except IntegrityError as error:  # the same form, twice at the same moment
        same = _of_form(form_token, need, by)
        if same is None:
            raise Refused("form_token", "Cette page a expiré. Rechargez-la, puis recommencez.") from error
        return same
    return reminder


def remind(need: Need, kind: str, *, by: Person, at: datetime) -> Counter[str]:
    """The team says one of the automatic things without waiting for its day; the job will not say it again.

    kind: silent, last_chance, abandon or refused. Raises Forbidden, or Refused when it was said or has no object.
    """
    require(by, "need.remind", need)
    with transaction.atomic():
        row = Need.objects.select_for_update().get(pk=need.pk)
        facts = waiting([need.pk])[need.pk]
        wanted = _by_hand(row, kind, facts.told, at)
        return _say(row, wanted, by=by, at=at)


def _by_hand(need: Need, kind: str, told: frozenset[str], at: datetime) -> Due:
    if kind in (SILENT, LAST_CHANCE):
        if need.status != QUO:
            raise Refused("not_waiting", "Ce besoin n’attend plus de réponse\u00a0: personne n’est à relancer.")
        silent = tuple(match.pk for match in _to_write_to(need, at, kind))
        company = "" if SILENT in told else SILENT
        return Due(silent, company=company) if kind == SILENT else Due(last_chance=silent, company=company)
    if kind in told:
        raise Refused("already_said", "L’entreprise a déjà été prévenue\u00a0: rien n’est envoyé deux fois.")
    if kind == ABANDON and need.status == QUO:
        silent = tuple(need.matches.filter(state=QUO).order_by("pk").values_list("pk", flat=True))
        return Due(expired=silent, company=ABANDON)
    if kind == REFUSED and need.status == NOT_FOR_ME:
        return Due(company=REFUSED)
    raise Refused("not_waiting", "L’état de ce besoin a changé\u00a0: rechargez la page.")


def sum_up_by_hand(expert: Expert, *, by: Person, at: datetime) -> None:
    """« Envoyer le récapitulatif »: the needs that wait for an expert, in one mail; at most once a day.

    Raises Forbidden; Refused when nothing has waited long enough, or he was written to today.
    """
    require(by, "following.view")
    with transaction.atomic():
        row = Expert.objects.select_for_update().get(pk=expert.pk)
        no_digest = why_no_digest(row, at)
        if no_digest is not None:
            raise Refused(*no_digest)
        record(DIGEST, row, by=by, at=at)


# --- saying -----------------------------------------------------------------------------------------------------------
def _say(need: Need, wanted: Due, *, by: Person, at: datetime) -> Counter[str]:
    """Rows, events and mails of what is due; the caller holds the need."""
    if wanted.expired:
        for match in Match.objects.filter(pk__in=wanted.expired).order_by("pk"):
            perform(match, "expire", by=by, at=at)
            crash_point("remind.after_expiry")
        refresh_need_status(need, at=at)
    for kind, matches in ((SILENT, wanted.reminded), (LAST_CHANCE, wanted.last_chance)):
        if matches:
            found = Match.objects.filter(pk__in=matches).select_related("expert__antenne").order_by("pk")
            _write_to(need, found, kind, by=by, at=at)
    if wanted.company:
        experts = len(wanted.reminded) + len(wanted.last_chance)
        _note(need, wanted.company, by=by, at=at, experts=experts)
        crash_point("remind.after_row")
        record(_TO_COMPANY[wanted.company], need, by=by, at=at, payload={"experts": experts})
    return _counts(wanted)


def _counts(wanted: Due) -> Counter[str]:
    said = {SILENT: len(wanted.reminded), LAST_CHANCE: len(wanted.last_chance), EXPIRED: len(wanted.expired)}
    return +Counter({**said, f"{COMPANY}{wanted.company}": int(bool(wanted.company))})


def _write_to(need: Need, silent: Iterable[Match], kind: str, *, by: Person, at: datetime) -> None:
    for match in silent:
        Reminder.objects.create(need=need, expert_id=match.expert_id, kind=kind, at=at, by_id=by.user_id, experts=1)
        crash_point("remind.after_expert_row")
        record(_TO_EXPERT[kind], match, by=by, at=at, payload={"kind": kind})


def _note(need: Need, kind: str, *, by: Person, at: datetime, experts: int, form_token: str = "") -> Reminder:
    return Reminder.objects.create(
        need=need, kind=kind, at=at, by_id=by.user_id, experts=experts, form_token=form_token
    )


def _to_write_to(need: Need, at: datetime, kind: str = BY_HAND) -> tuple[Match, ...]:
    found = to_remind(need, at, kind)
    if not found.matches:
        raise Refused(found.code, found.refusal)
    return found.matches


def _of_form(form_token: str, need: Need, by: Person) -> Reminder | None:
    return Reminder.objects.filter(form_token=form_token, need=need, by_id=by.user_id).first() if form_token else None
