"""« Demander un changement »: the reviewer asks and vouches, the team makes it or leaves it, the reviewer is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from vigie.accounts.account_changes import describe_agent
from vigie.accounts.actions import checked_territory, give_habilitation, revoke
from vigie.accounts.change_log import keep_change
from vigie.accounts.models import Habilitation
from vigie.accounts.models_agents import Segment
from vigie.accounts.rules import refuse_on_oneself, territory_for
from vigie.accounts.states import GRANTED
from vigie.agents.actions.partner import HABILITATION, refuse_others
from vigie.agents.models import AskedMove, Confirmation
from vigie.agents.states import MADE, WAITING
from vigie.journal import audit
from vigie.journal.actions import perform, record
from vigie.kernel.errors import InvalidInput, Refused, TransitionRefused
from vigie.kernel.period import paris_day
from vigie.kernel.text import clean_line
from vigie.rights.person import Person
from vigie.rights.reach import require
from vigie.rights.table import Role


@dataclass(frozen=True)
class Wanted:
    """What the habilitation becomes; level, territory as typed, segment code; the same or empty: unchanged."""

    level: str = ""
    territory: str = ""
    segment: str = ""
    reason: str = ""


@transaction.atomic
def ask_move(held: Habilitation, wanted: Wanted, *, by: Person, at: datetime) -> AskedMove:
    """The request, which waits for the team; until then nothing changes. InvalidInput names the field at fault."""
    row = Habilitation.objects.select_for_update().get(pk=held.pk)
    require(by, "agent.review", row)
    refuse_others(row)
    refuse_on_oneself(row.user_id, by.user_id)
    if row.state != GRANTED:
        raise TransitionRefused("not_granted", "Cette habilitation n’est pas en cours\u00a0: elle ne se change pas.")
    level, territory, segment = _read(row, wanted)
    waiting = AskedMove.objects.filter(habilitation=row, state=WAITING).first()
    if waiting is not None:
        same = (waiting.level, waiting.territory, waiting.segment) == (level, territory, segment)
        if same and waiting.asked_by_id == by.user_id:  # sent twice
            return waiting
        raise TransitionRefused("move_waits", "Une demande attend déjà l’équipe pour cet agent.")
    if not (level or territory or segment):
        raise Refused("nothing_asked", "Rien ne changerait\u00a0: c’est déjà ainsi.")
    reason = clean_line(wanted.reason)[:300]
    if not reason:
        raise InvalidInput("reason_missing", "Dites pourquoi.", field="reason")
    made = AskedMove.objects.create(
        habilitation=row, level=level, territory=territory, segment=segment, reason=reason,
        asked_by_id=by.user_id or 0, asked_at=at,
    )  # fmt: skip
    # He decided: the agent is not suspended for want of a review while the team reads.
    seen = {"by_id": by.user_id or 0, "at": at}
    Confirmation.objects.get_or_create(habilitation=row, day=paris_day(at), defaults=seen)
    told = {"level": level, "territory": territory, "segment": segment.code if segment else ""}
    record("move.asked", made, by=by, at=at, payload={name: value for name, value in told.items() if value})
    audit.note("admin_review", HABILITATION, str(row.pk), by=by, at=at, details={"decision": "change", **told})
    return made


def _read(row: Habilitation, wanted: Wanted) -> tuple[str, str, Segment | None]:
    level = wanted.level if wanted.level != row.role else ""
    typed = _territory(row, wanted.territory)
    profile = getattr(row.user, "agent", None)
    segment = Segment.objects.filter(code=wanted.segment, archived_at=None).first() if wanted.segment else None
    if wanted.segment and segment is None:
        raise InvalidInput("segment_unknown", "Choisissez un profil.", field="segment")
    same = segment is not None and profile is not None and profile.segment_id == segment.pk
    return level, typed, None if same else segment


def _territory(row: Habilitation, typed: str) -> str:
    """As it is stored; empty when it is the one that he holds, even if a code of it is nobody's any more."""
    if not typed.strip() or territory_for(Role(row.role), typed) == row.territory:
        return ""
    return checked_territory(Role(row.role), typed)


@transaction.atomic
def make_move(move: AskedMove, *, by: Person, at: datetime) -> AskedMove:
    """Does what was asked: a level or a territory is another habilitation, with the same last day. Once.

    Refused when the habilitation is no longer the one that the reviewer read.
    """
    row = AskedMove.objects.select_for_update().get(pk=move.pk)
    require(by, "move.decide", row)
    if row.state == MADE:
        return row
    held = Habilitation.objects.select_for_update().get(pk=row.habilitation_id)
    refuse_on_oneself(held.user_id, by.user_id)
    if held.state != GRANTED:
        raise Refused("not_granted", "Cette habilitation n’est plus en cours. Écartez la demande, ou rétablissez-la.")
    perform(row, "make", by=by, at=at)
    if row.level or row.territory:
        _replace(held, row, by, at)
    if row.segment_id is not None:
        describe_agent(held.user, {"segment_id": row.segment_id}, by=by, at=at)
    row.refresh_from_db()
    return row


def _replace(held: Habilitation, row: AskedMove, by: Person, at: datetime) -> None:
    """A habilitation is never rewritten: it ends, and another begins."""
    user, level, territory = held.user, row.level or held.role, row.territory or held.territory
    revoke(held, by=by, at=at)
    give_habilitation(user, Role(level), territory=territory, ends_on=held.ends_on, by=by, at=at)
    if territory != held.territory:
        keep_change(user, {"territory": held.territory}, {"territory": territory}, by=by, at=at)


@transaction.atomic
def leave_move(move: AskedMove, answer: str, *, by: Person, at: datetime) -> AskedMove:
    """Nothing changes; the reviewer reads why."""
    done: AskedMove = perform(move, "leave", by=by, at=at, changes={"answer": clean_line(answer)[:300]})
    return done
