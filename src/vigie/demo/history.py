"""The year before the reference day: ordinary requests, then one of each kind that somebody should be able to look at.

Each request is lived whole in one transaction, with its place in the account of progress: stopped at any moment, the
history is taken up where it was. The same world and the same day give the same history.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from random import Random
from typing import Any

from django.db import transaction

from vigie.demo import past, progress, visits
from vigie.demo.cast import Cast, gather
from vigie.demo.life import DAY, HOUR, MINUTE, Life
from vigie.demo.plan import Plan
from vigie.demo.request_texts import PRECISIONS, SITUATIONS, TOO_SHORT
from vigie.directory.models import Expert
from vigie.journal.models import JobRun
from vigie.kernel.period import PARIS
from vigie.matching.actions import following, matches, transmission, triage
from vigie.matching.models import Need
from vigie.rights.table import Role

YEAR = timedelta(days=365)
HIRING, COMMON = "recruter", ("recruter", "tresorerie", "financer-projet", "former", "energie", "clients")
AT_HOME, HIRING_AT_HOME = 0.12, 0.6


@dataclass(frozen=True)
class Script:
    """A request to live: when it begins, what happens, and where its firm is."""

    rank: int
    start: datetime
    play: Callable[[Life], None]
    subject: str
    where: str = ""


def write(plan: Plan, run: JobRun, say: Callable[[str], None], pause: Callable[[], None] = lambda: None) -> int:
    """Lives the requests that were not lived yet; gives how many mails left in all these lives."""
    end = plan.ends_at
    cast = gather(end, plan.random("cast"))
    scripts = write_scripts(plan, end)
    done = int(run.progress.get("done", 0))
    mails = int(run.progress.get("mails", 0))
    progress.note(run, done, total=len(scripts))
    for script in scripts[done:]:
        with transaction.atomic():
            mails += live(script, cast, plan.random(f"request {script.rank}"))
            done += 1
            progress.note(run, done, mails=mails)
        pause()
        if done % 50 == 0:
            say(f"{done} of {len(scripts)} requests")
    return mails


def write_scripts(plan: Plan, end: datetime) -> list[Script]:
    """What will be lived, in the order of the beginnings."""
    random = plan.random("scripts")
    special = [_special(rank, kind, end) for rank, kind in enumerate(KINDS)]
    ordinary = max(0, plan.size.history - len(special))
    scripts = [_ordinary(len(special) + rank, rank / max(1, ordinary), end, random) for rank in range(ordinary)]
    return sorted([*special, *scripts], key=lambda script: (script.start, script.rank))


def live(script: Script, cast: Cast, random: Random) -> int:
    """One request from its beginning to the end of the history; gives how many mails left."""
    firm = cast.firm(script.where, script.rank, script.start.date())
    with past.worker(script.start, cast.end) as worker:
        life = Life(cast, worker, random, script.rank, script.subject, firm)
        script.play(life)
    return worker.mails


def _ordinary(rank: int, share: float, end: datetime, random: Random) -> Script:
    home = random.random() < AT_HOME
    subject = HIRING if home and random.random() < HIRING_AT_HOME else _subject(random)
    day = (end - YEAR + share * (YEAR - 2 * DAY)).date()
    day += timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 and random.random() < 0.8 else 0)
    start = datetime.combine(day, time(8), PARIS) + HOUR * min(13.0, max(0.0, random.gauss(4, 3)))
    return Script(rank, min(start, end - DAY), ordinary, subject, "home" if home else "")


def _subject(random: Random) -> str:
    return random.choice(COMMON) if random.random() < 0.4 else random.choice(sorted(SITUATIONS))


def _special(rank: int, kind: tuple[Any, ...], end: datetime) -> Script:
    play, ago, *rest = kind
    subject = rest[0] if rest else HIRING
    where = rest[1] if len(rest) > 1 else "home"
    return Script(rank, end - ago, play, subject, where)


# --- what happens -----------------------------------------------------------------------------------------------------
def ordinary(life: Life) -> None:
    """Sent, transmitted, answered as people do; one in twelve adds a precision or says that nobody called."""
    life.request()
    if not life.leave():
        return
    for match in life.matches():
        life.answer_freely(match)
    draw = life.random.random()
    if draw < 0.05:
        body = life.random.choice(PRECISIONS)
        life.plan(life.now + DAY, lambda at: _precise(life, body, at))
    elif draw < 0.08:
        life.plan(life.now + 6 * DAY, lambda at: _not_called(life, at))
    life.play()


def contact_only(life: Life) -> None:
    life.begin()


def company_only(life: Life) -> None:
    life.begin()
    life.choose()


def sent_only(life: Life) -> None:
    """Sent, and not answered by anybody: held, or scheduled at the last minute, or waiting for its experts."""
    life.request()
    if life.solicitation.transmit_at is not None:
        life.worker.reach(life.solicitation.transmit_at + MINUTE / 30)


def scheduled(life: Life) -> None:
    """Sent so late that its transmission, which can be recalled, is still to come at the end."""
    life.begin()
    life.choose()
    life.worker.reach(life.worker.end - MINUTE)
    life.send(life.words())


def too_short(life: Life) -> None:
    life.request(life.random.choice(TOO_SHORT))


def twice(life: Life) -> None:
    """The same firm, subject and address again: held as a duplicate."""
    sent_only(life)
    life.wait(HOUR, 2 * HOUR)
    life.rank += 100_000
    sent_only(life)


def recalled(life: Life) -> None:
    life.request()
    if life.solicitation.transmit_at is not None:
        transmission.recall(life.solicitation, by=life.member(), at=life.now)


def requalified(life: Life) -> None:
    """A member of the team takes it in hand, changes its subject and sends it."""
    life.request()
    by, need = life.member(), Need.objects.get(diagnosis__solicitation=life.solicitation)
    triage.requalify(need, life.cast.subjects["clients"].subject, {}, by=by, at=life.now)
    life.solicitation.refresh_from_db()
    life.wait(MINUTE, HOUR)
    life.leave()


def refused(template: str) -> Callable[[Life], None]:
    def play(life: Life) -> None:
        too_short(life)
        life.wait(HOUR, 5 * HOUR)
        triage.refuse(life.solicitation, life.cast.templates[template], by=life.member(), at=life.now)

    return play


def refused_then_completed(life: Life) -> None:
    refused("mauvaise-qualite")(life)
    life.wait(HOUR, 20 * HOUR)
    life.solicitation.refresh_from_db()
    life.send(life.words())
    if life.leave():
        for match in life.matches():
            life.answer_freely(match)
        life.play()


def spam(life: Life) -> None:
    too_short(life)
    life.wait(HOUR, 5 * HOUR)
    triage.mark_spam(life.solicitation, by=life.member(), at=life.now)


def withdrawn_before(life: Life) -> None:
    too_short(life)
    life.wait(HOUR, 5 * HOUR)
    following.withdraw(life.solicitation, by=life.head, at=life.now)


def withdrawn_in_charge(life: Life) -> None:
    """An expert has begun when the company withdraws."""
    sent_only(life)
    found = life.matches()
    life.wait(HOUR, 5 * HOUR)
    if found:
        life.take(found[0], life.now)
    life.wait(HOUR, DAY)
    life.solicitation.refresh_from_db()
    following.withdraw(life.solicitation, by=life.head, at=life.now)


def answered(how: str) -> Callable[[Life], None]:
    """how: what the first expert does; the others refuse when he does, else they wait."""

    def play(life: Life) -> None:
        sent_only(life)
        for place, match in enumerate(life.matches()):
            life.wait(HOUR, 8 * HOUR)
            if how == "decline":
                life.decline(match, life.now)
            elif place == 0:
                life.take(match, life.now)
                life.wait(4 * HOUR, DAY)
                if how in ("helped", "no_help", "unreachable"):
                    life.close(match, how, life.now)

    return play


def covered(life: Life) -> None:
    """One of two teams of an institution takes charge: the other has nothing to do any more."""
    sent_only(life)
    life.wait(HOUR, 8 * HOUR)
    for match in life.matches():
        if match.expert.antenne.institution.one_team_at_a_time:
            life.take(match, life.now)
            return


def talked_about(life: Life) -> None:
    """Taken in charge, discussed, a word taken back, a precision, « nobody called »."""
    answered("take")(life)
    for match in life.matches()[:2]:
        life.wait(MINUTE, HOUR)
        life.comment(match, life.now)
    if found := life.matches():
        life.comment(found[0], life.now, delete=True)
    life.wait(HOUR, 5 * HOUR)
    _precise(life, PRECISIONS[0], life.now)
    _not_called(life, life.now)


def undone(life: Life) -> None:
    """Closed, then taken back: in charge again."""
    answered("helped")(life)
    for match in life.matches():
        by = life.cast.answering(match.expert_id)
        if match.state == "done" and by is not None:
            life.wait(HOUR, 5 * HOUR)
            matches.undo_close(match, by=by, at=life.now)


def reassigned(life: Life) -> None:
    """An expert hands it to a colleague of his institution."""
    sent_only(life)
    for match in life.matches():
        by = life.cast.answering(match.expert_id)
        colleagues = Expert.objects.filter(antenne__institution=match.expert.antenne.institution_id)
        to = colleagues.exclude(matches__need=match.need_id).order_by("pk").first()
        if by is not None and by.roles & {Role.EXPERT} and to is not None:
            life.wait(HOUR, 5 * HOUR)
            matches.reassign(match, to, by=by, at=life.now)
            return


def _precise(life: Life, body: str, at: datetime) -> None:
    life.solicitation.refresh_from_db()
    following.add_precision(life.solicitation, body, by=life.head, at=at)


def _not_called(life: Life, at: datetime) -> None:
    following.say_not_called(life.solicitation, by=life.head, at=at)


# (what happens, how long before the end it begins, subject, where). The thresholds of reminders are 9, 21 and 45 days.
KINDS: tuple[tuple[Any, ...], ...] = (
    (contact_only, 3 * HOUR), (company_only, 5 * HOUR), (company_only, 26 * HOUR),
    (scheduled, HOUR), (sent_only, DAY), (too_short, 6 * HOUR), (too_short, DAY, "tresorerie"),
    (sent_only, 30 * HOUR, "autre-besoin-non-reference"), (sent_only, 2 * DAY, "reprendre-entreprise"),
    (twice, 50 * HOUR, "energie"), (recalled, 20 * HOUR), (requalified, 4 * DAY),
    (refused("hors-perimetre"), 12 * DAY), (refused("mauvaise-qualite"), 3 * DAY), (refused_then_completed, 15 * DAY),
    (spam, 10 * DAY), (withdrawn_before, 7 * DAY), (withdrawn_in_charge, 14 * DAY), (withdrawn_in_charge, 9 * DAY),
    *((sent_only, threshold * DAY + HOUR, subject) for threshold in (8, 12, 20, 25, 44, 47) for subject in COMMON[:2]),
    (sent_only, 60 * DAY), (answered("decline"), 6 * DAY), (answered("take"), 2 * DAY), (answered("helped"), 10 * DAY),
    (answered("no_help"), 16 * DAY), (answered("unreachable"), 18 * DAY),
    (covered, 4 * DAY, HIRING, "covered"), (talked_about, 5 * DAY), (undone, 11 * DAY),
    (reassigned, 6 * DAY, "strategie"),
    (visits.visited, 40 * DAY, "clients"), (visits.visited, 27 * DAY, "recruter"),
    (visits.visited, 15 * DAY, "energie"), (visits.visited, 21 * DAY, "former"),
    (visits.visited, 12 * DAY, "financer-projet"),
    (visits.visited_only, 3 * DAY, "recruter"), (visits.begun_only, 28 * HOUR, "clients"),
    (visits.for_nobody, 2 * DAY), (visits.passed_on, 9 * DAY + 5 * HOUR), (visits.reminded, 10 * DAY, "energie"),
    (visits.hole_reported, 5 * DAY, "international"), (visits.hole_filled, 30 * DAY, "eau"),
    (visits.hole_dismissed, 18 * DAY, "litige"),
)  # fmt: skip
