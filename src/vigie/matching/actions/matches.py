"""What an expert does with a need put before him: each act through ``perform``, then the need's status follows.

An institution with ``one_team_at_a_time`` lets one of its teams hold a need: when one takes charge, its sisters that
have not answered are covered; when that one lets go, they wait again.

Every act takes the need's row first, then its matches: two people who press at once wait for each other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from vigie.directory.models import Expert
from vigie.journal.actions import perform, record
from vigie.kernel.errors import Refused, TransitionRefused
from vigie.kernel.period import PARIS
from vigie.kernel.text import clean_line, clean_text
from vigie.matching.actions.statuses import refresh_need_status
from vigie.matching.models import Match, Need
from vigie.matching.queries.positions import version
from vigie.matching.registry import need_taken
from vigie.matching.states import CLOSED_BY_EXPERT, COVERED, MATCH, OPEN, QUO, TAKING_CARE
from vigie.rights.person import SYSTEM, Person
from vigie.rights.reach import require

# Blanked when a match goes back: a reason or a help belongs to the answer that is undone.
_NO_ANSWER = {"refusal_reason": "", "refusal_comment": "", "help_name": "", "help_provider": "", "help_level": ""}


def respond(
    match: Match, transition: str, *, seen: str = "", told: Mapping[str, str] | None = None, by: Person, at: datetime
) -> Match:
    """What a button of the sheet does. seen: the match as the page showed it (``positions.version``).

    Raises Forbidden, TransitionRefused when the page is out of date, or Refused when something must be told.
    """
    act = _BUTTONS.get(transition)
    if act is None:
        raise TransitionRefused("transition_unknown", "Cette action n’existe pas.")
    with transaction.atomic():
        _hold(match)
        row = Match.objects.select_related("need", "expert__antenne__institution").get(pk=match.pk)
        require(by, MATCH.by_name[transition].right, row)
        if seen and seen != version(row):
            raise _who_was_quicker(row, transition) or _out_of_date(row)
        done = act(row, **(told or {}), by=by, at=at)
    return done


def take_charge(match: Match, *, by: Person, at: datetime) -> Match:
    """« J’appelle »: the expert commits to call the company."""
    with transaction.atomic():
        _hold(match)
        one_team = match.expert.antenne.institution.one_team_at_a_time
        if one_team and (holder := _sisters(match).filter(state=TAKING_CARE).first()):
            require(by, "match.answer", match)
            raise _taken_by(holder)
        _perform(match, "take_charge", by=by, at=at)
        if one_team:
            for sister in _sisters(match).filter(state=QUO):
                perform(sister, "cover", by=SYSTEM, at=at, payload={"by_match": match.pk})
        refresh_need_status(match.need, at=at)
        need_taken(match, by=by, at=at)
    return match


def decline(match: Match, *, reason: str, comment: str = "", by: Person, at: datetime) -> Match:
    """« Ce n’est pas pour moi », with a reason from the list and a comment if he wishes."""
    if reason not in Match.RefusalReason.values:
        reason = ""
    changes = {"refusal_reason": reason, "refusal_comment": clean_text(comment)[:2000]}
    return _answer(match, "decline", by=by, at=at, changes=changes)


def close_helped(match: Match, *, name: str, provider: str, level: str, by: Person, at: datetime) -> Match:
    """A help was offered: what it is, who brings it, and at which level it exists."""
    if level not in Match.HelpLevel.values:
        level = ""
    changes = {"help_name": clean_line(name)[:200], "help_provider": clean_line(provider)[:200], "help_level": level}
    return _answer(match, "close_helped", by=by, at=at, changes=changes)


def close_no_help(match: Match, *, by: Person, at: datetime) -> Match:
    """The company was talked to; no help exists for it."""
    return _answer(match, "close_no_help", by=by, at=at)


def close_unreachable(match: Match, *, by: Person, at: datetime) -> Match:
    """The company could not be reached."""
    return _answer(match, "close_unreachable", by=by, at=at)


def undo_close(match: Match, *, by: Person, at: datetime) -> Match:
    """The expert takes his closing back: he is in charge again."""
    return _answer(match, "undo_close", by=by, at=at, changes=_NO_ANSWER)


def undo(match: Match, *, by: Person, at: datetime) -> Match:
    """The expert takes his first answer back: the need waits again, for his sister teams too."""
    return let_go(match, "undo", by=by, at=at)


def reopen(match: Match, *, by: Person, at: datetime) -> Match:
    """Team and managers put any answered match back to waiting."""
    return let_go(match, "reopen", by=by, at=at)


def reassign(match: Match, to: Expert, *, by: Person, at: datetime) -> Match:
    """Hands the match over to a colleague of the same institution, who is notified; it waits again.

    Refused for an expert of another institution, deleted, or who already received the need.
    """
    with transaction.atomic():
        _hold(match)
        row = Match.objects.select_for_update(of=("self",)).select_related("expert__antenne").get(pk=match.pk)
        require(by, "match.reassign", row)
        if to.pk == row.expert_id:
            raise Refused("same_expert", "Cet expert a déjà ce besoin. Choisissez un autre collègue.")
        if row.state not in OPEN:
            raise TransitionRefused("match_closed", "Ce besoin est clos\u00a0: rouvrez-le avant de le confier.")
        if to.deleted_at or to.antenne.institution_id != row.expert.antenne.institution_id:
            raise Refused(
                "not_a_colleague", "Vous pouvez confier ce besoin à un expert de votre institution seulement."
            )
        if row.state == TAKING_CARE:
            let_go(row, "undo", by=by, at=at)
        before = row.expert_id
        row.expert = to
        row.sent_at, row.asked_again_at = at, None
        try:
            with transaction.atomic():
                row.save(update_fields=["expert", "sent_at", "asked_again_at"])
        except IntegrityError as error:
            raise Refused("already_notified", "Ce collègue a déjà reçu ce besoin.") from error
        record("match.reassigned", row, by=by, at=at, payload={"from_expert": before, "to_expert": to.pk})
        refresh_need_status(row.need, at=at)
    return row


def _answer(match: Match, transition: str, *, by: Person, at: datetime, changes: dict[str, Any] | None = None) -> Match:
    with transaction.atomic():
        _hold(match)
        _perform(match, transition, by=by, at=at, changes=changes)
        refresh_need_status(match.need, at=at)
    return match


def let_go(match: Match, transition: str, *, by: Person, at: datetime) -> Match:
    """The match waits again, and so do the sister teams that it covered."""
    with transaction.atomic():
        _hold(match)
        _perform(match, transition, by=by, at=at, changes={**_NO_ANSWER, "asked_again_at": at})
        if not _sisters(match).filter(state__in=(TAKING_CARE, *CLOSED_BY_EXPERT)).exists():
            for sister in _sisters(match).filter(state=COVERED):
                payload, changes = {"by_match": match.pk}, {"asked_again_at": at}
                perform(sister, "reopen", by=SYSTEM, at=at, payload=payload, changes=changes)
        refresh_need_status(match.need, at=at)
    return match


def _sisters(match: Match) -> Any:
    """The other matches of the same institution on the same need."""
    institution = match.expert.antenne.institution_id
    return Match.objects.filter(need=match.need_id, expert__antenne__institution=institution).exclude(pk=match.pk)


def _hold(match: Match) -> None:
    """Takes the need's row: whoever acts on one of its matches at the same moment waits."""
    Need.objects.select_for_update().only("pk").get(pk=match.need_id)


def _perform(match: Match, transition: str, *, by: Person, at: datetime, changes: dict[str, Any] | None = None) -> None:
    """``perform``, and when somebody was quicker, who and at what hour."""
    try:
        perform(match, transition, by=by, at=at, changes=changes)
    except TransitionRefused as refused:
        now = Match.objects.select_related("expert__antenne").get(pk=match.pk)
        raise _who_was_quicker(now, transition) or refused from refused


def _who_was_quicker(now: Match, transition: str) -> TransitionRefused | None:
    """For a first answer that comes too late: who holds the need."""
    if transition not in ("take_charge", "decline") or now.state not in (TAKING_CARE, COVERED):
        return None
    return _taken_by(now if now.state == TAKING_CARE else _sisters(now).filter(state=TAKING_CARE).first() or now)


def _taken_by(holder: Match) -> TransitionRefused:
    moment = holder.taken_care_of_at or holder.closed_at or holder.sent_at
    local = moment.astimezone(PARIS)
    return TransitionRefused(
        "taken_by_colleague",
        f"Cette mise en relation a été prise en charge par {holder.expert.full_name} "
        f"à {local.hour}\u00a0h\u00a0{local:%M}. Rechargez la page pour voir la suite.",
    )


def _out_of_date(now: Match) -> TransitionRefused:
    return TransitionRefused(
        "page_out_of_date",
        "Cette page n’était plus à jour\u00a0: la mise en relation est maintenant "
        f"«\u00a0{MATCH.label(now.state)}\u00a0». Rechargez la page pour voir la suite.",
    )


_BUTTONS: dict[str, Callable[..., Match]] = {
    "take_charge": take_charge,
    "decline": decline,
    "close_helped": close_helped,
    "close_no_help": close_no_help,
    "close_unreachable": close_unreachable,
    "undo_close": undo_close,
    "undo": undo,
    "reopen": reopen,
}
