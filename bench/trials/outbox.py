"""R-01, R-02, R-04: workers that die anywhere lose no mail and, with a relay that can be asked, double none.

``python -m bench.trials.outbox --trials 500``. Each trial: 40 messages, three workers killed with SIGKILL (at a named
point or at a random moment), then one left in peace. Failing trials print their number: ``--only N`` replays one.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bench.trials.relay import TableRelay
from bench.trials.workers import Kill, database, moments, run, wait, worker

MESSAGES = 40
SOURCE = Path(__file__).resolve().parents[2] / "src" / "vigie" / "journal"
# What each kind of trial kills at; "" is a random moment. after_asking follows after_send: else nothing is asked.
SENDING = (
    ("outbox.after_claim", "outbox.before_send", ""),
    ("outbox.after_send", "outbox.after_asking", ""),
    ("outbox.before_retry", "outbox.after_mark", ""),
)
ACTING = ("perform.after_state", "journal.after_event", "outbox.after_owe", "journal.after_messages", "")


@dataclass
class Account:
    """What the trials saw."""

    trials: int = 0
    messages: int = 0
    kills: int = 0
    lost: int = 0
    doubled: int = 0
    faults: list[str] = field(default_factory=list)
    visited: Counter[str] = field(default_factory=Counter)

    def killed(self, kill: Kill) -> None:
        self.kills += 1
        self.visited[kill.point or "random moment"] += 1

    @property
    def figures(self) -> tuple[int, int, int]:
        return self.lost, self.doubled, self.kills

    def line(self, name: str) -> str:
        return (
            f"{name}: {self.trials} trials, {self.messages} messages, {self.kills} kills, "
            f"lost {self.lost}, doubled {self.doubled}"
        )


def points_of_the_source() -> set[str]:
    """Every point named in the journal's source, but those of the audit, which has trials of its own."""
    found = re.compile(r'crash_point\("([a-z_.]+)"\)')
    named = {name for path in SOURCE.glob("*.py") for name in found.findall(path.read_text(encoding="utf-8"))}
    return {name for name in named if not name.startswith("audit.")}


class World:
    """The database of the trials: the account that things happen to, the clock that is moved on, the relay in use."""

    def __init__(self, folder: Path) -> None:
        from bench.trials import news
        from vigie.accounts.models import User
        from vigie.journal.registry import Recipient
        from vigie.kernel import clock

        self.folder = folder
        self.news = news.install()
        self.news_event = news.NEWS
        self.recipient = Recipient
        self.user = User.objects.create(email="essai@antenne.example", full_name="Essai")
        self.ahead = timedelta(0)
        self._clock = clock.now
        self.use("first", answers=True)
        self.owe("first", 1)
        self.sweep()  # templates are compiled here, once, and not by each worker

    def now(self) -> datetime:
        return self._clock() + self.ahead

    def use(self, name: str, *, answers: bool) -> TableRelay:
        """A new relay, in use from now on."""
        from vigie.journal import relay as relays

        relay = TableRelay(self.folder / f"{name}.sqlite3", answers=answers)
        relays.register_relay("demo", lambda: relay)
        return relay

    def owe(self, name: str, count: int = MESSAGES) -> list[int]:
        """Messages of one event, to as many people; gives their keys."""
        from vigie.journal import jobs
        from vigie.journal.actions import record
        from vigie.rights.person import SYSTEM

        self.news.people = [self.recipient(f"{name}-{n}@antenne.example") for n in range(count)]
        with jobs.collected():  # the trial's workers sweep; nobody reads the queue
            event = record(self.news_event, self.user, by=SYSTEM, at=self.now())
        return list(event.messages.values_list("pk", flat=True))

    def sweep(self) -> None:
        from vigie.journal.delivery import sweep

        sweep(self.now)

    def finish(self, pks: list[int]) -> None:
        """Workers left in peace until every message has ended."""
        from vigie.journal.models import OutgoingMessage

        for minutes in (3, 3, 30, 60, 60):
            self.ahead += timedelta(minutes=minutes)
            run(self.sweep)
            if not OutgoingMessage.objects.filter(pk__in=pks, ended_at=None).exists():
                return


def judge(relay: TableRelay, pks: list[int], account: Account) -> None:
    """Compares what the relay has with what was owed."""
    from vigie.journal.models import OutgoingMessage
    from vigie.journal.states import SENT

    owed = dict(OutgoingMessage.objects.filter(pk__in=pks).values_list("message_id", "state"))
    accepted = relay.accepted()
    account.trials += 1
    account.messages += len(pks)
    account.lost += sum(1 for message_id in owed if not accepted[message_id])
    account.doubled += sum(count - 1 for count in accepted.values())
    if set(owed.values()) != {SENT} or len(owed) != len(pks):
        account.faults.append(f"states {Counter(owed.values())}")
    if len(relay.recipients()) != len(accepted):
        account.faults.append("a double bears another Message-ID")


def killed_while_sending(world: World, number: int, seed: int, *, account: Account) -> None:
    """R-01: three kills, then peace. The relay of odd trials can be asked."""
    answers = number % 2 == 1
    chance = moments(f"{seed}/sending/{number}")
    name = f"sending-{number}"
    relay, pks = world.use(name, answers=answers), world.owe(name)
    before = account.figures
    plan = []
    for point in SENDING[number // 2 % len(SENDING)]:
        often = point in {"outbox.before_retry", "outbox.after_asking"}
        kill = Kill(point, chance.randint(1, 1 if often else 12), chance.uniform(0, 0.4))
        plan.append(str(kill))
        if run(world.sweep, kill):
            account.killed(kill)
        world.ahead += timedelta(minutes=3)  # what the dead worker had claimed is stale by now
    world.finish(pks)
    judge(relay, pks, account)
    lost, doubled, kills = (after - then for after, then in zip(account.figures, before, strict=True))
    if lost or doubled > (0 if answers else kills):
        account.faults.append(f"trial {number} (seed {seed}, kills {plan}): lost {lost}, doubled {doubled}")


def two_at_once(world: World, number: int, account: Account) -> None:
    """R-02: two workers over the same messages."""
    name = f"two-{number}"
    relay, pks = world.use(name, answers=False), world.owe(name)
    both = [worker(world.sweep), worker(world.sweep)]
    for pid in both:
        wait(pid)
    world.finish(pks)
    before = account.figures
    judge(relay, pks, account)
    if account.figures != before:
        account.faults.append(f"two workers, trial {number}: (lost, doubled, kills) {before} became {account.figures}")


def killed_while_acting(world: World, number: int, seed: int, account: Account) -> None:
    """R-04: a kill anywhere in an act leaves the whole act or none of it."""
    from django_q.models import OrmQ

    from vigie.accounts.models import Habilitation
    from vigie.journal.actions import EVENTS_BY_NAME, perform
    from vigie.journal.events import Event as Declared
    from vigie.journal.models import Event, OutgoingMessage
    from vigie.rights.person import SYSTEM

    chance = moments(f"{seed}/acting/{number}")
    told = EVENTS_BY_NAME["habilitation.revoked"]
    news = EVENTS_BY_NAME[world.news_event]
    EVENTS_BY_NAME[told.name] = Declared(told.name, told.subject, told.sentence, news.messages)
    world.news.people = [world.recipient(f"acting-{number}-{n}@antenne.example") for n in range(5)]
    at = world.now()
    held = Habilitation.objects.create(user=world.user, role="expert", starts_on=at.date(), requested_at=at)
    OrmQ.objects.all().delete()
    point = ACTING[number % len(ACTING)]
    kill = Kill(point, chance.randint(1, 5) if point == "outbox.after_owe" else 1, chance.uniform(0, 0.03))
    died = run(lambda: perform(held, "revoke", by=SYSTEM, at=at) and None, kill)
    if died:
        account.killed(kill)
    held.refresh_from_db()
    events = list(Event.objects.about(held))
    messages = OutgoingMessage.objects.filter(event__in=events)
    found = (held.state == "revoked", len(events), messages.count(), OrmQ.objects.count())
    account.trials += 1
    if found not in {(True, 1, 5, 5), (False, 0, 0, 0)} or (point and (not died or found[0])):
        account.faults.append(f"act {number} (seed {seed}, kill {kill}): state, events, messages, jobs {found}")
    if not found[0]:
        perform(held, "revoke", by=SYSTEM, at=at)
    OrmQ.objects.all().delete()
    EVENTS_BY_NAME[told.name] = told


def main(arguments: list[str] | None = None) -> int:
    """Runs the trials; 0 when every promise holds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=30, help="trials of R-01; R-04 has as many")
    parser.add_argument("--pairs", type=int, default=None, help="trials of R-02 (default: 2 for 5)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=int, help="this trial of R-01 only")
    options = parser.parse_args(arguments)
    start = time.monotonic()
    numbers = range(options.trials) if options.only is None else [options.only]
    pairs = options.trials * 2 // 5 if options.pairs is None else options.pairs
    with database() as folder:
        world = World(folder)
        askable, plain, two, acts = Account(), Account(), Account(), Account()
        for number in numbers:
            killed_while_sending(world, number, options.seed, account=(plain, askable)[number % 2])
        if options.only is None:
            for number in range(pairs):
                two_at_once(world, number, two)
            for number in range(options.trials):
                killed_while_acting(world, number, options.seed, acts)
    whole = options.only is None and options.trials >= 30
    return report(askable, plain, two, acts, whole=whole, seconds=time.monotonic() - start)


def report(askable: Account, plain: Account, two: Account, acts: Account, *, whole: bool, seconds: float) -> int:
    """Prints the figures, the summary last; gives the exit code."""
    visited = askable.visited + plain.visited + acts.visited
    seldom = {point: visited[point] for point in points_of_the_source() if visited[point] < 5} if whole else {}
    faults = [*askable.faults, *plain.faults, *two.faults, *acts.faults]
    faults += [f"{point} was visited {count} times, 5 expected" for point, count in sorted(seldom.items())]
    if whole and not plain.doubled:
        faults.append("no message was doubled even by a relay that cannot be asked: the kills miss their mark")
    say: Callable[[Any], None] = print
    say(askable.line("R-01, relay that can be asked"))
    say(plain.line("R-01, relay that cannot be asked"))
    say(two.line("R-02, two workers at once"))
    say(f"R-04, act killed: {acts.trials} trials, {acts.kills} kills, {len(acts.faults)} half acts")
    say("kills: " + ", ".join(f"{point} {count}" for point, count in sorted(visited.items())))
    for fault in faults:
        say(f"FAULT {fault}")
    say(f"{'kept' if not faults else 'NOT kept'} in {seconds:.0f} s")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
