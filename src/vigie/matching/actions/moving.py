"""The team hands a match to another antenne: both teams are told, with the reason; the need keeps its history."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from vigie.directory.models import Expert, ExpertSubject
from vigie.journal.actions import perform, record
from vigie.journal.crash import crash_point
from vigie.kernel.errors import InvalidInput, Refused, TransitionRefused
from vigie.kernel.text import clean_text
from vigie.matching.actions.matches import let_go
from vigie.matching.actions.statuses import refresh_need_status
from vigie.matching.models import Match, Need
from vigie.matching.queries.reminding import is_reachable
from vigie.matching.states import EXPIRED, OPEN, TAKING_CARE
from vigie.rights.person import Person
from vigie.rights.reach import require

LONGEST = 1000


@transaction.atomic
def move(match: Match, to: Expert, *, reason: str, by: Person, at: datetime) -> Match:
    """Hands a match to an expert competent for its need, wherever he is; it waits again, counted from now.

    Raises Forbidden; InvalidInput without reason; Refused when the expert does not suit; TransitionRefused when the
    match is closed.
    """
    need = Need.objects.select_for_update().get(pk=match.need_id)
    row = Match.objects.select_for_update(of=("self",)).select_related("expert__antenne__institution").get(pk=match.pk)
    require(by, "match.move", row)
    said = clean_text(reason)[:LONGEST]
    if not said:
        raise InvalidInput("reason_missing", "Dites pourquoi\u00a0: les deux équipes le liront.", field="reason")
    _refuse_unless_suits(row, to)
    if row.state not in (*OPEN, EXPIRED):
        raise TransitionRefused("match_closed", "Cette mise en relation est close\u00a0: elle ne se confie plus.")
    if row.state == TAKING_CARE:
        let_go(row, "undo", by=by, at=at)
    elif row.state == EXPIRED:
        perform(row, "wait_again", by=by, at=at)
    before = row.expert_id
    record("match.moving", row, by=by, at=at, payload={"from_expert": before, "to_expert": to.pk})
    row.expert, row.sent_at, row.asked_again_at, row.moved_reason = to, at, None, said
    try:
        with transaction.atomic():
            row.save(update_fields=["expert", "sent_at", "asked_again_at", "moved_reason"])
    except IntegrityError as error:
        raise _already() from error
    crash_point("move.after_row")
    record("match.moved", row, by=by, at=at, payload={"from_expert": before, "to_expert": to.pk})
    refresh_need_status(need, at=at)
    return row


def _refuse_unless_suits(row: Match, to: Expert) -> None:
    if to.pk == row.expert_id:
        raise Refused("same_expert", "Cette équipe a déjà ce besoin. Choisissez-en une autre.")
    if not is_reachable(to):
        raise Refused("expert_deleted", "Cette équipe ne figure plus dans l’annuaire\u00a0: choisissez-en une autre.")
    if Match.objects.filter(need=row.need_id, expert=to).exists():
        raise _already()
    if not ExpertSubject.objects.filter(expert=to, institution_subject__subject=row.subject_id).exists():
        raise Refused("not_competent", "Cette équipe ne répond pas sur ce sujet\u00a0: choisissez-en une autre.")


def _already() -> Refused:
    return Refused("already_notified", "Cette équipe a déjà reçu ce besoin. Choisissez-en une autre.")
